/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/run.h"

#include <errno.h>
#include <string.h>

#include <poll.h>
#include <sys/wait.h>

#include "harness/agent/worker-process.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/json.h"
#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"

/* No run may last forever, not even one whose job names no deadline. */
#define DEADLINE_DEFAULT_NS (3600 * NN_NS_PER_S)

NN_AUTO_DEFINE(scratch, char *, nn_scratch_remove(*p); free(*p))

struct watch {
	const struct nn_run_spec *spec;
	struct nn_spool *spool;
	struct nn_worker_process worker;
	uint64_t deadline_ns; /* the instant */
	uint64_t paused_ns;   /* how long the worker stood still, all in all */
	uint64_t tick_ns;     /* the instant of the next tick */
	bool is_finished;
	struct nn_finish finish; /* valid when is_finished */
};

void nn_spool_release(struct nn_spool *spool)
{
	for (size_t i = 0; i < spool->nr; i++)
		nn_sample_batch_release(&spool->batches[i]);
	free(spool->batches);
	*spool = (struct nn_spool){0};
}

/* An outcome that the agent, not the worker, tells. */
static struct nn_finish broken(const struct nn_job *job, const char *reason)
{
	struct nn_finish finish = {.outcome = NN_OUTCOME_BROKEN, .reason = nn_strdup(reason)};

	memcpy(finish.run, job->run, sizeof(finish.run));
	return finish;
}

static uint64_t deadline_duration_ns(const struct nn_job *job)
{
	return job->deadline_ns ? job->deadline_ns : DEADLINE_DEFAULT_NS;
}

static int take_samples(struct watch *watch, const json_t *json, struct nn_err *err)
{
	NN_AUTO(sample_batch) struct nn_sample_batch batch = {0};
	struct nn_spool *spool = watch->spool;
	int rc = nn_sample_batch_decode(json, &batch, err);

	if (rc)
		return rc;
	*NN_ARRAY_APPEND(spool->batches, spool->nr, spool->cap) = batch;
	batch = (struct nn_sample_batch){0};
	return 0;
}

static int take_finish(struct watch *watch, const json_t *json, struct nn_err *err)
{
	NN_AUTO(finish) struct nn_finish finish = {0};
	int rc = nn_finish_decode(json, &finish, err);

	if (rc)
		return rc;
	watch->finish = finish;
	watch->is_finished = true;
	finish = (struct nn_finish){0};
	return 0;
}

/*
 * The worker stands still; its clock of the deadline does too.
 * *@ret_fatal: what the session must know, unlike the worker's own faults.
 */
static int take_pause(struct watch *watch, int *ret_fatal, struct nn_err *err)
{
	uint64_t begin_ns = nn_clock_ns();
	uint64_t duration_ns;
	int rc = watch->spec->pause ? watch->spec->pause(watch->spec->user, watch->spool, err) : 0;

	if (rc) {
		*ret_fatal =
			rc == -EBADMSG ? 0 : rc; /* samples that nobody takes: this run's end */
		return rc;
	}
	duration_ns = nn_clock_ns() - begin_ns;
	watch->paused_ns += duration_ns;
	watch->deadline_ns += duration_ns;
	return nn_worker_process_go(&watch->worker, err);
}

static int take_line(struct watch *watch, const json_t *line, int *ret_fatal, struct nn_err *err)
{
	const json_t *samples = json_object_get(line, "samples");
	const json_t *finish = json_object_get(line, "finish");
	int rc;

	if (json_object_get(line, "pause"))
		return take_pause(watch, ret_fatal, err);
	if (samples)
		rc = take_samples(watch, samples, err);
	else if (finish)
		rc = take_finish(watch, finish, err);
	else
		rc = nn_err_set(err, -EBADMSG, "unknown member");
	return rc ? nn_err_prefix(err, "worker wrote a malformed line") : 0;
}

/*
 * Take all complete lines.
 * Return: 1 to go on, 0 when the worker has ended or told its outcome, or -errno.
 */
