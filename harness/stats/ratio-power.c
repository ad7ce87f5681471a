/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a number of boots can show, by the noncentral t distribution. */
#include "harness/stats/ratio.h"

#include <math.h>

#include "harness/stats/distribution.h"

/* One-sided level of claims, and the power that boots are planned for. */
#define ALPHA 0.05
#define POWER 0.9

#define MIN_BOOTS 5
#define MAX_BOOTS 1000000

/* Two-sided level and power of the minimum detectable effect. */
#define MDE_ALPHA 0.05
#define MDE_POWER 0.8

/* The probability that @nr pairs prove a margin that lies @effect SDs below the true log ratio. */
static double power_of(double nr, double effect)
{
	const double delta = effect * sqrt(nr);

	/* here already, with 5 pairs or more, the power differs from 1 by less than 1e-80 */
	if (delta > 30)
		return 1;
	return 1 - nn_noncentral_t_cdf(nn_t_quantile(1 - ALPHA, nr - 1), nr - 1, delta);
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
	nr = floor(pow((nn_normal_quantile(1 - ALPHA) + nn_normal_quantile(POWER)) / effect, 2));
	nr = fmax(nr, MIN_BOOTS);
	while (nr < MAX_BOOTS && power_of(nr, effect) < POWER)
		nr++;
	return nr < MAX_BOOTS ? (size_t)nr : 0;
}

/*
 * The probability that a two-sided test with the critical value @t finds a true effect of @delta ≥
 * 0 standard errors, in its direction: a significant effect of the wrong sign is no success.
 */
static double power_two_sided(double delta, double df, double t)
{
	return 1 - nn_noncentral_t_cdf(t, df, delta);
}

double nn_power_two_sample(size_t nr, double d, double alpha)
{
	const double df = 2 * (double)nr - 2;

	if (nr < 2)
		return NAN;
	return power_two_sided(fabs(d) * sqrt((double)nr / 2), df,
			       nn_t_quantile(1 - alpha / 2, df));
}

/* The noncentrality at which the two-sided test has its power: power grows with it. */
static double find_detectable(double df)
{
	const double precision = 1e-9;
	const double t = nn_t_quantile(1 - MDE_ALPHA / 2, df);
	double below = 0;
	double above = 1;

	while (power_two_sided(above, df, t) < MDE_POWER)
		above *= 2;
	while (above - below > precision * above) {
		double middle = (below + above) / 2;

		if (power_two_sided(middle, df, t) < MDE_POWER)
			below = middle;
		else
			above = middle;
	}
	return above;
}

double nn_ratio_mde_pct(const struct nn_ratio *ratio, bool is_paired)
{
	const double nr = (double)ratio->nr_boots;
	const double df = is_paired ? nr - 1 : ratio->df;
	const double se = is_paired ? ratio->sd_log / sqrt(nr) : ratio->se_log;

	if (ratio->nr_boots < 2 || isnan(se) || !(df > 0))
		return NAN;
	/* upwards, which is the larger of the two sides of a change that is symmetric in logs */
	return 100 * expm1(find_detectable(df) * se);
}
