/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agent's side of one run: start a worker, sleep beside it in poll(2), take what it hands over,
 * and turn whatever becomes of it into one outcome. The callbacks tell what else has to happen.
 */
#ifndef NN_AGENT_RUN_H
#define NN_AGENT_RUN_H

#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/protocol/message.h"

/* Batches of samples that wait to be sent; at most what a worker's buffer holds. */
struct nn_spool {
	struct nn_sample_batch *batches;
	size_t nr;
	size_t cap;
};

void nn_spool_release(struct nn_spool *spool);

NN_AUTO_DEFINE(spool, struct nn_spool, nn_spool_release(p))

struct nn_run_spec {
	const struct nn_job *job;
	const struct nn_sysroot *sysroot;
	int stop_fd;            /* readable when the agent shall stop, or -1 */
	uint64_t heartbeat_ns;  /* how often the worker pauses */
	unsigned int period_ms; /* how often to tick, 0: never */
	void *user;
	/* Called while the worker may be timing something: be brief, and stay off the network. */
	void (*tick)(void *user);
	/*
	 * Called while the worker stands still. Whatever stays in @spool is kept for later.
	 * -EBADMSG breaks the run, any other failure ends the session.
	 */
	int (*pause)(void *user, struct nn_spool *spool, struct nn_err *err);
};

/**
 * Execute a job in a fresh worker process.
 * @spool: receives the samples that @pause did not take.
 * @ret_finish: what became of the run; broken with the reason when the worker crashed, overran
 * the job's deadline, or could not be started.
 * Return: 0 when there is an outcome; -EINTR when the agent shall stop; or what @pause returned.
 * The worker is gone in every case, and so is its scratch folder.
 */
int nn_run_execute(const struct nn_run_spec *spec, struct nn_spool *spool,
		   struct nn_finish *ret_finish, struct nn_err *err);

#endif
