/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts of the gate on rows of simulated boots, without a database. */
#include "reports/cross/gate.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"
#include "reports/row.h"

static const struct nn_gate_params defaults = {
	.min_effect = NN_GATE_MIN_EFFECT,
	.threshold = NN_GATE_THRESHOLD,
	.tolerance = NN_GATE_TOLERANCE,
	.fdr = NN_GATE_FDR,
};

/* One row: boots of both sides scatter by @sd around means whose ratio is @ratio. */
struct simulated {
	double ratio; /* candidate ÷ baseline, of a time unless @is_rate */
	double sd;
	size_t nr_boots;
	bool is_rate;
};

static void add_cells(struct nn_cells *cells, size_t arm, double mean, const struct simulated *from,
		      struct nn_random *random)
{
	for (size_t i = 0; i < from->nr_boots; i++) {
		char boot[] = "boot";
		struct nn_cell cell = {.arm = arm, .block = i, .boot = boot};

		cell.digest.mean = mean * exp(from->sd * nn_random_normal(random));
		cell.digest.trimmed_mean = cell.digest.mean;
		cell.digest.variation = cell.digest.effective_samples = NAN;
		for (size_t t = 0; t < NN_NR_TAILS; t++)
			cell.digest.tails[t] = NAN;
		cell.digest.nr_runs = cell.digest.nr_samples = 1;
		nn_cells_add(cells, &cell);
	}
}

static struct nn_report_row *add_row(struct nn_comparison *comparison, const char *metric,
				     const struct simulated *from, struct nn_random *random)
{
	char campaign[] = "c", workload[] = "w", unit[] = "us";
	struct nn_series series = {.campaign = campaign,
				   .workload = workload,
				   .metric = (char *)metric,
				   .unit = unit,
				   .direction = from->is_rate ? NN_HIGHER_IS_BETTER
							      : NN_LOWER_IS_BETTER};
	struct nn_report_row *row;

	add_cells(&series.cells, 0, 100, from, random);
	add_cells(&series.cells, 1, 100 * from->ratio, from, random);
	row = nn_row_append(comparison, &series, "A:vm", "B:vm");
	nn_row_compare(row, &series.cells, 0, 1, NN_PAIRING_UNPAIRED);
	nn_cells_release(&series.cells);
	return row;
}

static void assert_reason(const struct nn_report_row *row, const char *expected)
{
	for (size_t i = 0; i < row->reasons.nr; i++) {
		if (strstr(row->reasons.items[i], expected))
			return;
	}
	fail_msg("no reason says '%s', there are %zu, the first is '%s'", expected, row->reasons.nr,
		 row->reasons.nr ? row->reasons.items[0] : "");
}

static void every_row_gets_the_verdict_of_its_slowdown(void **state)
{
	static const struct {
		struct simulated from;
		const char *verdict;
		const char *reason; /* or NULL */
		enum nn_gate_outcome outcome;
	} cases[] = {
		{{1.00, 0.005, 10, false}, NN_NO_REGRESSION, NULL, NN_GATE_PASSED},
		{{1.03, 0.005, 10, false}, NN_REGRESSION, "slower by", NN_GATE_FAILED},
		{{0.97, 0.005, 10, true}, NN_REGRESSION, "adjusted p < 0.0001", NN_GATE_FAILED},
		{{1.015, 0.02, 5, false},
		 "INCONCLUSIVE",
		 "more boots of each campaign would tell",
		 NN_GATE_NO_VERDICT},
		/* significant, but too small to be called a regression */
		{{1.008, 0.0005, 20, false}, NN_NO_REGRESSION, NULL, NN_GATE_PASSED},
		{{0.95, 0.005, 10, false}, NN_NO_REGRESSION, "improved by", NN_GATE_PASSED},
		{{1.00, 0.005, 4, false},
		 "INCONCLUSIVE",
		 "fewer than 5 boots: 4",
		 NN_GATE_NO_VERDICT},
		{{1.10, 0.005, 4, false},
		 "INCONCLUSIVE",
		 "fewer than 5 boots: 4",
		 NN_GATE_NO_VERDICT},
		/* counted instructions: every boot is the same */
		{{1.00, 0, 5, false}, NN_NO_REGRESSION, NULL, NN_GATE_PASSED},
		{{1.02, 0, 5, false}, NN_REGRESSION, "slower by", NN_GATE_FAILED},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
		NN_AUTO(random) struct nn_random *random = nn_random_new(i + 1);
		struct nn_report_row *row = add_row(c, "m", &cases[i].from, random);
		struct nn_gate_tally tally = {0};

		nn_gate_judge(c, &defaults, &tally);
		if (strcmp(row->verdict, cases[i].verdict) != 0)
			fail_msg("case %zu: %s, wanted %s", i, row->verdict, cases[i].verdict);
		if (cases[i].reason)
			assert_reason(row, cases[i].reason);
		assert_int_equal(nn_gate_outcome(&tally), cases[i].outcome);
	}
}

