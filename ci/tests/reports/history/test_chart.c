/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axis of a series. */
#include "ci/tests/reports/history/nights.h"

/* Two boots that scatter by 5 % have an interval a hundred times as wide as six that do by 0.4 %.
 */
static void record_wide_night(struct pair *pair)
{
	(void)sim_record(pair,
			 &(struct sim){.nr_blocks = 2,
				       .seed = 3,
				       .series = {SIM_SERIES("vm", WORKLOAD, "throughput",
							     NN_HIGHER_IS_BETTER, 196, 0.05)}});
}

static void a_very_wide_interval_is_cut_and_marked(void **state)
{
	const struct nn_history_options options = {.arm = "vm"};
	static const char arrow[] = "<polygon class=\"arrow\"";
	static const char legend[] = "95 % intervals (arrows: they go on beyond the chart)";

	record_nights(*state, 0, 6, 1);
	for (size_t nr_wide = 0; nr_wide < 2; nr_wide++) {
		NN_AUTO(history) struct nn_history *history = read_history(*state, &options);
		NN_AUTO(strbuf) struct nn_strbuf html = NN_STRBUF_INIT;

		nn_history_html(history, "results.db", &html);
		assert_int_equal(strstr(nn_strbuf_str(&html), arrow) != NULL, nr_wide > 0);
		assert_int_equal(strstr(nn_strbuf_str(&html), legend) != NULL, nr_wide > 0);
		record_wide_night(*state);
	}
}

static void intervals_that_are_all_wide_are_drawn_whole(void **state)
{
	const struct nn_history_options options = {.arm = "vm"};
	NN_AUTO(strbuf) struct nn_strbuf html = NN_STRBUF_INIT;

	for (size_t i = 0; i < 3; i++)
		record_wide_night(*state);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &options);

	nn_history_html(history, "results.db", &html);
	assert_text(nn_strbuf_str(&html), "<circle class=\"arm\"");
	assert_null(strstr(nn_strbuf_str(&html), "class=\"arrow\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HISTORY_TEST(a_very_wide_interval_is_cut_and_marked),
		HISTORY_TEST(intervals_that_are_all_wide_are_drawn_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
