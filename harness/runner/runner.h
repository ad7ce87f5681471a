/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The campaign's state machine and its only loop: for each block, for each arm in its order,
 *
 *	prepare → boot → hello → facts → jobs → shutdown → restore
 *
 * Every transition is committed to the store before it is acted on, so a campaign that was killed
 * goes on where it stood with at most the present boot repeated. A boot that fails is repeated
 * within its block as often as the plan's design says, until as many boots have failed as the plan
 * has; one during which this machine itself went down three times is not tried again. One thread.
 */
#ifndef NN_RUNNER_RUNNER_H
#define NN_RUNNER_RUNNER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/plan/plan.h"
#include "harness/plan/schedule.h"
#include "harness/store/store.h"

/* Where a campaign stands; strings are borrowed for the duration of the call. */
struct nn_progress {
	uint64_t block; /* from 1 */
	uint64_t nr_blocks;
	const char *arm;
	const char *phase;    /* "prepare", "boot", "run", "shutdown", "restore" */
	const char *workload; /* NULL outside of runs */
	uint64_t job;         /* from 1 within the boot */
	uint64_t nr_jobs;
	uint64_t eta_ns; /* 0: not known yet */
};

struct nn_runner_params {
	/* all borrowed until nn_runner_execute() returns */
	struct nn_store *store;
	const struct nn_plan *plan;
	const struct nn_sysroot *sysroot;
	const char *agent_path; /* absolute */
	const char *build_id;
	bool is_past_guard; /* go on with a boot during which this machine went down before */
	const volatile sig_atomic_t *stop; /* non-zero: restore everything and return -EINTR */
	void *user;
	void (*progress)(void *user, const struct nn_progress *progress); /* or NULL */
	/* A sentence about something that went wrong but does not end the campaign; or NULL. */
	void (*warn)(void *user, const char *message);
};

/* Where the time of one execution went. */
struct nn_time_spent {
	uint64_t boot_ns; /* from starting a system to its agent's hello, and shutting it down */
	uint64_t workloads_ns; /* worker processes */
	uint64_t own_ns;       /* everything else */
};

/** Check every arm on this machine; changes nothing. -ENOTSUP: one sentence on what is missing. */
int nn_runner_check(const struct nn_runner_params *params, struct nn_err *err);

/**
 * Would the reservations of a campaign be granted at present? Asked before nn_runner_begin(), so
 * that a refused one leaves no trace; nn_runner_execute() takes them. -EBUSY names who has what.
 */
int nn_runner_check_free(const struct nn_runner_params *params, struct nn_err *err);

/** Record a new campaign (plan, hash, seed, arms, claims, machine) before its first boot. */
int nn_runner_begin(const struct nn_runner_params *params, int64_t *ret_campaign,
		    struct nn_err *err);

/** Is this the machine on which a campaign was begun? -ENOTSUP names both. */
int nn_runner_check_machine(const struct nn_runner_params *params, int64_t campaign,
			    struct nn_err *err);

/**
 * Execute what is left of a campaign. What an earlier one left changed has been put back before
 * (nn_runner_restore()).
 * Return: 0 when every boot of the plan is done; -EINTR when stopped; -ELOOP when a guard
 * against endless failures stopped it; other -errno.
 */
int nn_runner_execute(const struct nn_runner_params *params, int64_t campaign,
		      struct nn_time_spent *ret_spent, struct nn_err *err);

#endif
