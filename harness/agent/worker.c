/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/worker.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <fcntl.h>
#include <sys/socket.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"

/* Values that wait in memory; when they are this many the worker pauses to hand them over. */
#define BUFFER_VALUES 65536

#define EXIT_NO_ORDER 64

/* Where a row of the buffer was measured. */
struct row {
	enum nn_phase phase;
	uint64_t iteration;
};

struct worker {
	struct nn_job job;
	char *scratch_dir;
	char *sysroot_prefix;
	struct nn_sysroot sysroot;
	uint64_t heartbeat_ns;
	uint64_t paused_ns; /* when it last paused */
	const struct nn_workload *workload;
	struct nn_workload_run run;
	double *values; /* cap_rows × nr_metrics; allocated and touched before the first iteration
			 */
	struct row *rows;
	size_t nr_rows;
	size_t cap_rows;
	uint64_t next_batch;
};

json_t *nn_worker_order_encode(const struct nn_worker_order *order)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "job", nn_job_encode(order->job));
	(void)json_object_set_new(json, "sysroot", nn_json_str_or_null(order->sysroot_prefix));
	(void)json_object_set_new(json, "scratch", nn_json_str_or_null(order->scratch_dir));
	(void)json_object_set_new(json, "heartbeat_ns",
				  json_integer((json_int_t)order->heartbeat_ns));
	return json;
}

static int order_decode(const json_t *json, struct worker *worker, struct nn_err *err)
{
	const char *sysroot;
	const char *scratch;
	json_t *job;
	int rc = nn_json_get_object(json, "job", &job, err);

	if (!rc)
		rc = nn_job_decode(job, &worker->job, err);
	if (!rc)
		rc = nn_json_get_str(json, "sysroot", &sysroot, err);
	if (!rc)
		rc = nn_json_get_str(json, "scratch", &scratch, err);
	if (!rc)
		rc = nn_json_get_u64(json, "heartbeat_ns", &worker->heartbeat_ns, err);
	if (rc)
		return rc;
	worker->sysroot_prefix = nn_strdup(sysroot);
	worker->scratch_dir = nn_strdup(scratch);
	return 0;
}

static int order_read(struct worker *worker, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *json = NULL;
	int rc;

	for (;;) {
		ssize_t len = read(STDIN_FILENO, nn_strbuf_reserve(&text, 4096), 4096);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return nn_err_errno(err, errno, "read the order");
		if (len == 0)
			break;
		nn_strbuf_advance(&text, (size_t)len);
	}
	rc = nn_json_parse(nn_strbuf_str(&text), text.len, &json, err);
	return rc ? rc : order_decode(json, worker, err);
}

/* Write {"@key": @take_value} as one line. */
static int line_write(const char *key, json_t *take_value, struct nn_err *err)
{
	NN_AUTO(json) json_t *json = json_object();
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;
	NN_AUTO(free) char *text = NULL;
	size_t done = 0;

	(void)json_object_set_new(json, key, take_value);
	text = nn_json_text(json);
	nn_strbuf_add(&line, text);
	nn_strbuf_addc(&line, '\n');
	while (done < line.len) {
		ssize_t len = send(NN_WORKER_FD, line.data + done, line.len - done, MSG_NOSIGNAL);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return nn_err_errno(err, errno, "write to the agent");
		done += (size_t)len;
	}
	return 0;
}

/* Stand still until the agent says "go". */
static int worker_pause(struct worker *worker, struct nn_err *err)
{
	int rc = line_write("pause", json_true(), err);
	char c = '\0';

	while (!rc && c != '\n') {
		ssize_t len = read(NN_WORKER_FD, &c, 1);

		if (len < 0 && errno != EINTR)
			rc = nn_err_errno(err, errno, "read from the agent");
		else if (len == 0)
			rc = nn_err_set(err, -EPIPE, "the agent is gone");
	}
	worker->paused_ns = nn_clock_ns();
	return rc;
}

