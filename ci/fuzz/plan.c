/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan's text against the real registries, and the schedule of one that is good. */
#include "ci/fuzz/fuzz.h"

#include "harness/cmd/command.h"
#include "harness/plan/plan.h"
#include "harness/plan/schedule.h"

#define MAX_JOBS 100000

static uint64_t count_jobs(const struct nn_plan *plan)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < plan->nr_workloads; i++)
		nr += plan->workloads[i].runs;
	return nr * plan->blocks;
}

static void check_plan(const struct nn_plan *plan)
{
	NN_AUTO(schedule) struct nn_schedule *schedule = NULL;

	fuzz_require(plan->nr_arms && plan->nr_workloads, "a plan of nothing");
	fuzz_require(plan->name && plan->base && strlen(plan->hash) == 64, "an incomplete plan");
	if (count_jobs(plan) > MAX_JOBS)
		return; /* allowed, but it takes long */
	schedule = nn_schedule_new(plan, plan->seed ? plan->seed : 1);
	fuzz_require(schedule->nr_blocks == plan->blocks && schedule->nr_arms == plan->nr_arms,
		     "a schedule of another plan");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};
	NN_AUTO(fuzz_file) struct fuzz_file file = fuzz_file_new(bytes, size);
	int rc = nn_plan_load(file.path, nn_command_catalog(), &plan, &err);

	if (rc) {
		fuzz_check_failure(rc, &err);
		fuzz_require(strncmp(err.message, file.path, strlen(file.path)) == 0,
			     "'%s' does not name the file", err.message);
		return 0;
	}
	check_plan(plan);
	return 0;
}
