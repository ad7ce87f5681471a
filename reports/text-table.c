/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/text-table.h"

#include <assert.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/clean.h"
#include "reports/words.h"

#define GAP          2
#define COLOUR_RESET "\033[0m"

void nn_text_table_release(struct nn_text_table *table)
{
	for (size_t i = 0; i < table->nr_columns; i++)
		free(table->columns[i].title);
	for (size_t l = 0; l < table->nr; l++) {
		free(table->lines[l].heading);
		for (size_t i = 0; i < table->nr_columns; i++)
			free(table->lines[l].cells[i]);
	}
	free(table->lines);
	*table = (struct nn_text_table){0};
}

void nn_text_table_column(struct nn_text_table *table, size_t column, char *take_title,
			  bool is_number)
{
	assert(column < NN_TEXT_MAX_COLUMNS);
	if (column >= table->nr_columns)
		table->nr_columns = column + 1;
	free(table->columns[column].title);
	table->columns[column].title = take_title;
	table->columns[column].is_number = is_number;
}

struct nn_text_line *nn_text_table_line(struct nn_text_table *table)
{
	return NN_ARRAY_APPEND(table->lines, table->nr, table->cap);
}

static void pad(struct nn_strbuf *out, size_t width)
{
	nn_strbuf_addf(out, "%*s", (int)width, "");
}

static void put_cell(const struct nn_text_column *column, const char *text, const char *colour,
		     struct nn_strbuf *out)
{
	size_t width = text ? nn_words_width(text) : 0;
	size_t missing = column->width > width ? column->width - width : 0;

	if (column->is_number)
		pad(out, missing);
	if (text && colour)
		nn_strbuf_add(out, colour);
	if (text)
		nn_clean_add(out, text, strlen(text));
	if (text && colour)
		nn_strbuf_add(out, COLOUR_RESET);
	if (!column->is_number)
		pad(out, missing);
	pad(out, GAP);
}

static void put_line(const struct nn_text_table *table, const struct nn_text_line *line,
		     struct nn_strbuf *out)
{
	if (line->heading)
		nn_clean_add(out, line->heading, strlen(line->heading));
	for (size_t i = 0; !line->heading && i < table->nr_columns; i++) {
		const char *colour = i + 1 == table->nr_columns ? line->colour : NULL;

		if (table->columns[i].title)
			put_cell(&table->columns[i], line->cells[i], colour, out);
	}
	nn_strbuf_rtrim(out);
	nn_strbuf_addc(out, '\n');
}

static void put_titles(const struct nn_text_table *table, struct nn_strbuf *out)
{
	for (size_t i = 0; i < table->nr_columns; i++) {
		if (table->columns[i].title)
			put_cell(&table->columns[i], table->columns[i].title, NULL, out);
	}
	nn_strbuf_rtrim(out);
	nn_strbuf_addc(out, '\n');
	for (size_t i = 0; i < table->nr_columns; i++) {
		for (size_t n = 0; table->columns[i].title && n < table->columns[i].width; n++)
			nn_strbuf_add(out, "\xe2\x94\x80"); /* ─ */
		if (table->columns[i].title)
			pad(out, GAP);
	}
	nn_strbuf_rtrim(out);
	nn_strbuf_addc(out, '\n');
}

static void measure(struct nn_text_table *table)
{
	for (size_t i = 0; i < table->nr_columns; i++) {
		struct nn_text_column *column = &table->columns[i];

		if (!column->title)
			continue;
		column->width = nn_words_width(column->title);
		for (size_t l = 0; l < table->nr; l++) {
			const char *text = table->lines[l].cells[i];
			size_t width = text ? nn_words_width(text) : 0;

			if (width > column->width)
				column->width = width;
		}
	}
}

void nn_text_table_put(struct nn_text_table *table, struct nn_strbuf *out)
{
	measure(table);
	put_titles(table, out);
	for (size_t l = 0; l < table->nr; l++)
		put_line(table, &table->lines[l], out);
}
