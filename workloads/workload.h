/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A workload: something executed and timed inside an arm. One run is one fresh process that calls
 *
 *	probe → setup → iterate × warm-up → iterate × iterations → verify → teardown
 *
 * in this order, in one thread. teardown is called once whenever setup was called, also after its
 * failure. Workloads never print, never use the network, and keep state only in @state.
 * Return codes of every hook: 0; -EOPNOTSUPP "does not apply here" (probe and setup: the run is
 * skipped with the message as its reason); -EBADMSG "wrong result" (the run has failed); any other
 * -errno (the run is broken: infrastructure).
 */
#ifndef NN_WORKLOADS_WORKLOAD_H
#define NN_WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/plugin.h"
#include "harness/base/sysfs.h"
#include "harness/protocol/message.h"

struct nn_metric {
	const char *name;
	const char *unit; /* SI or IEC symbol: "us", "GB/s", "Mpixel/s" */
	enum nn_direction direction;
	enum nn_metric_kind kind;
};

struct nn_workload_run {
	/* in, borrowed for the whole run */
	const struct nn_job *job; /* settings, seed, device identity */
	const struct nn_sysroot *sysroot;
	const char *scratch_dir; /* a private folder on local storage, removed afterwards */
	/* out */
	void *state;       /* the workload's own, from setup to teardown */
	uint64_t checksum; /* of the results; equal in both arms, 0: none */
	char note[256];    /* a fact worth telling ("llvmpipe (software)"), or "" */
	bool is_software;  /* a software device stood in where hardware is meant */
};

struct nn_workload {
	struct nn_plugin plugin;
	const char *exposes; /* which overhead of virtualization it shows */
	const struct nn_metric *metrics;
	size_t nr_metrics;
	uint64_t default_iterations; /* per run */
	uint64_t default_warmup;     /* iterations before the clock counts */

	/* Required. Is it usable here? Leaves nothing behind. */
	int (*probe)(struct nn_workload_run *run, struct nn_err *err);
	/* Optional. Allocate, open, compile, fill: all that must not be timed. */
	int (*setup)(struct nn_workload_run *run, struct nn_err *err);
	/*
	 * Required. Do the work once; @values has nr_metrics entries, NaN at entry, and what stays
	 * NaN was not measured and gives no sample. Only the work itself stands inside the clock.
	 */
	int (*iterate)(struct nn_workload_run *run, double *values, struct nn_err *err);
	/* Required. Are the results of all iterations right? Fills run->checksum. */
	int (*verify)(struct nn_workload_run *run, struct nn_err *err);
	/* Optional. Accepts half-built state. */
	void (*teardown)(struct nn_workload_run *run);
};

#define NN_WORKLOAD(symbol) extern const struct nn_workload nn_workload_##symbol;
#include "workloads/list.h"
#undef NN_WORKLOAD

/** All workloads, sorted by name. */
extern const struct nn_workload *const nn_workloads[];
extern const size_t nn_nr_workloads;

/** The workload called @name, or NULL. */
const struct nn_workload *nn_workload_find(const char *name);

/**
 * Check every setting of @job against the descriptor's table, as a worker does before probe.
 * Return: 0, or -EINVAL with what is known or expected.
 */
int nn_workload_check_settings(const struct nn_workload *workload, const struct nn_job *job,
			       struct nn_err *err);

/*
 * Settings of the job, or the descriptor's default; plans are checked before they get here. A text
 * that does not parse counts as absent.
 */
uint64_t nn_workload_u64(const struct nn_workload *workload, const struct nn_workload_run *run,
			 const char *setting);
uint64_t nn_workload_bytes(const struct nn_workload *workload, const struct nn_workload_run *run,
			   const char *setting);
uint64_t nn_workload_duration_ns(const struct nn_workload *workload,
				 const struct nn_workload_run *run, const char *setting);
bool nn_workload_bool(const struct nn_workload *workload, const struct nn_workload_run *run,
		      const char *setting);
const char *nn_workload_string(const struct nn_workload *workload,
			       const struct nn_workload_run *run, const char *setting);

/**
 * Make of the failure in @err, whose message stays, one that says "does not apply here".
 * Return: -EOPNOTSUPP.
 */
int nn_workload_not_here(struct nn_err *err);

/**
 * @work done per nanosecond: bytes give GB/s. NaN, which is no sample, when a coarse clock saw no
 * time pass.
 */
double nn_workload_rate(uint64_t work, uint64_t elapsed_ns);

/** -EINVAL with what was expected when the setting's @value lies outside of @min … @max. */
int nn_workload_check_range(const char *setting, uint64_t value, uint64_t min, uint64_t max,
			    struct nn_err *err);

/** The place of @value among @words (which end with NULL); -EINVAL lists them when it is none. */
int nn_workload_check_word(const char *setting, const char *value, const char *const *words,
			   size_t *ret_index, struct nn_err *err);

#endif
