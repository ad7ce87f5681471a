/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schedule: randomised paired blocks. Each block boots every arm once in a random order; within
 * a block all arms execute the same jobs in the same random order, with the same seeds. Everything
 * follows from the plan and one seed by a small generator (splitmix64), so a resumed campaign
 * computes the same.
 */
#ifndef NN_PLAN_SCHEDULE_H
#define NN_PLAN_SCHEDULE_H

#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/plan/plan.h"

struct nn_scheduled_job {
	size_t workload; /* index into plan->workloads */
	uint64_t run;    /* 0, 1, … of this workload in this boot */
	uint64_t seed;
};

struct nn_scheduled_block {
	size_t *arms; /* indices into plan->arms in boot order, nr_arms of them */
	struct nn_scheduled_job *jobs;
	size_t nr_jobs;
};

struct nn_schedule {
	uint64_t seed;
	struct nn_scheduled_block *blocks;
	size_t nr_blocks;
	size_t nr_arms;
};

/** @seed must not be 0. */
struct nn_schedule *nn_schedule_new(const struct nn_plan *plan, uint64_t seed);
void nn_schedule_free(struct nn_schedule *schedule);
NN_AUTO_DEFINE(schedule, struct nn_schedule *, nn_schedule_free(*p))

/**
 * A job that repeats a workload beyond the planned runs. @run: counts on from those. Its seed is
 * the same in every arm of the block, as that of a planned job is.
 */
struct nn_scheduled_job nn_schedule_repeat(const struct nn_schedule *schedule, size_t block,
					   size_t workload, uint64_t run);

/**
 * A rough forecast before anything is known: nominal times of a boot of each target and of a run.
 * Return: nanoseconds.
 */
uint64_t nn_schedule_estimate_ns(const struct nn_schedule *schedule, const struct nn_plan *plan);

#endif