static int take_input(struct watch *watch, int *ret_fatal, struct nn_err *err)
{
	int more = nn_worker_process_read(&watch->worker, err);

	if (more < 0)
		return more;
	while (!watch->is_finished) {
		NN_AUTO(json) json_t *line = NULL;
		int rc = nn_worker_process_line(&watch->worker, &line, err);

		if (rc < 0)
			return rc;
		if (rc == 0)
			return more;
		rc = take_line(watch, line, ret_fatal, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* How long to sleep: until the deadline or the next tick. */
static int sleep_ms(const struct watch *watch)
{
	int to_deadline = nn_clock_ms_until(watch->deadline_ns);
	int to_tick;

	if (!watch->spec->period_ms)
		return to_deadline;
	to_tick = nn_clock_ms_until(watch->tick_ns);
	return to_tick < to_deadline ? to_tick : to_deadline;
}

static void tick_if_due(struct watch *watch)
{
	uint64_t now_ns = nn_clock_ns();

	if (!watch->spec->period_ms || now_ns < watch->tick_ns)
		return;
	watch->spec->tick(watch->spec->user);
	watch->tick_ns = now_ns + watch->spec->period_ms * NN_NS_PER_MS;
}

static int deadline_error(const struct watch *watch, struct nn_err *err)
{
	uint64_t duration_ns = deadline_duration_ns(watch->spec->job);

	if (duration_ns % NN_NS_PER_S)
		return nn_err_set(err, -ETIMEDOUT, "run exceeded its deadline of %llu ms",
				  (unsigned long long)(duration_ns / NN_NS_PER_MS));
	return nn_err_set(err, -ETIMEDOUT, "run exceeded its deadline of %llu s",
			  (unsigned long long)(duration_ns / NN_NS_PER_S));
}

/*
 * Sleep beside the worker until it has ended or told its outcome.
 * Return: 0, or -errno: *@ret_fatal says whether that ends the session, else it breaks the run.
 */
static int watch_worker(struct watch *watch, int *ret_fatal, struct nn_err *err)
{
	int more = 1;

	while (more > 0) {
		struct pollfd fds[] = {
			{.fd = watch->worker.fd, .events = POLLIN},
			{.fd = watch->spec->stop_fd, .events = POLLIN},
		};
		int nr = poll(fds, NN_ARRAY_SIZE(fds), sleep_ms(watch));

		if (nr < 0 && errno != EINTR)
			return nn_err_errno(err, errno, "wait for the worker");
		if (nr > 0 && fds[1].revents) {
			*ret_fatal = -EINTR;
			return nn_err_set(err, -EINTR, "stopped by a signal");
		}
		tick_if_due(watch);
		if (nr > 0 && fds[0].revents)
			more = take_input(watch, ret_fatal, err);
		if (more > 0 && nn_clock_ns() >= watch->deadline_ns)
			return deadline_error(watch, err);
	}
	return more;
}

/* The outcome of a worker that is gone, from what it told, what was seen, or how it ended. */
static struct nn_finish conclude(struct watch *watch, int rc, const struct nn_err *why, int status)
{
	NN_AUTO(free) char *reason = NULL;
	char how[80];

	if (rc) {
		nn_finish_release(&watch->finish);
		return broken(watch->spec->job, why->message);
	}
	if (watch->is_finished)
		return watch->finish;
	nn_wait_status_text(status, how, sizeof(how));
	reason = nn_asprintf("worker ended %s %s", WIFSIGNALED(status) ? "by" : "with", how);
	return broken(watch->spec->job, reason);
}

int nn_run_execute(const struct nn_run_spec *spec, struct nn_spool *spool,
		   struct nn_finish *ret_finish, struct nn_err *err)
{
	NN_AUTO(scratch) char *scratch = NULL;
	struct watch watch = {.spec = spec, .spool = spool, .worker = NN_WORKER_PROCESS_NONE};
	struct nn_err why = {0};
	uint64_t begin_ns = nn_clock_ns();
	int fatal = 0;
	int status;
	int rc = nn_scratch_new(&scratch, &why);

	if (!rc)
		rc = nn_worker_process_start(
			&(struct nn_worker_order){
				.job = spec->job,
				.sysroot_prefix = spec->sysroot->prefix,
				.scratch_dir = scratch,
				.heartbeat_ns = spec->heartbeat_ns,
			},
			&watch.worker, &why);
	if (!rc) {
		watch.deadline_ns = begin_ns + deadline_duration_ns(spec->job);
		watch.tick_ns = begin_ns + spec->period_ms * NN_NS_PER_MS;
		rc = watch_worker(&watch, &fatal, &why);
	}
	status = nn_worker_process_end(&watch.worker);
	if (fatal) {
		nn_finish_release(&watch.finish);
		return nn_err_set(err, fatal, "%s", why.message);
	}
	*ret_finish = conclude(&watch, rc, &why, status);
	ret_finish->duration_ns = nn_clock_ns() - begin_ns - watch.paused_ns;
	return 0;
}
