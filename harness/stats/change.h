/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Change points of a long series, none of which is known beforehand: E-divisive with a permutation
 * test (block permutation where neighbours depend on each other). One scan is O(n log n) in time
 * and O(n) in memory. A change point is the first index of the new regime, from 0. Source: Matteson
 * and James, arXiv 1306.4933; reference statistics §3.1, §3.7.
 */
#ifndef NN_STATS_CHANGE_H
#define NN_STATS_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stored with every decision: a decision is never silently made anew by another detector. */
#define NN_CHANGE_DETECTOR "e-divisive/1"

struct nn_change_params {
	size_t min_segment;     /* 5 */
	size_t nr_permutations; /* 999 */
	double p_value;         /* 0.01 */
	double min_effect;      /* keep changes of a log series at least this large; 0: all */
	uint64_t seed;
};

#define NN_CHANGE_PARAMS_DEFAULT \
	((struct nn_change_params){.min_segment = 5, .nr_permutations = 999, .p_value = 0.01})

struct nn_change {
	size_t index;   /* first of the new regime */
	double q;       /* energy statistic Q = nm/(n+m) E */
	double p_value; /* (1 + k)/(1 + R) of the permutation test that accepted it */
	double before;  /* mean of the segment before and after it */
	double after;
	size_t block_length; /* of the permutation; 1: plain */
};

/**
 * The best split of @values alone, U-statistic form with α = 1.
 * Return: the index, 0 when there is none that leaves @min_segment values on either side.
 */
size_t nn_energy_split(const double *values, size_t nr, size_t min_segment, double *ret_q);

/**
 * All change points, ascending; none when a value is NaN or infinite.
 * @ret_changes: room for @nr / @params->min_segment.
 * Return: their number.
 */
size_t nn_change_points(const double *values, size_t nr, const struct nn_change_params *params,
			struct nn_change *ret_changes);

/* ---- Apache Otava's detector, for cross-verification: reference statistics §3.2 ---- */

struct nn_otava_params {
	size_t window;        /* 50 */
	double max_p_value;   /* 0.001 */
	double min_magnitude; /* 0 */
};

#define NN_OTAVA_PARAMS_DEFAULT \
	((struct nn_otava_params){.window = 50, .max_p_value = 0.001, .min_magnitude = 0})

/** @ret_indices: room for @nr; ascending. NaN values are filled from their neighbours. */
size_t nn_otava_change_points(const double *values, size_t nr, const struct nn_otava_params *params,
			      size_t *ret_indices);

#endif
