/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ratios of two arms from one log value per boot. Pure functions on arrays; no I/O, no state.
 * Source: reference statistics, paired t and Welch t on logs; GSL's t distribution.
 */
#ifndef NN_STATS_RATIO_H
#define NN_STATS_RATIO_H

#include <stdbool.h>
#include <stddef.h>

struct nn_ratio {
	size_t nr_boots; /* pairs, or the smaller arm when unpaired */
	double estimate; /* arm ÷ base of the geometric means over boots */
	double ci95[2];  /* two-sided; NaN with fewer than 2 pairs */
	double lower95;  /* one-sided 95 % bounds; NaN with fewer than 2 pairs */
	double upper95;
	double sd_log; /* of the pair log ratios; unpaired: of what a pair would have */
	double df;
	double se_log;  /* standard error of the log ratio */
	double p_value; /* two-sided, of "the ratio is 1"; NaN with fewer than 2 boots */
};

/** exp of the mean of logs. NaN when @nr is 0 or a value is not positive and finite. */
double nn_geometric_mean(const double *values, size_t nr);

/**
 * Paired t interval on ln(arm[i]/base[i]).
 * @base, @arm: one positive value per boot, paired by block.
 * Return: 0, or -EDOM when a value is not positive and finite, -EINVAL when @nr is 0.
 */
int nn_ratio_paired(const double *base, const double *arm, size_t nr, struct nn_ratio *ret_ratio);

/**
 * Welch t interval on logs, when boots are not paired. Bounds are NaN with fewer than 2 boots in
 * either arm.
 * Return: as nn_ratio_paired().
 */
int nn_ratio_welch(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
		   struct nn_ratio *ret_ratio);

enum nn_verdict { NN_VERDICT_PROVEN, NN_VERDICT_REFUTED, NN_VERDICT_INCONCLUSIVE };

/**
 * One-sided non-inferiority at 0.05 of a performance ratio (higher is better) against @margin:
 * PROVEN when lower95 ≥ margin, REFUTED when upper95 < margin, else INCONCLUSIVE.
 */
enum nn_verdict nn_ratio_verdict(double lower95, double upper95, double margin);

/**
 * Boots (pairs) that would prove @margin with power 0.9 at one-sided 0.05, were the true ratio and
 * the SD as observed.
 * Return: at least 5 (as few as any verdict may rest on, so also when one boot left the SD
 * unknown); 0 when no number would, because estimate ≤ margin, or none below a million.
 */
size_t nn_boots_needed(const struct nn_ratio *performance, double margin);

/**
 * The ratio of arithmetic means by Fieller's theorem, each arm with its own variance and the t
 * quantile of the smaller arm's degrees of freedom: only where logs are impossible.
 * Return: 0; -ERANGE when the base's mean is not significantly above 0, so that the interval has no
 * bounds; -ENODATA with fewer than 2 boots in an arm.
 * Source: Kalibera and Jones, arXiv 2007.10899.
 */
int nn_ratio_fieller(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
		     double *ret_estimate, double ret_ci95[2]);

/**
 * p-value of the larger one-sided test of TOST: is the ratio within [1 − @share, 1/(1 − @share)]?
 * Both tests at 0.05 are the 90 % interval [lower95, upper95] lying inside.
 */
double nn_ratio_tost_p(const struct nn_ratio *ratio, double share);

/** One-sided p-value of H0 "performance ratio < margin" (small: proven not inferior). */
double nn_ratio_noninferiority_p(const struct nn_ratio *performance, double margin);

/** One-sided p-value of H0 "performance ratio ≥ bound" (small: it is worse than that). */
double nn_ratio_regression_p(const struct nn_ratio *performance, double bound);

/**
 * The smallest change of the ratio, in percent, that a two-sided test at 0.05 would see with power
 * 0.8 at the observed SD and number of boots (noncentral t): 100 (exp(d) − 1) of the effect d on
 * the log ratio, upwards; downwards it is 100 (1 − exp(−d)), a little less. NaN with fewer than 2
 * boots.
 * @is_paired: from sd_log and nr_boots pairs; else from Welch's se_log and df.
 */
double nn_ratio_mde_pct(const struct nn_ratio *ratio, bool is_paired);

/**
 * Power of a two-sided two-sample t test at @alpha to see the difference in its direction: @nr an
 * arm, means @d SDs apart. NaN with fewer than 2 an arm.
 */
double nn_power_two_sample(size_t nr, double d, double alpha);

#endif
