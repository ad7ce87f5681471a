/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/conversation.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/runner/disturbance.h"
#include "workloads/workload.h"

#define POLL_MS       200
#define REFUSALS_TOLD 10 /* events of a boot, each a write to the disk; the rest is counted */

static const struct nn_scheduled_job *boot_job_at(const struct nn_boot *boot, size_t index)
{
	size_t nr_planned = boot->block->nr_jobs;

	return index < nr_planned ? &boot->block->jobs[index] : &boot->repeats[index - nr_planned];
}

static struct nn_boot *boot_of(void *user)
{
	return ((struct nn_runner *)user)->boot;
}

/* Remember what the agent can do nothing about; -EBADMSG is about its message and goes back. */
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
		rc = nn_boot_state(boot, "running", NULL, err);
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
	if (boot->nr_jobs_given == nn_boot_nr_jobs(boot) || *boot->runner->params->stop) {
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
	nn_boot_progress(boot, "run");
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
			      (unsigned long long)boot->place->block + 1, nn_boot_arm(boot)->name,
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

void nn_conversation_end(const struct nn_boot *boot)
{
	NN_AUTO(free) char *message = NULL;

	if (boot->nr_refused <= REFUSALS_TOLD)
		return;
	message = nn_asprintf("%llu more requests without the right token were refused",
			      (unsigned long long)boot->nr_refused - REFUSALS_TOLD);
	boot_store_refusal(boot, message);
}

void nn_conversation_hooks(struct nn_runner *runner, struct nn_server_hooks *ret_hooks)
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

int nn_conversation_serve(struct nn_boot *boot, struct nn_err *err)
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
