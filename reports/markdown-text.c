/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/markdown-text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "reports/clean.h"

/*
 * A zero-width space. Mentions, issue numbers and bare links are found in the text that is left
 * after Markdown, where a backslash or an entity hides nothing any more: only a character between
 * parts them.
 */
#define PART "&#8203;"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

static bool is_markup(char c)
{
	return strchr("\\`*_[]|~$", c) != NULL;
}

/* At the start of a list item these would begin a list, a heading or a rule within it. */
static bool is_block_start(const char *text)
{
	return *text && strchr("-+=#", *text);
}

static bool begins_link(const char *text, const char *c)
{
	bool is_scheme = *c == ':' && strncmp(c, "://", 3) == 0;
	bool is_www = *c == '.' && c - text >= 3 && strncasecmp(c - 3, "www", 3) == 0;

	return is_scheme || is_www;
}

static void add_char(struct nn_strbuf *sb, const char *text, const char *c)
{
	const char *escaped = entity(*c);

	if (escaped) {
		nn_strbuf_add(sb, escaped);
		return;
	}
	if (is_markup(*c))
		nn_strbuf_addc(sb, '\\');
	nn_strbuf_addc(sb, *c);
	if (*c == '@' || (*c == '#' && isalnum((unsigned char)c[1])) || begins_link(text, c))
		nn_strbuf_add(sb, PART);
}

void nn_markdown_add(struct nn_strbuf *sb, const char *text)
{
	NN_AUTO(free) char *clean = nn_clean_text(text);
	const char *c = clean + strspn(clean, " ");
	const char *digits_end = c + strspn(c, "0123456789");

	if (is_block_start(c))
		nn_strbuf_addc(sb, '\\');
	for (; *c; c++) {
		if (c == digits_end && c > clean && (*c == '.' || *c == ')') &&
		    isdigit((unsigned char)c[-1]))
			nn_strbuf_addc(sb, '\\'); /* "1." begins a numbered list */
		add_char(sb, clean, c);
	}
}
