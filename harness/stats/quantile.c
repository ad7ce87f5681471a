/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/quantile.h"

#include <math.h>

#include <gsl/gsl_integration.h>
#include <gsl/gsl_statistics_double.h>

#include "harness/base/array.h"
#include "harness/stats/distribution.h"

/* Ranks whose weight is below this share of the largest one cannot change a sum of doubles. */
#define NEGLIGIBLE 1e-18

/*
 * From this many values below and above the quantile on, the beta density is smooth within a rank
 * and its integral by Gauss and Legendre is exact to double precision; GSL's incomplete beta
 * function fails for millions of values.
 */
#define MIN_SMOOTH 10
#define NR_NODES   10

/* The ranks that count for one probability, and their weights. */
struct weights {
	size_t first;
	size_t nr;
	size_t cap;
	double *items;
};

struct nn_harrell_davis {
	size_t nr; /* values that the weights are for; 0 before the first */
	size_t nr_probabilities;
	double *probabilities;
	struct weights *weights;
};

/* The beta density whose integral over a rank is its weight. */
struct density {
	double a;
	double b;
	double mode;
	double nr;
	double nodes[NR_NODES]; /* of the unit interval */
	double shares[NR_NODES];
};

bool nn_quantile_is_supported(size_t nr, double q)
{
	/* 100 × (1 − 0.9) is a little less than 10 */
	const double min = NN_QUANTILE_MIN_BEYOND - 1e-9;

	return (double)nr * (1 - q) >= min && (q >= 0.5 || (double)nr * q >= min);
}

double nn_quantile_type7(const double *sorted, size_t nr, double q)
{
	if (!nr)
		return NAN;
	return gsl_stats_quantile_from_sorted_data(sorted, 1, nr, fmin(fmax(q, 0), 1));
}

struct nn_harrell_davis *nn_harrell_davis_new(const double *probabilities, size_t nr_probabilities)
{
	struct nn_harrell_davis *hd = nn_calloc(1, sizeof(*hd));
	const size_t nr = nr_probabilities ? nr_probabilities : 1;

	hd->nr_probabilities = nr_probabilities;
	hd->probabilities = nn_calloc(nr, sizeof(*hd->probabilities));
	hd->weights = nn_calloc(nr, sizeof(*hd->weights));
	for (size_t i = 0; i < nr_probabilities; i++)
		hd->probabilities[i] = fmin(fmax(probabilities[i], 0), 1);
	return hd;
}

void nn_harrell_davis_free(struct nn_harrell_davis *hd)
{
	if (!hd)
		return;
	for (size_t i = 0; i < hd->nr_probabilities; i++)
		free(hd->weights[i].items);
	free(hd->weights);
	free(hd->probabilities);
	free(hd);
}

static void init_density(struct density *density, size_t nr, double q)
{
	gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(NR_NODES);

	density->nr = (double)nr;
	density->a = (density->nr + 1) * q;
	density->b = (density->nr + 1) * (1 - q);
	density->mode = (density->a - 1) / (density->a + density->b - 2);
	for (size_t i = 0; i < NR_NODES; i++)
		gsl_integration_glfixed_point(0, 1, i, &density->nodes[i], &density->shares[i],
					      table);
	gsl_integration_glfixed_table_free(table);
}

static bool is_smooth(const struct density *density)
{
	return fmin(density->a, density->b) > MIN_SMOOTH;
}

/*
 * Weight of the @i-th smallest value, counted from 0, up to a factor that is the same for all. The
 * density is taken relative to its mode, around which rounding errors cancel.
 */
static double weigh_smooth(const struct density *density, size_t i)
{
	const double mode = density->mode;
	double sum = 0;

	for (size_t j = 0; j < NR_NODES; j++) {
		double x = ((double)i + density->nodes[j]) / density->nr;

		sum += density->shares[j] * exp((density->a - 1) * log1p((x - mode) / mode) +
						(density->b - 1) * log1p((mode - x) / (1 - mode)));
	}
	return sum;
}

static double weigh(const struct density *density, size_t i)
{
	if (is_smooth(density))
		return weigh_smooth(density, i);
	return nn_beta_cdf((double)(i + 1) / density->nr, density->a, density->b) -
	       nn_beta_cdf((double)i / density->nr, density->a, density->b);
}

static void add_weight(struct weights *weights, double weight)
{
	*NN_ARRAY_APPEND(weights->items, weights->nr, weights->cap) = weight;
}

/* Divide by the sum and turn the part below the mode, which was found from above, around. */
static void finish_weights(struct weights *weights, size_t nr_below)
{
	double *items = weights->items;
	double sum = 0;

	for (size_t i = 0; i < nr_below / 2; i++) {
		double weight = items[i];

		items[i] = items[nr_below - 1 - i];
		items[nr_below - 1 - i] = weight;
	}
	for (size_t i = 0; i < weights->nr; i++)
		sum += items[i];
	for (size_t i = 0; i < weights->nr; i++)
		items[i] /= sum;
}

/* From the rank of the quantile outwards until the weights are negligible. */
static void set_weights(struct weights *weights, size_t nr, double q)
{
	const size_t middle = (size_t)fmin(q * (double)nr, (double)(nr - 1));
	struct density density;
	double least;
	size_t nr_below;

	weights->nr = 0;
	if (q == 0 || q == 1) {
		weights->first = q == 0 ? 0 : nr - 1;
		add_weight(weights, 1);
		return;
	}
	init_density(&density, nr, q);
	least = NEGLIGIBLE * weigh(&density, middle);
	for (size_t i = middle; i > 0; i--) {
		double weight = weigh(&density, i - 1);

		if (!(weight > least))
			break;
		add_weight(weights, weight);
	}
	nr_below = weights->nr;
	weights->first = middle - nr_below;
	for (size_t i = middle; i < nr; i++) {
		double weight = weigh(&density, i);

		if (i > middle && !(weight > least))
			break;
		add_weight(weights, weight);
	}
	finish_weights(weights, nr_below);
}

void nn_harrell_davis_compute(struct nn_harrell_davis *hd, const double *sorted, size_t nr,
			      double *ret)
{
	for (size_t i = 0; i < hd->nr_probabilities; i++) {
		struct weights *weights = &hd->weights[i];

		ret[i] = nr ? 0 : NAN;
		if (nr && nr != hd->nr)
			set_weights(weights, nr, hd->probabilities[i]);
		for (size_t j = 0; nr && j < weights->nr; j++)
			ret[i] += weights->items[j] * sorted[weights->first + j];
	}
	if (nr)
		hd->nr = nr;
}
