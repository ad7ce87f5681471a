/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the HTML report. */
#ifndef NN_REPORTS_HTML_TABLES_H
#define NN_REPORTS_HTML_TABLES_H

#include "reports/comparison.h"
#include "reports/html-writer.h"

/** The class that colours a verdict: "good", "care", "bad", or NULL. */
const char *nn_html_verdict_class(const char *verdict);

/** One table for each pair of arms that is compared. */
void nn_html_comparison_tables(struct nn_html *html, const struct nn_comparison *comparison);

/** Facts of the arms: those that differ first and marked, the others folded away. */
void nn_html_fact_tables(struct nn_html *html, const struct nn_comparison *comparison);

void nn_html_skip_table(struct nn_html *html, const struct nn_comparison *comparison);
void nn_html_event_table(struct nn_html *html, const struct nn_comparison *comparison);
void nn_html_time_table(struct nn_html *html, const struct nn_comparison *comparison);

#endif
