/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/resample.h"

#include <errno.h>

#include "ci/tests/harness/stats/arms.h"
#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"
#include "harness/stats/ratio.h"

#define R NN_BOOTSTRAP_RESAMPLES

/*
 * Exact intervals by enumerating all 5^5 resamples of five pairs: the ends are order statistics of
 * T*, which 99,999 draws meet but for their own noise.
 */
static int by_value(const void *a, const void *b)
{
	const double left = *(const double *)a;
	const double right = *(const double *)b;

	return (left > right) - (left < right);
}

static size_t enumerate(const double logs[5], double mean, double *ret_ts)
{
	size_t nr = 0;

	for (size_t draw = 0; draw < 3125; draw++) {
		double sum = 0;
		double squares = 0;

		for (size_t i = 0, rest = draw; i < 5; i++, rest /= 5)
			sum += logs[rest % 5] / 5;
		for (size_t i = 0, rest = draw; i < 5; i++, rest /= 5)
			squares += pow(logs[rest % 5] - sum, 2);
		if (draw % 781 != 0) /* five times the same pair */
			ret_ts[nr++] = (sum - mean) / sqrt(squares / 4 / 5);
	}
	qsort(ret_ts, nr, sizeof(*ret_ts), by_value);
	return nr;
}

static void intervals_are_those_of_all_resamples(void **state)
{
	struct nn_ratio ratio;
	double logs[5];
	double ts[3125];
	double ci95[2];
	size_t nr;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		logs[i] = log(vm[i] / native[i]);
	assert_int_equal(nn_ratio_paired(native, vm, 5, &ratio), 0);
	nr = enumerate(logs, log(ratio.estimate), ts);
	assert_int_equal(nr, 3120);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 5, 99999, 1, ci95), 0);
	assert_near(log(ci95[0]), log(ratio.estimate) - ts[nr * 39 / 40] * ratio.se_log, 0.03);
	assert_near(log(ci95[1]), log(ratio.estimate) - ts[nr / 40] * ratio.se_log, 0.03);
}

static void equal_seeds_give_equal_bytes(void **state)
{
	double one[2];
	double two[2];
	double other[2];

	(void)state;
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 10, R, 5, one), 0);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 10, R, 5, two), 0);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 10, R, 6, other), 0);
	assert_memory_equal(one, two, sizeof(one));
	assert_memory_not_equal(one, other, sizeof(one));
	assert_int_equal(nn_bootstrap_t_unpaired(native, 10, vm, 9, R, 5, one), 0);
	assert_int_equal(nn_bootstrap_t_unpaired(native, 10, vm, 9, R, 5, two), 0);
	assert_memory_equal(one, two, sizeof(one));
}

/* Boots that scatter normally: both methods say the same, but for the noise of the sample. */
static void well_behaved_boots_get_the_interval_of_t(void **state)
{
	enum { NR = 200 };
	NN_AUTO(random) struct nn_random *random = nn_random_new(11);
	double base[NR];
	double arm[NR];
	struct nn_ratio ratio;
	double ci95[2];

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		base[i] = exp(4 + 0.01 * nn_random_normal(random));
		arm[i] = 0.97 * exp(4 + 0.01 * nn_random_normal(random));
	}
	assert_int_equal(nn_ratio_paired(base, arm, NR, &ratio), 0);
	assert_int_equal(nn_bootstrap_t_paired(base, arm, NR, R, 12, ci95), 0);
	assert_true(fabs(log(ci95[0] / ratio.ci95[0])) < 0.1 * ratio.se_log);
	assert_true(fabs(log(ci95[1] / ratio.ci95[1])) < 0.1 * ratio.se_log);
	assert_int_equal(nn_ratio_welch(base, NR, arm, NR / 2, &ratio), 0);
	assert_int_equal(nn_bootstrap_t_unpaired(base, NR, arm, NR / 2, R, 13, ci95), 0);
	assert_true(fabs(log(ci95[0] / ratio.ci95[0])) < 0.15 * ratio.se_log);
	assert_true(fabs(log(ci95[1] / ratio.ci95[1])) < 0.15 * ratio.se_log);
}

