/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A section for each detailed row of the view: charts, and what its figures rest on. */
#ifndef NN_REPORTS_HTML_DETAIL_H
#define NN_REPORTS_HTML_DETAIL_H

#include "reports/html/view.h"

/** Sections, grouped by workload; nothing when no row is detailed. */
void nn_html_details(struct nn_html *html, const struct nn_html_view *view);

/* The tables of a section. */

/** What is known of each arm's boots, runs and iterations. */
void nn_html_side_table(struct nn_html *html, const struct nn_report_row *row, const char *unit);

/** The ratio by several methods, and the arm against itself. */
void nn_html_method_table(struct nn_html *html, const struct nn_report_row *row);

/** Quantiles of the iterations; nothing when none is known. */
void nn_html_tail_table(struct nn_html *html, const struct nn_report_row *row, const char *unit);

/** How much of the physically possible is reached, as bars; nothing when no ceiling is known. */
void nn_html_ceiling(struct nn_html *html, const struct nn_report_row *row, const char *unit);

/** The boots one by one, folded away: the text alternative of the charts. */
void nn_html_boot_table(struct nn_html *html, const struct nn_comparison *comparison,
			const struct nn_report_row *row, const char *unit);

#endif
