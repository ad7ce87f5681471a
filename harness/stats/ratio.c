/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/ratio.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>

/* One-sided level of claims, and the power that boots are planned for. */
#define ALPHA 0.05
#define POWER 0.9

#define MIN_BOOTS 5
#define MAX_BOOTS 1000000

/* Mean and variance (n − 1) of the logs of one arm, or of the log ratios of pairs. */
struct moments {
	double mean;
	double variance; /* NaN with fewer than 2 values */
	double nr;
};

static bool are_positive(const double *values, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (!isfinite(values[i]) || values[i] <= 0)
			return false;
	}
	return true;
}

/* ln(values[i]), or ln(values[i] / bases[i]) as a difference, which neither over- nor underflows */
static double log_value(const double *values, const double *bases, size_t i)
{
	return bases ? log(values[i]) - log(bases[i]) : log(values[i]);
}

/* Two passes with the rounding error of the mean taken out: exact enough for near-equal values. */
static struct moments log_moments(const double *values, const double *bases, size_t nr)
{
	struct moments moments = {.variance = NAN, .nr = (double)nr};
	double squares = 0;
	double rest = 0;

	for (size_t i = 0; i < nr; i++)
		moments.mean += log_value(values, bases, i) / moments.nr;
	for (size_t i = 0; i < nr; i++) {
		double deviation = log_value(values, bases, i) - moments.mean;

		squares += deviation * deviation;
		rest += deviation;
	}
	moments.mean += rest / moments.nr;
	if (nr >= 2)
		moments.variance = (squares - rest * rest / moments.nr) / (moments.nr - 1);
	return moments;
}

/* Fill the estimate and all bounds from the log ratio, its standard error and degrees of freedom.
 */
static void set_intervals(struct nn_ratio *ratio, double log_ratio, double se)
{
	double t95 = isnan(se) ? NAN : gsl_cdf_tdist_Pinv(1 - ALPHA, ratio->df);
	double t975 = isnan(se) ? NAN : gsl_cdf_tdist_Pinv(1 - ALPHA / 2, ratio->df);

	ratio->estimate = exp(log_ratio);
	ratio->ci95[0] = exp(log_ratio - t975 * se);
	ratio->ci95[1] = exp(log_ratio + t975 * se);
	ratio->lower95 = exp(log_ratio - t95 * se);
	ratio->upper95 = exp(log_ratio + t95 * se);
}

double nn_geometric_mean(const double *values, size_t nr)
{
	if (!nr || !are_positive(values, nr))
		return NAN;
	return exp(log_moments(values, NULL, nr).mean);
}

int nn_ratio_paired(const double *base, const double *arm, size_t nr, struct nn_ratio *ret_ratio)
{
	struct nn_ratio ratio = {.nr_boots = nr};
	struct moments pairs;

	if (!nr)
		return -EINVAL;
	if (!are_positive(base, nr) || !are_positive(arm, nr))
		return -EDOM;
	pairs = log_moments(arm, base, nr);
	ratio.sd_log = sqrt(pairs.variance);
	ratio.df = pairs.nr - 1;
	set_intervals(&ratio, pairs.mean, sqrt(pairs.variance / pairs.nr));
	*ret_ratio = ratio;
	return 0;
}

/* Welch–Satterthwaite; two arms without any spread have the degrees of freedom of equal ones. */
static double welch_df(const struct moments *a, const struct moments *b)
{
	double share_a = a->variance / a->nr;
	double share_b = b->variance / b->nr;
	double sum = share_a + share_b;

	if (sum == 0)
		return a->nr + b->nr - 2;
	/* as shares of the sum, because squares of tiny variances underflow */
	share_a /= sum;
	share_b /= sum;
	return 1 / (share_a * share_a / (a->nr - 1) + share_b * share_b / (b->nr - 1));
}

int nn_ratio_welch(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
		   struct nn_ratio *ret_ratio)
{
	struct nn_ratio ratio = {.nr_boots = nr_base < nr_arm ? nr_base : nr_arm};
	struct moments b;
	struct moments a;

	if (!nr_base || !nr_arm)
		return -EINVAL;
	if (!are_positive(base, nr_base) || !are_positive(arm, nr_arm))
		return -EDOM;
	b = log_moments(base, NULL, nr_base);
	a = log_moments(arm, NULL, nr_arm);
	ratio.sd_log = sqrt(a.variance + b.variance);
	ratio.df = welch_df(&a, &b);
	set_intervals(&ratio, a.mean - b.mean, sqrt(a.variance / a.nr + b.variance / b.nr));
	*ret_ratio = ratio;
	return 0;
}

enum nn_verdict nn_ratio_verdict(double lower95, double upper95, double margin)
{
	/* NaN bounds compare false and end as inconclusive */
	if (lower95 >= margin)
		return NN_VERDICT_PROVEN;
	if (upper95 < margin)
		return NN_VERDICT_REFUTED;
	return NN_VERDICT_INCONCLUSIVE;
}

/*
 * P(T ≤ t) of Student's t with @df degrees of freedom and noncentrality @delta, for t ≥ 0.
 * Source: Lenth, "Algorithm AS 243", Applied Statistics 38 (1989): a Poisson-weighted sum of
 * incomplete beta functions, summed until what is left of both weights cannot matter.
 */
static double noncentral_t_cdf(double t, double df, double delta)
{
	const double tolerance = 1e-12;
	const double half_square = delta * delta / 2;
	const double x = t * t / (t * t + df);
	double p = exp(-half_square);                          /* weight of I_x(j + 1/2, df/2) */
	double q = delta * sqrt(2 / M_PI) * exp(-half_square); /* weight of I_x(j + 1, df/2) */
	double weight_left = 1 - p;
	double sum = 0;

	for (int j = 0; j < 10000; j++) {
		sum += p * gsl_cdf_beta_P(x, j + 0.5, df / 2) +
		       q * gsl_cdf_beta_P(x, j + 1, df / 2);
		p *= half_square / (j + 1);
		q *= half_square / (j + 1.5);
		weight_left -= p;
		if (j > half_square && weight_left < tolerance)
			break;
	}
	return gsl_cdf_ugaussian_P(-delta) + sum / 2;
}

/* The probability that @nr pairs prove a margin that lies @effect SDs below the true log ratio. */
static double power_of(double nr, double effect)
{
	const double delta = effect * sqrt(nr);

	/*
	 * Further out the sum's first weight would underflow; here already, with 5 pairs or more,
	 * the power differs from 1 by less than 1e-80.
	 */
	if (delta > 30)
		return 1;
	return 1 - noncentral_t_cdf(gsl_cdf_tdist_Pinv(1 - ALPHA, nr - 1), nr - 1, delta);
}

size_t nn_boots_needed(const struct nn_ratio *performance, double margin)
{
	double distance = log(performance->estimate) - log(margin);
	double effect;
	double nr;

	if (!(distance > 0))
		return 0;
	if (!(performance->sd_log > 0))
		return MIN_BOOTS;
	effect = distance / performance->sd_log;
	/* the normal approximation is a little too small, so that few steps remain */
	nr = floor(pow((gsl_cdf_ugaussian_Pinv(1 - ALPHA) + gsl_cdf_ugaussian_Pinv(POWER)) / effect,
		       2));
	nr = fmax(nr, MIN_BOOTS);
	while (nr < MAX_BOOTS && power_of(nr, effect) < POWER)
		nr++;
	return nr < MAX_BOOTS ? (size_t)nr : 0;
}
