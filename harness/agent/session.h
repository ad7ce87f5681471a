/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One boot of the agent: hello, then job after job until the orchestrator says shut down. The facts
 * go out before the first run, as soon as a job tells which device is under test. One thread.
 * There is no traffic while a worker may be timing something.
 */
#ifndef NN_AGENT_SESSION_H
#define NN_AGENT_SESSION_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/log.h"
#include "harness/base/sysfs.h"
#include "harness/protocol/credentials.h"

struct nn_session_spec {
	const struct nn_credentials *cred;
	const struct nn_sysroot *sysroot;
	const struct nn_log *log; /* progress, between runs only */
	int stop_fd;              /* readable when the agent shall stop, or -1 */
	uint64_t patience_ns;     /* how long the orchestrator may stay away */
};

/**
 * Serve the orchestrator until it says shut down.
 * Return: 0 then; -EACCES when it says that this boot is over; -EINTR when stopped; -ETIMEDOUT
 * when it stayed away longer than the patience; or another -errno.
 */
int nn_session_run(const struct nn_session_spec *spec, struct nn_err *err);

#endif