static void few_boots_are_told_to_the_boots_that_are_missing(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	NN_AUTO(random) struct nn_random *random = nn_random_new(7);
	const struct simulated from = {1.0, 0.02, 6, false};
	struct nn_report_row *row = add_row(c, "m", &from, random);
	struct nn_gate_tally tally = {0};
	struct nn_ratio performance = nn_row_performance(row);
	size_t nr_needed = nn_boots_needed(&performance, 0.98);
	char expected[64];

	(void)state;
	assert_true(nr_needed > 6);
	(void)snprintf(expected, sizeof(expected), "about %zu more boots", nr_needed - 6);
	nn_gate_judge(c, &defaults, &tally);
	assert_string_equal(row->verdict, "INCONCLUSIVE");
	assert_reason(row, expected);
}

/* Among many rows one that is a little slower by chance is no alarm; alone it would be one. */
static void chance_among_many_rows_is_no_regression(void **state)
{
	const struct simulated borderline = {1.0205, 0.0161, 10, false};
	const struct simulated unchanged = {1.0, 0.0161, 10, false};
	const char *verdicts[2] = {NN_REGRESSION, "INCONCLUSIVE"};

	(void)state;
	for (size_t nr_others = 0; nr_others <= 30; nr_others += 30) {
		NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
		NN_AUTO(random) struct nn_random *random = nn_random_new(11);
		struct nn_gate_tally tally = {0};
		double p;

		(void)add_row(c, "m", &borderline, random);
		for (size_t i = 0; i < nr_others; i++)
			(void)add_row(c, "other", &unchanged, random);
		nn_gate_judge(c, &defaults, &tally);
		{
			const struct nn_ratio performance = nn_row_performance(&c->rows[0]);

			p = nn_ratio_regression_p(&performance, 1 - NN_GATE_MIN_EFFECT);
		}
		/* the seed gives a p between the two levels, or the test tests nothing */
		assert_in_range((uintmax_t)(1e4 * p), 20, 499);
		assert_string_equal(c->rows[0].verdict, verdicts[nr_others > 0]);
	}
}

static void values_that_never_change_are_no_regression(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	NN_AUTO(random) struct nn_random *random = nn_random_new(1);
	struct simulated from = {1, 0, 5, false};
	struct nn_gate_tally tally = {0};
	struct nn_report_row *row;
	char campaign[] = "c", workload[] = "w", metric[] = "faults", unit[] = "1";
	struct nn_series series = {.campaign = campaign,
				   .workload = workload,
				   .metric = metric,
				   .unit = unit,
				   .direction = NN_LOWER_IS_BETTER};

	(void)state;
	add_cells(&series.cells, 0, 0, &from, random);
	add_cells(&series.cells, 1, 0, &from, random);
	row = nn_row_append(c, &series, "A:vm", "B:vm");
	nn_row_compare(row, &series.cells, 0, 1, NN_PAIRING_UNPAIRED);
	nn_cells_release(&series.cells);
	nn_gate_judge(c, &defaults, &tally);
	assert_string_equal(row->verdict, NN_NO_REGRESSION);
	assert_reason(row, "every boot measured the same");
	assert_int_equal(nn_gate_outcome(&tally), NN_GATE_PASSED);
}

static void zeros_that_became_something_have_no_verdict(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	NN_AUTO(random) struct nn_random *random = nn_random_new(1);
	struct simulated from = {1, 0, 5, false};
	struct nn_gate_tally tally = {0};
	struct nn_report_row *row;
	char campaign[] = "c", workload[] = "w", metric[] = "faults", unit[] = "1";
	struct nn_series series = {.campaign = campaign,
				   .workload = workload,
				   .metric = metric,
				   .unit = unit,
				   .direction = NN_LOWER_IS_BETTER};

	(void)state;
	add_cells(&series.cells, 0, 0, &from, random);
	add_cells(&series.cells, 1, 3, &from, random);
	row = nn_row_append(c, &series, "A:vm", "B:vm");
	nn_row_compare(row, &series.cells, 0, 1, NN_PAIRING_UNPAIRED);
	nn_cells_release(&series.cells);
	nn_gate_judge(c, &defaults, &tally);
	assert_string_equal(row->verdict, "INVALID");
	assert_int_equal(nn_gate_outcome(&tally), NN_GATE_NO_VERDICT);
}