static void rows_init(struct worker *worker)
{
	size_t nr_metrics = worker->workload->nr_metrics;
	size_t cap = BUFFER_VALUES / (nr_metrics ? nr_metrics : 1);
	uint64_t wanted = worker->job.warmup + worker->job.iterations;

	worker->cap_rows = wanted < cap ? (size_t)wanted : cap;
	if (!worker->cap_rows)
		worker->cap_rows = 1;
	worker->rows = nn_calloc(worker->cap_rows, sizeof(*worker->rows));
	worker->values = nn_calloc(worker->cap_rows * nr_metrics, sizeof(double));
	/* Touch every page now: a first write inside an iteration's border would still cost it. */
	memset(worker->rows, 0, worker->cap_rows * sizeof(*worker->rows));
	for (size_t i = 0; i < worker->cap_rows * nr_metrics; i++)
		worker->values[i] = NAN;
}

static int batch_write(struct worker *worker, struct nn_sample_batch *batch, struct nn_err *err)
{
	int rc = line_write("samples", nn_sample_batch_encode(batch), err);

	nn_sample_batch_release(batch);
	memcpy(batch->run, worker->job.run, sizeof(batch->run));
	batch->batch = ++worker->next_batch;
	return rc;
}

/* Hand over what the buffer holds, as batches. */
static int rows_flush(struct worker *worker, struct nn_err *err)
{
	NN_AUTO(sample_batch) struct nn_sample_batch batch = {.batch = worker->next_batch};
	const struct nn_workload *workload = worker->workload;
	int rc = 0;

	memcpy(batch.run, worker->job.run, sizeof(batch.run));
	for (size_t i = 0; i < worker->nr_rows * workload->nr_metrics && !rc; i++) {
		const struct nn_metric *metric = &workload->metrics[i % workload->nr_metrics];
		const struct row *row = &worker->rows[i / workload->nr_metrics];

		if (isnan(worker->values[i]))
			continue;
		/* The copy takes the strings; the casts only lend them. */
		nn_sample_batch_add(&batch, &(struct nn_sample){
						    .metric = (char *)metric->name,
						    .unit = (char *)metric->unit,
						    .direction = metric->direction,
						    .kind = metric->kind,
						    .phase = row->phase,
						    .iteration = row->iteration,
						    .value = worker->values[i],
					    });
		if (batch.nr == NN_BATCH_ITEMS)
			rc = batch_write(worker, &batch, err);
	}
	if (!rc && batch.nr)
		rc = batch_write(worker, &batch, err);
	worker->nr_rows = 0;
	return rc;
}

/* Between two iterations: hand over when the buffer is full, pause when a heartbeat is due. */
static int worker_border(struct worker *worker, struct nn_err *err)
{
	bool is_full = worker->nr_rows == worker->cap_rows;
	bool is_due =
		worker->heartbeat_ns && nn_clock_ns() - worker->paused_ns >= worker->heartbeat_ns;
	int rc = is_full ? rows_flush(worker, err) : 0;

	if (!rc && (is_full || is_due))
		rc = worker_pause(worker, err);
	return rc;
}

static int values_check(const struct worker *worker, const double *values, struct nn_err *err)
{
	for (size_t i = 0; i < worker->workload->nr_metrics; i++) {
		if (isinf(values[i]))
			return nn_err_set(err, -ERANGE, "metric '%s' is infinite",
					  worker->workload->metrics[i].name);
	}
	return 0;
}

static int iterate_phase(struct worker *worker, enum nn_phase phase, uint64_t nr,
			 struct nn_err *err)
{
	for (uint64_t i = 0; i < nr; i++) {
		int rc = worker_border(worker, err);
		double *values;

		if (rc)
			return rc;
		values = worker->values + worker->nr_rows * worker->workload->nr_metrics;
		for (size_t m = 0; m < worker->workload->nr_metrics; m++)
			values[m] = NAN;
		rc = worker->workload->iterate(&worker->run, values, err);
		if (!rc)
			rc = values_check(worker, values, err);
		if (rc)
			return nn_err_prefix(err, "%s iteration %llu", nn_phase_name(phase),
					     (unsigned long long)i);
		worker->rows[worker->nr_rows++] = (struct row){.phase = phase, .iteration = i};
	}
	return 0;
}

