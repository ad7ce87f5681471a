/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shares of boots: the boot-mode guard beside a mean. Source: reference statistics §2.5; Clopper
 * and Pearson 1934; rule of three.
 */
#ifndef NN_STATS_PROPORTION_H
#define NN_STATS_PROPORTION_H

#include <stdbool.h>
#include <stddef.h>

/** Upper 95 % limit of a share of which @nr_hits of @nr were seen: 1 − 0.05^(1/nr) for none (one
 *  sided), else Clopper–Pearson's two-sided upper limit. NaN when @nr is 0. */
double nn_share_upper95(size_t nr_hits, size_t nr);
/** Two-sided 95 % Clopper–Pearson interval. */
void nn_share_ci95(size_t nr_hits, size_t nr, double ret_ci95[2]);

/**
 * Do the boots of one arm fall into two modes? Split the sorted logs at the largest gap; true when
 * the gap exceeds max(1 %, 3 × pooled SD within the clusters). Never with fewer than 10 boots.
 * @ret_nr_upper: boots in the upper cluster (NULL: not wanted); @ret_gap: of the logs (or NULL).
 */
bool nn_is_bimodal(const double *logs, size_t nr, size_t *ret_nr_upper, double *ret_gap);

/**
 * The same so clearly that a verdict may rest on it: the gap in SDs that 0.3 % of Gaussian arms
 * reach whatever their number of boots (the plain rule: 6 % of those with 10 boots, 0.5 % with 20).
 * Source: 400,000 simulated arms for each of 10 … 30 boots; factor max(3, 1.88 + 118 nr^−1.5).
 */
bool nn_is_clearly_bimodal(const double *logs, size_t nr);

#endif
