/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/boot.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/protocol/clock-check.h"
#include "harness/runner/disturbance.h"
#include "harness/runner/host-side.h"
#include "workloads/workload.h"

#define POLL_MS       200
#define REFUSALS_TOLD 10 /* events of a boot, each a write to the disk; the rest is counted */

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

static const struct nn_plan_arm *boot_arm(const struct nn_boot *boot)
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

static size_t boot_nr_jobs(const struct nn_boot *boot)
{
	return boot->block->nr_jobs + boot->nr_repeats;
}

static const struct nn_scheduled_job *boot_job_at(const struct nn_boot *boot, size_t index)
{
	size_t nr_planned = boot->block->nr_jobs;

	return index < nr_planned ? &boot->block->jobs[index] : &boot->repeats[index - nr_planned];
}

static void boot_progress(const struct nn_boot *boot, const char *phase)
{
	const struct nn_runner_params *params = boot->runner->params;
	bool is_run = strcmp(phase, "run") == 0;
	struct nn_progress progress = {.block = boot->place->block + 1,
				       .nr_blocks = boot->runner->schedule->nr_blocks,
				       .arm = boot_arm(boot)->name,
				       .phase = phase,
				       .workload = is_run ? boot->job.workload : NULL,
				       .job = boot->nr_jobs_given,
				       .nr_jobs = boot_nr_jobs(boot),
				       .eta_ns = boot_eta_ns(boot)};

	if (params->progress)
		params->progress(params->user, &progress);
}

static int boot_state(struct nn_boot *boot, const char *state, const char *reason,
		      struct nn_err *err)
{
	return nn_store_boot_state(boot->runner->params->store, boot->id, state, reason, err);
}

/* ---- what the agent says ---- */

static struct nn_boot *boot_of(void *user)
{
	return ((struct nn_runner *)user)->boot;
}

/* Remember what the agent can do nothing about; -EBADMSG is about its message and goes back to it.
 */
static int boot_hook_result(struct nn_boot *boot, int rc, const struct nn_err *err)
{
	if (rc && rc != -EBADMSG && !boot->hook_err.code)
		boot->hook_err = *err;
	return rc;
}

static int boot_run_row(struct nn_boot *boot, const char *run, int64_t *ret_row, struct nn_err *err)
{
	*ret_row = 0;
	if (!run[0])
		return 0;
	if (!boot->run || strcmp(boot->job.run, run) != 0)
		return nn_err_set(err, -EBADMSG, "run '%s' is not in progress", run);
	*ret_row = boot->run;
	return 0;
}

static void hook_seen(void *user, const struct nn_message_timing *timing)
{
	struct nn_boot *boot = boot_of(user);

	boot->last_seen_ns = timing->arrived_ns;
	nn_clock_check_add(&boot->clock_check, timing->agent_elapsed_ns, timing->arrived_ns,
			   timing->rtt_ns);
}

static int hook_hello(void *user, const struct nn_hello *hello, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	struct nn_store *store = boot->runner->params->store;
	int rc;

	if (boot->has_hello) /* the answer to an earlier one was lost on its way */
		return 0;
	rc = nn_store_boot_agent(store, boot->id, hello->agent_build, hello->credentials_from, err);
	if (!rc)
		rc = boot_state(boot, "running", NULL, err);
	if (rc)
		return boot_hook_result(boot, rc, err);
	boot->has_hello = true;
	boot->boot_ns += nn_clock_ns() - boot->boot_started_ns;
	return 0;
}

/* Before the first run, and before the agent's message is answered: nothing is measured yet. */
static int boot_prove(struct nn_boot *boot, const struct nn_pairs *facts, struct nn_err *err)
{
	struct nn_store *store = boot->runner->params->store;
	NN_AUTO(target_proof) struct nn_target_proof proof = {0};
	int rc;

	if (boot->is_proved || !boot->target->prove)
		return 0;
	boot->target->prove(&boot->target_boot, facts, &proof);
	rc = nn_store_facts_add(store, boot->id, "host", &proof.host, err);
	if (!rc)
		rc = nn_store_facts_add(store, boot->id, "system", &proof.system, err);
	boot->is_proved = !rc;
	return rc;
}

