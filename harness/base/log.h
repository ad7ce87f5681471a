/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: lines on stderr for people. Only commands and the agent's main log; library code returns
 * its errors. A struct nn_log is a value its owner passes down, there is no global logger.
 */
#ifndef NN_BASE_LOG_H
#define NN_BASE_LOG_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/base/compat.h"
#include "harness/base/err.h"

enum nn_log_level { NN_LOG_ERROR, NN_LOG_WARNING, NN_LOG_INFO, NN_LOG_DEBUG };

struct nn_log {
	FILE *out;
	const char *program;
	enum nn_log_level level; /* the most talkative level that is written */
	bool use_colour;
};

/** A log of @program on stderr; colour only on a terminal and never with NO_COLOR set. */
struct nn_log nn_log_stderr(const char *program, enum nn_log_level level);

/** Write a line; control characters in it become blanks. */
void nn_log_line(const struct nn_log *log, enum nn_log_level level, const char *fmt, ...)
	NN_PRINTF(3, 4);

/** Write the error's message at level error. */
void nn_log_err(const struct nn_log *log, const struct nn_err *err);

/** Is @file a terminal on which colour is welcome? (NO_COLOR, TERM=dumb are respected) */
bool nn_log_wants_colour(FILE *file);

#endif
