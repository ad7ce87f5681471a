/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign text in GitHub flavoured Markdown. */
#ifndef NN_REPORTS_MARKDOWN_TEXT_H
#define NN_REPORTS_MARKDOWN_TEXT_H

#include "harness/base/strbuf.h"

/**
 * Append @text so that it shows as it is, in a table cell, a list item or a paragraph: no markup,
 * HTML, link, mention of a user or reference to an issue comes of it, and it stays on one line.
 */
void nn_markdown_add(struct nn_strbuf *sb, const char *text);

#endif
