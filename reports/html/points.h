/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts of one row: boots, and the distribution within them. Private to the HTML report. */
#ifndef NN_REPORTS_HTML_POINTS_H
#define NN_REPORTS_HTML_POINTS_H

#include "reports/html/view.h"

/** The value of every boot by block, pairs joined; nothing when there are no boots. */
void nn_html_points(struct nn_html *html, const struct nn_comparison *comparison,
		    const struct nn_report_row *row, const char *unit);

/** Which share of a boot's iterations stay below a value; nothing when boots have one iteration. */
void nn_html_distribution(struct nn_html *html, const struct nn_report_row *row, const char *unit);

#endif
