/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two sides of a row and what in them asks for a look: modes, drift, unequal scatter, outliers,
 * dependent iterations. Private to this folder.
 */
#ifndef NN_REPORTS_ROW_SIDE_H
#define NN_REPORTS_ROW_SIDE_H

#include "reports/comparison.h"

/** Copy the cells of @arm by block and reduce them. @ret_side is blank before. */
void nn_row_fill_side(struct nn_report_side *ret_side, const struct nn_cells *cells, size_t arm);

/** Are too many runs of the arm without a steady state for its figures to be worth anything? */
bool nn_side_is_unsteady(const struct nn_report_side *side);

/** Flags of a row whose sides and figures are filled. */
void nn_row_flag_sides(struct nn_report_row *row);

/** "skewed": t estimate and Hodges–Lehmann are apart by more than half the interval's width. */
void nn_row_flag_skew(struct nn_report_row *row);

#endif