static int hook_facts(void *user, const struct nn_pairs *facts, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	int rc = nn_store_facts_add(boot->runner->params->store, boot->id, "system", facts, err);

	if (!rc)
		rc = boot_prove(boot, facts, err);
	return boot_hook_result(boot, rc, err);
}

static void boot_job_fill(struct nn_boot *boot, const struct nn_scheduled_job *scheduled)
{
	const struct nn_plan *plan = boot->runner->params->plan;
	const struct nn_plan_workload *planned = &plan->workloads[scheduled->workload];
	const struct nn_workload *workload = nn_workload_find(planned->name);
	struct nn_job *job = &boot->job;

	nn_job_release(job);
	*job = (struct nn_job){.workload = nn_strdup(planned->name),
			       .seed = scheduled->seed,
			       .iterations = planned->iterations,
			       .warmup = planned->warmup,
			       .deadline_ns = plan->deadlines.run_ns,
			       .device = boot->target_boot.device,
			       .spare = boot->target_boot.spare};
	nn_uuid_new(job->run);
	if (!job->iterations)
		job->iterations = workload->default_iterations;
	if (job->warmup == UINT64_MAX)
		job->warmup = workload->default_warmup;
	for (size_t i = 0; i < planned->settings.nr; i++)
		nn_pairs_add(&job->settings, planned->settings.items[i].name,
			     planned->settings.items[i].value);
}

static int hook_next(void *user, const struct nn_job **ret_job, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	const struct nn_scheduled_job *scheduled;
	struct nn_run_row row;
	int rc;

	*ret_job = boot->run ? &boot->job : NULL; /* asked again: the answer was lost */
	if (boot->run)
		return 0;
	if (boot->nr_jobs_given == boot_nr_jobs(boot) || *boot->runner->params->stop) {
		boot->is_told_to_stop = true;
		return 0;
	}
	scheduled = boot_job_at(boot, boot->nr_jobs_given);
	boot_job_fill(boot, scheduled);
	row = (struct nn_run_row){.boot = boot->id,
				  .uuid = boot->job.run,
				  .workload = boot->job.workload,
				  .position = boot->nr_jobs_given,
				  .run = scheduled->run,
				  .seed = scheduled->seed};
	rc = nn_store_run_add(boot->runner->params->store, &row, &boot->run, err);
	if (rc)
		return boot_hook_result(boot, rc, err);
	boot->nr_jobs_given++;
	*ret_job = &boot->job;
	boot_progress(boot, "run");
	return 0;
}

static int hook_samples(void *user, const struct nn_sample_batch *batch, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	bool is_new;
	int64_t run;
	int rc = boot_run_row(boot, batch->run, &run, err);

	if (rc)
		return rc;
	rc = nn_store_samples_add(boot->runner->params->store, run, batch, &is_new, err);
	if (rc == -EEXIST) /* the same iteration twice: the agent's fault */
		rc = -EBADMSG;
	return boot_hook_result(boot, rc, err);
}

static int hook_telemetry(void *user, const struct nn_telemetry_batch *batch, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	int64_t run;
	int rc = boot_run_row(boot, batch->run, &run, err);

	if (rc)
		return rc;
	rc = nn_store_telemetry_add(boot->runner->params->store, boot->id, run, batch, err);
	return boot_hook_result(boot, rc, err);
}

static int hook_events(void *user, const struct nn_event_batch *batch, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	int64_t run;
	int rc = boot_run_row(boot, batch->run, &run, err);

	if (rc)
		return rc;
	rc = nn_store_events_add(boot->runner->params->store, boot->id, run, "system", batch, err);
	return boot_hook_result(boot, rc, err);
}

