/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mean, standard deviation and median with the accuracy that NIST's reference data sets ask for
 * (autocorrelation: trend.h). Pure functions on arrays; no I/O, no state.
 */
#ifndef NN_STATS_MOMENTS_H
#define NN_STATS_MOMENTS_H

#include <stddef.h>

struct nn_moments {
	double mean;     /* NaN when there is no value */
	double variance; /* n − 1 in the denominator; NaN with fewer than 2 values */
	size_t nr;
};

/** Two passes with the rounding error of the mean taken out. */
struct nn_moments nn_moments(const double *values, size_t nr);

/** Square root of the variance. */
double nn_sd(const double *values, size_t nr);

/** Median, found in a copy; NaN when @nr is 0. */
double nn_median(const double *values, size_t nr);

#endif
