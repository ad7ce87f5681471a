/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/energy.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>

#include "harness/base/array.h"

/* Number and sum of a set of values: a node of the Fenwick tree over ranks. */
struct nn_energy_sum {
	double nr;
	double sum;
};

/* Ranks without gaps: equal values share one. */
static void rank_values(struct nn_energy *energy, const double *values)
{
	NN_AUTO(free) size_t *order = nn_calloc(energy->nr, sizeof(*order));
	double middle;

	gsl_sort_index(order, values, 1, energy->nr);
	/* equal values become exact zeroes, and sums of large near-equal ones keep their digits */
	middle = values[order[energy->nr / 2]];
	for (size_t i = 0; i < energy->nr; i++) {
		double value = values[order[i]];

		if (i == 0 || value != values[order[i - 1]])
			energy->levels[energy->nr_levels++] = value - middle;
		energy->ranks[order[i]] = (uint32_t)(energy->nr_levels - 1);
	}
}

static void sum_distances(struct nn_energy *energy)
{
	NN_AUTO(free) size_t *counts = nn_calloc(energy->nr_levels, sizeof(*counts));
	double sum_above = 0;
	double sum_below = 0;
	size_t nr_below = 0;

	for (size_t i = 0; i < energy->nr; i++) {
		counts[energy->ranks[i]]++;
		sum_above += energy->levels[energy->ranks[i]];
	}
	for (size_t k = 0; k < energy->nr_levels; k++) {
		double level = energy->levels[k];
		double nr_above = (double)(energy->nr - nr_below);

		energy->distances[k] =
			level * ((double)nr_below - nr_above) + sum_above - sum_below;
		energy->total += energy->distances[k] * (double)counts[k] / 2;
		nr_below += counts[k];
		sum_below += level * (double)counts[k];
		sum_above -= level * (double)counts[k];
	}
}

void nn_energy_init(struct nn_energy *energy, const double *values, size_t nr)
{
	*energy = (struct nn_energy){.nr = nr};
	energy->ranks = nn_calloc(nr, sizeof(*energy->ranks));
	energy->levels = nn_calloc(nr, sizeof(*energy->levels));
	energy->distances = nn_calloc(nr, sizeof(*energy->distances));
	rank_values(energy, values);
	sum_distances(energy);
	/* one value has no distances within: its factor stays 0 */
	energy->factors = nn_calloc(nr + 1, sizeof(*energy->factors));
	for (size_t n = 2; n <= nr; n++)
		energy->factors[n] = (double)(nr - n) / (double)(n - 1);
	energy->tree = nn_calloc(energy->nr_levels + 1, sizeof(*energy->tree));
}

void nn_energy_release(struct nn_energy *energy)
{
	free(energy->ranks);
	free(energy->levels);
	free(energy->distances);
	free(energy->factors);
	free(energy->tree);
	*energy = (struct nn_energy){0};
}

/* Of the inserted values with a rank below @rank. */
static struct nn_energy_sum below(const struct nn_energy *energy, size_t rank)
{
	struct nn_energy_sum sum = {0};

	for (size_t i = rank; i > 0; i &= i - 1) {
		sum.nr += energy->tree[i].nr;
		sum.sum += energy->tree[i].sum;
	}
	return sum;
}

static void insert(struct nn_energy *energy, size_t rank)
{
	for (size_t i = rank + 1; i <= energy->nr_levels; i += i & -i) {
		energy->tree[i].nr += 1;
		energy->tree[i].sum += energy->levels[rank];
	}
}

/*
 * Q nr/2 of the split behind the first @n values, from two sums over the left side: of the
 * distances within it, and of the distances of its values to all. They give the rest, for the
 * latter counts what is within twice and what is between once.
 */
static double split_energy(const struct nn_energy *energy, size_t n, double within_left,
			   double left_to_all)
{
	const double between = left_to_all - 2 * within_left;
	const double within_right = energy->total - left_to_all + within_left;

	return between - within_left * energy->factors[n] -
	       within_right * energy->factors[energy->nr - n];
}

double nn_energy_scan(struct nn_energy *energy, const uint32_t *ranks, size_t min_segment,
		      size_t *ret_index)
{
	double best = -INFINITY;
	double left_to_all = 0;
	double within_left = 0;
	double sum_left = 0;
	size_t index = 0;

	memset(energy->tree, 0, (energy->nr_levels + 1) * sizeof(*energy->tree));
	for (size_t i = 0; i + min_segment <= energy->nr; i++) {
		double level = energy->levels[ranks[i]];
		struct nn_energy_sum smaller = below(energy, ranks[i]);

		if (i >= min_segment) {
			double q = split_energy(energy, i, within_left, left_to_all);

			if (q > best) {
				best = q;
				index = i;
			}
		}
		within_left += level * (2 * smaller.nr - (double)i) + sum_left - 2 * smaller.sum;
		left_to_all += energy->distances[ranks[i]];
		sum_left += level;
		insert(energy, ranks[i]);
	}
	if (ret_index)
		*ret_index = index;
	return best * 2 / (double)energy->nr;
}