/* Repeat the present job at the end, at most as often as it was planned. */
static void boot_repeat_job(struct nn_boot *boot)
{
	const struct nn_runner *runner = boot->runner;
	size_t workload = boot_job_at(boot, boot->nr_jobs_given - 1)->workload;
	uint64_t nr_planned = runner->params->plan->workloads[workload].runs;
	uint64_t nr_repeats = 0;

	for (size_t i = 0; i < boot->nr_repeats; i++)
		nr_repeats += boot->repeats[i].workload == workload;
	if (nr_repeats < nr_planned)
		*NN_ARRAY_APPEND(boot->repeats, boot->nr_repeats, boot->cap_repeats) =
			nn_schedule_repeat(runner->schedule, boot->place->block, workload,
					   nr_planned + nr_repeats);
}

/* A run during which something happened that spoils figures is flagged, told and repeated. */
static int boot_check_disturbance(struct nn_boot *boot, int64_t run, struct nn_err *err)
{
	const struct nn_runner_params *params = boot->runner->params;
	NN_AUTO(free) char *why = NULL;
	NN_AUTO(free) char *message = NULL;
	int rc = nn_disturbance_find(params->store, run, &why, err);

	if (!rc && why)
		rc = nn_store_run_disturbed(params->store, run, why, err);
	if (rc || !why)
		return rc;
	boot_repeat_job(boot);
	message = nn_asprintf("block %llu, arm '%s': '%s' was disturbed (%s) and does not count",
			      (unsigned long long)boot->place->block + 1, boot_arm(boot)->name,
			      boot->job.workload, why);
	if (params->warn)
		params->warn(params->user, message);
	return 0;
}

static int hook_finish(void *user, const struct nn_finish *finish, struct nn_err *err)
{
	struct nn_boot *boot = boot_of(user);
	int64_t run;
	int rc;

	if (!boot->run && strcmp(boot->job.run, finish->run) == 0)
		return 0; /* sent again: it was stored, the answer was lost */
	rc = boot_run_row(boot, finish->run, &run, err);
	if (rc)
		return rc;
	rc = nn_store_run_finish(boot->runner->params->store, run, finish, err);
	if (rc)
		return boot_hook_result(boot, rc, err);
	boot->workloads_ns += finish->duration_ns;
	boot->run = 0;
	nn_host_side_after_run(boot->host, run);
	if (finish->outcome == NN_OUTCOME_OK)
		rc = boot_check_disturbance(boot, run, err);
	return boot_hook_result(boot, rc, err);
}

static void boot_store_refusal(const struct nn_boot *boot, const char *message)
{
	const struct nn_runner *runner = boot->runner;

	(void)nn_store_event_add(runner->params->store, runner->campaign, boot->id,
				 NN_SEVERITY_WARNING, "bad-token", message,
				 NULL); /* refused in any case */
}

static void hook_refused(void *user, const char *peer, const char *why)
{
	struct nn_boot *boot = boot_of(user);
	NN_AUTO(free) char *message = nn_asprintf("%s: %s", peer, why);

	if (boot->nr_refused++ < REFUSALS_TOLD)
		boot_store_refusal(boot, message);
}

static void boot_store_more_refusals(const struct nn_boot *boot)
{
	NN_AUTO(free) char *message = NULL;

	if (boot->nr_refused <= REFUSALS_TOLD)
		return;
	message = nn_asprintf("%llu more requests without the right token were refused",
			      (unsigned long long)boot->nr_refused - REFUSALS_TOLD);
	boot_store_refusal(boot, message);
}

void nn_boot_hooks(struct nn_runner *runner, struct nn_server_hooks *ret_hooks)
{
	*ret_hooks = (struct nn_server_hooks){.user = runner,
					      .seen = hook_seen,
					      .hello = hook_hello,
					      .facts = hook_facts,
					      .next = hook_next,
					      .samples = hook_samples,
					      .telemetry = hook_telemetry,
					      .events = hook_events,
					      .finish = hook_finish,
					      .refused = hook_refused};
}

/* ---- the phases ---- */

