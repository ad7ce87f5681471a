/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forest plot: a table whose rows carry their interval drawn on one common axis, so that the
 * picture and its figures cannot part. Private to the HTML report.
 */
#ifndef NN_REPORTS_HTML_FOREST_H
#define NN_REPORTS_HTML_FOREST_H

#include "reports/html/view.h"

/** Write the rows of @view with the notes that they refer to; a sentence when there are none. */
void nn_html_forest(struct nn_html *html, const struct nn_html_view *view);

#endif
