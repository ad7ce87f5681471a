/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our own texts, broken between words so that their lines fit a terminal. A character takes one
 * column; a word that is longer than a line has one to itself.
 */
#ifndef NN_BASE_WRAP_H
#define NN_BASE_WRAP_H

#include <stddef.h>

#include "harness/base/strbuf.h"

#define NN_WRAP_COLUMNS 80 /* where no terminal says how many it has */

/** Columns of UTF-8 text. */
size_t nn_columns(const char *text);

/** How wide the terminal behind @fd is; NN_WRAP_COLUMNS when there is none or it does not say. */
size_t nn_terminal_columns(int fd);

/**
 * Append @text and a line end, lines at most @width columns wide. Blank lines between paragraphs
 * stay.
 */
void nn_strbuf_add_wrapped(struct nn_strbuf *sb, const char *text, size_t width);

/**
 * Append a row "  LABEL  text": the label takes @label_width columns, the text has a column of its
 * own, which begins on the next line where the label is longer.
 */
void nn_strbuf_add_row(struct nn_strbuf *sb, const char *label, size_t label_width,
		       const char *text, size_t width);

#endif
