/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the text report share. Private to it. */
#ifndef NN_REPORTS_TEXT_PAGE_H
#define NN_REPORTS_TEXT_PAGE_H

#include <stdbool.h>

#include "harness/base/strbuf.h"
#include "reports/comparison.h"
#include "reports/notes.h"
#include "reports/view.h"

struct nn_text_page {
	const struct nn_comparison *comparison;
	struct nn_view view;
	struct nn_strbuf *out; /* borrowed */
	bool use_colour;
	struct nn_notes notes; /* told once below the tables and referred to by number */
};

/** A blank line and @text as the heading of what follows. */
void nn_text_heading(struct nn_text_page *page, const char *text);

/** @text after @lead, broken at blanks; following lines are indented like the text. */
void nn_text_paragraph(struct nn_text_page *page, const char *lead, const char *text);

/** The escape sequence that colours a verdict, or NULL: none, or colours are not wanted. */
const char *nn_text_verdict_colour(const struct nn_text_page *page, const char *verdict);

/** The tables of rows: one a pair of arms, or one line a row where there are many campaigns. */
void nn_text_rows(struct nn_text_page *page);

/** What the data say of each row beside its figures: difference, A/A, ceiling. */
void nn_text_row_by_row(struct nn_text_page *page);

#endif
