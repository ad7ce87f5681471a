/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "reports/row.h"

/* A row of @nr paired boots, each @share of native but for a little scatter. */
static struct nn_report_row *paired_row(struct nn_comparison *c, double share, size_t nr)
{
	static const double scatter[] = {1.0, 1.004, 0.996, 1.002, 0.998};
	struct nn_series series = {.campaign = (char *)"c",
				   .workload = (char *)"w",
				   .metric = (char *)"m",
				   .unit = (char *)"op/s",
				   .direction = NN_HIGHER_IS_BETTER};
	struct nn_report_row *row = nn_row_append(c, &series, "native", "vm");
	struct nn_cells cells = {0};

	for (size_t i = 0; i < nr; i++) {
		double shape = scatter[i % NN_ARRAY_SIZE(scatter)];
		struct nn_cell native = {.arm = 0, .block = i, .boot = (char *)"n"};
		struct nn_cell vm = {.arm = 1, .block = i, .boot = (char *)"v"};

		native.digest.mean = 100;
		vm.digest.mean = 100 * share * shape;
		nn_cells_add(&cells, &native);
		nn_cells_add(&cells, &vm);
	}
	nn_row_compare(row, &cells, 0, 1, NN_PAIRING_PAIRED);
	nn_cells_release(&cells);
	return row;
}

static struct nn_report_check judge(const struct nn_report_row *row, double margin)
{
	struct nn_report_check check = {0};

	nn_judge_row(row, margin, &check);
	return check;
}

static void check_release(struct nn_report_check *check)
{
	free(check->verdict);
	nn_strings_release(&check->reasons);
}

static void the_interval_decides(void **state)
{
	static const struct {
		double share;
		size_t nr;
		const char *verdict;
	} cases[] = {
		{0.99, 10, "PROVEN"},      {0.95, 10, "REFUTED"},     {0.9705, 10, "INCONCLUSIVE"},
		{0.99, 4, "INCONCLUSIVE"}, {0.90, 4, "INCONCLUSIVE"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
		struct nn_report_check check =
			judge(paired_row(c, cases[i].share, cases[i].nr), 0.97);

		assert_string_equal(check.verdict, cases[i].verdict);
		assert_true(strcmp(check.verdict, "INCONCLUSIVE") != 0 || check.reasons.nr > 0);
		check_release(&check);
	}
}

static void an_estimate_below_the_margin_is_not_waited_for(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	struct nn_report_check check = judge(paired_row(c, 0.9695, 10), 0.97);

	(void)state;
	assert_string_equal(check.verdict, "INCONCLUSIVE");
	assert_int_equal(check.boots_needed, 0);
	assert_true(nn_strings_have(&check.reasons, "no number of boots would prove it: the "
						    "estimate lies below the margin"));
	check_release(&check);
}

static void two_modes_need_twenty_boots(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	struct nn_report_row *row = paired_row(c, 0.99, 10);
	struct nn_report_check check;

	(void)state;
	row->side.is_bimodal = row->side.is_clearly_bimodal = true;
	check = judge(row, 0.97);
	assert_string_equal(check.verdict, "INCONCLUSIVE");
	assert_int_equal(check.boots_needed, 10);
	assert_true(nn_strings_have(&check.reasons, "the boots of 'vm' fall into two groups: at "
						    "least 20 boots are needed"));
	check_release(&check);
	check = judge(row, 0.995); /* refuted all the same */
	assert_string_equal(check.verdict, "REFUTED");
	check_release(&check);
}

static void a_machine_that_differs_from_itself_is_not_fit(void **state)
{
	static const struct {
		double aa;
		const char *verdict;
	} cases[] = {{1.009, "PROVEN"}, {1.011, "INVALID"}, {0.989, "INVALID"}, {NAN, "PROVEN"}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
		struct nn_report_row *row = paired_row(c, 0.99, 10);
		struct nn_report_check check;

		row->aa.ratio = cases[i].aa; /* a third of 3 % is allowed */
		check = judge(row, 0.97);
		assert_string_equal(check.verdict, cases[i].verdict);
		check_release(&check);
	}
}

static void an_invalid_row_takes_its_reasons_along(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	struct nn_report_row *row = paired_row(c, 0.99, 10);
	struct nn_report_check check;

	(void)state;
	row->verdict = nn_strdup("INVALID");
	nn_strings_add(&row->reasons, nn_strdup("clock mismatch"));
	check = judge(row, 0.97);
	assert_string_equal(check.verdict, "INVALID");
	assert_true(nn_strings_have(&check.reasons, "clock mismatch"));
	check_release(&check);
}

/* Of values that have no log ratio no boot is so much slower than another. */
static void the_guard_needs_positive_and_finite_boots(void **state)
{
	static const struct {
		double native;
		double vm;
		bool has_share;
	} cases[] = {
		{100, 90, true}, {0, 0, false},    {-100, -99, false}, {INFINITY, INFINITY, false},
		{0, 1, false},   {100, -1, false}, {100, 0, false},    {NAN, 1, false},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));
		struct nn_report_row *row = paired_row(c, 1, 10);
		double share = 0.5;
		uint64_t nr_slow = 7;

		row->base_side.boots.items[3].digest.mean = cases[i].native;
		row->side.boots.items[3].digest.mean = cases[i].vm;
		nn_judge_guard(row, 0.97, &nr_slow, &share);
		assert_int_equal(nr_slow, cases[i].has_share);
		assert_int_equal(isfinite(share), cases[i].has_share);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_decides),
		cmocka_unit_test(an_estimate_below_the_margin_is_not_waited_for),
		cmocka_unit_test(two_modes_need_twenty_boots),
		cmocka_unit_test(a_machine_that_differs_from_itself_is_not_fit),
		cmocka_unit_test(an_invalid_row_takes_its_reasons_along),
		cmocka_unit_test(the_guard_needs_positive_and_finite_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
