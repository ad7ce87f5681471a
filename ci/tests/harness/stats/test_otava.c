/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/change.h"

#include "ci/tests/harness/stats/series.h"
#include "harness/base/compat.h"

/* What Apache Otava's own tests say of its results: apache/otava 1ceb153, tests/. */

static void assert_points(const double *values, size_t nr, struct nn_otava_params params,
			  const size_t *expected, size_t nr_expected)
{
	size_t indices[SERIES_MAX_VALUES];
	size_t nr_found = nn_otava_change_points(values, nr, &params, indices);

	for (size_t i = 0; i < nr_found && i < nr_expected; i++) {
		if (indices[i] != expected[i])
			fail_msg("point %zu is %zu, not %zu", i, indices[i], expected[i]);
	}
	assert_int_equal(nr_found, nr_expected);
}

struct published {
	double max_p_value;
	double min_magnitude;
	size_t indices[80];
};

/* 0 ends a list: no change point can be there. */
static const struct published tigerbeetle[] = {
	{0.01, 0.05, {15, 71}},
	{0.05, 0.05, {15, 71}},
	{0.1, 0.05, {10, 11, 15, 71, 363}},
	{0.2, 0.05, {10, 11, 15, 71}},
	{0.1, 0.01, {10,  11,  15,  28,  29,  35,  37,  48,  49,  61,  71,  95,  117, 131,
		     142, 148, 165, 169, 192, 206, 212, 260, 265, 268, 278, 282, 363}},
	{0.2, 0, {3,   6,   7,   10,  11,  13,  15,  16,  28,  29,  35,  37,  39,  41,
		  44,  48,  49,  56,  58,  61,  65,  66,  69,  71,  74,  76,  82,  95,
		  108, 117, 125, 126, 129, 131, 136, 137, 142, 148, 165, 169, 187, 190,
		  192, 197, 200, 212, 220, 241, 243, 246, 247, 249, 250, 260, 265, 266,
		  268, 278, 282, 288, 305, 306, 325, 330, 337, 338, 340, 347, 349, 363}},
	{0.1, 0, {3,   6,   10,  11,  15,  16,  28,  29,  35,  37,  39,  41,
		  44,  48,  49,  61,  71,  95,  117, 131, 142, 148, 165, 169,
		  192, 206, 212, 260, 265, 268, 278, 282, 288, 305, 363}},
	{0.01, 0, {15, 26, 61, 71, 95, 117, 131, 142, 148, 165, 169, 192, 212, 260}},
	{0.001, 0, {15, 61, 71, 95, 117, 131, 142, 148, 192, 212, 260}},
	{0.0001, 0, {71, 95, 117, 131, 142, 148, 192, 212}},
	{0.00001, 0, {71, 95, 131, 192, 212}},
};

static void otava_points_of_tigerbeetle_are_the_published_ones(void **state)
{
	struct series series;

	(void)state;
	series_read(&series, "ci/tests/fixtures/series/tigerbeetle.txt");
	assert_int_equal(series.nr, 365);
	for (size_t i = 0; i < NN_ARRAY_SIZE(tigerbeetle); i++) {
		const struct published *published = &tigerbeetle[i];
		size_t nr = 0;

		while (nr < NN_ARRAY_SIZE(published->indices) && published->indices[nr])
			nr++;
		assert_points(series.values, series.nr,
			      (struct nn_otava_params){.window = 30,
						       .max_p_value = published->max_p_value,
						       .min_magnitude = published->min_magnitude},
			      published->indices, nr);
	}
}

static const double step[] = {1.02, 0.95, 0.99, 1.00, 1.12, 1.00, 1.01, 0.98, 1.01, 0.96,
			      0.50, 0.51, 0.48, 0.48, 0.55, 0.50, 0.49, 0.51, 0.50, 0.49};

static void otava_finds_the_published_step_across_windows(void **state)
{
	const size_t expected[] = {10};

	(void)state;
	assert_points(step, NN_ARRAY_SIZE(step),
		      (struct nn_otava_params){.window = 10, .max_p_value = 0.0001}, expected, 1);
}

