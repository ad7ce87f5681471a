/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/multiple.h"

#include "ci/tests/harness/stats/numbers.h"

#define NR 15

/* The p-values of Benjamini and Hochberg's example. Golden values: R 4.2.2, p.adjust. */
static const double p_values[NR] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
				    0.0459, 0.324,  0.4262, 0.5719, 0.6528, 0.759,  1};

static void check(void (*adjust)(const double *, size_t, double *), const double golden[NR])
{
	/* in an order that is neither ascending nor descending */
	double shuffled[NR];
	double adjusted[NR];

	for (size_t i = 0; i < NR; i++)
		shuffled[i * 7 % NR] = p_values[i];
	adjust(shuffled, NR, adjusted);
	for (size_t i = 0; i < NR; i++)
		assert_close(adjusted[i * 7 % NR], golden[i]);
}

static void false_discovery_rate_agrees_with_r(void **state)
{
	static const double golden[NR] = {0.0015,
					  0.003,
					  0.0095,
					  0.035625,
					  0.0603,
					  0.0638571428571429,
					  0.0638571428571429,
					  0.0645,
					  0.0765,
					  0.486,
					  0.581181818181818,
					  0.714875,
					  0.753230769230769,
					  0.813214285714286,
					  1};

	(void)state;
	check(nn_adjust_benjamini_hochberg, golden);
}

static void dependent_false_discovery_rate_agrees_with_r(void **state)
{
	static const double golden[NR] = {0.00497734348984349,
					  0.00995468697968698,
					  0.0315231754356754,
					  0.118211907883783,
					  0.200089208291708,
					  0.211892622853337,
					  0.211892622853337,
					  0.21402577006327,
					  0.253844517982018,
					  1,
					  1,
					  1,
					  1,
					  1,
					  1};

	(void)state;
	check(nn_adjust_benjamini_yekutieli, golden);
}

static void family_wise_error_rate_agrees_with_r(void **state)
{
	static const double golden[NR] = {0.0015, 0.0056, 0.0247, 0.114,  0.2211,
					  0.278,  0.278,  0.278,  0.3213, 1,
					  1,      1,      1,      1,      1};

	(void)state;
	check(nn_adjust_holm, golden);
}

static void missing_tests_do_not_count(void **state)
{
	const double with[] = {0.01, NAN, 0.04, NAN, 0.02};
	const double none[] = {NAN, NAN};
	double adjusted[5];

	(void)state;
	nn_adjust_benjamini_hochberg(with, 5, adjusted);
	assert_close(adjusted[0], 0.03);
	assert_close(adjusted[4], 0.03);
	assert_close(adjusted[2], 0.04);
	assert_true(isnan(adjusted[1]) && isnan(adjusted[3]));
	nn_adjust_holm(with, 5, adjusted);
	assert_close(adjusted[0], 0.03);
	assert_close(adjusted[4], 0.04);
	assert_close(adjusted[2], 0.04);
	assert_true(isnan(adjusted[1]) && isnan(adjusted[3]));
	nn_adjust_benjamini_yekutieli(none, 2, adjusted);
	assert_true(isnan(adjusted[0]) && isnan(adjusted[1]));
	nn_adjust_holm(NULL, 0, NULL);
}

static void one_test_stays_as_it_is(void **state)
{
	const double p = 0.2;
	double adjusted;

	(void)state;
	nn_adjust_benjamini_hochberg(&p, 1, &adjusted);
	assert_true(adjusted == 0.2);
	nn_adjust_benjamini_yekutieli(&p, 1, &adjusted);
	assert_true(adjusted == 0.2);
	nn_adjust_holm(&p, 1, &adjusted);
	assert_true(adjusted == 0.2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(false_discovery_rate_agrees_with_r),
		cmocka_unit_test(dependent_false_discovery_rate_agrees_with_r),
		cmocka_unit_test(family_wise_error_rate_agrees_with_r),
		cmocka_unit_test(missing_tests_do_not_count),
		cmocka_unit_test(one_test_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
