/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forest plot: performance ratios with their intervals and margins, one row a comparison. */
#ifndef NN_REPORTS_HTML_FOREST_H
#define NN_REPORTS_HTML_FOREST_H

#include "reports/comparison.h"
#include "reports/html-writer.h"

/** Write the plot as a figure; nothing when no comparison has a ratio. */
void nn_html_forest(struct nn_html *html, const struct nn_comparison *comparison);

#endif