static void an_invalid_row_is_not_tested_and_keeps_its_reason(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	NN_AUTO(random) struct nn_random *random = nn_random_new(3);
	const struct simulated slow = {1.1, 0.005, 10, false};
	struct nn_gate_tally tally = {0};

	(void)state;
	(void)add_row(c, "m", &slow, random);
	nn_gate_refuse(c, "the candidate is not done: interrupted");
	nn_gate_judge(c, &defaults, &tally);
	assert_string_equal(c->rows[0].verdict, "INVALID");
	assert_reason(&c->rows[0], "the candidate is not done: interrupted");
	assert_int_equal(tally.nr_invalid, 1);
	assert_int_equal(nn_gate_outcome(&tally), NN_GATE_NO_VERDICT);
}

static void the_worst_finding_decides(void **state)
{
	static const struct {
		struct nn_gate_tally tally;
		enum nn_gate_outcome outcome;
		const char *summary;
	} cases[] = {
		{{.nr_clear = 3, .nr_improved = 1},
		 NN_GATE_PASSED,
		 "no regression: 3 compared, 3 clear, 1 of them improved"},
		{{.nr_clear = 3, .nr_new = 2}, NN_GATE_PASSED, "3 compared, 3 clear, 2 new"},
		{{.nr_clear = 3, .nr_inconclusive = 1}, NN_GATE_NO_VERDICT, "1 inconclusive"},
		{{.nr_clear = 3, .nr_vanished = 1}, NN_GATE_NO_VERDICT, "no verdict: 4 compared"},
		{{.nr_clear = 3, .nr_claims_open = 1},
		 NN_GATE_NO_VERDICT,
		 "1 claim without a verdict"},
		{{.nr_clear = 3, .nr_invalid = 9, .nr_regressions = 1},
		 NN_GATE_FAILED,
		 "failed: 13 compared, 1 regressed, 3 clear, 9 invalid"},
		{{.nr_clear = 3, .nr_claims_refuted = 1}, NN_GATE_FAILED, "1 claim refuted"},
		{{0}, NN_GATE_NO_VERDICT, "no verdict: 0 compared"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		assert_int_equal(nn_gate_outcome(&cases[i].tally), cases[i].outcome);
		nn_gate_summary(&cases[i].tally, &sb);
		if (!strstr(nn_strbuf_str(&sb), cases[i].summary))
			fail_msg("'%s' is not in '%s'", cases[i].summary, nn_strbuf_str(&sb));
	}
}

static void limits_that_contradict_each_other_are_refused(void **state)
{
	static const struct nn_gate_params wrong[] = {
		{.min_effect = 0.02, .threshold = 0.01, .tolerance = 0.02},
		{.min_effect = 0.005, .threshold = 0.03, .tolerance = 0.02},
		{.min_effect = -0.1, .threshold = 0.01, .tolerance = 0.02},
		{.min_effect = 0.005, .threshold = 0.01, .tolerance = 1},
		{.min_effect = NAN, .threshold = 0.01, .tolerance = 0.02},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(wrong); i++) {
		struct nn_err err = {0};

		assert_int_equal(nn_gate_params_check(&wrong[i], &err), -EINVAL);
		assert_non_null(strstr(err.message, "min-effect"));
	}
	assert_int_equal(nn_gate_params_check(&defaults, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_gets_the_verdict_of_its_slowdown),
		cmocka_unit_test(few_boots_are_told_to_the_boots_that_are_missing),
		cmocka_unit_test(chance_among_many_rows_is_no_regression),
		cmocka_unit_test(values_that_never_change_are_no_regression),
		cmocka_unit_test(zeros_that_became_something_have_no_verdict),
		cmocka_unit_test(an_invalid_row_is_not_tested_and_keeps_its_reason),
		cmocka_unit_test(the_worst_finding_decides),
		cmocka_unit_test(limits_that_contradict_each_other_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
