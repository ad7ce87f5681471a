/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/ratio.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"

/* One-sided level of claims; two-sided of confidence intervals. */
#define ALPHA 0.05

/* Bounds that miss a margin by less were moved by the arithmetic, not by the data. */
#define ROUNDING 1e-12

static bool are_positive(const double *values, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (!isfinite(values[i]) || values[i] <= 0)
			return false;
	}
	return true;
}

/* ln(values[i]), or ln(values[i] / bases[i]) as a difference, which neither over- nor underflows */
static struct nn_moments log_moments(const double *values, const double *bases, size_t nr)
{
	NN_AUTO(free) double *logs = nn_calloc(nr, sizeof(*logs));

	for (size_t i = 0; i < nr; i++)
		logs[i] = bases ? log(values[i]) - log(bases[i]) : log(values[i]);
	return nn_moments(logs, nr);
}

/* How many standard errors the log ratio lies above @log_bound; without spread it is infinite. */
static double t_statistic(const struct nn_ratio *ratio, double log_bound)
{
	double distance = log(ratio->estimate) - log_bound;

	return distance == 0 ? 0 * ratio->se_log : distance / ratio->se_log;
}

/* Fill the estimate and all bounds from the log ratio and its degrees of freedom. */
static void set_intervals(struct nn_ratio *ratio, double log_ratio)
{
	const double se = ratio->se_log;
	const double t95 = nn_t_quantile(1 - ALPHA, ratio->df);
	const double t975 = nn_t_quantile(1 - ALPHA / 2, ratio->df);

	ratio->estimate = exp(log_ratio);
	ratio->ci95[0] = exp(log_ratio - t975 * se);
	ratio->ci95[1] = exp(log_ratio + t975 * se);
	ratio->lower95 = exp(log_ratio - t95 * se);
	ratio->upper95 = exp(log_ratio + t95 * se);
	ratio->p_value = 2 * nn_t_cdf(-fabs(t_statistic(ratio, 0)), ratio->df);
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
	struct nn_moments pairs;

	if (!nr)
		return -EINVAL;
	if (!are_positive(base, nr) || !are_positive(arm, nr))
		return -EDOM;
	pairs = log_moments(arm, base, nr);
	ratio.sd_log = sqrt(pairs.variance);
	ratio.df = (double)nr - 1;
	ratio.se_log = sqrt(pairs.variance / (double)nr);
	set_intervals(&ratio, pairs.mean);
	*ret_ratio = ratio;
	return 0;
}

/* Welch–Satterthwaite; two arms without any spread have the degrees of freedom of equal ones. */
static double welch_df(const struct nn_moments *a, const struct nn_moments *b)
{
	const double nr_a = (double)a->nr;
	const double nr_b = (double)b->nr;
	double share_a = a->variance / nr_a;
	double share_b = b->variance / nr_b;
	double sum = share_a + share_b;

	if (sum == 0)
		return nr_a + nr_b - 2;
	/* as shares of the sum, because squares of tiny variances underflow */
	share_a /= sum;
	share_b /= sum;
	return 1 / (share_a * share_a / (nr_a - 1) + share_b * share_b / (nr_b - 1));
}

int nn_ratio_welch(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
		   struct nn_ratio *ret_ratio)
{
	struct nn_ratio ratio = {.nr_boots = nr_base < nr_arm ? nr_base : nr_arm};
	struct nn_moments b;
	struct nn_moments a;

	if (!nr_base || !nr_arm)
		return -EINVAL;
	if (!are_positive(base, nr_base) || !are_positive(arm, nr_arm))
		return -EDOM;
	b = log_moments(base, NULL, nr_base);
	a = log_moments(arm, NULL, nr_arm);
	ratio.sd_log = sqrt(a.variance + b.variance);
	ratio.df = welch_df(&a, &b);
	ratio.se_log = sqrt(a.variance / (double)nr_arm + b.variance / (double)nr_base);
	set_intervals(&ratio, a.mean - b.mean);
	*ret_ratio = ratio;
	return 0;
}

int nn_ratio_fieller(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
		     double *ret_estimate, double ret_ci95[2])
{
	const size_t nr = nr_base < nr_arm ? nr_base : nr_arm;
	struct nn_moments b;
	struct nn_moments a;
	double half_b; /* of the interval of the base's mean */
	double half_a;
	double denominator;
	double root;
	double t;

	if (nr < 2)
		return -ENODATA;
	b = nn_moments(base, nr_base);
	a = nn_moments(arm, nr_arm);
	t = nn_t_quantile(1 - ALPHA / 2, (double)nr - 1);
	half_b = t * sqrt(b.variance / (double)nr_base);
	half_a = t * sqrt(a.variance / (double)nr_arm);
	if (!(b.mean > half_b) || !isfinite(a.mean))
		return -ERANGE;
	denominator = (b.mean - half_b) * (b.mean + half_b);
	/* (ab)² − (b² − h_b²)(a² − h_a²), with the products that cancel left out */
	root = sqrt(pow(a.mean * half_b, 2) + pow(half_a, 2) * denominator);
	*ret_estimate = a.mean / b.mean;
	ret_ci95[0] = (a.mean * b.mean - root) / denominator;
	ret_ci95[1] = (a.mean * b.mean + root) / denominator;
	return 0;
}

enum nn_verdict nn_ratio_verdict(double lower95, double upper95, double margin)
{
	/* exp(log(97) − log(100)) is a rounding error below 0.97, which is no reason to refute it
	 */
	double at_least = margin * (1 - ROUNDING);

	/* NaN bounds compare false and end as inconclusive */
	if (lower95 >= at_least)
		return NN_VERDICT_PROVEN;
	if (upper95 < at_least)
		return NN_VERDICT_REFUTED;
	return NN_VERDICT_INCONCLUSIVE;
}

double nn_ratio_regression_p(const struct nn_ratio *performance, double bound)
{
	return nn_t_cdf(t_statistic(performance, log(bound)), performance->df);
}

double nn_ratio_noninferiority_p(const struct nn_ratio *performance, double margin)
{
	return nn_t_cdf(-t_statistic(performance, log(margin)), performance->df);
}

double nn_ratio_tost_p(const struct nn_ratio *ratio, double share)
{
	double not_below = nn_t_cdf(-t_statistic(ratio, log1p(-share)), ratio->df);
	double not_above = nn_t_cdf(t_statistic(ratio, -log1p(-share)), ratio->df);

	return not_below > not_above ? not_below : not_above;
}
