/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the cells of two arms to the figures of one row: the only place where statistics meet the
 * model. No verdicts here. Functions fill rows and never fail: what cannot be computed stays NaN
 * and is told among the row's reasons.
 */
#ifndef NN_REPORTS_ROW_H
#define NN_REPORTS_ROW_H

#include "harness/stats/ratio.h"
#include "reports/comparison.h"
#include "reports/series.h"

enum nn_pairing {
	NN_PAIRING_AUTO, /* paired when any block has both arms; what is missing then is told */
	NN_PAIRING_PAIRED,
	NN_PAIRING_UNPAIRED,
};

/** A new row at the end of @comparison->rows with the identity of @series, all figures NaN. */
struct nn_report_row *nn_row_append(struct nn_comparison *comparison,
				    const struct nn_series *series, const char *base_arm,
				    const char *arm);

/**
 * Compare the cells of arm @base with those of arm @arm (indices as in the cells) and fill every
 * figure, side, tail and flag of the row.
 * @row: has its names; its margin may be NaN. Its campaign, workload and metric seed the bootstrap.
 */
void nn_row_compare(struct nn_report_row *row, const struct nn_cells *cells, size_t base,
		    size_t arm, enum nn_pairing pairing);

/** Fill a row in which only arm @arm has values. */
void nn_row_alone(struct nn_report_row *row, const struct nn_cells *cells, size_t arm,
		  bool is_base);

/** The ratio with its bounds turned so that higher is better, for the numerics of stats/. */
struct nn_ratio nn_row_performance(const struct nn_report_row *row);

/** Benjamini–Hochberg over the rows of each campaign that have an arm to compare; fills p_adjusted.
 */
void nn_rows_adjust(struct nn_comparison *comparison);

void nn_row_release(struct nn_report_row *row);

#endif
