/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/writer.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>

#include "reports/clean.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

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
		size_t len = nn_clean_length(text);

		if (escaped)
			nn_strbuf_add(out, escaped);
		else if (len)
			nn_strbuf_addn(out, text, len);
		else if (*text == '\n' || *text == '\t')
			nn_strbuf_addc(out, *text);
		else
			nn_strbuf_add(out, REPLACEMENT);
		text += len ? len : 1;
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

/* Behind these a line end would show as a blank. */
static bool is_within_text(const char *tag)
{
	static const char *const tags[] = {"a", "b", "code", "i", "small", "span"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(tags); i++) {
		if (strcmp(tags[i], tag) == 0)
			return true;
	}
	return false;
}

void nn_html_close(struct nn_html *html, const char *tag)
{
	assert(html->depth && strcmp(html->open[html->depth - 1], tag) == 0);
	html->depth--;
	nn_strbuf_addf(html->out, is_within_text(tag) ? "</%s>" : "</%s>\n", tag);
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

static void drop_trailing_zeros(char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == '0')
		text[--len] = '\0';
	if (len && text[len - 1] == '.')
		text[--len] = '\0';
}

struct nn_html_number nn_html_number(double value)
{
	/* beyond this nothing is a coordinate, and -0 is written as 0 */
	double sane = isfinite(value) ? fmin(fmax(value, -1e9), 1e9) + 0.0 : 0;
	struct nn_html_number number;

	(void)snprintf(number.text, sizeof(number.text), "%.2f", sane);
	for (char *c = number.text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	drop_trailing_zeros(number.text);
	if (strcmp(number.text, "-0") == 0)
		(void)snprintf(number.text, sizeof(number.text), "0");
	return number;
}

struct nn_html_number nn_html_percent(double share)
{
	struct nn_html_number number = nn_html_number(100 * share);
	size_t len = strlen(number.text);

	(void)snprintf(number.text + len, sizeof(number.text) - len, "%%");
	return number;
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
