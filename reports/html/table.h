/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of the HTML report, cell by cell. Private to it. */
#ifndef NN_REPORTS_HTML_TABLE_H
#define NN_REPORTS_HTML_TABLE_H

#include <stdint.h>

#include "reports/html/writer.h"

/**
 * Open a table and write its caption and headings. On a phone one of class "stack" becomes a list
 * of cards, whose cells carry their headings; one of class "wide" scrolls by itself.
 * @caption: NULL: the heading before the table says it.
 * @headings: up to NULL; one ending in '#' stands above numbers.
 */
void nn_html_table_open(struct nn_html *html, const char *class, const char *caption,
			const char *const *headings);
void nn_html_table_close(struct nn_html *html);

/** The same with one body, for rows to follow. */
void nn_html_table_begin(struct nn_html *html, const char *class, const char *caption,
			 const char *const *headings);
void nn_html_table_end(struct nn_html *html);

/** The heading of a row. */
void nn_html_row_heading(struct nn_html *html, const char *text);

/** A cell. @label: its heading, for cards. @text: NULL is an en dash. */
void nn_html_cell(struct nn_html *html, const char *label, const char *text);
void nn_html_number_cell(struct nn_html *html, const char *label, const char *text);
void nn_html_count_cell(struct nn_html *html, const char *label, uint64_t count);

/** The class that colours a verdict: "good", "care", "bad"; "none" for none. */
const char *nn_html_verdict_class(const char *verdict);

/** The verdict as a coloured word with a sign before it; nothing for NULL. */
void nn_html_verdict(struct nn_html *html, const char *verdict);

#endif
