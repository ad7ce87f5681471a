/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A worker seen from outside: started as this very program with NN_WORKER_ARG, in its own process
 * group, with nothing of the agent's but stdin (the order), the log, and one socket. It dies with
 * the agent.
 */
#ifndef NN_AGENT_WORKER_PROCESS_H
#define NN_AGENT_WORKER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/agent/worker.h"
#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/strbuf.h"

struct nn_worker_process {
	pid_t pid; /* 0: none */
	int fd;    /* the socket to it, or -1 */
	struct nn_strbuf input;
};

#define NN_WORKER_PROCESS_NONE \
	{                      \
		.fd = -1       \
	}

int nn_worker_process_start(const struct nn_worker_order *order,
			    struct nn_worker_process *ret_worker, struct nn_err *err);

/**
 * Take in what has arrived; call when the socket is readable.
 * Return: 1 when there was something, 0 at its end, or -errno (-EMSGSIZE for an endless line).
 */
int nn_worker_process_read(struct nn_worker_process *worker, struct nn_err *err);

/** The next complete line as JSON: 1 and a new reference, 0 for none yet, -EBADMSG. */
int nn_worker_process_line(struct nn_worker_process *worker, json_t **ret_line, struct nn_err *err);

/** Let a paused worker go on. */
int nn_worker_process_go(const struct nn_worker_process *worker, struct nn_err *err);

/**
 * Kill the worker and what it started, unless it has ended by itself, and reap it. Accepts "none".
 * Return: its wait status.
 */
int nn_worker_process_end(struct nn_worker_process *worker);

#endif
