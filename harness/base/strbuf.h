/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing string. @data is always NUL-terminated, also when empty (then it may be a constant and
 * cap is 0), so it can be handed to any function that reads a C string. Zero-initialised storage is
 * a valid empty buffer. Bytes may include NUL; @len counts them.
 */
#ifndef NN_BASE_STRBUF_H
#define NN_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

#include "harness/base/cleanup.h"
#include "harness/base/compat.h"

struct nn_strbuf {
	char *data;
	size_t len;
	size_t cap;
};

#define NN_STRBUF_INIT \
	{              \
		0      \
	}

/** Free the storage; the buffer is empty and usable again. */
void nn_strbuf_release(struct nn_strbuf *sb);

/** Forget the content but keep the storage. */
void nn_strbuf_clear(struct nn_strbuf *sb);

/** The content as a C string, never NULL; valid until the next change. */
const char *nn_strbuf_str(const struct nn_strbuf *sb);

/** Make room for @extra more bytes and return where they go; follow with nn_strbuf_advance(). */
char *nn_strbuf_reserve(struct nn_strbuf *sb, size_t extra);

/** Count @len bytes that were written into reserved room. */
void nn_strbuf_advance(struct nn_strbuf *sb, size_t len);

void nn_strbuf_add(struct nn_strbuf *sb, const char *s);
void nn_strbuf_addn(struct nn_strbuf *sb, const void *bytes, size_t len);
void nn_strbuf_addc(struct nn_strbuf *sb, char c);
void nn_strbuf_addf(struct nn_strbuf *sb, const char *fmt, ...) NN_PRINTF(2, 3);
void nn_strbuf_vaddf(struct nn_strbuf *sb, const char *fmt, va_list args) NN_PRINTF(2, 0)
	NN_NONNULL(2);

/** Append @value with as many digits as it takes to read the same double back, always with '.'. */
void nn_strbuf_add_double(struct nn_strbuf *sb, double value);

/** Control characters but those of @but become blanks: foreign text breaks no line, steers no
 * terminal. */
void nn_blank_controls(char *text, const char *but);

/** Drop white space at the end. */
void nn_strbuf_rtrim(struct nn_strbuf *sb);

/** The content as a string of the caller's; the buffer is empty afterwards. */
char *nn_strbuf_detach(struct nn_strbuf *sb);

/** A formatted string of the caller's. */
char *nn_asprintf(const char *fmt, ...) NN_PRINTF(1, 2);

NN_AUTO_DEFINE(strbuf, struct nn_strbuf, nn_strbuf_release(p))

#endif
