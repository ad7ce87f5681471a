/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/console.h"

#include <ctype.h>
#include <string.h>

#include "harness/target/kernel-modules.h"

#define INIT_SAYS "nearnative: " /* guest-init.sh's own lines */

void nn_console_read(const char *path, struct nn_strbuf *ret_text)
{
	struct nn_sysroot live = NN_SYSROOT_LIVE;

	(void)nn_file_load_unpacked(&live, path, ret_text, NULL); /* there may be none */
}

/* The last place of @mark in @text, or NULL. */
static const char *find_last(const char *text, const char *mark)
{
	const char *last = NULL;

	for (const char *at = strstr(text, mark); at; at = strstr(at + 1, mark))
		last = at;
	return last;
}

static const char *last_line(const struct nn_strbuf *console)
{
	const char *text = nn_strbuf_str(console);
	const char *at = text + console->len;

	while (at > text && !isgraph((unsigned char)at[-1]))
		at--;
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

void nn_console_last_words(const struct nn_strbuf *console, char ret_words[NN_CONSOLE_WORDS_CAP])
{
	const char *words = find_last(nn_strbuf_str(console), "Kernel panic");
	size_t len = 0;

	if (!words)
		words = find_last(nn_strbuf_str(console), INIT_SAYS);
	if (!words)
		words = last_line(console);
	for (; *words && *words != '\n' && len < NN_CONSOLE_WORDS_CAP - 1; words++) {
		if (isprint((unsigned char)*words))
			ret_words[len++] = *words;
	}
	ret_words[len] = '\0';
}
