/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several tests at once: p-values adjusted for their number. NaN entries are no tests: they stay
 * NaN and do not count. Source: reference statistics §2.8; Benjamini and Hochberg 1995, Holm 1979.
 */
#ifndef NN_STATS_MULTIPLE_H
#define NN_STATS_MULTIPLE_H

#include <stddef.h>

/** False discovery rate: adj(i) = min over j ≥ i of min(1, K p(j)/j). */
void nn_adjust_benjamini_hochberg(const double *p_values, size_t nr, double *ret_adjusted);
/** The same under any dependence: times the sum of 1/j (Benjamini and Yekutieli 2001). */
void nn_adjust_benjamini_yekutieli(const double *p_values, size_t nr, double *ret_adjusted);
/** Family-wise error rate: adj(i) = max over j ≤ i of min(1, (K − j + 1) p(j)). */
void nn_adjust_holm(const double *p_values, size_t nr, double *ret_adjusted);

#endif
