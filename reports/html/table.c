/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/table.h"

#include <inttypes.h>
#include <stdbool.h>

#include "harness/base/array.h"
#include "reports/words.h"

void nn_html_table_open(struct nn_html *html, const char *class, const char *caption,
			const char *const *headings)
{
	bool is_wide = class && strcmp(class, "wide") == 0;

	/* what scrolls must be reachable by keyboard, and then needs a name */
	nn_html_open(html, "div", "class", "scroll", "role", is_wide ? "region" : NULL,
		     "aria-label", is_wide ? caption : NULL, "tabindex", is_wide ? "0" : NULL,
		     NULL);
	nn_html_open(html, "table", "class", class, NULL);
	if (caption)
		nn_html_element(html, "caption", caption, NULL);
	nn_html_open(html, "thead", NULL);
	nn_html_open(html, "tr", NULL);
	for (size_t i = 0; headings[i]; i++) {
		size_t len = strlen(headings[i]);
		bool is_number = len && headings[i][len - 1] == '#';
		NN_AUTO(free) char *text = nn_strndup(headings[i], is_number ? len - 1 : len);

		nn_html_element(html, *text ? "th" : "td", text, "scope", *text ? "col" : NULL,
				"class", is_number ? "number" : NULL, NULL);
	}
	nn_html_close(html, "tr");
	nn_html_close(html, "thead");
}

void nn_html_table_close(struct nn_html *html)
{
	nn_html_close(html, "table");
	nn_html_close(html, "div");
}

void nn_html_table_begin(struct nn_html *html, const char *class, const char *caption,
			 const char *const *headings)
{
	nn_html_table_open(html, class, caption, headings);
	nn_html_open(html, "tbody", NULL);
}

void nn_html_table_end(struct nn_html *html)
{
	nn_html_close(html, "tbody");
	nn_html_table_close(html);
}

void nn_html_row_heading(struct nn_html *html, const char *text)
{
	nn_html_element(html, "th", text, "scope", "row", NULL);
}

void nn_html_cell(struct nn_html *html, const char *label, const char *text)
{
	nn_html_element(html, "td", text ? text : NN_EN_DASH, "data-label", label, "class",
			text ? NULL : "absent", NULL);
}

void nn_html_number_cell(struct nn_html *html, const char *label, const char *text)
{
	bool is_absent = !text || strcmp(text, NN_EN_DASH) == 0;

	nn_html_element(html, "td", is_absent ? NN_EN_DASH : text, "data-label", label, "class",
			is_absent ? "number absent" : "number", NULL);
}

void nn_html_count_cell(struct nn_html *html, const char *label, uint64_t count)
{
	NN_AUTO(free) char *text = nn_asprintf("%" PRIu64, count);

	nn_html_number_cell(html, label, text);
}

/* Told apart without colour too. */
struct mark {
	const char *verdict;
	const char *class;
	const char *sign;
};

static const struct mark marks[] = {
	{"PROVEN", "good", "\xe2\x9c\x93"},        /* ✓ */
	{"NO REGRESSION", "good", "\xe2\x9c\x93"}, /* ✓ */
	{"INCONCLUSIVE", "care", "?"},
	{"REFUTED", "bad", "\xe2\x9c\x97"},    /* ✗ */
	{"REGRESSION", "bad", "\xe2\x9c\x97"}, /* ✗ */
};

static const struct mark *find_mark(const char *verdict)
{
	static const struct mark invalid = {"INVALID", "void", "\xe2\x8a\x98"}; /* ⊘ */

	for (size_t i = 0; i < NN_ARRAY_SIZE(marks); i++) {
		if (strcmp(marks[i].verdict, verdict) == 0)
			return &marks[i];
	}
	return &invalid;
}

const char *nn_html_verdict_class(const char *verdict)
{
	return verdict ? find_mark(verdict)->class : "none";
}

void nn_html_verdict(struct nn_html *html, const char *verdict)
{
	NN_AUTO(free) char *class = NULL;

	if (!verdict)
		return;
	class = nn_asprintf("verdict %s", nn_html_verdict_class(verdict));
	nn_html_open(html, "span", "class", class, NULL);
	nn_html_element(html, "span", find_mark(verdict)->sign, "aria-hidden", "true", NULL);
	nn_html_textf(html, " %s", verdict);
	nn_html_close(html, "span");
}
