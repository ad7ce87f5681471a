/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decided changes are told with the series that they are about, as far as that is known. */
#include "ci/tests/reports/history/nights.h"

static void decisions_know_their_settings(void **state)
{
	for (size_t i = 0; i < 16; i++)
		record_night_of(*state, i, i < 8 ? 1 : 0.9, NULL, PAIR_PLAN("8GiB", ""));
	keep(*state);
	record_nights(*state, 16, 14, 0.9);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");

	assert_int_equal(vm[0].nr_changes, 0);
	assert_int_equal(vm[1].nr_changes, 1);
	assert_int_equal(vm[1].changes[0].state, NN_CHANGE_KNOWN);
	assert_string_equal(vm[1].changes[0].settings, vm[1].key.settings);
}

/* As of the formats that did not tell series apart: after the last night of the first settings. */
static void a_decision_of_unknown_settings_is_told_where_its_campaign_is(void **state)
{
	record_other_settings(*state);
	decide(*state, 8, "e-divisive/1", NULL);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(vm[0].nr_changes, 1);
	assert_int_equal(vm[0].changes[0].state, NN_CHANGE_LOST);
	assert_int_equal(vm[0].changes[0].index, 8);
	assert_null(vm[0].changes[0].settings);
	assert_int_equal(vm[1].nr_changes, 0);
	assert_int_equal(nn_history_count_unstored(history), 0);
	assert_text(text, "by e-divisive/1 without knowing the settings, no longer found");
	assert_text(text, "and the end");
}

static void a_decision_of_unknown_settings_is_confirmed_and_not_made_again(void **state)
{
	record_night_of(*state, 0, 1, NULL, PAIR_PLAN("8GiB", ""));
	record_nights(*state, 1, 8, 1);
	record_nights(*state, 9, 8, 0.9);
	decide(*state, 9, "e-divisive/1", NULL);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");

	assert_int_equal(vm[0].nr_changes, 1);
	assert_int_equal(vm[0].changes[0].state, NN_CHANGE_KNOWN);
	assert_int_equal(vm[0].changes[0].found_index, 8);
	assert_int_equal(vm[1].nr_changes, 0);
}

/* The build that decided understood plans that this one does not. */
static void a_decision_of_settings_without_a_series_is_told(void **state)
{
	const struct nn_history_options unknown = {0};

	record_nights(*state, 0, 8, 1);
	record_nights(*state, 8, 8, 0.9);
	keep(*state);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &unknown);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(vm->nr_changes, 1);
	assert_int_equal(vm->changes[0].state, NN_CHANGE_KNOWN);
	assert_text(text, "by e-divisive/1 for the settings vm: target=libvirt memory=1GiB; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HISTORY_TEST(decisions_know_their_settings),
		HISTORY_TEST(a_decision_of_unknown_settings_is_told_where_its_campaign_is),
		HISTORY_TEST(a_decision_of_unknown_settings_is_confirmed_and_not_made_again),
		HISTORY_TEST(a_decision_of_settings_without_a_series_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
