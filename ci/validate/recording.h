/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Campaigns recorded into a database by the calls that the runner makes, with a truth that is
 * known: for tests and measurements of what comes after the recording. Equal recordings give equal
 * samples (UUIDs and times of day differ).
 */
#ifndef NN_CI_VALIDATE_RECORDING_H
#define NN_CI_VALIDATE_RECORDING_H

#include <stdint.h>

#include "ci/validate/model.h"
#include "harness/base/err.h"
#include "harness/store/store.h"

#define RECORDING_NR_METRICS 2 /* throughput, higher is better, and latency, lower is better */

struct recording {
	const char *name;  /* of the campaign; also seeds it */
	const char *claim; /* "vm >= 97% of native" for all workloads, or NULL */
	double margin;     /* what the claim says */
	size_t nr_blocks;
	size_t nr_workloads;
	size_t nr_runs;
	size_t nr_iterations;
	double boot_sd; /* of logs */
	double iteration_sd;
	double ratio;                    /* true: performance of vm ÷ native */
	size_t nr_slower;                /* so many workloads, the first ones, */
	double slowdown;                 /* are slower by this share in both arms */
	size_t nr_failed[MODEL_NR_ARMS]; /* so many runs of each workload fail, from the first on */
};

/** Append a campaign that is done. */
int recording_add(struct nn_store *store, const struct recording *recording, struct nn_err *err);

/** A new database at @path that holds @nr campaigns. */
int recording_write(const char *path, const struct recording *recordings, size_t nr,
		    struct nn_err *err);

/** Samples that a campaign gets when no run fails. */
uint64_t recording_nr_samples(const struct recording *recording);

#endif
