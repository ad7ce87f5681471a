/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/wrap.h"

#include <string.h>
#include <sys/ioctl.h>

#define MARGIN 2 /* in front of a label, and behind it */

/* A line in the making. */
struct line {
	struct nn_strbuf *sb;
	size_t indent;
	size_t column; /* of what was written; the indent: nothing yet */
	size_t width;
};

static size_t columns(const char *text, size_t len)
{
	size_t nr = 0;

	for (size_t i = 0; i < len; i++)
		nr += ((unsigned char)text[i] & 0xc0) != 0x80;
	return nr;
}

size_t nn_columns(const char *text)
{
	return columns(text, strlen(text));
}

size_t nn_terminal_columns(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col)
		return NN_WRAP_COLUMNS;
	return size.ws_col;
}

static void break_line(struct line *line)
{
	nn_strbuf_addf(line->sb, "\n%*s", (int)line->indent, "");
	line->column = line->indent;
}

static void add_word(struct line *line, const char *word, size_t len)
{
	size_t width = columns(word, len);

	if (line->column > line->indent && line->column + 1 + width > line->width)
		break_line(line);
	if (line->column > line->indent) {
		nn_strbuf_addc(line->sb, ' ');
		line->column++;
	}
	nn_strbuf_addn(line->sb, word, len);
	line->column += width;
}

static void add_words(struct line *line, const char *text)
{
	while (*text) {
		size_t gap = strspn(text, " \n"), len;

		for (size_t i = 0, nr = 0; i < gap; i++) {
			nr += text[i] == '\n';
			if (nr == 2) { /* another paragraph */
				nn_strbuf_addc(line->sb, '\n');
				break_line(line);
			}
		}
		text += gap;
		len = strcspn(text, " \n");
		if (len)
			add_word(line, text, len);
		text += len;
	}
	nn_strbuf_addc(line->sb, '\n');
}

void nn_strbuf_add_wrapped(struct nn_strbuf *sb, const char *text, size_t width)
{
	struct line line = {.sb = sb, .width = width};

	add_words(&line, text);
}

void nn_strbuf_add_row(struct nn_strbuf *sb, const char *label, size_t label_width,
		       const char *text, size_t width)
{
	size_t label_columns = nn_columns(label);
	struct line line = {.sb = sb, .indent = MARGIN + label_width + MARGIN, .width = width};

	nn_strbuf_addf(sb, "%*s%s", MARGIN, "", label);
	if (label_columns > label_width)
		break_line(&line);
	else
		nn_strbuf_addf(sb, "%*s", (int)(label_width - label_columns + MARGIN), "");
	line.column = line.indent;
	add_words(&line, text);
}
