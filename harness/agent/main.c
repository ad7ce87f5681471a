/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nearnative-agent: runs inside whatever is measured and does what the orchestrator asks. */
#include <signal.h>
#include <string.h>

#include <sys/signalfd.h>

#include "harness/agent/options.h"
#include "harness/agent/session.h"
#include "harness/agent/worker.h"
#include "harness/base/cleanup.h"
#include "workloads/workload.h"

/* Signals that end the agent become readable: they interrupt no system call halfway. */
static int open_stop_fd(void)
{
	sigset_t stop;

	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &stop, NULL); /* cannot fail for a valid set */
	(void)signal(SIGPIPE, SIG_IGN);            /* a closed connection is an error code */
	return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int serve(const struct nn_agent_options *options, const struct nn_log *log)
{
	const struct nn_sysroot sysroot = {.prefix = options->sysroot ? options->sysroot : ""};
	NN_AUTO(fd) int stop_fd = open_stop_fd();
	struct nn_credentials cred;
	struct nn_err err = {0};
	int rc = nn_credentials_find(&sysroot, options->credentials, &cred, &err);

	nn_credentials_forget_env();
	if (rc) {
		nn_log_err(log, &err);
		return NN_AGENT_EXIT_USAGE;
	}
	rc = nn_session_run(&(struct nn_session_spec){.cred = &cred,
						      .sysroot = &sysroot,
						      .log = log,
						      .stop_fd = stop_fd,
						      .patience_ns = options->patience_ns},
			    &err);
	if (rc)
		nn_log_err(log, &err);
	return nn_agent_exit_of(rc);
}

int main(int argc, char **argv)
{
	struct nn_agent_options options;
	struct nn_log log = nn_log_stderr("nearnative-agent", NN_LOG_INFO);
	struct nn_err err = {0};

	if (argc == 2 && strcmp(argv[1], NN_WORKER_ARG) == 0)
		return nn_worker_main(nn_workload_find);
	if (nn_agent_options_parse(argc - 1, argv + 1, &options, &err)) {
		nn_log_err(&log, &err);
		return NN_AGENT_EXIT_USAGE;
	}
	if (options.is_help_wanted || options.is_version_wanted)
		return nn_agent_options_answer(&options);
	if (options.is_quiet)
		log.level = NN_LOG_ERROR;
	return serve(&options, &log);
}
