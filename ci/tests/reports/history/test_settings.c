/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan sets tells series apart. */
#include "ci/tests/reports/history/nights.h"

static void other_settings_are_another_series(void **state)
{
	record_other_settings(*state);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(history->nr_series, 5); /* native has the same settings all along */
	assert_int_equal(find_series(history, "native")->nr, 16);
	assert_false(find_series(history, "native")->is_told_by_settings);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(vm[i].nr, 8);
		assert_int_equal(vm[i].nr_changes, 0);
		assert_true(vm[i].is_told_by_settings);
	}
	assert_string_equal(vm[0].key.settings, SETTINGS);
	assert_text(text, "\n  settings: vm: target=libvirt memory=8GiB; " WORKLOAD ": runs=3");
	assert_text(text, "\n  settings: vm: target=libvirt memory=8GiB; native: target=local; ");
	assert_null(strstr(text, "settings: native"));
}

/* Claims and blocks are no settings, and a plan that nobody understands has unknown ones. */
static void only_settings_tell_series_apart(void **state)
{
	record_night(*state, 0, 1, NULL);
	record_night_of(*state, 1, 1, NULL, PAIR_PLAN("1GiB", "'" PAIR_CLAIM "'"));
	record_night_of(*state, 2, 1, NULL, "name: of another version");
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_null(vm[0].key.settings);
	assert_int_equal(vm[0].nr, 1);
	assert_int_equal(vm[1].nr, 2);
	assert_text(text, "\n  settings: unknown\n");
}

static void a_page_shows_settings_that_tell_series_apart(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf html = NN_STRBUF_INIT;

	record_other_settings(*state);
	decide(*state, 8, "e-divisive/1", NULL);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);

	nn_history_html(history, "results.db", &html);
	assert_text(nn_strbuf_str(&html),
		    "<p class=\"scale\">Settings: vm: target=libvirt memory=8GiB; ");
	assert_text(nn_strbuf_str(&html),
		    ">vm " WORKLOAD ":throughput, settings vm: target=libvirt memory=1GiB; ");
	assert_null(strstr(nn_strbuf_str(&html), "Settings: native"));
	assert_text(nn_strbuf_str(&html), " unit; too few campaigns to look for changes: 8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HISTORY_TEST(other_settings_are_another_series),
		HISTORY_TEST(only_settings_tell_series_apart),
		HISTORY_TEST(a_page_shows_settings_that_tell_series_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
