/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Energy distance between the two sides of every split of a sequence, α = 1, in O(n log n) time and
 * O(n) memory. What an order of the values cannot change (ranks, distance of each value to all
 * others) is worked out once, so that a permutation test scans many orders of the same ranks.
 * One struct serves one thread. Source: Matteson and James, arXiv 1306.4933.
 */
#ifndef NN_STATS_ENERGY_H
#define NN_STATS_ENERGY_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"

struct nn_energy {
	size_t nr;         /* values */
	size_t nr_levels;  /* different values */
	uint32_t *ranks;   /* of the values in their own order: 0 … nr_levels − 1 */
	double *levels;    /* the different values, ascending, less their middle one */
	double *distances; /* of each level to all values, summed */
	double total;      /* distance of all pairs, summed */
	double *factors;   /* (nr − n)/(n − 1): what the distances within n values weigh */
	struct nn_energy_sum *tree; /* room of one scan */
};

/** @values: finite, at least 1; not kept. */
void nn_energy_init(struct nn_energy *energy, const double *values, size_t nr);
void nn_energy_release(struct nn_energy *energy);
NN_AUTO_DEFINE(energy, struct nn_energy, nn_energy_release(p))

/**
 * The largest Q = nm/(n + m) E over all splits of the values in the order of @ranks, with n and m
 * at least @min_segment (≥ 1); E is the U statistic.
 * @ranks: a permutation of energy->ranks.
 * @ret_index: first of the right side; 0 when no split is allowed (NULL: not wanted).
 * Return: Q; -INFINITY when no split is allowed.
 */
double nn_energy_scan(struct nn_energy *energy, const uint32_t *ranks, size_t min_segment,
		      size_t *ret_index);

#endif
