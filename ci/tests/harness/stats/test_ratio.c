/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/ratio.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "harness/base/compat.h"

/* Golden values: computed with R 4.2.2 (t.test on logs); ten boots of each arm. */
static const double native[] = {101.2, 99.8, 100.5, 102.3, 98.7, 100.1, 101.9, 99.4, 100.9, 100.3};
static const double vm[] = {98.9, 97.1, 99.0, 98.4, 96.8, 99.9, 98.0, 97.6, 98.8, 97.9};

static void assert_close(double value, double golden)
{
	if (!(fabs(value - golden) <= 1e-10 * fabs(golden)))
		fail_msg("%.17g is not %.17g", value, golden);
}

static void paired_ratio_agrees_with_r(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_paired(native, vm, 10, &ratio), 0);
	assert_int_equal(ratio.nr_boots, 10);
	assert_close(ratio.estimate, 0.977427501128053);
	assert_close(ratio.ci95[0], 0.969823751816992);
	assert_close(ratio.ci95[1], 0.985090866429624);
	assert_close(ratio.lower95, 0.971261331048524);
	assert_close(ratio.upper95, 0.983632817884417);
	assert_close(ratio.df, 9);
	/* the golden t value of the test against 1 */
	assert_close(log(ratio.estimate) / (ratio.sd_log / sqrt(10)), -6.61321593099612);
}

static void welch_ratio_agrees_with_r(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_welch(native, 10, vm, 10, &ratio), 0);
	assert_close(ratio.estimate, 0.977427501128053);
	assert_close(ratio.ci95[0], 0.967972501798339);
	assert_close(ratio.ci95[1], 0.986974855366773);
	assert_close(ratio.lower95, 0.969619239745208);
	assert_close(ratio.df, 17.6957846996505);
	assert_close(log(ratio.estimate) / (ratio.sd_log / sqrt(10)), -4.94068674500677);
}

static void welch_counts_the_smaller_arm_and_takes_unequal_ones(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_welch(native, 4, vm, 10, &ratio), 0);
	assert_int_equal(ratio.nr_boots, 4);
	assert_true(ratio.df > 3 && ratio.df < 12);
	assert_true(ratio.ci95[0] < ratio.lower95 && ratio.lower95 < ratio.estimate);
	assert_true(ratio.estimate < ratio.upper95 && ratio.upper95 < ratio.ci95[1]);
}

/* Arms that drift together: pairing sees 2 %, unpaired boots are lost in the drift. */
static void pairing_absorbs_what_both_arms_share(void **state)
{
	const double base[] = {100, 110, 121, 133, 146};
	const double arm[] = {98.1, 107.7, 118.7, 130.2, 143.2};
	struct nn_ratio paired;
	struct nn_ratio unpaired;

	(void)state;
	assert_int_equal(nn_ratio_paired(base, arm, 5, &paired), 0);
	assert_int_equal(nn_ratio_welch(base, 5, arm, 5, &unpaired), 0);
	assert_close(paired.estimate, unpaired.estimate);
	assert_true(paired.upper95 < 0.985);
	assert_true(unpaired.upper95 > 1.1);
}

static void one_boot_gives_an_estimate_without_bounds(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_paired(native, vm, 1, &ratio), 0);
	assert_close(ratio.estimate, 98.9 / 101.2);
	assert_true(isnan(ratio.ci95[0]) && isnan(ratio.ci95[1]));
	assert_true(isnan(ratio.lower95) && isnan(ratio.upper95) && isnan(ratio.sd_log));
	assert_int_equal(nn_ratio_welch(native, 1, vm, 10, &ratio), 0);
	assert_true(isnan(ratio.ci95[0]) && isnan(ratio.lower95) && isnan(ratio.sd_log));
	assert_int_equal(nn_ratio_verdict(ratio.lower95, ratio.upper95, 0.5),
			 NN_VERDICT_INCONCLUSIVE);
}

static void boots_without_spread_give_bounds_at_the_estimate(void **state)
{
	const double base[] = {4, 4, 4, 4, 4};
	const double arm[] = {2, 2, 2, 2, 2};
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_paired(base, arm, 5, &ratio), 0);
	assert_true(ratio.sd_log == 0);
	assert_close(ratio.lower95, 0.5);
	assert_close(ratio.ci95[1], 0.5);
	assert_int_equal(nn_ratio_welch(base, 5, arm, 4, &ratio), 0);
	assert_close(ratio.df, 7);
	assert_close(ratio.ci95[0], 0.5);
	assert_close(ratio.upper95, 0.5);
}

static void the_spread_of_nearly_equal_values_keeps_its_digits(void **state)
{
	const double base[] = {1, 1, 1};
	const double arm[] = {1e9 * (1 + 1e-9), 1e9, 1e9 * (1 - 1e-9)};
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_paired(base, arm, 3, &ratio), 0);
	assert_true(fabs(ratio.sd_log / 1e-9 - 1) < 1e-5); /* the inputs hold no more digits */
}

