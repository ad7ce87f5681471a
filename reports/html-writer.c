/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html-writer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The continuation bytes that a first byte asks for, and the smallest code they may spell. */
static bool utf8_form(unsigned char first, size_t *ret_nr_more, uint32_t *ret_code,
		      uint32_t *ret_least)
{
	if (first >= 0xc2 && first <= 0xdf) {
		*ret_nr_more = 1;
		*ret_code = first & 0x1f;
		*ret_least = 0x80;
	} else if ((first & 0xf0) == 0xe0) {
		*ret_nr_more = 2;
		*ret_code = first & 0x0f;
		*ret_least = 0x800;
	} else if (first >= 0xf0 && first <= 0xf4) {
		*ret_nr_more = 3;
		*ret_code = first & 0x07;
		*ret_least = 0x10000;
	} else {
		return false;
	}
	return true;
}

/* Length of the well-formed sequence at @s that stands for a character of text, or 0. */
static size_t utf8_length(const unsigned char *s)
{
	size_t nr_more;
	uint32_t code, least;

	if (!utf8_form(s[0], &nr_more, &code, &least))
		return 0;
	for (size_t i = 1; i <= nr_more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	if (code < 0xa0) /* C1 controls */
		return 0;
	return nr_more + 1;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void escape(struct nn_strbuf *out, const char *text)
{
	while (*text) {
		const char *escaped = entity(*text);
		unsigned char byte = (unsigned char)*text;
		size_t len = 1;

		if (escaped) {
			nn_strbuf_add(out, escaped);
		} else if (byte >= 0x80) {
			len = utf8_length((const unsigned char *)text);
			if (len)
				nn_strbuf_addn(out, text, len);
			else
				nn_strbuf_add(out, REPLACEMENT);
			len = len ? len : 1;
		} else if (byte >= ' ' && byte != 0x7f) {
			nn_strbuf_addc(out, *text);
		} else if (byte == '\n' || byte == '\t') {
			nn_strbuf_addc(out, *text);
		} else {
			nn_strbuf_add(out, REPLACEMENT);
		}
		text += len;
	}
}

static void start_tag(struct nn_html *html, const char *tag, va_list attributes)
{
	nn_strbuf_addf(html->out, "<%s", tag);
	for (;;) {
		const char *name = va_arg(attributes, const char *);
		const char *value;

		if (!name)
			break;
		value = va_arg(attributes, const char *);
		if (!value)
			continue;
		nn_strbuf_addf(html->out, " %s=\"", name);
		escape(html->out, value);
		nn_strbuf_addc(html->out, '"');
	}
	nn_strbuf_addc(html->out, '>');
}

static void push(struct nn_html *html, const char *tag)
{
	assert(html->depth < NN_HTML_DEPTH);
	html->open[html->depth++] = tag;
}

void nn_html_open(struct nn_html *html, const char *tag, ...)
{
	va_list attributes;

	va_start(attributes, tag);
	start_tag(html, tag, attributes);
	va_end(attributes);
	push(html, tag);
}

void nn_html_close(struct nn_html *html, const char *tag)
{
	assert(html->depth && strcmp(html->open[html->depth - 1], tag) == 0);
	html->depth--;
	nn_strbuf_addf(html->out, "</%s>\n", tag);
}

void nn_html_void(struct nn_html *html, const char *tag, ...)
{
	va_list attributes;

	va_start(attributes, tag);
	start_tag(html, tag, attributes);
	va_end(attributes);
	/* HTML allows the slash on void elements, and SVG's shapes need it */
	html->out->data[--html->out->len] = '\0';
	nn_strbuf_add(html->out, "/>\n");
}

void nn_html_element(struct nn_html *html, const char *tag, const char *text, ...)
{
	va_list attributes;

	va_start(attributes, text);
	start_tag(html, tag, attributes);
	va_end(attributes);
	push(html, tag);
	if (text)
		nn_html_text(html, text);
	nn_html_close(html, tag);
}

void nn_html_text(struct nn_html *html, const char *text)
{
	escape(html->out, text);
}

void nn_html_textf(struct nn_html *html, const char *fmt, ...)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	nn_strbuf_vaddf(&sb, fmt, args);
	va_end(args);
	nn_html_text(html, nn_strbuf_str(&sb));
}

void nn_html_constant(struct nn_html *html, const char *markup)
{
	nn_strbuf_add(html->out, markup);
}
