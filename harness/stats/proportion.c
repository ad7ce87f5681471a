/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/proportion.h"

#include <assert.h>
#include <math.h>

#include <gsl/gsl_sort_double.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"

#define MIN_BOOTS 10   /* fewer cannot tell two modes from one */
#define MIN_GAP   0.01 /* 1 % of the value */
#define MIN_SDS   3

void nn_share_ci95(size_t nr_hits, size_t nr, double ret_ci95[2])
{
	const double hits = (double)nr_hits;
	const double misses = (double)nr - hits;

	assert(nr_hits <= nr);
	ret_ci95[0] = nr_hits ? nn_beta_quantile(0.025, hits, misses + 1) : 0;
	ret_ci95[1] = nr_hits < nr ? nn_beta_quantile(0.975, hits + 1, misses) : 1;
	if (!nr)
		ret_ci95[0] = ret_ci95[1] = NAN;
}

double nn_share_upper95(size_t nr_hits, size_t nr)
{
	double ci95[2];

	if (nr && !nr_hits)
		return 1 - pow(0.05, 1 / (double)nr);
	nn_share_ci95(nr_hits, nr, ci95);
	return ci95[1];
}

/* Index of the first value above the largest gap of ascending @sorted; @nr ≥ 2. */
static size_t find_largest_gap(const double *sorted, size_t nr)
{
	size_t at = 1;

	for (size_t i = 2; i < nr; i++) {
		if (sorted[i] - sorted[i - 1] > sorted[at] - sorted[at - 1])
			at = i;
	}
	return at;
}

static double sum_of_squares(const double *values, size_t nr)
{
	return nr < 2 ? 0 : nn_moments(values, nr).variance * (double)(nr - 1);
}

/* Sorted logs cut at their largest gap. */
struct cut {
	double gap;
	double sd; /* pooled within the two clusters */
	size_t nr_upper;
};

static struct cut cut_at_largest_gap(const double *logs, size_t nr)
{
	NN_AUTO(free) double *sorted = nn_calloc(nr, sizeof(*sorted));
	size_t nr_lower;
	double squares;

	memcpy(sorted, logs, nr * sizeof(*sorted));
	gsl_sort(sorted, 1, nr);
	nr_lower = find_largest_gap(sorted, nr);
	squares =
		sum_of_squares(sorted, nr_lower) + sum_of_squares(sorted + nr_lower, nr - nr_lower);
	return (struct cut){
		.gap = sorted[nr_lower] - sorted[nr_lower - 1],
		.sd = sqrt(squares / (double)(nr - 2)),
		.nr_upper = nr - nr_lower,
	};
}

bool nn_is_bimodal(const double *logs, size_t nr, size_t *ret_nr_upper, double *ret_gap)
{
	struct cut cut = {.gap = NAN};

	if (nr >= MIN_BOOTS)
		cut = cut_at_largest_gap(logs, nr);
	if (ret_nr_upper)
		*ret_nr_upper = cut.nr_upper;
	if (ret_gap)
		*ret_gap = cut.gap;
	return cut.gap > fmax(MIN_GAP, MIN_SDS * cut.sd);
}

bool nn_is_clearly_bimodal(const double *logs, size_t nr)
{
	double nr_sds = fmax(MIN_SDS, 1.88 + 118 / pow((double)nr, 1.5));
	struct cut cut = {.gap = NAN};

	if (nr >= MIN_BOOTS)
		cut = cut_at_largest_gap(logs, nr);
	return cut.gap > fmax(MIN_GAP, nr_sds * cut.sd);
}
