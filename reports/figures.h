/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One figure (the mean, a tail …) of every boot of the two arms of a row, paired by block or not,
 * ready for the numerics. Private to this folder.
 */
#ifndef NN_REPORTS_FIGURES_H
#define NN_REPORTS_FIGURES_H

#include "harness/base/cleanup.h"
#include "harness/stats/ratio.h"
#include "reports/comparison.h"

struct nn_figures {
	double *base;
	double *arm;
	size_t nr_base;
	size_t nr_arm; /* equal to nr_base when paired */
	bool is_paired;
};

void nn_figures_release(struct nn_figures *figures);
NN_AUTO_DEFINE(figures, struct nn_figures, nn_figures_release(p))

/* Which figure of a boot; NaN leaves the boot out. */
typedef double (*nn_figure_fn)(const struct nn_digest *digest, size_t which);

double nn_figure_mean(const struct nn_digest *digest, size_t which);
double nn_figure_tail(const struct nn_digest *digest, size_t which);
double nn_figure_variation(const struct nn_digest *digest, size_t which);

/** Blocks in which either arm has boots, and those in which both have. Cells stand by block. */
void nn_count_blocks(const struct nn_cells *a, const struct nn_cells *b, uint64_t *ret_nr_either,
		     uint64_t *ret_nr_both);

/**
 * Collect from both sides of @row, as its is_paired says. Several boots of an arm in one block give
 * the pair their geometric mean.
 */
struct nn_figures nn_figures_collect(const struct nn_report_row *row, nn_figure_fn figure,
				     size_t which);

/** Paired or Welch; returns as those do. */
int nn_figures_ratio(const struct nn_figures *figures, struct nn_ratio *ret_ratio);

#endif
