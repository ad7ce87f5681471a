/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/steady.h"

#include "ci/tests/harness/stats/numbers.h"
#include "ci/tests/harness/stats/series.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"

#define MAX_NR 120

/* −2 × log-likelihood of a normal segment with the best mean and a variance of at least @floor. */
static double cost_of(const double *values, size_t nr, double floor)
{
	double mean = 0;
	double squares = 0;
	double variance;

	for (size_t i = 0; i < nr; i++)
		mean += values[i] / (double)nr;
	for (size_t i = 0; i < nr; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	variance = fmax(squares / (double)nr, floor);
	return (double)nr * log(2 * M_PI * variance) + squares / variance;
}

/* The cost of given change points, with a penalty for each. */
static double total_cost(const double *values, size_t nr, const size_t *changes, size_t nr_changes,
			 double penalty, double floor)
{
	double cost = penalty * (double)nr_changes;

	for (size_t i = 0; i <= nr_changes; i++) {
		size_t start = i ? changes[i - 1] : 0;
		size_t end = i < nr_changes ? changes[i] : nr;

		cost += cost_of(values + start, end - start, floor);
	}
	return cost;
}

/* The least cost of all segmentations, without pruning: every last segment of every length. */
static double least_cost(const double *values, size_t nr, double penalty, size_t min_segment,
			 double floor)
{
	double costs[MAX_NR + 1];

	costs[0] = -penalty;
	for (size_t end = 1; end <= nr; end++) {
		costs[end] = INFINITY;
		for (size_t start = 0; start + min_segment <= end; start++)
			costs[end] = fmin(costs[end],
					  costs[start] + penalty +
						  cost_of(values + start, end - start, floor));
	}
	return costs[nr];
}

/* The rounding of the values, as a variance: of steps of 0.5, or far too small to matter. */
static double generate(struct nn_random *random, double *values, size_t nr, bool is_rounded)
{
	double level = 0;
	double sd = 1;

	for (size_t i = 0; i < nr; i++) {
		if (nn_random_uniform(random) < 0.05)
			level = 5 * nn_random_normal(random);
		if (nn_random_uniform(random) < 0.05)
			sd = 0.2 + 3 * nn_random_uniform(random);
		values[i] = level + sd * nn_random_normal(random);
		if (is_rounded)
			values[i] = round(values[i] * 2) / 2;
	}
	return is_rounded ? 0.25 / 12 : 0;
}

static void pelt_finds_the_least_cost_of_all_segmentations(void **state)
{
	const double penalties[] = {1, 5, 15, 70};
	NN_AUTO(random) struct nn_random *random = nn_random_new(1);

	(void)state;
	for (size_t run = 0; run < 240; run++) {
		const size_t nr = 20 + nn_random_below(random, MAX_NR - 20);
		const size_t min_segment = 2 + run % 5;
		const double penalty = penalties[run % NN_ARRAY_SIZE(penalties)];
		size_t changes[MAX_NR];
		double values[MAX_NR];
		double floor = generate(random, values, nr, run % 3 == 0);
		size_t nr_changes =
			nn_pelt_mean_variance(values, nr, penalty, min_segment, changes);

		for (size_t i = 0; i <= nr_changes; i++) {
			size_t start = i ? changes[i - 1] : 0;
			size_t end = i < nr_changes ? changes[i] : nr;

			assert_true(end >= start + min_segment);
		}
		assert_near(total_cost(values, nr, changes, nr_changes, penalty, floor),
			    least_cost(values, nr, penalty, min_segment, floor), 1e-7);
	}
}

static void pelt_finds_changes_of_mean_and_of_variance(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(2);
	size_t changes[600];
	double values[600];

	(void)state;
	for (size_t i = 0; i < 600; i++)
		values[i] = (i < 200 ? 5 : 0) + (i < 400 ? 1 : 5) * nn_random_normal(random);
	assert_int_equal(nn_pelt_mean_variance(values, 600, 15 * log(600), 2, changes), 2);
	assert_int_equal(changes[0], 200);
	assert_true(distance_of(changes[1], 400) <= 5);
}

/* The dam, where people mark it and where TCPDBench's PELT finds it. */
static void pelt_finds_the_dam_of_the_nile(void **state)
{
	size_t changes[100];
	struct series nile;

	(void)state;
	series_read(&nile, "ci/tests/fixtures/series/nile.txt");
	assert_int_equal(nn_pelt_mean_variance(nile.values, nile.nr, 15, 2, changes), 1);
	assert_int_equal(changes[0], 28);
}

/* A timer of 1 ms: runs of equal values are rounding, not a segment without any variance. */
static void runs_of_equal_values_are_no_segments(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(3);
	size_t changes[2000];
	double values[2000];

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		values[i] = nn_random_uniform(random) < 0.1 ? 0.013 : 0.012;
	assert_int_equal(nn_pelt_mean_variance(values, 2000, 15 * log(2000), 2, changes), 0);
}

static void equal_values_are_one_segment(void **state)
{
	size_t changes[300];
	double values[300];

	(void)state;
	for (size_t i = 0; i < 300; i++)
		values[i] = 0.1;
	assert_int_equal(nn_pelt_mean_variance(values, 300, 15 * log(300), 2, changes), 0);
	/* two levels without any noise are two */
	for (size_t i = 100; i < 300; i++)
		values[i] = 0.2;
	assert_int_equal(nn_pelt_mean_variance(values, 300, 15 * log(300), 2, changes), 1);
	assert_int_equal(changes[0], 100);
}

static void large_values_keep_their_variance(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(4);
	size_t changes[400];
	double values[400];

	(void)state;
	for (size_t i = 0; i < 400; i++)
		values[i] = 1e9 + (i < 150 ? 0 : 4) + nn_random_normal(random);
	assert_int_equal(nn_pelt_mean_variance(values, 400, 15 * log(400), 2, changes), 1);
	assert_true(distance_of(changes[0], 150) <= 1);
}

static void series_of_one_segment_has_no_change(void **state)
{
	const double values[] = {1, 2, 30};
	size_t changes[3];

	(void)state;
	assert_int_equal(nn_pelt_mean_variance(values, 3, 0.1, 2, changes), 0);
	assert_int_equal(nn_pelt_mean_variance(values, 0, 0.1, 0, changes), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pelt_finds_the_least_cost_of_all_segmentations),
		cmocka_unit_test(pelt_finds_changes_of_mean_and_of_variance),
		cmocka_unit_test(pelt_finds_the_dam_of_the_nile),
		cmocka_unit_test(runs_of_equal_values_are_no_segments),
		cmocka_unit_test(equal_values_are_one_segment),
		cmocka_unit_test(large_values_keep_their_variance),
		cmocka_unit_test(series_of_one_segment_has_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
