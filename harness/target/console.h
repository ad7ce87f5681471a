/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest said on its serial console, which libvirt keeps in a file. */
#ifndef NN_TARGET_CONSOLE_H
#define NN_TARGET_CONSOLE_H

#include "harness/base/strbuf.h"

#define NN_CONSOLE_WORDS_CAP 200

/** All of it; nothing when the VM never started. */
void nn_console_read(const char *path, struct nn_strbuf *ret_text);

/**
 * What of it explains an end best: a panic, else the guest init's own words, since the kernel says
 * "Power down" after them whatever happened; else its last line. Without escape sequences.
 */
void nn_console_last_words(const struct nn_strbuf *console, char ret_words[NN_CONSOLE_WORDS_CAP]);

#endif
