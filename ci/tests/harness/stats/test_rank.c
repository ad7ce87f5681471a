/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/rank.h"

#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"

/* Golden values throughout: R 4.2.2 (pwilcox, qwilcox, psignrank, qsignrank). */

static void rank_sum_probabilities_agree_with_r(void **state)
{
	static const struct {
		double w;
		size_t m;
		size_t n;
		double golden;
	} cases[] = {
		{12, 8, 9, 0.0103249691484986},
		{23, 10, 10, 0.0216285262724891},
		{3, 50, 50, 6.93815711499291e-29},
		{100, 50, 50, 1.61549860728036e-20},
		{1249, 50, 50, 0.498631104499242},
		{1300, 50, 50, 0.635563765654479},
		{0, 4, 11, 0.000732600732600733},
		{7, 4, 11, 0.0278388278388278},
		{20, 4, 11, 0.425641025641026},
		{-1, 4, 11, 0},
		{44, 4, 11, 1},
		{1e9, 4, 11, 1},
		{7.9, 11, 4, 0.0278388278388278},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_close(nn_rank_sum_cdf(cases[i].w, cases[i].m, cases[i].n), cases[i].golden);
	assert_true(isnan(nn_rank_sum_cdf(NAN, 4, 11)));
}

static void rank_sum_quantiles_agree_with_r(void **state)
{
	static const struct {
		double p;
		size_t m;
		size_t n;
		size_t golden;
	} cases[] = {
		{0.025, 10, 10, 24},   {0.025, 50, 50, 966}, {0.5, 50, 50, 1250},
		{0.975, 50, 50, 1534}, {0.001, 50, 50, 806}, {0.025, 4, 4, 1},
		{0.025, 3, 3, 0},      {0.9, 7, 12, 57},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_int_equal(nn_rank_sum_quantile(cases[i].p, cases[i].m, cases[i].n),
				 cases[i].golden);
}

static void signed_rank_probabilities_and_quantiles_agree_with_r(void **state)
{
	(void)state;
	assert_close(nn_signed_rank_cdf(8, 10), 0.0244140625);
	assert_close(nn_signed_rank_cdf(0, 50), 8.88178419700124e-16);
	assert_close(nn_signed_rank_cdf(300, 50), 0.000423785449182645);
	assert_close(nn_signed_rank_cdf(637, 50), 0.5);
	assert_close(nn_signed_rank_cdf(638, 50), 0.503816586041775);
	assert_close(nn_signed_rank_cdf(900, 50), 0.994869195271405);
	assert_close(nn_signed_rank_cdf(2, 6), 0.046875);
	assert_close(nn_signed_rank_cdf(20, 6), 0.984375);
	assert_int_equal(nn_signed_rank_quantile(0.025, 10), 9);
	assert_int_equal(nn_signed_rank_quantile(0.025, 50), 435);
	assert_int_equal(nn_signed_rank_quantile(0.5, 50), 637);
	assert_int_equal(nn_signed_rank_quantile(0.999, 50), 951);
	assert_int_equal(nn_signed_rank_quantile(0.025, 5), 0);
	assert_int_equal(nn_signed_rank_quantile(0.025, 6), 1);
}

/* A quantile is the smallest outcome whose probability reaches p, whatever p is. */
static void quantiles_invert_probabilities(void **state)
{
	(void)state;
	for (size_t w = 0; w <= 42; w++)
		assert_int_equal(nn_rank_sum_quantile(nn_rank_sum_cdf((double)w, 6, 7), 6, 7), w);
	for (size_t v = 0; v <= 28; v++)
		assert_int_equal(nn_signed_rank_quantile(nn_signed_rank_cdf((double)v, 7), 7), v);
}

static void the_normal_approximation_continues_the_exact_counts(void **state)
{
	/* the golden values are exact */
	(void)state;
	assert_near(nn_rank_sum_cdf(1000, 51, 50), 0.0310310647501662, 0.01);
	assert_near(nn_rank_sum_cdf(1200, 51, 50), 0.307146639149831, 0.01);
	assert_near(nn_signed_rank_cdf(500, 51), 0.0642463837112776, 0.01);
	assert_near(nn_signed_rank_cdf(600, 51), 0.280528344982482, 0.01);
	assert_int_equal(nn_signed_rank_quantile(0.025, 51), 454);
}

static void no_boots_leave_one_outcome(void **state)
{
	(void)state;
	assert_true(nn_rank_sum_cdf(0, 0, 5) == 1);
	assert_true(nn_signed_rank_cdf(0, 0) == 1);
	assert_true(nn_signed_rank_cdf(-1, 0) == 0);
	assert_int_equal(nn_signed_rank_quantile(0.975, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rank_sum_probabilities_agree_with_r),
		cmocka_unit_test(rank_sum_quantiles_agree_with_r),
		cmocka_unit_test(signed_rank_probabilities_and_quantiles_agree_with_r),
		cmocka_unit_test(quantiles_invert_probabilities),
		cmocka_unit_test(the_normal_approximation_continues_the_exact_counts),
		cmocka_unit_test(no_boots_leave_one_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
