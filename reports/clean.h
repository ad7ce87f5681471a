/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Foreign text (names and messages from agents, files, kernels) made fit to stand on one line of
 * any report: whatever a terminal or a parser could obey, or that could make a text look like
 * another, is replaced. Escaping for a format comes after it.
 */
#ifndef NN_REPORTS_CLEAN_H
#define NN_REPORTS_CLEAN_H

#include <stddef.h>

#include "harness/base/strbuf.h"

/**
 * Bytes of the character that begins at @s, which is NUL-terminated: well-formed UTF-8, no control
 * character (C0, DEL, C1), no mark that turns the direction of text around, no noncharacter.
 * Return: 1 to 4, or 0 when there is none such (at the end, too).
 */
size_t nn_clean_length(const char *s);

/** Append @len bytes of @text: tabs and line ends become blanks, what else is unfit U+FFFD. */
void nn_clean_add(struct nn_strbuf *sb, const char *text, size_t len);

/** All of @text, NULL for NULL; the caller's. */
char *nn_clean_text(const char *text);

#endif
