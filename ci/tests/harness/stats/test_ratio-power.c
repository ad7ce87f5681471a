/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/ratio.h"

#include "ci/tests/harness/stats/arms.h"
#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"

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

/* Ratios whose SD is 1 per mille: so small that percent and logs are the same to three digits. */
static struct nn_ratio plan(size_t nr_boots, bool is_paired)
{
	const double sd = 0.001;
	const double nr = (double)nr_boots;

	if (is_paired)
		return (struct nn_ratio){
			.nr_boots = nr_boots, .sd_log = sd, .df = nr - 1, .se_log = sd / sqrt(nr)};
	return (struct nn_ratio){.nr_boots = nr_boots,
				 .sd_log = sd * sqrt(2),
				 .df = 2 * nr - 2,
				 .se_log = sd * sqrt(2 / nr)};
}

/*
 * In units of the SD: power.t.test of R 4.2.2, which are the reference's 2.02, 1.51 … 0.53 with
 * more digits.
 */
static void detectable_effects_agree_with_r(void **state)
{
	static const struct {
		size_t nr;
		double unpaired;
		double paired;
	} cases[] = {
		{5, 2.02443437094771, 1.6819981858219},
		{8, 1.50664495752547, 1.15603637146293},
		{10, 1.32494356324931, 0.996000679253344},
		{15, 1.05977373258251, 0.778026200586925},
		{20, 0.909157537478964, 0.660439876141907},
		{30, 0.735627658214491, 0.529223252667352},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_ratio unpaired = plan(cases[i].nr, false);
		struct nn_ratio paired = plan(cases[i].nr, true);

		/* R solves to four digits, and counts the tail on the wrong side too */
		assert_near(nn_ratio_mde_pct(&unpaired, false),
			    100 * expm1(0.001 * cases[i].unpaired), 2e-4);
		assert_near(nn_ratio_mde_pct(&paired, true), 100 * expm1(0.001 * cases[i].paired),
			    2e-4);
	}
}

static void detectable_effects_are_percent_of_the_ratio(void **state)
{
	struct nn_ratio ratio = plan(10, true);

	(void)state;
	ratio.sd_log = 0.1;
	assert_near(nn_ratio_mde_pct(&ratio, true), 100 * (exp(0.0996000679) - 1), 2e-4);
	ratio.sd_log = 0;
	assert_true(nn_ratio_mde_pct(&ratio, true) == 0);
	ratio.nr_boots = 1;
	assert_true(isnan(nn_ratio_mde_pct(&ratio, true)));
	assert_int_equal(nn_ratio_paired(native, vm, 1, &ratio), 0);
	assert_true(isnan(nn_ratio_mde_pct(&ratio, true)));
	assert_int_equal(nn_ratio_welch(native, 1, vm, 10, &ratio), 0);
	assert_true(isnan(nn_ratio_mde_pct(&ratio, false)));
	assert_int_equal(nn_ratio_paired(native, vm, 2, &ratio), 0);
	assert_true(nn_ratio_mde_pct(&ratio, true) > 0);
}

/* Observed ratios bring their own degrees of freedom and standard errors. */
static void detectable_effects_of_data_have_the_power_they_say(void **state)
{
	struct nn_ratio ratio;
	double effect;

	(void)state;
	assert_int_equal(nn_ratio_welch(native, 10, vm, 10, &ratio), 0);
	effect = log1p(nn_ratio_mde_pct(&ratio, false) / 100);
	/* the two arms scatter much alike, so that the test with 18 degrees is near */
	assert_near(nn_power_two_sample(10, effect / (ratio.sd_log / sqrt(2)), 0.05), 0.8, 2e-3);
}

static void power_agrees_with_r(void **state)
{
	(void)state;
	assert_close(nn_power_two_sample(10, 1.52, 0.05), 0.894843798928104);
	assert_close(nn_power_two_sample(10, -1.52, 0.05), 0.894843798928104);
	assert_close(nn_power_two_sample(10, 0, 0.05), 0.025);
	assert_true(isnan(nn_power_two_sample(1, 1, 0.05)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_needed_are_those_of_the_planning_table),
		cmocka_unit_test(boots_needed_have_an_answer_for_every_ratio),
		cmocka_unit_test(detectable_effects_agree_with_r),
		cmocka_unit_test(detectable_effects_are_percent_of_the_ratio),
		cmocka_unit_test(detectable_effects_of_data_have_the_power_they_say),
		cmocka_unit_test(power_agrees_with_r),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
