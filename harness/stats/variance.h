/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the variance comes from (iteration, process, boot …) and how often to repeat each level.
 * Source: Kalibera and Jones, ISMM 2013, with the erratum of arXiv 2007.10899.
 */
#ifndef NN_STATS_VARIANCE_H
#define NN_STATS_VARIANCE_H

#include <stddef.h>

#define NN_VARIANCE_MAX_LEVELS 4

struct nn_variance {
	size_t nr_levels;
	double mean;
	double s2[NN_VARIANCE_MAX_LEVELS]; /* S²; [0] is the lowest level, iterations */
	double t2[NN_VARIANCE_MAX_LEVELS]; /* T², unbiased; may come out negative: no variance */
};

/**
 * @values: the lowest level runs fastest, the highest slowest.
 * @nr_repetitions: per level, [0] is the lowest; each at least 2.
 * Return: 0, or -EINVAL.
 */
int nn_variance_components(const double *values, const size_t *nr_repetitions, size_t nr_levels,
			   struct nn_variance *ret_variance);

/**
 * Repetitions of each level but the highest that spend the least for a given precision.
 * @costs_s: of one more repetition at each level, lower levels left out, [0] is the lowest.
 * @ret_exact: nr_levels − 1 numbers to be rounded up; 1 where a level adds no variance, infinite
 * where no level above it adds any (all that can be spent belongs there).
 */
void nn_variance_repetitions(const struct nn_variance *variance, const double *costs_s,
			     double *ret_exact);

#endif
