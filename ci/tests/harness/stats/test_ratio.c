/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/ratio.h"

#include <errno.h>

#include "ci/tests/harness/stats/arms.h"
#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"

/* Golden values: R 4.2.2, t.test on logs. */

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
	assert_close(log(ratio.estimate) / ratio.se_log, -6.61321593099612);
	assert_close(ratio.p_value, 9.77779990097483e-5);
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
	assert_close(log(ratio.estimate) / ratio.se_log, -4.94068674500677);
	assert_close(ratio.p_value, 1.10764653423694e-4);
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
	assert_true(isnan(ratio.se_log) && isnan(ratio.p_value));
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
	assert_true(ratio.p_value == 0);
	assert_true(nn_ratio_noninferiority_p(&ratio, 0.49) == 0);
	assert_true(nn_ratio_noninferiority_p(&ratio, 0.51) == 1);
	assert_int_equal(nn_ratio_paired(base, base, 5, &ratio), 0);
	assert_true(ratio.p_value == 1);
	assert_true(nn_ratio_tost_p(&ratio, 0.02) == 0);
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

static void fieller_agrees_with_the_reference(void **state)
{
	double estimate;
	double ci95[2];

	(void)state;
	assert_int_equal(nn_ratio_fieller(native, 10, vm, 10, &estimate, ci95), 0);
	assert_close(estimate, 982.4 / 1005.1);
	assert_close(ci95[0], 0.967253815359704);
	assert_close(ci95[1], 0.987697464339485);
}

static void fieller_takes_what_has_no_logarithm(void **state)
{
	const double base[] = {10, 11, 9, 10};
	const double arm[] = {-1, 0, 2, -3, 1};
	double estimate;
	double ci95[2];

	(void)state;
	assert_int_equal(nn_ratio_fieller(base, 4, arm, 5, &estimate, ci95), 0);
	assert_close(estimate, -0.2 / 10);
	assert_true(ci95[0] < estimate && estimate < ci95[1]);
	/* no spread at all leaves the ratio of means alone */
	assert_int_equal(nn_ratio_fieller((const double[]){4, 4}, 2, (const double[]){2, 2}, 2,
					  &estimate, ci95),
			 0);
	assert_true(estimate == 0.5 && ci95[0] == 0.5 && ci95[1] == 0.5);
}

static void fieller_is_refused_without_bounds(void **state)
{
	const double about_zero[] = {-1, 2, -3, 4};
	const double negative[] = {-10, -11, -10, -11};
	const double broken[] = {NAN, 10, 10};
	double estimate = 7;
	double ci95[2] = {7, 7};

	(void)state;
	assert_int_equal(nn_ratio_fieller(about_zero, 4, vm, 10, &estimate, ci95), -ERANGE);
	assert_int_equal(nn_ratio_fieller(negative, 4, vm, 10, &estimate, ci95), -ERANGE);
	assert_int_equal(nn_ratio_fieller(broken, 3, vm, 10, &estimate, ci95), -ERANGE);
	assert_int_equal(nn_ratio_fieller(native, 10, broken, 3, &estimate, ci95), -ERANGE);
	assert_int_equal(nn_ratio_fieller(native, 1, vm, 10, &estimate, ci95), -ENODATA);
	assert_int_equal(nn_ratio_fieller(native, 10, vm, 1, &estimate, ci95), -ENODATA);
	assert_true(estimate == 7 && ci95[0] == 7 && ci95[1] == 7);
}

static void noninferiority_agrees_with_r(void **state)
{
	struct nn_ratio paired;
	struct nn_ratio welch;

	(void)state;
	assert_int_equal(nn_ratio_paired(native, vm, 10, &paired), 0);
	assert_int_equal(nn_ratio_welch(native, 10, vm, 10, &welch), 0);
	assert_close(log(paired.estimate / 0.97) / paired.se_log, 2.20952185759186);
	assert_close(nn_ratio_noninferiority_p(&paired, 0.97), 0.0272438634311928);
	assert_close(nn_ratio_noninferiority_p(&welch, 0.97), 0.0582157182295709);
	assert_int_equal(nn_ratio_verdict(paired.lower95, paired.upper95, 0.97), NN_VERDICT_PROVEN);
	assert_int_equal(nn_ratio_verdict(welch.lower95, welch.upper95, 0.97),
			 NN_VERDICT_INCONCLUSIVE);
}

/* A bound that is one end of an interval has that interval's level. */
static void tests_and_intervals_agree(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_welch(native, 10, vm, 7, &ratio), 0);
	assert_close(nn_ratio_noninferiority_p(&ratio, ratio.lower95), 0.05);
	assert_close(nn_ratio_noninferiority_p(&ratio, ratio.ci95[0]), 0.025);
	assert_close(nn_ratio_regression_p(&ratio, ratio.upper95), 0.05);
	assert_close(nn_ratio_regression_p(&ratio, ratio.ci95[1]), 0.025);
	assert_close(nn_ratio_regression_p(&ratio, 0.98) + nn_ratio_noninferiority_p(&ratio, 0.98),
		     1);
	assert_close(nn_ratio_regression_p(&ratio, ratio.estimate), 0.5);
}

static void equivalence_agrees_with_r(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_paired(native, vm, 10, &ratio), 0);
	assert_close(nn_ratio_tost_p(&ratio, 0.02), 0.767035902207951);
	/* 1 − lower95 is the share at which the 90 % interval just fits */
	assert_close(nn_ratio_tost_p(&ratio, 1 - ratio.lower95), 0.05);
	/* the other way round the other end counts */
	assert_int_equal(nn_ratio_paired(vm, native, 10, &ratio), 0);
	assert_close(nn_ratio_tost_p(&ratio, 0.02), 0.767035902207951);
}

static void tests_without_a_standard_error_have_no_p_value(void **state)
{
	struct nn_ratio ratio;

	(void)state;
	assert_int_equal(nn_ratio_paired(native, vm, 1, &ratio), 0);
	assert_true(isnan(nn_ratio_noninferiority_p(&ratio, 0.97)));
	assert_true(isnan(nn_ratio_regression_p(&ratio, 0.97)));
	assert_true(isnan(nn_ratio_tost_p(&ratio, 0.02)));
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
		cmocka_unit_test(fieller_agrees_with_the_reference),
		cmocka_unit_test(fieller_takes_what_has_no_logarithm),
		cmocka_unit_test(fieller_is_refused_without_bounds),
		cmocka_unit_test(noninferiority_agrees_with_r),
		cmocka_unit_test(tests_and_intervals_agree),
		cmocka_unit_test(equivalence_agrees_with_r),
		cmocka_unit_test(tests_without_a_standard_error_have_no_p_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
