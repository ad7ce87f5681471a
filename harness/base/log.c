/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/strbuf.h"

static const struct {
	const char *label;
	const char *colour;
} levels[] = {
	[NN_LOG_ERROR] = {"error: ", "\033[31m"},
	[NN_LOG_WARNING] = {"warning: ", "\033[33m"},
	[NN_LOG_INFO] = {"", ""},
	[NN_LOG_DEBUG] = {"debug: ", "\033[2m"},
};

bool nn_log_wants_colour(FILE *file)
{
	const char *term = getenv("TERM");

	if (getenv("NO_COLOR") || !isatty(fileno(file)))
		return false;
	return term && strcmp(term, "dumb") != 0;
}

struct nn_log nn_log_stderr(const char *program, enum nn_log_level level)
{
	return (struct nn_log){.out = stderr,
			       .program = program,
			       .level = level,
			       .use_colour = nn_log_wants_colour(stderr)};
}

void nn_log_line(const struct nn_log *log, enum nn_log_level level, const char *fmt, ...)
{
	bool is_coloured = log->use_colour && levels[level].colour[0];
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	va_list args;

	if (level > log->level)
		return;
	va_start(args, fmt);
	nn_strbuf_vaddf(&text, fmt, args);
	va_end(args);
	if (text.len)
		nn_blank_controls(text.data, "");
	/* There is nowhere to report a log that cannot be written. */
	(void)fprintf(log->out, "%s: %s%s%s%s\n", log->program,
		      is_coloured ? levels[level].colour : "", levels[level].label,
		      is_coloured ? "\033[0m" : "", nn_strbuf_str(&text));
}

void nn_log_err(const struct nn_log *log, const struct nn_err *err)
{
	nn_log_line(log, NN_LOG_ERROR, "%s", err->message);
}
