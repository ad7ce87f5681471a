/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of text with aligned columns. Columns without a title are hidden; lines may also be
 * headings that span the table. Cells and headings may be foreign text. Zero-initialised storage is
 * an empty table.
 */
#ifndef NN_REPORTS_TEXT_TABLE_H
#define NN_REPORTS_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/cleanup.h"
#include "harness/base/strbuf.h"

#define NN_TEXT_MAX_COLUMNS 16

struct nn_text_line {
	char *heading;                    /* spans the table; the cells are empty then */
	char *cells[NN_TEXT_MAX_COLUMNS]; /* NULL: empty */
	const char *colour;               /* of the last cell, an escape sequence, or NULL */
};

struct nn_text_column {
	char *title; /* NULL: hidden */
	bool is_number;
	size_t width;
};

struct nn_text_table {
	struct nn_text_column columns[NN_TEXT_MAX_COLUMNS];
	size_t nr_columns;
	struct nn_text_line *lines;
	size_t nr, cap;
};

void nn_text_table_release(struct nn_text_table *table);
NN_AUTO_DEFINE(text_table, struct nn_text_table, nn_text_table_release(p))

/** Make @column visible; @take_title is the table's. Numbers are aligned to the right. */
void nn_text_table_column(struct nn_text_table *table, size_t column, char *take_title,
			  bool is_number);

/** A new line, which holds until the next is added; its strings are the table's. */
struct nn_text_line *nn_text_table_line(struct nn_text_table *table);

/** Append the table with its titles and a rule below them. */
void nn_text_table_put(struct nn_text_table *table, struct nn_strbuf *out);

#endif
