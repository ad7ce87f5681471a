/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/change.h"

#include "ci/tests/harness/stats/numbers.h"
#include "ci/tests/harness/stats/series.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"

static size_t find(const double *values, size_t nr, uint64_t seed, struct nn_change *changes)
{
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;

	params.seed = seed;
	return nn_change_points(values, nr, &params, changes);
}

/* ---- the scores ---- */

static void scores_have_the_published_check_values(void **state)
{
	const struct change_set four[] = {{{10, 20}, 2}, {{11, 20}, 2}, {{10}, 1}, {{0, 5}, 2}};
	const struct change_set three[] = {{{0}, 0}, {{10}, 1}, {{50}, 1}};
	const struct change_set cover[] = {{{10, 20}, 2}, {{10}, 1}, {{0, 5}, 2}};
	const struct change_set late[] = {{{0}, 0}, {{10}, 1}, {{40}, 1}};
	const struct change_set both = {{10, 20}, 2};
	const struct change_set one = {{10}, 1};
	const struct change_set none = {{0}, 0};

	(void)state;
	assert_near(series_f1(four, 4, both), 1, 1e-14);
	assert_near(series_f1(three, 3, one), 10 / 11.0, 1e-14);
	assert_near(series_cover(cover, 3, both, 45), 0.7962962962962963, 1e-14);
	assert_near(series_cover(late, 3, one, 45), 0.7954144620811286, 1e-14);
	assert_near(series_cover(late, 3, none, 45), 0.8189300411522634, 1e-14);
}

/* ---- series that people have marked ---- */

struct labelled {
	const char *path;
	double min_f1;
	double max_zero_f1; /* of finding nothing, for comparison */
};

static const struct labelled labelled[] = {
	{"ci/tests/fixtures/series/qc1.txt", 0.66, 0.67},
	{"ci/tests/fixtures/series/qc2.txt", 1, 0.76},
	{"ci/tests/fixtures/series/qc3.txt", 1, 0.67},
	{"ci/tests/fixtures/series/qc5.txt", 1, 1},
	{"ci/tests/fixtures/series/nile.txt", 1, 0.83},
};

/* F1 of what is found; how well nothing would have scored stands beside. */
static double score(const char *path, double *ret_zero, size_t *ret_nr)
{
	struct nn_change changes[SERIES_MAX_VALUES / 5];
	const struct change_set nothing = {0};
	struct change_set found = {0};
	struct series series;
	double f1;

	series_read(&series, path);
	*ret_nr = find(series.values, series.nr, nn_random_seed_of(path), changes);
	for (size_t i = 0; i < *ret_nr; i++)
		change_set_add(&found, changes[i].index);
	f1 = series_f1(series.annotations, series.nr_annotators, found);
	*ret_zero = series_f1(series.annotations, series.nr_annotators, nothing);
	print_message("%s: F1 %.4f cover %.4f; finding nothing: %.4f %.4f\n", path, f1,
		      series_cover(series.annotations, series.nr_annotators, found, series.nr),
		      *ret_zero,
		      series_cover(series.annotations, series.nr_annotators, nothing, series.nr));
	return f1;
}

static void marked_changes_are_found(void **state)
{
	const size_t nr = NN_ARRAY_SIZE(labelled);
	double sum = 0;

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		size_t nr_changes;
		double zero;
		double f1 = score(labelled[i].path, &zero, &nr_changes);

		assert_true(f1 >= labelled[i].min_f1);
		assert_true(zero <= labelled[i].max_zero_f1);
		sum += f1;
	}
	assert_true(sum / (double)nr >= 0.9);
}

static void unmarked_series_raises_no_alarm(void **state)
{
	double zero;
	size_t nr_changes;

	(void)state;
	(void)score("ci/tests/fixtures/series/qc5.txt", &zero, &nr_changes);
	assert_int_equal(nr_changes, 0);
}

/* Many levels with spikes between: nothing can be demanded, but more than silence. */
static void many_levels_are_found_better_than_by_silence(void **state)
{
	size_t nr_changes;
	double zero;

	(void)state;
	assert_true(score("ci/tests/fixtures/series/well-log.txt", &zero, &nr_changes) >
		    zero + 0.2);
	assert_true(score("ci/tests/fixtures/series/qc4.txt", &zero, &nr_changes) >= zero);
}

/* ---- simulated series ---- */

struct noise {
	const char *name;
	double df;          /* of Student's t; 0: normal */
	double spike_share; /* of values with 8 SD added */
	double rho;         /* of the value before */
	double max_alarms;  /* share of series without a change that may raise an alarm */
};

static const struct noise noises[] = {
	{"normal", 0, 0, 0, 0.025},
	{"t with 3 degrees of freedom", 3, 0, 0, 0.025},
	{"spikes", 0, 0.05, 0, 0.025},
	{"dependent neighbours", 0, 0, 0.5, 0.08},
};

