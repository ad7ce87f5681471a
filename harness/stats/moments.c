/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/moments.h"

#include <math.h>

#include <gsl/gsl_statistics_double.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"

struct nn_moments nn_moments(const double *values, size_t nr)
{
	struct nn_moments moments = {.mean = NAN, .variance = NAN, .nr = nr};
	const double n = (double)nr;
	double sum = 0;
	double squares = 0;
	double rest = 0;

	if (!nr)
		return moments;
	/* from the first value on: near-equal values keep their digits, equal ones have no spread
	 */
	for (size_t i = 0; i < nr; i++)
		sum += values[i] - values[0];
	moments.mean = values[0] + sum / n;
	for (size_t i = 0; i < nr; i++) {
		double deviation = values[i] - moments.mean;

		squares += deviation * deviation;
		rest += deviation;
	}
	moments.mean += rest / n;
	if (nr >= 2)
		moments.variance = (squares - rest * (rest / n)) / (n - 1);
	return moments;
}

double nn_sd(const double *values, size_t nr)
{
	return sqrt(nn_moments(values, nr).variance);
}

double nn_median(const double *values, size_t nr)
{
	NN_AUTO(free) double *copy = NULL;

	if (!nr)
		return NAN;
	copy = nn_calloc(nr, sizeof(*copy));
	memcpy(copy, values, nr * sizeof(*copy));
	return gsl_stats_median(copy, 1, nr);
}