/* One slow boot in ten: the interval reaches further to the side of the slow boot. */
static void skewed_boots_get_a_skewed_interval(void **state)
{
	double base[NR_BOOTS];
	double arm[NR_BOOTS];
	double ci95[2];
	struct nn_ratio ratio;

	(void)state;
	for (size_t i = 0; i < NR_BOOTS; i++) {
		base[i] = 100;
		arm[i] = i ? 100 + 0.1 * (double)i : 140;
	}
	assert_int_equal(nn_ratio_paired(base, arm, NR_BOOTS, &ratio), 0);
	assert_int_equal(nn_bootstrap_t_paired(base, arm, NR_BOOTS, R, 3, ci95), 0);
	assert_true(log(ci95[1] / ratio.estimate) > 2 * log(ratio.estimate / ci95[0]));
	assert_true(ci95[1] > ratio.ci95[1]);
}

static void too_few_boots_are_refused(void **state)
{
	double ci95[2] = {7, 7};

	(void)state;
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 0, R, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 2, R, 1, ci95), -ENODATA);
	/* of 3 or 4 pairs 1 in 9 or 64 resamples is one pair over and over */
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 3, R, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 4, R, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_unpaired(native, 2, vm, 10, R, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_unpaired(native, 10, vm, 2, R, 1, ci95), -ENODATA);
	assert_true(ci95[0] == 7 && ci95[1] == 7);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 5, R, 1, ci95), 0);
	assert_int_equal(nn_bootstrap_t_unpaired(native, 4, vm, 4, R, 1, ci95), 0);
}

static void boots_without_spread_are_refused(void **state)
{
	const double same[] = {1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1};
	const double one_off[] = {1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.2};
	double ci95[2] = {7, 7};

	(void)state;
	assert_int_equal(nn_bootstrap_t_paired(same, same, 8, R, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_unpaired(same, 8, same, 8, R, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_paired(same, one_off, 8, R, 1, ci95), -ENODATA);
	assert_true(ci95[0] == 7 && ci95[1] == 7);
}

static void values_without_a_logarithm_are_refused(void **state)
{
	static const double bad[] = {0, -1, NAN, INFINITY};
	double ci95[2] = {7, 7};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bad); i++) {
		const double values[] = {1, bad[i], 2, 3, 4};

		assert_int_equal(nn_bootstrap_t_paired(values, vm, 5, R, 1, ci95), -EDOM);
		assert_int_equal(nn_bootstrap_t_paired(vm, values, 5, R, 1, ci95), -EDOM);
		assert_int_equal(nn_bootstrap_t_unpaired(values, 5, vm, 5, R, 1, ci95), -EDOM);
		assert_int_equal(nn_bootstrap_t_unpaired(vm, 5, values, 5, R, 1, ci95), -EDOM);
	}
	assert_true(ci95[0] == 7 && ci95[1] == 7);
}

static void few_resamples_are_refused(void **state)
{
	double ci95[2] = {7, 7};

	(void)state;
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 10, 0, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 10, 38, 1, ci95), -ENODATA);
	assert_int_equal(nn_bootstrap_t_paired(native, vm, 10, 39, 1, ci95), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_are_those_of_all_resamples),
		cmocka_unit_test(equal_seeds_give_equal_bytes),
		cmocka_unit_test(well_behaved_boots_get_the_interval_of_t),
		cmocka_unit_test(skewed_boots_get_a_skewed_interval),
		cmocka_unit_test(too_few_boots_are_refused),
		cmocka_unit_test(boots_without_spread_are_refused),
		cmocka_unit_test(values_without_a_logarithm_are_refused),
		cmocka_unit_test(few_resamples_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
