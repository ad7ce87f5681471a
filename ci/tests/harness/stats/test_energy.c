/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/energy.h"

#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"
#include "harness/stats/change.h"
#include "harness/stats/random.h"

#define MAX_NR 60

static double distances_within(const double *values, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++) {
		for (size_t k = i + 1; k < nr; k++)
			sum += fabs(values[i] - values[k]);
	}
	return sum;
}

/* By definition: Q = nm/(n + m) (2 mean|x − y| − mean|x − x'| − mean|y − y'|). */
static double defined_q(const double *values, size_t split, size_t nr)
{
	const double n = (double)split;
	const double m = (double)(nr - split);
	double between = 0;
	double e;

	for (size_t i = 0; i < split; i++) {
		for (size_t k = split; k < nr; k++)
			between += fabs(values[i] - values[k]);
	}
	e = 2 * between / (n * m);
	if (split > 1)
		e -= distances_within(values, split) / (n * (n - 1) / 2);
	if (nr - split > 1)
		e -= distances_within(values + split, nr - split) / (m * (m - 1) / 2);
	return n * m / (n + m) * e;
}

static size_t defined_split(const double *values, size_t nr, size_t min_segment, double *ret_q)
{
	size_t best = 0;

	*ret_q = -INFINITY;
	for (size_t split = min_segment; split + min_segment <= nr; split++) {
		double q = defined_q(values, split, nr);

		/* equal but for rounding: the earlier split stays */
		if (q > *ret_q + 1e-9 * fabs(*ret_q) || !best) {
			*ret_q = q;
			best = split;
		}
	}
	return best;
}

struct generator {
	const char *name;
	double step;   /* values are rounded to it; 0: they are not */
	double offset; /* of all */
	double tolerance;
};

static const struct generator generators[] = {
	{"all different", 0, 0, 1e-12},
	{"many ties", 1, 0, 1e-12},
	{"two values", 100, 0, 1e-12},
	{"far from zero", 0, 1e9, 1e-6},
};

static void generate(struct nn_random *random, const struct generator *from, double *values,
		     size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		double value = nn_random_normal(random) + (i > nr / 3 ? 1 : 0);

		if (from->step > 10)
			value = value > 0 ? from->step : 0;
		else if (from->step > 0)
			value = round(value / from->step) * from->step;
		values[i] = value + from->offset;
	}
}

static void split_is_that_of_the_definition(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(1);

	(void)state;
	for (size_t g = 0; g < NN_ARRAY_SIZE(generators); g++) {
		for (size_t nr = 2; nr <= MAX_NR; nr++) {
			const size_t min_segment = 1 + nr % 5;
			double values[MAX_NR];
			double golden;
			double q = NAN;
			size_t index;
			size_t found;

			generate(random, &generators[g], values, nr);
			index = defined_split(values, nr, min_segment, &golden);
			found = nn_energy_split(values, nr, min_segment, &q);
			assert_int_equal(found != 0, index != 0);
			if (!found)
				continue;
			assert_true(fabs(q - golden) <=
				    generators[g].tolerance * fmax(1, fabs(golden)));
			/* of equally good splits either may be named */
			assert_true(fabs(defined_q(values, found, nr) - golden) <=
				    generators[g].tolerance * fmax(1, fabs(golden)));
		}
	}
}

static void split_of_a_clear_step_is_its_first_value(void **state)
{
	const double values[] = {0.3,  2.4,  1.5,   -0.9,  -0.5,  99.7,  98.3,
				 99.1, 149., 149.7, 149.5, 149.1, 148.8, 150.0};
	double q;

	(void)state;
	/* apache/otava, tests/change_point_divisive_test.py: the sequence, and its first candidate
	 */
	assert_int_equal(nn_energy_split(values, 14, 1, &q), 5);
	assert_near(q, 761.2821428571425, 1e-14);
	assert_int_equal(nn_energy_split(values, 14, 6, &q), 6);
	assert_int_equal(nn_energy_split(values, 14, 7, &q), 7);
}

static void series_too_short_to_split_has_no_split(void **state)
{
	const double values[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	double q = 42;

	(void)state;
	assert_int_equal(nn_energy_split(values, 9, 5, &q), 0);
	assert_int_equal(nn_energy_split(values, 1, 1, &q), 0);
	assert_int_equal(nn_energy_split(values, 0, 0, &q), 0);
	assert_true(q == 42);
	assert_int_equal(nn_energy_split(values, 9, 4, NULL) != 0, true);
}

/* 0.1 has no exact double: sums of it must not leave a trace of a change. */
static void equal_values_have_no_energy(void **state)
{
	double values[50];
	double q = NAN;

	(void)state;
	for (size_t i = 0; i < 50; i++)
		values[i] = 0.1;
	assert_int_equal(nn_energy_split(values, 50, 5, &q), 5);
	assert_true(q == 0);
}

static void scan_of_permuted_ranks_is_that_of_permuted_values(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(2);
	NN_AUTO(energy) struct nn_energy energy = {0};
	double values[MAX_NR];
	double reversed[MAX_NR];
	uint32_t ranks[MAX_NR];
	size_t index;
	double golden;

	(void)state;
	generate(random, &generators[1], values, MAX_NR);
	nn_energy_init(&energy, values, MAX_NR);
	for (size_t i = 0; i < MAX_NR; i++) {
		reversed[i] = values[MAX_NR - 1 - i];
		ranks[i] = energy.ranks[MAX_NR - 1 - i];
	}
	(void)nn_energy_split(reversed, MAX_NR, 5, &golden);
	assert_near(nn_energy_scan(&energy, ranks, 5, &index), golden, 1e-12);
	/* a scan leaves nothing behind that the next one would see */
	assert_near(nn_energy_scan(&energy, ranks, 5, NULL), golden, 1e-12);
	assert_true(nn_energy_scan(&energy, ranks, 40, &index) == -INFINITY);
	assert_int_equal(index, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_is_that_of_the_definition),
		cmocka_unit_test(split_of_a_clear_step_is_its_first_value),
		cmocka_unit_test(series_too_short_to_split_has_no_split),
		cmocka_unit_test(equal_values_have_no_energy),
		cmocka_unit_test(scan_of_permuted_ranks_is_that_of_permuted_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
