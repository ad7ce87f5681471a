/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/boot.h"

#include <errno.h>

#include "harness/base/clock.h"
#include "harness/runner/conversation.h"

static int artifact_add(void *user, const char *name, const void *bytes, size_t len,
			struct nn_err *err)
{
	struct nn_boot *boot = user;

	return nn_store_artifact_add(boot->runner->params->store, boot->id, name, bytes, len, err);
}

static int boot_start(struct nn_boot *boot, struct nn_err *err)
{
	struct nn_credentials cred = {0};
	int rc;

	nn_boot_progress(boot, "prepare");
	rc = boot->target->prepare(&boot->target_boot, err);
	if (rc)
		return nn_err_prefix(err, "prepare");
	rc = nn_boot_state(boot, "booting", NULL, err);
	if (rc)
		return rc;
	nn_boot_progress(boot, "boot");
	boot->boot_started_ns = nn_clock_ns();
	nn_server_admit(boot->runner->server, boot->uuid, &cred);
	rc = boot->target->boot(&boot->target_boot, &cred, err);
	return rc ? nn_err_prefix(err, "boot") : 0;
}

/* Stop the system and give its devices back, whatever went before. */
static int boot_stop(struct nn_boot *boot, struct nn_err *err)
{
	uint64_t started_ns = nn_clock_ns();
	struct nn_err why = {0};
	int rc;

	if (boot->boot_started_ns) {
		nn_boot_progress(boot, "shutdown");
		(void)nn_boot_state(boot, "stopping", NULL, NULL); /* the end is recorded below */
		boot->target_boot.is_told_to_stop = boot->is_told_to_stop;
		rc = boot->target->shutdown(&boot->target_boot, &why);
		if (rc && boot->runner->params->warn)
			boot->runner->params->warn(boot->runner->params->user, why.message);
		nn_server_expire(boot->runner->server);
		boot->boot_ns += nn_clock_ns() - started_ns;
	}
	nn_boot_progress(boot, "restore");
	rc = boot->target->restore(&boot->target_boot, err);
	return rc ? nn_err_prefix(err, "restore") : 0;
}

static int boot_store_clock(struct nn_boot *boot, struct nn_err *err)
{
	struct nn_store *store = boot->runner->params->store;
	struct nn_clock_verdict verdict;
	NN_AUTO(free) char *message = NULL;
	int rc;

	if (!nn_clock_check_verdict(&boot->clock_check, &verdict))
		return 0;
	rc = nn_store_boot_clock(store, boot->id, verdict.rate_error, verdict.bound,
				 verdict.span_ns, verdict.is_mismatch, err);
	if (rc || !verdict.is_mismatch)
		return rc;
	message = nn_asprintf("the agent's clock runs %+.3g %% against the orchestrator's",
			      verdict.rate_error * 100);
	return nn_store_event_add(store, boot->runner->campaign, boot->id, NN_SEVERITY_ERROR,
				  "clock-mismatch", message, err);
}

/* A run that was in progress when the boot ended badly is one broken run. */
static void boot_break_run(struct nn_boot *boot, const char *why)
{
	struct nn_finish finish = {.outcome = NN_OUTCOME_BROKEN, .reason = (char *)why};

	if (boot->run)
		(void)nn_store_run_finish(boot->runner->params->store, boot->run, &finish,
					  NULL); /* the boot's failure is recorded all the same */
	boot->run = 0;
}

static int boot_record_failure(struct nn_boot *boot, int rc, struct nn_err *err)
{
	const struct nn_runner_params *params = boot->runner->params;
	NN_AUTO(free) char *message = NULL;
	int stored;

	boot_break_run(boot, err->message);
	stored = nn_boot_state(boot, "failed", err->message, err);
	if (stored)
		return stored;
	if (rc == -EINTR || boot->hook_err.code)
		return rc;
	message = nn_asprintf("block %llu, arm '%s': boot failed: %s",
			      (unsigned long long)boot->place->block + 1, nn_boot_arm(boot)->name,
			      err->message);
	if (params->warn)
		params->warn(params->user, message);
	return -EAGAIN;
}

static int boot_phases(struct nn_boot *boot, struct nn_err *err)
{
	struct nn_err stop_err = {0};
	int stop_rc;
	int rc = boot_start(boot, err);

	if (!rc) {
		nn_host_side_start(boot->host, &boot->target_boot);
		rc = nn_conversation_serve(boot, err);
	}
	stop_rc = boot_stop(boot, &stop_err);
	nn_host_side_stop(boot->host);
	nn_conversation_end(boot);
	if (stop_rc) { /* a device is not back: nothing may go on */
		*err = stop_err;
		boot_break_run(boot, err->message);
		(void)nn_boot_state(boot, "failed", stop_err.message, NULL);
		if (err->code == -EAGAIN) /* which means that the boot may be repeated */
			err->code = -EIO;
		return err->code;
	}
	if (!rc)
		rc = boot_store_clock(boot, err);
	if (rc)
		return boot_record_failure(boot, rc, err);
	return nn_boot_state(boot, "done", NULL, err);
}

static int boot_add(struct nn_boot *boot, struct nn_err *err)
{
	const struct nn_boot_place *place = boot->place;
	struct nn_boot_row row = {.campaign = boot->runner->campaign,
				  .arm = place->arm_id,
				  .block = place->block,
				  .position = place->position,
				  .attempt = place->attempt,
				  .is_session = boot->target->is_session,
				  .machine_boot = boot->runner->journal.machine_boot};

	return nn_store_boot_add(boot->runner->params->store, &row, &boot->id, boot->uuid, err);
}

int nn_boot_execute(struct nn_runner *runner, const struct nn_boot_place *place, struct nn_err *err)
{
	const struct nn_runner_params *params = runner->params;
	const struct nn_plan_arm *arm = &params->plan->arms[place->arm];
	uint64_t started_ns = nn_clock_ns();
	struct nn_boot boot = {.runner = runner,
			       .place = place,
			       .started_ns = started_ns,
			       .target = nn_target_find(arm->target),
			       .block = &runner->schedule->blocks[place->block]};
	int rc;

	boot.artifacts = (struct nn_artifact_sink){.user = &boot, .add = artifact_add};
	boot.target_boot = (struct nn_target_boot){.arm = arm,
						   .plan = params->plan,
						   .sysroot = params->sysroot,
						   .journal = &runner->journal.journal,
						   .artifacts = &boot.artifacts,
						   .deadlines = &params->plan->deadlines,
						   .agent_path = params->agent_path,
						   .work_dir = runner->work_dir,
						   .boot = boot.uuid,
						   .device_bdf = runner->device_bdf};
	rc = boot_add(&boot, err);
	if (rc)
		return rc;
	boot.host = nn_host_side_new(params, boot.id);
	runner->boot = &boot;
	rc = boot_phases(&boot, err);
	runner->boot = NULL;
	nn_host_side_free(boot.host);
	nn_job_release(&boot.job);
	free(boot.repeats);
	runner->spent.boot_ns += boot.boot_ns;
	runner->spent.workloads_ns += boot.workloads_ns;
	runner->boots_ns += nn_clock_ns() - started_ns;
	runner->nr_boots++;
	return rc;
}
