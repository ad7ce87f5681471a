/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes HTML and inline SVG so that no text can become markup: every text and attribute value is
 * escaped, bytes that are no UTF-8 and control characters become U+FFFD. Elements are opened and
 * closed in pairs, which is asserted; tag and attribute names are constants of the caller. Marks
 * that turn the direction of text around become U+FFFD too: they would let a text look like
 * another.
 */
#ifndef NN_REPORTS_HTML_WRITER_H
#define NN_REPORTS_HTML_WRITER_H

#include "harness/base/compat.h"
#include "harness/base/strbuf.h"

#define NN_HTML_DEPTH 32

struct nn_html {
	struct nn_strbuf *out; /* borrowed */
	const char *open[NN_HTML_DEPTH];
	size_t depth;
};

/* Attributes follow as name, value pairs up to a NULL name; a NULL value leaves the pair out. */

/** Open an element. */
void nn_html_open(struct nn_html *html, const char *tag, ...) __attribute__((sentinel));

/** Close the innermost element, which is @tag. A line ends there, but not within running text. */
void nn_html_close(struct nn_html *html, const char *tag);

/** An element without content or end tag (meta, and shapes of SVG). */
void nn_html_void(struct nn_html *html, const char *tag, ...) __attribute__((sentinel));

/** An element that holds @text only; NULL is "". */
void nn_html_element(struct nn_html *html, const char *tag, const char *text, ...)
	__attribute__((sentinel));

/*
 * Numbers as attributes, whatever the locale. They are returned whole, so that
 * nn_html_number(x).text may stand among the arguments of a call.
 */
struct nn_html_number {
	char text[32];
};

/** A coordinate, to a hundredth: "12.5". What is not finite becomes "0". */
struct nn_html_number nn_html_number(double value);

/** A share of the width or height: 0.5 is "50%". */
struct nn_html_number nn_html_percent(double share);

/** Escaped text. */
void nn_html_text(struct nn_html *html, const char *text);
void nn_html_textf(struct nn_html *html, const char *fmt, ...) NN_PRINTF(2, 3);

/** Constant markup or style of the program's own, as it is. Never for data. */
void nn_html_constant(struct nn_html *html, const char *markup);

#endif