/* From warm-up to verify, for a workload that is set up. */
static int worker_measure(struct worker *worker, struct nn_err *err)
{
	int rc = iterate_phase(worker, NN_PHASE_WARMUP, worker->job.warmup, err);
	int flushed;

	if (!rc)
		rc = iterate_phase(worker, NN_PHASE_STEADY, worker->job.iterations, err);
	/* What was measured before a failure may explain it. */
	flushed = rows_flush(worker, rc ? NULL : err);
	if (!rc)
		rc = flushed;
	if (!rc)
		rc = worker->workload->verify(&worker->run, err);
	return rc == -EOPNOTSUPP ? -EIO : rc; /* too late to be skipped */
}

static int worker_execute(struct worker *worker, struct nn_err *err)
{
	const struct nn_workload *workload = worker->workload;
	struct nn_workload_run *run = &worker->run;
	int rc = workload->probe(run, err);

	if (rc)
		return rc;
	rc = workload->setup ? workload->setup(run, err) : 0;
	if (!rc) {
		rows_init(worker);
		rc = worker_measure(worker, err);
	}
	if (workload->teardown)
		workload->teardown(run);
	return rc;
}

/* Choose the workload and execute it; a job that cannot be is an error like any other. */
static int worker_begin(struct worker *worker, nn_workload_find_fn *find, struct nn_err *err)
{
	worker->workload = find(worker->job.workload);
	if (!worker->workload)
		return nn_err_set(err, -ENOENT, "this agent has no workload '%s'",
				  worker->job.workload);
	if (worker->workload->plugin.unavailable)
		return nn_err_set(err, -EOPNOTSUPP, "%s", worker->workload->plugin.unavailable);
	if (!worker->job.iterations)
		worker->job.iterations = worker->workload->default_iterations;
	worker->sysroot = (struct nn_sysroot){.prefix = worker->sysroot_prefix};
	worker->run = (struct nn_workload_run){
		.job = &worker->job,
		.sysroot = &worker->sysroot,
		.scratch_dir = worker->scratch_dir,
	};
	worker->paused_ns = nn_clock_ns();
	return worker_execute(worker, err);
}

static enum nn_outcome outcome_of(int rc)
{
	switch (rc) {
	case 0:
		return NN_OUTCOME_OK;
	case -EOPNOTSUPP:
		return NN_OUTCOME_SKIPPED;
	case -EBADMSG:
		return NN_OUTCOME_FAILED;
	default:
		return NN_OUTCOME_BROKEN;
	}
}

static int finish_write(const struct worker *worker, int outcome_rc, const struct nn_err *why)
{
	const char *reason = why->message[0] ? why->message : strerror(-outcome_rc);
	NN_AUTO(finish)
	struct nn_finish finish = {
		.outcome = outcome_of(outcome_rc),
		.reason = nn_strdup(outcome_rc ? reason : NULL),
		.note = nn_strdup(worker->run.note[0] ? worker->run.note : NULL),
		.checksum = worker->run.checksum,
		.is_software = worker->run.is_software,
	};

	memcpy(finish.run, worker->job.run, sizeof(finish.run));
	return line_write("finish", nn_finish_encode(&finish), NULL);
}

static void worker_release(struct worker *worker)
{
	nn_job_release(&worker->job);
	free(worker->scratch_dir);
	free(worker->sysroot_prefix);
	free(worker->values);
	free(worker->rows);
}

NN_AUTO_DEFINE(worker, struct worker, worker_release(p))

int nn_worker_main(nn_workload_find_fn *find)
{
	NN_AUTO(worker) struct worker worker = {0};
	struct nn_err err = {0};
	int rc;

	/* A workload's own children must not hold the line to the agent open. */
	if (fcntl(NN_WORKER_FD, F_SETFD, FD_CLOEXEC) || order_read(&worker, &err)) {
		(void)fprintf(stderr, "nearnative-agent: worker: %s\n",
			      err.code ? err.message : "not started by an agent");
		return EXIT_NO_ORDER;
	}
	rc = worker_begin(&worker, find, &err);
	rc = finish_write(&worker, rc, &err);
	/*
	 * The run is over: exit handlers of GPU libraries, which crash now and then, have no say in
	 * it any more.
	 */
	_exit(rc ? EXIT_FAILURE : EXIT_SUCCESS);
}
