/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The axis that all rows of the forest plot share, and what is drawn on it. One small SVG a row,
 * with positions in per cent: it stretches with the page from phone to wall without stretching its
 * strokes and letters. Private to the HTML report.
 */
#ifndef NN_REPORTS_HTML_FOREST_AXIS_H
#define NN_REPORTS_HTML_FOREST_AXIS_H

#include "reports/html/view.h"

/* A logarithmic axis: twice as fast and half as fast lie equally far from 1. */
struct nn_forest_axis {
	double low;
	double high;
};

/** Has the row an estimate that can be drawn? */
bool nn_forest_is_drawn(const struct nn_report_row *row);

/** Wide enough for all estimates and margins that claims are about, and for most intervals. */
struct nn_forest_axis nn_forest_axis_find(const struct nn_html_view *view);

/** The row's interval with its margin and the A/A interval. */
void nn_forest_draw_row(struct nn_html *html, const struct nn_forest_axis *axis,
			const struct nn_report_row *row);

/** All workloads together, as a diamond. */
void nn_forest_draw_aggregate(struct nn_html *html, const struct nn_forest_axis *axis,
			      const struct nn_report_aggregate *aggregate);

/** Only the grid, where a row has nothing to draw. */
void nn_forest_draw_gap(struct nn_html *html, const struct nn_forest_axis *axis);

/** Ticks and their labels. */
void nn_forest_draw_axis(struct nn_html *html, const struct nn_forest_axis *axis);

#endif
