/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/strbuf.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"

void nn_strbuf_release(struct nn_strbuf *sb)
{
	free(sb->data);
	*sb = (struct nn_strbuf)NN_STRBUF_INIT;
}

void nn_strbuf_clear(struct nn_strbuf *sb)
{
	sb->len = 0;
	if (sb->data)
		sb->data[0] = '\0';
}

const char *nn_strbuf_str(const struct nn_strbuf *sb)
{
	return sb->data ? sb->data : "";
}

char *nn_strbuf_reserve(struct nn_strbuf *sb, size_t extra)
{
	size_t needed = sb->len + extra + 1;

	if (needed > sb->cap) {
		sb->cap = nn_array_capacity(sb->cap, needed);
		sb->data = nn_reallocarray(sb->data, sb->cap, 1);
		sb->data[sb->len] = '\0'; /* the caller may have nothing to put there */
	}
	return sb->data + sb->len;
}

void nn_strbuf_advance(struct nn_strbuf *sb, size_t len)
{
	sb->len += len;
	sb->data[sb->len] = '\0';
}

void nn_strbuf_add(struct nn_strbuf *sb, const char *s)
{
	nn_strbuf_addn(sb, s, strlen(s));
}

void nn_strbuf_addn(struct nn_strbuf *sb, const void *bytes, size_t len)
{
	char *to = nn_strbuf_reserve(sb, len);

	if (len)
		memcpy(to, bytes, len);
	nn_strbuf_advance(sb, len);
}

void nn_strbuf_addc(struct nn_strbuf *sb, char c)
{
	nn_strbuf_addn(sb, &c, 1);
}

void nn_strbuf_vaddf(struct nn_strbuf *sb, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return;
	(void)vsnprintf(nn_strbuf_reserve(sb, (size_t)len), (size_t)len + 1, fmt, args);
	nn_strbuf_advance(sb, (size_t)len);
}

void nn_strbuf_addf(struct nn_strbuf *sb, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	nn_strbuf_vaddf(sb, fmt, args);
	va_end(args);
}

void nn_strbuf_add_double(struct nn_strbuf *sb, double value)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (!isfinite(value) || strtod(text, NULL) == value)
			break;
	}
	for (char *c = text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	nn_strbuf_add(sb, text);
}

void nn_blank_controls(char *text, const char *but)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text) && !strchr(but, *text))
			*text = ' ';
	}
}

void nn_strbuf_rtrim(struct nn_strbuf *sb)
{
	while (sb->len && isspace((unsigned char)sb->data[sb->len - 1]))
		sb->data[--sb->len] = '\0';
}

char *nn_strbuf_detach(struct nn_strbuf *sb)
{
	char *data = sb->data ? sb->data : nn_strdup("");

	*sb = (struct nn_strbuf)NN_STRBUF_INIT;
	return data;
}

char *nn_asprintf(const char *fmt, ...)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	nn_strbuf_vaddf(&sb, fmt, args);
	va_end(args);
	return nn_strbuf_detach(&sb);
}