static void ratios_are_refused_for_values_that_have_no_logarithm(void **state)
{
	static const double bad[] = {0, -1, NAN, INFINITY, -INFINITY};
	struct nn_ratio ratio = {.estimate = 7};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bad); i++) {
		const double values[] = {1, bad[i], 2};

		assert_int_equal(nn_ratio_paired(values, native, 3, &ratio), -EDOM);
		assert_int_equal(nn_ratio_paired(native, values, 3, &ratio), -EDOM);
		assert_int_equal(nn_ratio_welch(values, 3, native, 3, &ratio), -EDOM);
		assert_int_equal(nn_ratio_welch(native, 3, values, 3, &ratio), -EDOM);
		assert_true(isnan(nn_geometric_mean(values, 3)));
	}
	assert_int_equal(nn_ratio_paired(native, vm, 0, &ratio), -EINVAL);
	assert_int_equal(nn_ratio_welch(native, 0, vm, 10, &ratio), -EINVAL);
	assert_int_equal(nn_ratio_welch(native, 10, vm, 0, &ratio), -EINVAL);
	assert_true(ratio.estimate == 7);
}

static void geometric_means_neither_over_nor_underflow(void **state)
{
	const double values[] = {1, 2, 4};
	const double extremes[] = {1e300, 1e300, 1e-300, 1e-300};

	(void)state;
	assert_close(nn_geometric_mean(values, 3), 2);
	assert_close(nn_geometric_mean(values, 1), 1);
	assert_close(nn_geometric_mean(extremes, 4), 1);
	assert_true(isnan(nn_geometric_mean(values, 0)));
}

static void verdicts_follow_the_bounds(void **state)
{
	static const struct {
		double lower95;
		double upper95;
		enum nn_verdict verdict;
	} cases[] = {
		{0.971, 0.984, NN_VERDICT_PROVEN},       {0.97, 0.98, NN_VERDICT_PROVEN},
		{0.9699, 0.98, NN_VERDICT_INCONCLUSIVE}, {0.95, 0.97, NN_VERDICT_INCONCLUSIVE},
		{0.95, 0.9699, NN_VERDICT_REFUTED},      {NAN, NAN, NN_VERDICT_INCONCLUSIVE},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_int_equal(nn_ratio_verdict(cases[i].lower95, cases[i].upper95, 0.97),
				 cases[i].verdict);
}

/*
 * The paired columns of the planning table in the statistics reference (noncentral t, power 0.9,
 * one-sided 0.05), reproduced by integrating the noncentral t over the chi density in Python; the
 * table's entries below 5 are raised to 5.
 */
static void boots_needed_are_those_of_the_planning_table(void **state)
{
	static const double sds[] = {0.005, 0.01, 0.02, 0.03};
	static const struct {
		double margin;
		double estimate;
		size_t boots[4];
	} rows[] = {
		{0.97, 1.0, {5, 5, 6, 10}},    {0.97, 0.99, {5, 5, 10, 20}},
		{0.97, 0.985, {5, 6, 17, 35}}, {0.98, 1.0, {5, 5, 10, 21}},
		{0.98, 0.99, {5, 10, 35, 77}},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		for (size_t j = 0; j < NN_ARRAY_SIZE(sds); j++) {
			const struct nn_ratio ratio = {.estimate = rows[i].estimate,
						       .sd_log = sds[j]};

			assert_int_equal(nn_boots_needed(&ratio, rows[i].margin), rows[i].boots[j]);
		}
	}
}

static void boots_needed_have_an_answer_for_every_ratio(void **state)
{
	static const struct {
		double estimate;
		double sd_log;
		double margin;
		size_t boots;
	} cases[] = {
		{0.97, 0.01, 0.97, 0}, /* on the margin: no number would */
		{0.96, 0.01, 0.97, 0}, /* below it */
		{NAN, NAN, 0.97, 0},   /* nothing measured */
		{1.0, NAN, 0.97, 5},   /* one boot: the SD is unknown */
		{1.0, 0, 0.97, 5},     /* no spread */
		{2.0, 1e-6, 0.5, 5},   /* beyond every doubt */
		{1.02, 0.05, 0.95, 6},   {1.0, 0.03, 0.99, 78},
		{1.0, 1.0, 0.99, 84785}, {1.0, 1.0, 0.9999, 0}, /* more than a million */
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		const struct nn_ratio ratio = {.estimate = cases[i].estimate,
					       .sd_log = cases[i].sd_log};

		assert_int_equal(nn_boots_needed(&ratio, cases[i].margin), cases[i].boots);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paired_ratio_agrees_with_r),
		cmocka_unit_test(welch_ratio_agrees_with_r),
		cmocka_unit_test(welch_counts_the_smaller_arm_and_takes_unequal_ones),
		cmocka_unit_test(pairing_absorbs_what_both_arms_share),
		cmocka_unit_test(one_boot_gives_an_estimate_without_bounds),
		cmocka_unit_test(boots_without_spread_give_bounds_at_the_estimate),
		cmocka_unit_test(the_spread_of_nearly_equal_values_keeps_its_digits),
		cmocka_unit_test(ratios_are_refused_for_values_that_have_no_logarithm),
		cmocka_unit_test(geometric_means_neither_over_nor_underflow),
		cmocka_unit_test(verdicts_follow_the_bounds),
		cmocka_unit_test(boots_needed_are_those_of_the_planning_table),
		cmocka_unit_test(boots_needed_have_an_answer_for_every_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
