/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/boot-state.h"

#include <string.h>

#include "harness/base/clock.h"

const struct nn_plan_arm *nn_boot_arm(const struct nn_boot *boot)
{
	return &boot->runner->params->plan->arms[boot->place->arm];
}

/* What the boots that are left will take, less what the present one has taken. */
static uint64_t boot_eta_ns(const struct nn_boot *boot)
{
	const struct nn_runner *runner = boot->runner;
	const struct nn_schedule *schedule = runner->schedule;
	uint64_t nr_planned = schedule->nr_blocks * schedule->nr_arms;
	uint64_t elapsed_ns = nn_clock_ns() - boot->started_ns;
	uint64_t per_boot_ns =
		runner->nr_boots
			? runner->boots_ns / runner->nr_boots
			: nn_schedule_estimate_ns(schedule, runner->params->plan) / nr_planned;
	uint64_t left_ns = per_boot_ns * runner->nr_boots_left;

	return left_ns > elapsed_ns ? left_ns - elapsed_ns : 0;
}

size_t nn_boot_nr_jobs(const struct nn_boot *boot)
{
	return boot->block->nr_jobs + boot->nr_repeats;
}

void nn_boot_progress(const struct nn_boot *boot, const char *phase)
{
	const struct nn_runner_params *params = boot->runner->params;
	bool is_run = strcmp(phase, "run") == 0;
	struct nn_progress progress = {.block = boot->place->block + 1,
				       .nr_blocks = boot->runner->schedule->nr_blocks,
				       .arm = nn_boot_arm(boot)->name,
				       .phase = phase,
				       .workload = is_run ? boot->job.workload : NULL,
				       .job = boot->nr_jobs_given,
				       .nr_jobs = nn_boot_nr_jobs(boot),
				       .eta_ns = boot_eta_ns(boot)};

	if (params->progress)
		params->progress(params->user, &progress);
}

int nn_boot_state(struct nn_boot *boot, const char *state, const char *reason, struct nn_err *err)
{
	return nn_store_boot_state(boot->runner->params->store, boot->id, state, reason, err);
}
