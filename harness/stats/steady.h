/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Has a process reached its steady state? PELT segmentation from 200 iterations on (Killick 2012;
 * classes of Barrett et al. 2017), below that the halves test or Georges' coefficient of variation.
 * Source: reference statistics §1.2, §2.10.
 */
#ifndef NN_STATS_STEADY_H
#define NN_STATS_STEADY_H

#include <stdbool.h>
#include <stddef.h>

/* From this many iterations on segments are searched for. */
#define NN_STEADY_PELT_MIN 200

enum nn_steady {
	NN_STEADY_FLAT,     /* one level */
	NN_STEADY_WARMUP,   /* slower first, then steady */
	NN_STEADY_SLOWDOWN, /* faster first, then steady: the steady part is not the best */
	NN_STEADY_NONE,     /* still changing at the end */
	NN_STEADY_UNKNOWN,  /* too few iterations to tell (< 8) */
};

const char *nn_steady_name(enum nn_steady steady);

/**
 * @is_lower_better: what "slower" means for the values.
 * @ret_start: where the steady part begins, which reaches to the end: of values[0 … nr - 1] those
 * from here on are to be averaged. 0 without a steady state, and below NN_STEADY_PELT_MIN values:
 * so few cannot tell a short warm-up from noise, which is why warm-up is left out by time there.
 */
enum nn_steady nn_steady_classify(const double *values, size_t nr, bool is_lower_better,
				  size_t *ret_start);

/**
 * Change points of mean and variance by PELT with penalty @penalty (15 ln n is warmup_stats').
 * @ret_changes: first index of each new segment, ascending; room for @nr.
 * Return: their number.
 */
size_t nn_pelt_mean_variance(const double *values, size_t nr, double penalty, size_t min_segment,
			     size_t *ret_changes);

#endif
