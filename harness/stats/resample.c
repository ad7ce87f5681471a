/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/resample.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_statistics_double.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/moments.h"
#include "harness/stats/random.h"

#define MIN_BOOTS 3
#define ALPHA     0.05

/* A resample whose variance is below this share of the data's drew one boot over and over: what is
 * left is rounding. */
#define NO_VARIANCE 1e-12

/* Share of resamples without variance above which the interval is refused. */
#define MAX_DROPPED 0.01

/* The logs of one arm, or the log ratios of pairs, from their mean on. */
struct arm {
	double *deviations;
	uint32_t *picks; /* one resample */
	size_t nr;
	double mean;
	double variance_of_mean;
};

static void release_arm(struct arm *arm)
{
	free(arm->deviations);
	free(arm->picks);
}
NN_AUTO_DEFINE(arm, struct arm, release_arm(p))

/* @bases: pairs of @values, or NULL. */
static int init_arm(struct arm *arm, const double *values, const double *bases, size_t nr)
{
	struct nn_moments moments;

	arm->nr = nr;
	arm->deviations = nn_calloc(nr ? nr : 1, sizeof(*arm->deviations));
	arm->picks = nn_calloc(nr ? nr : 1, sizeof(*arm->picks));
	for (size_t i = 0; i < nr; i++) {
		double base = bases ? bases[i] : 1;

		if (!isfinite(values[i]) || values[i] <= 0 || !isfinite(base) || base <= 0)
			return -EDOM;
		arm->deviations[i] = log(values[i]) - (bases ? log(base) : 0);
	}
	moments = nn_moments(arm->deviations, nr);
	arm->mean = moments.mean;
	arm->variance_of_mean = moments.variance / (double)nr;
	for (size_t i = 0; i < nr; i++)
		arm->deviations[i] -= moments.mean;
	return 0;
}

/* Draw as many boots as there are. One pass is exact enough: deviations are about 0 already. */
static void draw(const struct arm *arm, struct nn_random *random, double *ret_shift,
		 double *ret_variance_of_mean)
{
	const double nr = (double)arm->nr;
	double sum = 0;
	double squares = 0;

	nn_random_fill_below(random, (uint32_t)arm->nr, arm->nr, arm->picks);
	for (size_t i = 0; i < arm->nr; i++) {
		double deviation = arm->deviations[arm->picks[i]];

		sum += deviation;
		squares += deviation * deviation;
	}
	*ret_shift = sum / nr;
	*ret_variance_of_mean = (squares - sum * (sum / nr)) / (nr - 1) / nr;
}

/*
 * The interval from the quantiles of T* = (shift of the resampled log ratio) ÷ its standard error.
 * @base: NULL when @arm holds pairs.
 */
static int bootstrap_t(const struct arm *base, const struct arm *arm, size_t nr_resamples,
		       uint64_t seed, double ret_ci95[2])
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(seed);
	NN_AUTO(free) double *ts = nn_calloc(nr_resamples + 1, sizeof(*ts));
	const double variance = arm->variance_of_mean + (base ? base->variance_of_mean : 0);
	const double log_ratio = arm->mean - (base ? base->mean : 0);
	const double se = sqrt(variance);
	size_t nr = 0;
	size_t rank;

	for (size_t i = 0; i < nr_resamples; i++) {
		double base_shift = 0;
		double base_variance = 0;
		double shift;
		double resampled;

		draw(arm, random, &shift, &resampled);
		if (base)
			draw(base, random, &base_shift, &base_variance);
		resampled += base_variance;
		if (resampled > NO_VARIANCE * variance)
			ts[nr++] = (shift - base_shift) / sqrt(resampled);
	}
	/* the rank that cuts off α/2 of nr + 1 intervals between the ordered values */
	rank = (size_t)(((double)nr + 1) * (ALPHA / 2));
	if (rank < 1 || (double)(nr_resamples - nr) > MAX_DROPPED * (double)nr_resamples)
		return -ENODATA;
	ret_ci95[0] = exp(log_ratio - gsl_stats_select(ts, 1, nr, nr - rank) * se);
	ret_ci95[1] = exp(log_ratio - gsl_stats_select(ts, 1, nr, rank - 1) * se);
	return 0;
}

int nn_bootstrap_t_paired(const double *base, const double *arm, size_t nr, size_t nr_resamples,
			  uint64_t seed, double ret_ci95[2])
{
	NN_AUTO(arm) struct arm pairs = {0};

	if (init_arm(&pairs, arm, base, nr))
		return -EDOM;
	if (nr < MIN_BOOTS)
		return -ENODATA;
	return bootstrap_t(NULL, &pairs, nr_resamples, seed, ret_ci95);
}

int nn_bootstrap_t_unpaired(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
			    size_t nr_resamples, uint64_t seed, double ret_ci95[2])
{
	NN_AUTO(arm) struct arm of_base = {0};
	NN_AUTO(arm) struct arm of_arm = {0};

	if (init_arm(&of_base, base, NULL, nr_base) || init_arm(&of_arm, arm, NULL, nr_arm))
		return -EDOM;
	if (nr_base < MIN_BOOTS || nr_arm < MIN_BOOTS)
		return -ENODATA;
	return bootstrap_t(&of_base, &of_arm, nr_resamples, seed, ret_ci95);
}
