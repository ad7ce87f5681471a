/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/distribution.h"

#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"

/* Golden values throughout: R 4.2.2. */

static void quantiles_of_t_agree_with_r(void **state)
{
	static const struct {
		double p;
		double df;
		double golden;
	} cases[] = {
		{0.975, 1, 12.7062047361747},
		{0.975, 2, 4.30265272974946},
		{0.975, 4, 2.77644510519779},
		{0.975, 9, 2.2621571627982},
		{0.975, 14, 2.1447866879178},
		{0.975, 19, 2.09302405440831},
		{0.975, 29, 2.0452296421327},
		{0.995, 3.7, 4.86925225322783},
		{1e-6, 1, -318309.886182743},
		{0.6, 2.5, 0.281459512748548},
		{0.9999, 1e6, 3.71903027476257},
		{0.025, 1.0001, -12.7032028204515},
		{0.95, 17.6957846996505, 1.7356800764411},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		assert_close(nn_t_quantile(cases[i].p, cases[i].df), cases[i].golden);
		assert_close(nn_t_cdf(cases[i].golden, cases[i].df), cases[i].p);
	}
}

/* GSL's inverse may give up, and would end the program: over what intervals ask for it does not. */
static void quantiles_of_t_exist_for_all_numbers_of_boots(void **state)
{
	static const double ps[] = {0.0005, 0.005, 0.025, 0.05, 0.95, 0.975, 0.995, 0.9995};

	(void)state;
	for (double df = 1; df < 1e7; df *= 1.07) {
		for (size_t i = 0; i < NN_ARRAY_SIZE(ps); i++)
			assert_near(nn_t_cdf(nn_t_quantile(ps[i], df), df), ps[i], 1e-9);
	}
}

static void probabilities_agree_with_r(void **state)
{
	(void)state;
	assert_close(nn_t_cdf(2.345, 7.89), 0.976262434012454);
	assert_close(nn_t_cdf(-40, 3), 1.71903403945793e-5);
	assert_close(nn_normal_cdf(-3.3), 0.000483424142383777);
	assert_close(nn_normal_cdf(1.96), 0.97500210485178);
	assert_close(nn_normal_cdf(-12), 1.77648211207768e-33);
	assert_close(nn_normal_quantile(1e-10), -6.36134090240406);
	assert_close(nn_normal_quantile(0.025), -1.95996398454005);
	assert_close(nn_normal_quantile(1e-300), -37.0470962993612);
	assert_close(nn_beta_cdf(0.3, 2.5, 7.25), 0.660482273581907);
	assert_close(nn_f_cdf(2.5, 3, 17), 0.905717194921052);
	assert_close(nn_f_cdf(0.2, 2.5, 9.1), 0.135972145203133);
}

static void quantiles_of_beta_agree_with_r(void **state)
{
	static const struct {
		double p;
		double a;
		double b;
		double golden;
	} cases[] = {
		{0.025, 3, 18, 0.0320709371854637},  {0.975, 3, 18, 0.316982714019082},
		{0.5, 0.1, 0.2, 0.0416524955555963}, {1e-8, 0.5, 30, 2.63990063109952e-18},
		{0.975, 1, 9, 0.336267116879943},    {0.025, 9, 1, 0.663732883120057},
		{0.9, 500, 3, 0.99780268272355},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_close(nn_beta_quantile(cases[i].p, cases[i].a, cases[i].b), cases[i].golden);
}

static void noncentral_t_agrees_with_r(void **state)
{
	static const struct {
		double t;
		double df;
		double noncentrality;
		double golden;
	} cases[] = {
		{2.1, 9, 2.5, 0.339413398497165},    {-1.3, 4, 1.2, 0.0128130401012635},
		{0, 7, 1.5, 0.0668072012688581},     {3.3, 18, 3.5, 0.413529089981776},
		{1.7, 100, -0.8, 0.993395132015494}, {12, 3.7, 8, 0.756567041245609},
		{2, 5, 0, 0.949030260585071},        {25, 9, 20, 0.760578429978877},
		{2.262, 9, -1, 0.997905297774169},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_close(nn_noncentral_t_cdf(cases[i].t, cases[i].df, cases[i].noncentrality),
			     cases[i].golden);
}

/* Beyond what the sum can do an approximation takes over: good to three digits, and no jump. */
static void far_noncentral_t_is_approximated(void **state)
{
	(void)state;
	assert_near(nn_noncentral_t_cdf(40, 19, 38.5), 0.558948585759428, 2e-2);
	assert_near(nn_noncentral_t_cdf(38, 99, 37.001), nn_noncentral_t_cdf(38, 99, 36.999), 5e-3);
}

static void arguments_at_and_beyond_the_edge_have_an_answer(void **state)
{
	(void)state;
	assert_true(nn_t_cdf(INFINITY, 4) == 1 && nn_t_cdf(-INFINITY, 4) == 0);
	assert_true(nn_noncentral_t_cdf(INFINITY, 4, 1) == 1);
	assert_true(nn_noncentral_t_cdf(-INFINITY, 4, 1) == 0);
	assert_true(nn_f_cdf(INFINITY, 2, 3) == 1 && nn_f_cdf(-1, 2, 3) == 0);
	assert_true(nn_beta_quantile(0, 2, 3) == 0 && nn_beta_quantile(1, 2, 3) == 1);
	assert_true(isinf(nn_normal_quantile(0)) && isinf(nn_normal_quantile(1)));
	assert_true(isnan(nn_t_quantile(0, 4)) && isnan(nn_t_quantile(1, 4)));
	assert_true(isnan(nn_t_quantile(NAN, 4)) && isnan(nn_t_quantile(0.5, NAN)));
	assert_true(isnan(nn_t_quantile(0.5, 0)) && isnan(nn_t_cdf(1, 0)));
	assert_true(isnan(nn_t_cdf(NAN, 4)) && isnan(nn_t_cdf(1, NAN)));
	assert_true(isnan(nn_normal_quantile(1.1)) && isnan(nn_normal_quantile(NAN)));
	assert_true(isnan(nn_beta_cdf(0.5, 0, 1)) && isnan(nn_beta_cdf(0.5, 1, -1)));
	assert_true(isnan(nn_beta_quantile(0.5, 0, 1)) && isnan(nn_beta_quantile(2, 1, 1)));
	assert_true(isnan(nn_f_cdf(1, 0, 1)) && isnan(nn_f_cdf(NAN, 1, 1)));
	assert_true(isnan(nn_noncentral_t_cdf(1, 0, 1)) && isnan(nn_noncentral_t_cdf(1, 1, NAN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_of_t_agree_with_r),
		cmocka_unit_test(quantiles_of_t_exist_for_all_numbers_of_boots),
		cmocka_unit_test(probabilities_agree_with_r),
		cmocka_unit_test(quantiles_of_beta_agree_with_r),
		cmocka_unit_test(noncentral_t_agrees_with_r),
		cmocka_unit_test(far_noncentral_t_is_approximated),
		cmocka_unit_test(arguments_at_and_beyond_the_edge_have_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
