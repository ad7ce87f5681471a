/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/rank.h"

#include <errno.h>

#include "ci/tests/harness/stats/arms.h"
#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/compat.h"

/* Golden values throughout: R 4.2.2, wilcox.test on logs; ties and many boots without exact. */

static void unpaired_estimate_agrees_with_r(void **state)
{
	struct nn_hodges_lehmann hl;

	(void)state;
	assert_int_equal(nn_hodges_lehmann_unpaired(native, 10, vm, 10, &hl), 0);
	assert_true(hl.statistic == 6);
	assert_close(hl.p_value, 3.24752646734071e-4);
	assert_near(hl.estimate, 0.977614259869598, 1e-6);
	assert_near(hl.ci95[0], 0.967294350842418, 1e-6);
	assert_near(hl.ci95[1], 0.987154150197629, 1e-6);
}

static void paired_estimate_agrees_with_r(void **state)
{
	struct nn_hodges_lehmann hl;

	(void)state;
	assert_int_equal(nn_hodges_lehmann_paired(native, vm, 10, &hl), 0);
	assert_true(hl.statistic == 0);
	assert_close(hl.p_value, 0.001953125);
	assert_near(hl.estimate, 0.978229552319989, 1e-6);
	assert_near(hl.ci95[0], 0.969544220618364, 1e-6);
	assert_near(hl.ci95[1], 0.985074626865672, 1e-6);
}

/* Estimate and interval against all differences, sorted: here 3 × 4 boots. */
static void every_order_statistic_is_found(void **state)
{
	const double base[] = {8, 1, 2, 4};
	const double arm[] = {3, 27, 9};
	/* ratios in order: 3/8 3/4 9/8 3/2 9/4 3 27/8 9/2 27/4 9 27/2 27 */
	struct nn_hodges_lehmann hl;

	(void)state;
	assert_int_equal(nn_hodges_lehmann_unpaired(base, 4, arm, 3, &hl), 0);
	assert_close(hl.estimate, sqrt(3 * 27.0 / 8));
	assert_true(hl.statistic == 10);
	assert_true(isnan(hl.ci95[0]) && isnan(hl.ci95[1]));
	assert_int_equal(nn_hodges_lehmann_unpaired(arm, 3, base, 1, &hl), 0);
	assert_close(hl.estimate, 8.0 / 9);
}

static void ties_take_the_normal_approximation(void **state)
{
	const double base[] = {2, 4, 5, 5, 6, 7, 10, 11};
	const double arm[] = {1, 2, 2, 3, 5, 8, 9};
	struct nn_hodges_lehmann hl;

	(void)state;
	assert_int_equal(nn_hodges_lehmann_unpaired(base, 8, arm, 7, &hl), 0);
	assert_true(hl.statistic == 17);
	assert_close(hl.p_value, 0.220985214667395);
	assert_true(hl.ci95[0] < hl.estimate && hl.estimate < hl.ci95[1]);
}

static void pairs_without_a_difference_do_not_count(void **state)
{
	const double base[] = {200, 400, 500, 500, 600, 700, 1000, 64};
	const double arm[] = {100, 200, 1000, 250, 1200, 1400, 2000, 64};
	const double none[] = {64, 64, 64, 64, 64, 64};
	struct nn_hodges_lehmann hl;

	(void)state;
	assert_int_equal(nn_hodges_lehmann_paired(base, arm, 8, &hl), 0);
	assert_true(hl.statistic == 16);
	assert_close(hl.p_value, 0.776814004155482);
	assert_int_equal(nn_hodges_lehmann_paired(none, none, 6, &hl), 0);
	assert_true(hl.p_value == 1);
	assert_true(hl.estimate == 1 && hl.ci95[0] == 1 && hl.ci95[1] == 1);
	assert_int_equal(nn_hodges_lehmann_unpaired(none, 6, none, 6, &hl), 0);
	assert_true(hl.p_value == 1 && hl.statistic == 18);
	assert_true(hl.estimate == 1 && hl.ci95[0] == 1 && hl.ci95[1] == 1);
}

