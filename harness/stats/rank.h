/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rank methods with exact distributions: Wilcoxon's rank-sum and signed-rank tests, Hodges–Lehmann
 * estimates of a ratio. They look at order alone, so a few wild boots do not move them.
 * Source: reference statistics §2.3; counts by the recurrence of Mann and Whitney.
 */
#ifndef NN_STATS_RANK_H
#define NN_STATS_RANK_H

#include <stddef.h>

/*
 * Above this many boots an arm the normal approximation, corrected for continuity, takes the place
 * of the exact counts. P-values take it with ties too, corrected for them, and where pairs have no
 * difference; intervals then keep the ranks that hold without ties, with which they are only wider.
 */
#define NN_RANK_EXACT_MAX 50

struct nn_hodges_lehmann {
	double estimate;  /* of arm ÷ base */
	double ci95[2];   /* NaN where there are too few boots: 4 an arm unpaired, 6 pairs */
	double p_value;   /* two-sided, of "the ratio is 1" */
	double statistic; /* W (Mann–Whitney U of the arm), or V (sum of positive ranks) */
};

/** P(W ≤ w) of the rank-sum statistic W = U of @m against @n values. */
double nn_rank_sum_cdf(double w, size_t m, size_t n);
/** Smallest w with P(W ≤ w) ≥ @p. */
size_t nn_rank_sum_quantile(double p, size_t m, size_t n);
/** P(V ≤ v) of the signed-rank statistic of @n differences. */
double nn_signed_rank_cdf(double v, size_t n);
/** Smallest v with P(V ≤ v) ≥ @p. */
size_t nn_signed_rank_quantile(double p, size_t n);

/**
 * Paired: exp of the median of the Walsh averages of ln(arm[i]/base[i]). Averages and differences
 * are counted, not stored: memory and each step are linear in the boots.
 * Return: 0, -EDOM when a value is not positive and finite, -EINVAL when @nr is 0.
 */
int nn_hodges_lehmann_paired(const double *base, const double *arm, size_t nr,
			     struct nn_hodges_lehmann *ret);
/** Unpaired: exp of the median of all ln(arm[i]) − ln(base[j]). */
int nn_hodges_lehmann_unpaired(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
			       struct nn_hodges_lehmann *ret);

#endif
