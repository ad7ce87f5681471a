/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/variance.h"

#include <errno.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/moments.h"

/* The number of values; 0 when a level repeats less than twice or the product overflows. */
static size_t count_values(const size_t *nr_repetitions, size_t nr_levels)
{
	size_t nr = 1;

	for (size_t i = 0; i < nr_levels; i++) {
		if (nr_repetitions[i] < 2 || __builtin_mul_overflow(nr, nr_repetitions[i], &nr))
			return 0;
	}
	return nr;
}

/*
 * Replace each group of @size values by its mean. Return the mean variance of the groups, which is
 * S² of their level.
 */
static double fold_groups(double *values, size_t nr_groups, size_t size)
{
	double sum = 0;

	for (size_t i = 0; i < nr_groups; i++) {
		struct nn_moments group = nn_moments(values + i * size, size);

		values[i] = group.mean;
		sum += group.variance;
	}
	return sum / (double)nr_groups;
}

int nn_variance_components(const double *values, const size_t *nr_repetitions, size_t nr_levels,
			   struct nn_variance *ret_variance)
{
	struct nn_variance variance = {.nr_levels = nr_levels};
	NN_AUTO(free) double *means = NULL;
	size_t nr;

	if (!nr_levels || nr_levels > NN_VARIANCE_MAX_LEVELS)
		return -EINVAL;
	nr = count_values(nr_repetitions, nr_levels);
	if (!nr)
		return -EINVAL;
	means = nn_calloc(nr, sizeof(*means));
	/* from the first value on, so that means of groups keep the digits in which they differ */
	for (size_t i = 0; i < nr; i++)
		means[i] = values[i] - values[0];
	for (size_t i = 0; i < nr_levels; i++) {
		nr /= nr_repetitions[i];
		variance.s2[i] = fold_groups(means, nr, nr_repetitions[i]);
		variance.t2[i] = variance.s2[i];
		if (i > 0)
			variance.t2[i] -= variance.s2[i - 1] / (double)nr_repetitions[i - 1];
	}
	variance.mean = values[0] + means[0];
	*ret_variance = variance;
	return 0;
}

void nn_variance_repetitions(const struct nn_variance *variance, const double *costs_s,
			     double *ret_exact)
{
	for (size_t i = 0; i + 1 < variance->nr_levels; i++) {
		size_t above = i + 1;
		double cost_s = costs_s[above];

		/*
		 * A level without variance is repeated once, so that the next one that has some
		 * decides, and pays for both.
		 */
		while (above + 1 < variance->nr_levels && variance->t2[above] <= 0)
			cost_s += costs_s[++above];
		ret_exact[i] = 1;
		if (variance->t2[i] > 0)
			ret_exact[i] = sqrt(cost_s / costs_s[i] * variance->t2[i] /
					    fmax(variance->t2[above], 0));
	}
}
