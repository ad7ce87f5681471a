/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drift over blocks, and dependence of neighbours. Source: reference statistics §2.10; Theil 1950,
 * Sen 1968, Mann 1945, Kendall 1975; Geyer 1992 for the effective sample size.
 */
#ifndef NN_STATS_TREND_H
#define NN_STATS_TREND_H

#include <stddef.h>

struct nn_trend {
	double slope;   /* Theil–Sen: median slope per step; NaN with fewer than 2 values */
	double p_value; /* Mann–Kendall, two-sided, ties and continuity corrected; exact up to 10
			 * values without ties */
};

/** @positions: ascending, or NULL for 0, 1, …; values of one block each. */
struct nn_trend nn_trend(const double *positions, const double *values, size_t nr);

/** Autocorrelation at @lag, biased as R's acf: Σ(x_i − m)(x_{i+lag} − m) / Σ(x_i − m)². */
double nn_autocorrelation(const double *values, size_t nr, size_t lag);

/** n / τ with τ = 1 + 2 Σρ_k, summed by Geyer's pairs while ρ_{2k−1} + ρ_{2k} > 0; at most @nr. */
double nn_effective_sample_size(const double *values, size_t nr);

#endif
