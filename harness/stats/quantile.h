/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quantiles of the samples of one boot. Harrell–Davis weighs all order statistics and so scatters
 * less than a single one; type 7 is what R and most tools print.
 * Source: reference statistics §2.6; Harrell and Davis 1982; Hyndman and Fan 1996.
 */
#ifndef NN_STATS_QUANTILE_H
#define NN_STATS_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/cleanup.h"

/* A quantile needs this many values beyond it, or it is refused. */
#define NN_QUANTILE_MIN_BEYOND 10

/** Are there values enough for the quantile @q: @nr (1 − q) ≥ 10, and for q < 0.5 @nr q ≥ 10? */
bool nn_quantile_is_supported(size_t nr, double q);

/** Type 7 of ascending @sorted; NaN when @nr is 0. */
double nn_quantile_type7(const double *sorted, size_t nr, double q);

/* The weights of Harrell–Davis for one set of probabilities; kept from boot to boot, for boots
 * mostly have equally many samples. */
struct nn_harrell_davis;

struct nn_harrell_davis *nn_harrell_davis_new(const double *probabilities, size_t nr_probabilities);
void nn_harrell_davis_free(struct nn_harrell_davis *hd);
NN_AUTO_DEFINE(harrell_davis, struct nn_harrell_davis *, nn_harrell_davis_free(*p))

/**
 * All quantiles of ascending @sorted; not refused for few values, that is the caller's choice.
 * @ret: one value a probability; NaN when @nr is 0.
 */
void nn_harrell_davis_compute(struct nn_harrell_davis *hd, const double *sorted, size_t nr,
			      double *ret);

#endif