static void simulate(struct nn_random *random, const struct noise *noise, double *values, size_t nr)
{
	double value = 0;

	for (size_t i = 0; i < nr; i++) {
		value *= noise->rho;
		value += noise->df > 0 ? nn_random_t(random, noise->df) : nn_random_normal(random);
		if (nn_random_uniform(random) < noise->spike_share)
			value += 8;
		values[i] = value;
	}
}

static void alarms_without_a_change_are_rare(void **state)
{
	const size_t nr_series = 200;
	NN_AUTO(random) struct nn_random *random = nn_random_new(5);

	(void)state;
	for (size_t k = 0; k < NN_ARRAY_SIZE(noises); k++) {
		struct nn_change changes[20];
		size_t nr_alarms = 0;

		for (size_t i = 0; i < nr_series; i++) {
			double values[100];

			simulate(random, &noises[k], values, 100);
			nr_alarms += find(values, 100, i, changes) > 0;
		}
		if ((double)nr_alarms > noises[k].max_alarms * (double)nr_series)
			fail_msg("%s: %zu alarms", noises[k].name, nr_alarms);
	}
}

static bool is_near(const struct nn_change *changes, size_t nr, size_t index, size_t distance)
{
	for (size_t i = 0; i < nr; i++) {
		if (distance_of(changes[i].index, index) <= distance)
			return true;
	}
	return false;
}

static void step_of_one_and_a_half_sd_is_found(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(6);
	const size_t nr_series = 100;
	size_t nr_found = 0;

	(void)state;
	for (size_t i = 0; i < nr_series; i++) {
		struct nn_change changes[20];
		double values[100];

		simulate(random, &noises[0], values, 100);
		for (size_t k = 50; k < 100; k++)
			values[k] += 1.5;
		nr_found += is_near(changes, find(values, 100, i, changes), 50, 3);
	}
	assert_true(nr_found >= 80);
}

/* The other steps look like dependence to a test of one of them: they must not hide each other. */
static void several_steps_do_not_hide_each_other(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(7);
	const double levels[] = {0, 4, 0, 4, 8};
	struct nn_change changes[20];
	double values[100];

	(void)state;
	simulate(random, &noises[0], values, 100);
	for (size_t i = 0; i < 100; i++)
		values[i] += levels[i / 20];
	assert_int_equal(find(values, 100, 1, changes), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(distance_of(changes[i].index, 20 * (i + 1)) <= 1);
		assert_int_equal(changes[i].block_length, 1);
		assert_true(changes[i].after - changes[i].before > 3 ||
			    changes[i].after - changes[i].before < -3);
	}
}

static void step_among_dependent_neighbours_is_tested_in_blocks(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(8);
	struct nn_change changes[60];
	double values[300];

	(void)state;
	simulate(random, &noises[3], values, 300);
	for (size_t i = 150; i < 300; i++)
		values[i] += 5;
	assert_true(is_near(changes, find(values, 300, 1, changes), 150, 1));
	assert_true(changes[0].block_length >= 7);
	assert_true(changes[0].block_length <= 40);
}

/* ---- what is said of a change ---- */

static void step_is_described(void **state)
{
	const double values[] = {1, 1.5, 1, 1.5, 1, 1.5, 1, 1.5, 3, 3.5, 3, 3.5, 3, 3.5, 3, 3.5};
	struct nn_change changes[3];

	(void)state;
	assert_int_equal(find(values, 16, 1, changes), 1);
	assert_int_equal(changes[0].index, 8);
	assert_close(changes[0].before, 1.25);
	assert_close(changes[0].after, 3.25);
	assert_true(changes[0].q > 0);
	assert_true(changes[0].p_value >= 0.001 && changes[0].p_value <= 0.01);
	assert_int_equal(changes[0].block_length, 1);
}

/* Of the 252 ways to halve ten values two separate high from low: orders within the halves only
 * change the last digits of the sums and must count. */
static void p_value_counts_orders_with_equal_sums(void **state)
{
	const double values[] = {0.1, 0.7, 0.3, 0.4, 0.6, 10.1, 10.7, 10.3, 10.4, 10.6};
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	const size_t nr_seeds = 100;
	double sum = 0;

	(void)state;
	params.p_value = 0.5;
	for (params.seed = 0; params.seed < nr_seeds; params.seed++) {
		struct nn_change changes[2];

		assert_int_equal(nn_change_points(values, 10, &params, changes), 1);
		sum += changes[0].p_value;
	}
	assert_near(sum / (double)nr_seeds, (1 + 999 * 2 / 252.0) / 1000, 0.1);
}

