/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The worker: a fresh process that executes one run and nothing else, so that a workload that
 * crashes takes only its run with it. It reads its order as JSON from stdin and writes lines of
 * JSON to descriptor 3, none of them while something is timed:
 *
 *	{"samples": {…}}  a batch, as the orchestrator takes it; after the iterations, or before a
 *	                  pause when the buffer is full
 *	{"pause": true}   the worker stands still at the border of an iteration until it reads "go"
 *	                  from the same descriptor; the agent may use the network meanwhile
 *	{"finish": {…}}   the last line
 */
#ifndef NN_AGENT_WORKER_H
#define NN_AGENT_WORKER_H

#include <jansson.h>
#include <stdint.h>

#include "harness/protocol/message.h"
#include "workloads/workload.h"

#define NN_WORKER_FD 3

/* How a program that can be a worker is told to be one: its only argument. */
#define NN_WORKER_ARG "--worker"

typedef const struct nn_workload *nn_workload_find_fn(const char *name);

/* What the worker gets on stdin. */
struct nn_worker_order {
	const struct nn_job *job;
	const char *sysroot_prefix;
	const char *scratch_dir;
	uint64_t heartbeat_ns; /* how often to pause, 0: never */
};

json_t *nn_worker_order_encode(const struct nn_worker_order *order);

/**
 * Be the worker.
 * @find: the registry of workloads.
 * Return: the exit status; non-zero only when the order or the agent cannot be read.
 */
int nn_worker_main(nn_workload_find_fn *find);

#endif