static int artifact_add(void *user, const char *name, const void *bytes, size_t len,
			struct nn_err *err)
{
	struct nn_boot *boot = user;

	return nn_store_artifact_add(boot->runner->params->store, boot->id, name, bytes, len, err);
}

/* Until when the agent may be silent in the present state. */
static uint64_t boot_silence_limit_ns(const struct nn_boot *boot)
{
	const struct nn_deadlines *deadlines = &boot->runner->params->plan->deadlines;

	if (!boot->has_hello)
		return boot->boot_started_ns + deadlines->boot_ns + deadlines->hello_ns;
	return boot->last_seen_ns + deadlines->upload_ns + (boot->run ? deadlines->run_ns : 0);
}

static int boot_silence(const struct nn_boot *boot, struct nn_err *err)
{
	if (!boot->has_hello)
		return nn_err_set(err, -ETIMEDOUT, "no hello from the agent within its deadline");
	if (boot->run)
		return nn_err_set(err, -ETIMEDOUT, "the agent fell silent during '%s'",
				  boot->job.workload);
	return nn_err_set(err, -ETIMEDOUT, "the agent fell silent between runs");
}

/* Serve the agent until it has been told to stop. */
static int boot_converse(struct nn_boot *boot, struct nn_err *err)
{
	struct nn_runner *runner = boot->runner;

	while (!boot->is_told_to_stop) {
		int rc = nn_server_poll(runner->server, POLL_MS, err);

		if (rc)
			return rc;
		if (boot->hook_err.code) {
			*err = boot->hook_err;
			return err->code;
		}
		if (*runner->params->stop)
			return nn_err_set(err, -EINTR, "interrupted");
		if (boot->is_told_to_stop)
			break;
		if (!boot->target->is_alive(&boot->target_boot, err))
			return nn_err_prefix(err, "the system ended by itself");
		if (nn_clock_ns() > boot_silence_limit_ns(boot))
			return boot_silence(boot, err);
	}
	return 0;
}

static int boot_start(struct nn_boot *boot, struct nn_err *err)
{
	struct nn_credentials cred = {0};
	int rc;

	boot_progress(boot, "prepare");
	rc = boot->target->prepare(&boot->target_boot, err);
	if (rc)
		return nn_err_prefix(err, "prepare");
	rc = boot_state(boot, "booting", NULL, err);
	if (rc)
		return rc;
	boot_progress(boot, "boot");
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
		boot_progress(boot, "shutdown");
		(void)boot_state(boot, "stopping", NULL, NULL); /* the end is recorded below */
		boot->target_boot.is_told_to_stop = boot->is_told_to_stop;
		rc = boot->target->shutdown(&boot->target_boot, &why);
		if (rc && boot->runner->params->warn)
			boot->runner->params->warn(boot->runner->params->user, why.message);
		nn_server_expire(boot->runner->server);
		boot->boot_ns += nn_clock_ns() - started_ns;
	}
	boot_progress(boot, "restore");
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
	stored = boot_state(boot, "failed", err->message, err);
	if (stored)
		return stored;
	if (rc == -EINTR || boot->hook_err.code)
		return rc;
	message = nn_asprintf("block %llu, arm '%s': boot failed: %s",
			      (unsigned long long)boot->place->block + 1, boot_arm(boot)->name,
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
		rc = boot_converse(boot, err);
	}
	stop_rc = boot_stop(boot, &stop_err);
	nn_host_side_stop(boot->host);
	boot_store_more_refusals(boot);
	if (stop_rc) { /* a device is not back: nothing may go on */
		*err = stop_err;
		boot_break_run(boot, err->message);
		(void)boot_state(boot, "failed", stop_err.message, NULL);
		if (err->code == -EAGAIN) /* which means that the boot may be repeated */
			err->code = -EIO;
		return err->code;
	}
	if (!rc)
		rc = boot_store_clock(boot, err);
	if (rc)
		return boot_record_failure(boot, rc, err);
	return boot_state(boot, "done", NULL, err);
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
