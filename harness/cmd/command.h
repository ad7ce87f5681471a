/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command of `nearnative`: one file, one descriptor, one line in list.h. The descriptor's option
 * table feeds the parser, `help` and the manual page. Exit codes are a contract.
 */
#ifndef NN_CMD_COMMAND_H
#define NN_CMD_COMMAND_H

#include <signal.h>

#include "harness/base/err.h"
#include "harness/base/hash.h"
#include "harness/base/log.h"
#include "harness/base/options.h"
#include "harness/base/sysfs.h"
#include "harness/plan/plan.h"

enum nn_exit {
	NN_EXIT_OK = 0,
	NN_EXIT_REGRESSION = 1,     /* a refuted claim, a failed check */
	NN_EXIT_USAGE = 2,          /* bad command line, name, plan or input file */
	NN_EXIT_INFRASTRUCTURE = 3, /* the machine, a device, the database or an arm failed */
	NN_EXIT_NO_VERDICT = 4,
	NN_EXIT_INTERRUPTED = 130,
};

/* What main() gives to every command. */
struct nn_cmd {
	struct nn_log log;
	struct nn_sysroot sysroot;
	const volatile sig_atomic_t *stop; /* set by SIGINT and SIGTERM */
};

struct nn_command {
	const char *name;     /* "run", "db info" */
	const char *operands; /* "PLAN", "[DEVICE]" or "" */
	const char *summary;  /* one sentence, no final dot */
	const char *details;  /* paragraphs for the manual page, or NULL */
	const struct nn_option *options;
	/* @argv: what follows the command's name. Return: enum nn_exit. */
	int (*execute)(const struct nn_cmd *cmd, int argc, char *const *argv);
};

extern const struct nn_command *const nn_commands[];
extern const size_t nn_nr_commands;

/** The command that the first one or two words name; @ret_nr_words tells how many they were. */
const struct nn_command *nn_command_find(int argc, char *const *argv, int *ret_nr_words);

/* ---- shared by commands ---- */

/**
 * Parse options and exactly @nr_min to @nr_max operands; logs what is wrong.
 * Return: 0, or NN_EXIT_USAGE.
 */
int nn_command_parse(const struct nn_cmd *cmd, const struct nn_command *self, int argc,
		     char *const *argv, void *values, struct nn_operands *ret_operands,
		     const size_t nr_min_max[2]);

void nn_operands_release(struct nn_operands *operands);
NN_AUTO_DEFINE(operands, struct nn_operands, nn_operands_release(p))

/** Log @err; the exit code that its errno stands for. */
int nn_command_fail(const struct nn_cmd *cmd, const struct nn_err *err);

/** What plans may name, from the registries of workloads and targets. */
const struct nn_plan_catalog *nn_command_catalog(void);

/** The database to use: @given, else $NEARNATIVE_DB, else "nearnative.db". */
const char *nn_command_db(const char *given);

/** This program's build: the first digits of the SHA-256 of its file. */
int nn_command_build_id(char ret_id[NN_SHA256_HEX_CAP], struct nn_err *err);

/** Write to stdout and make sure that it arrived. */
int nn_command_write(const struct nn_cmd *cmd, const struct nn_strbuf *text);
/** The same for lines with names from elsewhere: their control characters become blanks. */
int nn_command_print(const struct nn_cmd *cmd, struct nn_strbuf *text);

/** Append usage, summary and options, lines at most @width columns wide. */
void nn_command_usage(const struct nn_command *self, size_t width, struct nn_strbuf *sb);

/** Append the manual page of all commands, generated from their descriptors. */
void nn_manual_roff(struct nn_strbuf *sb);

#endif
