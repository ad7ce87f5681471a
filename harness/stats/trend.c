/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/trend.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"

/* Up to here every order of the values is counted. */
#define EXACT_MAX 10

static int sign_of(double x)
{
	return (x > 0) - (x < 0);
}

static double theil_sen(const double *positions, const double *values, size_t nr)
{
	NN_AUTO(free) double *slopes = nn_calloc(nr * (nr - 1) / 2, sizeof(*slopes));
	size_t nr_slopes = 0;

	for (size_t j = 1; j < nr; j++) {
		for (size_t i = 0; i < j; i++) {
			double steps = positions ? positions[j] - positions[i] : (double)(j - i);

			if (steps > 0)
				slopes[nr_slopes++] = (values[j] - values[i]) / steps;
		}
	}
	return nn_median(slopes, nr_slopes);
}

/* Kendall's S: pairs that rise less pairs that fall. */
static long rises_less_falls(const double *values, size_t nr)
{
	long s = 0;

	for (size_t j = 1; j < nr; j++) {
		for (size_t i = 0; i < j; i++)
			s += sign_of(values[j] - values[i]);
	}
	return s;
}

/* The sum of t(t − 1)(2t + 5) over groups of t equal values; 0 when all differ. */
static double tie_correction(const double *values, size_t nr)
{
	NN_AUTO(free) double *sorted = nn_calloc(nr, sizeof(*sorted));
	double sum = 0;
	size_t first = 0;

	memcpy(sorted, values, nr * sizeof(*sorted));
	gsl_sort(sorted, 1, nr);
	for (size_t i = 1; i <= nr; i++) {
		double t = (double)(i - first);

		if (i < nr && sorted[i] == sorted[first])
			continue;
		sum += t * (t - 1) * (2 * t + 5);
		first = i;
	}
	return sum;
}

/*
 * P(|S| ≥ @s) over all orders of @nr different values. The number of orders with k falling pairs
 * grows by one value at a time: the new value falls below 0 … m − 1 of the m before it.
 */
static double exact_p(long s, size_t nr)
{
	double orders[EXACT_MAX * (EXACT_MAX - 1) / 2 + 1] = {1};
	const size_t nr_pairs = nr * (nr - 1) / 2;
	const size_t nr_falls_max = (nr_pairs - (size_t)labs(s)) / 2;
	double nr_orders = 1;
	double tail = 0;

	for (size_t m = 2; m <= nr; m++) {
		nr_orders *= (double)m;
		for (size_t k = nr_pairs; k > 0; k--) {
			for (size_t falls = 1; falls < m && falls <= k; falls++)
				orders[k] += orders[k - falls];
		}
	}
	for (size_t k = 0; k <= nr_falls_max; k++)
		tail += orders[k];
	return fmin(1, 2 * tail / nr_orders);
}

static double mann_kendall_p(const double *values, size_t nr)
{
	const double n = (double)nr;
	const double ties = tie_correction(values, nr);
	const double variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
	long s = rises_less_falls(values, nr);

	if (s == 0)
		return 1;
	if (nr <= EXACT_MAX && ties == 0)
		return exact_p(s, nr);
	/* S moves in steps of 2: half a step is taken off */
	return 2 * nn_normal_cdf(-((double)labs(s) - 1) / sqrt(variance));
}

struct nn_trend nn_trend(const double *positions, const double *values, size_t nr)
{
	if (nr < 2)
		return (struct nn_trend){.slope = NAN, .p_value = NAN};
	return (struct nn_trend){
		.slope = theil_sen(positions, values, nr),
		.p_value = mann_kendall_p(values, nr),
	};
}

/* Sum of the products of deviations @lag apart. */
static double lagged_products(const double *values, size_t nr, size_t lag, double mean)
{
	double sum = 0;

	for (size_t i = lag; i < nr; i++)
		sum += (values[i - lag] - mean) * (values[i] - mean);
	return sum;
}

double nn_autocorrelation(const double *values, size_t nr, size_t lag)
{
	double mean = nn_moments(values, nr).mean;

	return lagged_products(values, nr, lag, mean) / lagged_products(values, nr, 0, mean);
}

double nn_effective_sample_size(const double *values, size_t nr)
{
	const double mean = nn_moments(values, nr).mean;
	const double squares = lagged_products(values, nr, 0, mean);
	double tau = 1;

	for (size_t lag = 1; lag + 1 < nr; lag += 2) {
		double pair = (lagged_products(values, nr, lag, mean) +
			       lagged_products(values, nr, lag + 1, mean)) /
			      squares;

		if (!(pair > 0))
			break;
		tau += 2 * pair;
	}
	return (double)nr / fmax(tau, 1);
}
