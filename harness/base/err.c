/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/strbuf.h"

/* What a message quotes from a file or a peer may neither break its line nor steer a terminal. */
static void err_format(struct nn_err *err, const char *fmt, va_list args)
{
	(void)vsnprintf(err->message, sizeof(err->message), fmt, args); /* cut when too long */
	nn_blank_controls(err->message, "");
}

static void err_append(struct nn_err *err, const char *tail)
{
	size_t len = strlen(err->message);

	(void)snprintf(err->message + len, sizeof(err->message) - len, "%s", tail);
}

int nn_err_set(struct nn_err *err, int code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code;
	err->code = code;
	va_start(args, fmt);
	err_format(err, fmt, args);
	va_end(args);
	return code;
}

int nn_err_errno(struct nn_err *err, int errnum, const char *fmt, ...)
{
	char text[128];
	va_list args;

	if (!err)
		return -errnum;
	err->code = -errnum;
	va_start(args, fmt);
	err_format(err, fmt, args);
	va_end(args);
	err_append(err, ": ");
	err_append(err, strerror_r(errnum, text, sizeof(text)));
	return -errnum;
}

int nn_err_prefix(struct nn_err *err, const char *fmt, ...)
{
	char tail[NN_ERR_MESSAGE_CAP];
	va_list args;

	if (!err)
		return -1;
	memcpy(tail, err->message, sizeof(tail));
	va_start(args, fmt);
	err_format(err, fmt, args);
	va_end(args);
	err_append(err, ": ");
	err_append(err, tail);
	return err->code;
}
