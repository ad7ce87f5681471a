/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/proportion.h"

#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"

static void no_bad_boot_among_few_does_not_exclude_many(void **state)
{
	/* the table of the rule of three in the statistics reference, in percent */
	static const struct {
		size_t nr;
		double percent;
	} cases[] = {{5, 45}, {10, 26}, {15, 18}, {20, 14}, {30, 9.5}, {59, 5}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_true(fabs(100 * nn_share_upper95(0, cases[i].nr) - cases[i].percent) < 0.5);
	assert_close(nn_share_upper95(0, 10), 1 - pow(0.05, 0.1));
}

static void intervals_of_shares_agree_with_r(void **state)
{
	/* binom.test of R 4.2.2 */
	static const struct {
		size_t nr_hits;
		size_t nr;
		double golden[2];
	} cases[] = {
		{0, 10, {0, 0.308497107818761}},
		{1, 10, {0.00252857854446179, 0.445016117028195}},
		{3, 10, {0.0667395111777345, 0.652452850059997}},
		{9, 10, {0.554983882971805, 0.997471421455538}},
		{10, 10, {0.691502892181239, 1}},
		{3, 20, {0.0320709371854637, 0.378926826545314}},
		{0, 0, {NAN, NAN}},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		double ci95[2];

		nn_share_ci95(cases[i].nr_hits, cases[i].nr, ci95);
		assert_close(ci95[0], cases[i].golden[0]);
		assert_close(ci95[1], cases[i].golden[1]);
		if (cases[i].nr_hits)
			assert_true(nn_share_upper95(cases[i].nr_hits, cases[i].nr) == ci95[1]);
	}
	assert_true(isnan(nn_share_upper95(0, 0)));
}

static void two_levels_of_boots_are_two_modes(void **state)
{
	const double logs[] = {0.001,  0.051, -0.002, 0.002, 0.003, 0.049,
			       -0.001, 0.000, 0.001,  0.050, 0.002, -0.003};
	size_t nr_upper = 99;
	double gap = 0;

	(void)state;
	assert_true(nn_is_bimodal(logs, 12, &nr_upper, &gap));
	assert_int_equal(nr_upper, 3);
	assert_close(gap, 0.046);
	assert_true(nn_is_bimodal(logs, 12, NULL, NULL));
	assert_false(nn_is_bimodal(logs, 9, &nr_upper, &gap)); /* too few to tell */
	assert_int_equal(nr_upper, 0);
	assert_true(isnan(gap));
}

static void a_gap_must_be_wide_in_itself_and_against_the_spread(void **state)
{
	double logs[12];
	size_t nr_upper;
	double gap;

	(void)state;
	for (size_t i = 0; i < 12; i++)
		logs[i] = i < 8 ? 0 : 0.0099;
	assert_false(nn_is_bimodal(logs, 12, &nr_upper, &gap)); /* below 1 % */
	assert_int_equal(nr_upper, 4);
	assert_close(gap, 0.0099);
	for (size_t i = 0; i < 12; i++)
		logs[i] = i < 8 ? 0 : 0.0101;
	assert_true(nn_is_bimodal(logs, 12, NULL, NULL));
	for (size_t i = 0; i < 12; i++) /* 2 % between modes that scatter by 1 % */
		logs[i] = (i < 8 ? 0 : 0.04) + 0.01 * (i % 3);
	assert_false(nn_is_bimodal(logs, 12, NULL, NULL));
	/* eight that scatter by 1 %: 3 pooled SDs (two means taken off) are 1.34 % */
	for (size_t i = 0; i < 12; i++)
		logs[i] = i < 8 ? 0.01 * (i % 2) : 0.01 + 0.0133;
	assert_false(nn_is_bimodal(logs, 12, NULL, NULL));
	for (size_t i = 8; i < 12; i++)
		logs[i] = 0.01 + 0.0136;
	assert_true(nn_is_bimodal(logs, 12, NULL, NULL));
	for (size_t i = 0; i < 12; i++)
		logs[i] = 0.7;
	assert_false(nn_is_bimodal(logs, 12, NULL, NULL));
}

/* Share of simulated arms that are flagged; @share of boots is slower by @step. */
static double flag_share(double sd, size_t nr, double share, double step)
{
	enum { NR_ARMS = 2000 };
	NN_AUTO(random) struct nn_random *random = nn_random_new(nr);
	size_t nr_flagged = 0;

	for (size_t i = 0; i < NR_ARMS; i++) {
		double logs[64];

		for (size_t j = 0; j < nr; j++) {
			logs[j] = sd * nn_random_normal(random);
			logs[j] += nn_random_uniform(random) < share ? step : 0;
		}
		nr_flagged += nn_is_bimodal(logs, nr, NULL, NULL);
	}
	return (double)nr_flagged / NR_ARMS;
}

/* Rates of the statistics reference, found there by simulation too. */
static void flags_are_as_frequent_as_simulated(void **state)
{
	static const struct {
		double sd;
		size_t nr;
		double share;
		double step;
		double rate;
	} cases[] = {
		{0.0065, 10, 0, 0, 0.03},      {0.01, 10, 0, 0, 0.05},
		{0.02, 10, 0, 0, 0.06},        {0.01, 20, 0, 0, 0.005},
		{0.0065, 10, 0.2, 0.05, 0.86}, {0.0065, 20, 0.2, 0.05, 0.94},
		{0.0065, 30, 0.2, 0.05, 0.91}, {0.0065, 20, 0.05, 0.1, 0.64},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		double rate = flag_share(cases[i].sd, cases[i].nr, cases[i].share, cases[i].step);

		if (!(fabs(rate - cases[i].rate) < 0.035))
			fail_msg("row %zu: %g is not about %g", i, rate, cases[i].rate);
	}
}

/* Gaussian arms reach the clear level in 0.3 % of cases, whatever their number of boots. */
static void clear_modes_are_rare_by_chance_and_found_when_there(void **state)
{
	static const size_t boots[] = {10, 14, 20, 30};
	NN_AUTO(random) struct nn_random *random = nn_random_new(7);

	(void)state;
	for (size_t b = 0; b < NN_ARRAY_SIZE(boots); b++) {
		size_t nr_false = 0, nr_found = 0;

		for (size_t i = 0; i < 4000; i++) {
			double logs[30];

			for (size_t j = 0; j < boots[b]; j++)
				logs[j] = 0.02 * nn_random_normal(random);
			nr_false += nn_is_clearly_bimodal(logs, boots[b]);
			for (size_t j = 0; j < boots[b]; j++)
				logs[j] = 0.003 * nn_random_normal(random) + (j < 3 ? 0.05 : 0);
			nr_found += nn_is_clearly_bimodal(logs, boots[b]);
		}
		assert_true(nr_false <= 28); /* 12 expected, 4.5 SDs above */
		assert_true(nr_found >= 3900);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_bad_boot_among_few_does_not_exclude_many),
		cmocka_unit_test(intervals_of_shares_agree_with_r),
		cmocka_unit_test(two_levels_of_boots_are_two_modes),
		cmocka_unit_test(a_gap_must_be_wide_in_itself_and_against_the_spread),
		cmocka_unit_test(flags_are_as_frequent_as_simulated),
		cmocka_unit_test(clear_modes_are_rare_by_chance_and_found_when_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
