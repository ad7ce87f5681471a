/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command-line options. One table of rows feeds the parser, the help text and the manual page, so
 * that they cannot drift apart. Long options take their value as `--name value` or `--name=value`;
 * `--` ends them; options and operands may be mixed.
 */
#ifndef NN_BASE_OPTIONS_H
#define NN_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"

enum nn_option_kind {
	NN_OPTION_FLAG,     /* bool * */
	NN_OPTION_STRING,   /* const char **, borrowed from argv */
	NN_OPTION_U64,      /* uint64_t * */
	NN_OPTION_DURATION, /* uint64_t *, nanoseconds */
	NN_OPTION_BYTES,    /* uint64_t * */
	NN_OPTION_SHARE,    /* double *, 0.97 for 97% */
	NN_OPTION_LIST,     /* struct nn_option_list *, one entry each time it is given */
};

struct nn_option_list {
	const char **values; /* borrowed from argv */
	size_t nr;
	size_t cap;
};

struct nn_option {
	const char *name; /* without the dashes */
	enum nn_option_kind kind;
	size_t offset;    /* of the member of the command's own options struct */
	const char *arg;  /* what the help calls the value; NULL for a flag */
	const char *help; /* one sentence */
};

/* A row for the member @field of @type. */
#define NN_OPTION(opt_name, opt_kind, type, field, arg_name, text)                       \
	{                                                                                \
		.name = (opt_name), .kind = (opt_kind), .offset = offsetof(type, field), \
		.arg = (arg_name), .help = (text)                                        \
	}
#define NN_OPTION_END        \
	{                    \
		.name = NULL \
	}

/** The operands that are left when options are taken out; borrowed from argv. */
struct nn_operands {
	const char **values;
	size_t nr;
	size_t cap;
};

/**
 * Parse @argv (without the program and command names) into the struct at @values.
 * Return: 0, or -EINVAL with a message that names the option.
 */
int nn_options_parse(const struct nn_option *table, int argc, char *const *argv, void *values,
		     struct nn_operands *ret_operands, struct nn_err *err);

/** Append an aligned list "  --name ARG   help", lines at most @width columns wide. */
void nn_options_help(const struct nn_option *table, size_t width, struct nn_strbuf *sb);

/** Append the rows as man(7) tagged paragraphs. */
void nn_options_roff(const struct nn_option *table, struct nn_strbuf *sb);

/** Append @text with what roff would interpret escaped. */
void nn_roff_text(struct nn_strbuf *sb, const char *text);

#endif
