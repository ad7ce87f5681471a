/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One boot of one arm, from prepare to restore: internal to the runner. struct nn_runner is what
 * all boots of an execution share.
 */
#ifndef NN_RUNNER_BOOT_H
#define NN_RUNNER_BOOT_H

#include "harness/device/reservation.h"
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

/** Hooks for the server; @user is the struct nn_runner. */
void nn_boot_hooks(struct nn_runner *runner, struct nn_server_hooks *ret_hooks);

/**
 * Execute one boot and record how it ended.
 * Return: 0 when it is done; -EINTR when stopped; -EAGAIN when the boot failed (recorded, warned)
 * and may be repeated; other -errno when the campaign cannot go on (the store, a device that
 * cannot be given back).
 */
int nn_boot_execute(struct nn_runner *runner, const struct nn_boot_place *place,
		    struct nn_err *err);

#endif