static void otava_finds_the_published_changes_of_short_series(void **state)
{
	const double first[] = {1.02, 0.95, 0.99, 1.00, 1.12, 0.90, 0.50, 0.51, 0.48, 0.48, 0.55};
	const double second[] = {2.02, 2.03, 2.01, 2.04, 1.82, 1.85, 1.79, 1.81, 1.80, 1.76, 1.78};
	const double sequence[] = {0.3,  2.4,  1.5,   -0.9,  -0.5,  99.7,  98.3,
				   99.1, 149., 149.7, 149.5, 149.1, 148.8, 150.0};
	const size_t at_6[] = {6};
	const size_t at_4[] = {4};
	const size_t both[] = {5, 8};

	(void)state;
	assert_points(first, 11, NN_OTAVA_PARAMS_DEFAULT, at_6, 1);
	assert_points(second, 11, NN_OTAVA_PARAMS_DEFAULT, at_4, 1);
	assert_points(sequence, 14, NN_OTAVA_PARAMS_DEFAULT, both, 2);
}

static void otava_drops_changes_below_the_magnitude(void **state)
{
	const double small[] = {2.02, 2.03, 2.01, 2.04, 1.82, 1.85, 1.79, 1.81, 1.80, 1.76, 1.78};

	(void)state;
	assert_points(
		small, 11,
		(struct nn_otava_params){.window = 50, .max_p_value = 0.001, .min_magnitude = 0.2},
		NULL, 0);
}

/* Three levels without any spread: standard deviations of 0 mean certainty, not a division by 0. */
static void otava_takes_levels_without_spread(void **state)
{
	double values[30];
	const size_t expected[] = {5, 13, 21};

	(void)state;
	for (size_t i = 0; i < 30; i++)
		values[i] = i < 5 ? 1 : i < 13 ? 5 : i < 21 ? 9 : 3;
	assert_points(values, 30, (struct nn_otava_params){.window = 50, .max_p_value = 0.05},
		      expected, 3);
	for (size_t i = 0; i < 30; i++)
		values[i] = 7;
	assert_points(values, 30, NN_OTAVA_PARAMS_DEFAULT, NULL, 0);
}

static void otava_takes_a_level_of_zero(void **state)
{
	const double values[] = {0, 0, 0, 1.00, 1.12, 0.90, 0.50, 0.51, 0.48, 0.48, 0.55};
	const size_t expected[] = {3, 6};

	(void)state;
	assert_points(values, 11, NN_OTAVA_PARAMS_DEFAULT, expected, 2);
}

static void otava_fills_missing_values_from_their_neighbours(void **state)
{
	double values[NN_ARRAY_SIZE(step)];
	const size_t expected[] = {10};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(step); i++)
		values[i] = i < 2 || i == 12 || i == 19 ? NAN : step[i];
	assert_points(values, NN_ARRAY_SIZE(step),
		      (struct nn_otava_params){.window = 10, .max_p_value = 0.0001}, expected, 1);
}

static void otava_finds_nothing_in_nothing(void **state)
{
	const double missing[] = {NAN, NAN, NAN};

	(void)state;
	assert_points(missing, 3, NN_OTAVA_PARAMS_DEFAULT, NULL, 0);
	assert_points(step, 1, NN_OTAVA_PARAMS_DEFAULT, NULL, 0);
	assert_points(step, 0, NN_OTAVA_PARAMS_DEFAULT, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(otava_points_of_tigerbeetle_are_the_published_ones),
		cmocka_unit_test(otava_finds_the_published_step_across_windows),
		cmocka_unit_test(otava_finds_the_published_changes_of_short_series),
		cmocka_unit_test(otava_drops_changes_below_the_magnitude),
		cmocka_unit_test(otava_takes_levels_without_spread),
		cmocka_unit_test(otava_takes_a_level_of_zero),
		cmocka_unit_test(otava_fills_missing_values_from_their_neighbours),
		cmocka_unit_test(otava_finds_nothing_in_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
