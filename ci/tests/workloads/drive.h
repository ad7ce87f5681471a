/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives a workload through all its hooks in this process, as the agent's worker does. A struct
 * drive holds what a run borrows; init, set settings, run, release.
 */
#ifndef NN_TESTS_WORKLOADS_DRIVE_H
#define NN_TESTS_WORKLOADS_DRIVE_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/workload.h"

#define DRIVE_MAX_METRICS 16

struct drive {
	const struct nn_workload *workload;
	struct nn_sysroot sysroot;
	struct nn_job job;
	struct nn_workload_run run;
	struct nn_err err;
	double values[DRIVE_MAX_METRICS]; /* of the last iteration */
};

/* @drive must stay where it is: the run points into it. */
static inline void drive_init(struct drive *drive, const char *name, const char *prefix)
{
	*drive = (struct drive){.workload = nn_workload_find(name)};
	assert_non_null(drive->workload);
	assert_true(drive->workload->nr_metrics <= DRIVE_MAX_METRICS);
	drive->sysroot.prefix = prefix;
	drive->job.seed = 1;
	drive->run.job = &drive->job;
	drive->run.sysroot = &drive->sysroot;
}

static inline void drive_set(struct drive *drive, const char *setting, const char *value)
{
	nn_pairs_add(&drive->job.settings, setting, value);
}

static inline void drive_release(struct drive *drive)
{
	nn_job_release(&drive->job);
}

static inline int drive_iterate(struct drive *drive, unsigned int iterations)
{
	int rc = 0;

	for (unsigned int i = 0; i < iterations && !rc; i++) {
		for (size_t m = 0; m < drive->workload->nr_metrics; m++)
			drive->values[m] = (double)NAN;
		rc = drive->workload->iterate(&drive->run, drive->values, &drive->err);
	}
	return rc;
}

/* Up to the last iteration; then the caller verifies and tears down. */
static inline int drive_begin(struct drive *drive, unsigned int iterations)
{
	int rc = nn_workload_check_settings(drive->workload, &drive->job, &drive->err);

	if (!rc)
		rc = drive->workload->probe(&drive->run, &drive->err);
	if (!rc)
		rc = drive->workload->setup(&drive->run, &drive->err);
	return rc ? rc : drive_iterate(drive, iterations);
}

static inline void drive_end(struct drive *drive)
{
	drive->workload->teardown(&drive->run);
	assert_null(drive->run.state);
}

static inline int drive_run(struct drive *drive, unsigned int iterations)
{
	int rc = drive_begin(drive, iterations);

	if (!rc)
		rc = drive->workload->verify(&drive->run, &drive->err);
	drive_end(drive);
	return rc;
}

/* A run that must succeed: every metric measured, and results that have a checksum. */
static inline void drive_run_well(struct drive *drive, unsigned int iterations)
{
	int rc = drive_run(drive, iterations);

	if (rc)
		fail_msg("%s: %s", drive->workload->plugin.name, drive->err.message);
	for (size_t m = 0; m < drive->workload->nr_metrics; m++)
		assert_true(isfinite(drive->values[m]) && drive->values[m] >= 0);
	assert_int_not_equal(drive->run.checksum, 0);
}

/* A run that ends as "does not apply here", whose reason begins with @reason. */
static inline void drive_expect_skip(struct drive *drive, const char *reason)
{
	assert_int_equal(drive_run(drive, 1), -EOPNOTSUPP);
	assert_int_equal(drive->err.code, -EOPNOTSUPP);
	if (strncmp(drive->err.message, reason, strlen(reason)) != 0)
		fail_msg("'%s' does not begin with '%s'", drive->err.message, reason);
}

/* A setting that the workload itself refuses. */
static inline void drive_expect_refusal(const char *name, const char *setting, const char *value,
					const char *message)
{
	struct drive drive;

	drive_init(&drive, name, "");
	drive_set(&drive, setting, value);
	assert_int_equal(drive_run(&drive, 1), -EINVAL);
	assert_string_equal(drive.err.message, message);
	drive_release(&drive);
}

#endif
