/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a boot in progress and the execution it belongs to consist of: internal to the runner.
 * struct nn_runner is what all boots of an execution share.
 */
#ifndef NN_RUNNER_BOOT_STATE_H
#define NN_RUNNER_BOOT_STATE_H

#include "harness/device/reservation.h"
#include "harness/protocol/clock-check.h"
#include "harness/runner/host-side.h"
#include "harness/runner/journal.h"
#include "harness/runner/runner.h"
#include "harness/server/server.h"
#include "harness/target/target.h"

struct nn_boot; /* the one that is in progress */

struct nn_runner {
	const struct nn_runner_params *params;
	int64_t campaign;
	struct nn_schedule *schedule;
	struct nn_server *server;
	struct nn_store_journal journal;
	struct nn_reservations reservations; /* what the plan may change of this machine */
	char device_bdf[NN_BDF_CAP];         /* the function under test, there or not; "": none */
	char *work_dir;                      /* logs and images of the present boot */
	struct nn_boot *boot;
	struct nn_time_spent spent;
	uint64_t started_ns;
	uint64_t boots_ns; /* time that the boots of this execution took … */
	uint64_t nr_boots; /* … and how many there were, for the ETA */
	uint64_t nr_boots_left;
};

/* Which boot: its place in the schedule. */
struct nn_boot_place {
	uint64_t block; /* index */
	size_t arm;     /* index into the plan's arms */
	uint64_t position;
	uint64_t attempt;
	int64_t arm_id;
};

struct nn_boot {
	struct nn_runner *runner;
	const struct nn_boot_place *place;
	const struct nn_target *target;
	const struct nn_scheduled_block *block;
	struct nn_target_boot target_boot;
	struct nn_artifact_sink artifacts;
	struct nn_host_side *host;
	struct nn_clock_check clock_check;
	int64_t id;
	char uuid[NN_UUID_CAP];
	/* the conversation */
	bool has_hello;
	bool is_proved;       /* what the arm's settings asked for was looked at */
	bool is_told_to_stop; /* the agent has got "shutdown" */
	uint64_t last_seen_ns;
	size_t nr_jobs_given;
	struct nn_scheduled_job *repeats; /* of runs that were disturbed, after the planned jobs */
	size_t nr_repeats, cap_repeats;
	uint64_t nr_refused;
	struct nn_job job; /* the present one; run is "" before the first */
	int64_t run;       /* its row, 0 when none is in progress */
	/* the first failure of ours while we answered the agent: sending again would not help it */
	struct nn_err hook_err;
	/* time */
	uint64_t started_ns; /* of all phases */
	uint64_t boot_started_ns;
	uint64_t boot_ns;
	uint64_t workloads_ns;
};

const struct nn_plan_arm *nn_boot_arm(const struct nn_boot *boot);

/** Jobs to give: those planned, then those that repeat a disturbed run. */
size_t nn_boot_nr_jobs(const struct nn_boot *boot);

/** Tell the user that the boot has come to @phase ("run": the present job). */
void nn_boot_progress(const struct nn_boot *boot, const char *phase);

/** Store the state that the boot has come to, and with "failed" the reason. */
int nn_boot_state(struct nn_boot *boot, const char *state, const char *reason, struct nn_err *err);

#endif