static void many_boots_agree_with_r(void **state)
{
	double arm[60];
	double base[70];
	struct nn_hodges_lehmann hl;

	(void)state;
	for (int i = 0; i < 60; i++)
		arm[i] = (i + 1) * 37 % 101 + 100.5;
	for (int i = 0; i < 70; i++)
		base[i] = (i + 1) * 53 % 103 + 99.25;
	assert_int_equal(nn_hodges_lehmann_unpaired(base, 70, arm, 60, &hl), 0);
	assert_true(hl.statistic == 2166);
	assert_close(hl.p_value, 0.759684994344874);
	assert_close(hl.estimate, 1.00910794944137);
	/* R solves for where the approximate p is 0.05, here the nearest differences are taken */
	assert_near(hl.ci95[0], 0.939111263468339, 5e-4);
	assert_near(hl.ci95[1], 1.08424935762084, 5e-4);
	assert_int_equal(nn_hodges_lehmann_paired(base, arm, 60, &hl), 0);
	assert_true(hl.statistic == 992);
	assert_close(hl.p_value, 0.573324147414924);
	assert_close(hl.estimate, 1.02251748207196);
	assert_near(hl.ci95[0], 0.944316697275168, 5e-4);
	assert_near(hl.ci95[1], 1.10994808411396, 5e-4);
}

/* 20,000 boots an arm would be 3 GB of differences, were they stored. */
static void memory_does_not_grow_with_the_differences(void **state)
{
	enum { NR = 20000 };
	NN_AUTO(free) double *base = nn_calloc(NR, sizeof(*base));
	NN_AUTO(free) double *arm = nn_calloc(NR, sizeof(*arm));
	struct nn_hodges_lehmann hl;

	(void)state;
	for (int i = 0; i < NR; i++) {
		base[i] = 1 + (double)(i * 7919LL % NR) / NR;
		arm[i] = 2 * base[i];
	}
	assert_int_equal(nn_hodges_lehmann_unpaired(base, NR, arm, NR, &hl), 0);
	assert_near(hl.estimate, 2, 1e-9);
	assert_true(hl.ci95[0] > 1.98 && hl.ci95[1] < 2.02 && hl.p_value < 1e-6);
	assert_int_equal(nn_hodges_lehmann_paired(base, arm, NR, &hl), 0);
	assert_near(hl.estimate, 2, 1e-12);
}

static void intervals_need_their_least_number_of_boots(void **state)
{
	struct nn_hodges_lehmann hl;

	(void)state;
	assert_int_equal(nn_hodges_lehmann_unpaired(native, 4, vm, 4, &hl), 0);
	/* of 16 differences the outermost ones */
	assert_close(hl.ci95[0], 97.1 / 102.3);
	assert_close(hl.ci95[1], 99.0 / 99.8);
	assert_int_equal(nn_hodges_lehmann_unpaired(native, 3, vm, 4, &hl), 0);
	assert_true(isnan(hl.ci95[0]) && !isnan(hl.estimate));
	assert_int_equal(nn_hodges_lehmann_paired(native, vm, 6, &hl), 0);
	assert_close(hl.ci95[1], 99.9 / 100.1);
	assert_int_equal(nn_hodges_lehmann_paired(native, vm, 5, &hl), 0);
	assert_true(isnan(hl.ci95[1]) && !isnan(hl.estimate));
	assert_int_equal(nn_hodges_lehmann_paired(native, vm, 1, &hl), 0);
	assert_close(hl.estimate, 98.9 / 101.2);
}

static void values_without_a_logarithm_are_refused(void **state)
{
	static const double bad[] = {0, -1, NAN, INFINITY};
	struct nn_hodges_lehmann hl = {.estimate = 7};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bad); i++) {
		const double values[] = {1, bad[i], 2};

		assert_int_equal(nn_hodges_lehmann_paired(values, vm, 3, &hl), -EDOM);
		assert_int_equal(nn_hodges_lehmann_paired(vm, values, 3, &hl), -EDOM);
		assert_int_equal(nn_hodges_lehmann_unpaired(values, 3, vm, 3, &hl), -EDOM);
		assert_int_equal(nn_hodges_lehmann_unpaired(vm, 3, values, 3, &hl), -EDOM);
	}
	assert_int_equal(nn_hodges_lehmann_paired(native, vm, 0, &hl), -EINVAL);
	assert_int_equal(nn_hodges_lehmann_unpaired(native, 0, vm, 3, &hl), -EINVAL);
	assert_int_equal(nn_hodges_lehmann_unpaired(native, 3, vm, 0, &hl), -EINVAL);
	assert_true(hl.estimate == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpaired_estimate_agrees_with_r),
		cmocka_unit_test(paired_estimate_agrees_with_r),
		cmocka_unit_test(every_order_statistic_is_found),
		cmocka_unit_test(ties_take_the_normal_approximation),
		cmocka_unit_test(pairs_without_a_difference_do_not_count),
		cmocka_unit_test(many_boots_agree_with_r),
		cmocka_unit_test(memory_does_not_grow_with_the_differences),
		cmocka_unit_test(intervals_need_their_least_number_of_boots),
		cmocka_unit_test(values_without_a_logarithm_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
