/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of nearnative-agent and the exit codes it promises. */
#ifndef NN_AGENT_OPTIONS_H
#define NN_AGENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/options.h"

enum nn_agent_exit {
	NN_AGENT_EXIT_OK = 0,        /* the orchestrator ended the session */
	NN_AGENT_EXIT_FAILURE = 1,   /* it stayed away, or something else failed */
	NN_AGENT_EXIT_USAGE = 2,     /* wrong option, or no credentials */
	NN_AGENT_EXIT_REFUSED = 3,   /* the orchestrator says that this boot is over */
	NN_AGENT_EXIT_STOPPED = 143, /* by SIGTERM or SIGINT */
};

struct nn_agent_options {
	const char *credentials;
	const char *sysroot;
	uint64_t patience_ns;
	bool is_quiet;
	bool is_version_wanted;
	bool is_help_wanted;
};

/** The rows, for help and the manual page. */
extern const struct nn_option nn_agent_option_table[];

/** Parse @argv (without the program's name); -EINVAL names the option or operand. */
int nn_agent_options_parse(int argc, char *const *argv, struct nn_agent_options *ret_options,
			   struct nn_err *err);

/** The exit status for what nn_session_run() returned. */
int nn_agent_exit_of(int rc);

/** Print the version or the help to stdout; returns the exit status. */
int nn_agent_options_answer(const struct nn_agent_options *options);

#endif
