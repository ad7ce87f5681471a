/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resampling of boots: the studentised bootstrap that cross-checks the t interval. Seeded, so that
 * equal data give equal bytes. Source: reference statistics §2.2, §2.3.
 */
#ifndef NN_STATS_RESAMPLE_H
#define NN_STATS_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

/* Resamples behind a printed interval. */
#define NN_BOOTSTRAP_RESAMPLES 9999

/**
 * 95 % bootstrap-t interval of the ratio arm ÷ base on the log scale; boots are resampled with
 * replacement, pairs as pairs.
 * Return: 0; -EDOM a value is not positive and finite; -ENODATA fewer than 3 boots in an arm, or
 * more than 1 % of the resamples had no variance (so with 3 or 4 pairs), or fewer than 39 had.
 */
int nn_bootstrap_t_paired(const double *base, const double *arm, size_t nr, size_t nr_resamples,
			  uint64_t seed, double ret_ci95[2]);
int nn_bootstrap_t_unpaired(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
			    size_t nr_resamples, uint64_t seed, double ret_ci95[2]);

#endif
