/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/multiple.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"

struct ranked {
	double p;
	size_t at; /* index in the caller's arrays */
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *left = a;
	const struct ranked *right = b;

	return (left->p > right->p) - (left->p < right->p);
}

/* The tests in ascending order of p; NaN goes straight to the result. The caller frees. */
static struct ranked *rank_tests(const double *p_values, size_t nr, double *ret_adjusted,
				 size_t *ret_nr_tests)
{
	struct ranked *tests = nn_calloc(nr ? nr : 1, sizeof(*tests));
	size_t nr_tests = 0;

	for (size_t i = 0; i < nr; i++) {
		if (isnan(p_values[i]))
			ret_adjusted[i] = NAN;
		else
			tests[nr_tests++] = (struct ranked){p_values[i], i};
	}
	qsort(tests, nr_tests, sizeof(*tests), by_p);
	*ret_nr_tests = nr_tests;
	return tests;
}

/* From the largest p down, so that no adjusted value exceeds that of a larger p. */
static void step_up(const struct ranked *tests, size_t nr_tests, double factor,
		    double *ret_adjusted)
{
	double least = 1;

	for (size_t rank = nr_tests; rank > 0; rank--) {
		const struct ranked *test = &tests[rank - 1];

		least = fmin(least, factor * test->p / (double)rank);
		ret_adjusted[test->at] = least;
	}
}

void nn_adjust_benjamini_hochberg(const double *p_values, size_t nr, double *ret_adjusted)
{
	size_t nr_tests;
	NN_AUTO(free)
	struct ranked *tests = rank_tests(p_values, nr, ret_adjusted, &nr_tests);

	step_up(tests, nr_tests, (double)nr_tests, ret_adjusted);
}

void nn_adjust_benjamini_yekutieli(const double *p_values, size_t nr, double *ret_adjusted)
{
	size_t nr_tests;
	NN_AUTO(free)
	struct ranked *tests = rank_tests(p_values, nr, ret_adjusted, &nr_tests);
	double harmonic = 0;

	for (size_t i = nr_tests; i > 0; i--)
		harmonic += 1 / (double)i;
	step_up(tests, nr_tests, (double)nr_tests * harmonic, ret_adjusted);
}

void nn_adjust_holm(const double *p_values, size_t nr, double *ret_adjusted)
{
	size_t nr_tests;
	NN_AUTO(free)
	struct ranked *tests = rank_tests(p_values, nr, ret_adjusted, &nr_tests);
	double most = 0;

	for (size_t i = 0; i < nr_tests; i++) {
		most = fmax(most, fmin(1, (double)(nr_tests - i) * tests[i].p));
		ret_adjusted[tests[i].at] = most;
	}
}