static void too_few_permutations_can_prove_nothing(void **state)
{
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	struct nn_change changes[20];
	double values[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		values[i] = i < 50 ? 0 : 10;
	params.nr_permutations = 98;
	assert_int_equal(nn_change_points(values, 100, &params, changes), 0);
	params.nr_permutations = 99;
	assert_int_equal(nn_change_points(values, 100, &params, changes), 1);
	assert_close(changes[0].p_value, 0.01);
	params.nr_permutations = 0;
	assert_int_equal(nn_change_points(values, 100, &params, changes), 0);
}

static void same_seed_gives_the_same_bytes(void **state)
{
	struct nn_change first[SERIES_MAX_VALUES / 5] = {0};
	struct nn_change second[SERIES_MAX_VALUES / 5] = {0};
	struct series series;
	size_t nr;

	(void)state;
	series_read(&series, "ci/tests/fixtures/series/well-log.txt");
	nr = find(series.values, series.nr, 3, first);
	assert_true(nr > 0);
	assert_int_equal(find(series.values, series.nr, 3, second), nr);
	assert_memory_equal(first, second, sizeof(first));
}

static void segments_are_no_shorter_than_the_minimum(void **state)
{
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	struct nn_change changes[60];
	double values[60];

	(void)state;
	for (size_t i = 0; i < 60; i++)
		values[i] = (i < 30 ? 0 : 10) + 0.1 * (double)(i % 2) + (i >= 57 ? 50 : 0);
	assert_true(find(values, 60, 1, changes) >= 1);
	for (size_t i = 0; i < find(values, 60, 1, changes); i++)
		assert_true(changes[i].index >= 5 && changes[i].index <= 55);
	params.min_segment = 3;
	assert_true(is_near(changes, nn_change_points(values, 60, &params, changes), 57, 0));
}

static void small_changes_are_dropped_and_their_neighbours_grow(void **state)
{
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	struct nn_change changes[12];
	double values[60];

	(void)state;
	/* logs: +0.5 %, then +10 % */
	for (size_t i = 0; i < 60; i++)
		values[i] = (i < 20 ? 0 : i < 40 ? 0.005 : 0.105) + 1e-4 * (double)(i % 3);
	assert_int_equal(nn_change_points(values, 60, &params, changes), 2);
	assert_int_equal(changes[0].index, 20);
	params.min_effect = 0.01;
	assert_int_equal(nn_change_points(values, 60, &params, changes), 1);
	assert_int_equal(changes[0].index, 40);
	assert_near(changes[0].after - changes[0].before, 0.1025, 1e-3);
	params.min_effect = 0.2;
	assert_int_equal(nn_change_points(values, 60, &params, changes), 0);
}

/* ---- values that are hard on numerics ---- */

static void equal_values_have_no_change(void **state)
{
	struct nn_change changes[20];
	double values[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		values[i] = 0.1;
	assert_int_equal(find(values, 100, 1, changes), 0);
	values[50] = 1000;
	assert_int_equal(find(values, 100, 1, changes), 0);
}

static void heavy_ties_keep_the_level_and_the_power(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(9);
	struct nn_change changes[20];
	size_t nr_alarms = 0;
	size_t nr_found = 0;

	(void)state;
	for (size_t s = 0; s < 200; s++) {
		double values[100];

		for (size_t i = 0; i < 100; i++)
			values[i] = nn_random_uniform(random) < 0.3 ? 1 : 0;
		nr_alarms += find(values, 100, s, changes) > 0;
		if (s % 10)
			continue;
		for (size_t i = 40; i < 100; i++)
			values[i] = 1 - values[i];
		nr_found += is_near(changes, find(values, 100, s, changes), 40, 10);
	}
	assert_true(nr_alarms <= 5);
	assert_true(nr_found >= 14);
}

static void values_that_are_no_numbers_give_no_change(void **state)
{
	struct nn_change changes[20];
	double values[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		values[i] = i < 50 ? 0 : 10;
	values[7] = NAN;
	assert_int_equal(find(values, 100, 1, changes), 0);
	values[7] = INFINITY;
	assert_int_equal(find(values, 100, 1, changes), 0);
}

static void short_series_have_no_change(void **state)
{
	const double values[] = {0, 0, 0, 0, 0, 9, 9, 9, 9, 9};
	struct nn_change changes[2];

	(void)state;
	for (size_t nr = 0; nr < 10; nr++)
		assert_int_equal(find(values, nr, 1, changes), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_have_the_published_check_values),
		cmocka_unit_test(marked_changes_are_found),
		cmocka_unit_test(unmarked_series_raises_no_alarm),
		cmocka_unit_test(many_levels_are_found_better_than_by_silence),
		cmocka_unit_test(alarms_without_a_change_are_rare),
		cmocka_unit_test(step_of_one_and_a_half_sd_is_found),
		cmocka_unit_test(several_steps_do_not_hide_each_other),
		cmocka_unit_test(step_among_dependent_neighbours_is_tested_in_blocks),
		cmocka_unit_test(step_is_described),
		cmocka_unit_test(p_value_counts_orders_with_equal_sums),
		cmocka_unit_test(too_few_permutations_can_prove_nothing),
		cmocka_unit_test(same_seed_gives_the_same_bytes),
		cmocka_unit_test(segments_are_no_shorter_than_the_minimum),
		cmocka_unit_test(small_changes_are_dropped_and_their_neighbours_grow),
		cmocka_unit_test(equal_values_have_no_change),
		cmocka_unit_test(heavy_ties_keep_the_level_and_the_power),
		cmocka_unit_test(values_that_are_no_numbers_give_no_change),
		cmocka_unit_test(short_series_have_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
