/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/session.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "collectors/collector.h"
#include "harness/agent/link.h"
#include "harness/agent/record.h"
#include "harness/agent/run.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/device/device.h"

#define BUILD_ID_DIGITS 16

struct session {
	const struct nn_session_spec *spec;
	struct nn_link *link;
	uint64_t heartbeat_ns;
	char build_id[BUILD_ID_DIGITS + 1];
	char bdf[NN_BDF_CAP]; /* of the device under test here, or "" */
	struct nn_record record;
	struct nn_sink sink;
	uint64_t next_telemetry; /* batch numbers, which go on from run to run: */
	uint64_t next_events;    /* within a boot one that comes again is a repetition */
	struct nn_collector_set *collectors; /* NULL before the first job */
};

static void session_release(struct session *session)
{
	if (session->collectors)
		nn_collector_set_stop(session->collectors);
	nn_record_clear(&session->record);
	nn_link_free(session->link);
}

NN_AUTO_DEFINE(session, struct session, session_release(p))

/* Post a message whose answer does not matter. */
static int post(struct session *session, const char *verb, json_t *take_body, struct nn_err *err)
{
	NN_AUTO(json) json_t *body = take_body;

	return nn_link_post(session->link, verb, body, NULL, err);
}

static int find_build_id(struct session *session, struct nn_err *err)
{
	char hex[NN_SHA256_HEX_CAP];
	int rc = nn_sha256_file("/proc/self/exe", hex, err);

	if (rc)
		return nn_err_prefix(err, "find the build id");
	memcpy(session->build_id, hex, BUILD_ID_DIGITS);
	return 0;
}

static int say_hello(struct session *session, struct nn_err *err)
{
	const struct nn_hello hello = {
		.protocol = NN_PROTOCOL_VERSION,
		.agent_build = session->build_id,
		/* Only encoded here, never freed. */
		.credentials_from = (char *)session->spec->cred->found_in,
	};
	NN_AUTO(json) json_t *body = nn_hello_encode(&hello);
	NN_AUTO(json) json_t *answer = NULL;
	uint64_t heartbeat_ms;
	int rc = nn_link_post(session->link, "hello", body, &answer, err);

	if (!rc)
		rc = nn_json_get_u64(answer, "heartbeat_ms", &heartbeat_ms, err);
	if (rc)
		return nn_err_prefix(err, "say hello to %s", session->spec->cred->url);
	session->heartbeat_ns = heartbeat_ms * NN_NS_PER_MS;
	nn_log_line(session->spec->log, NN_LOG_INFO, "build %s, orchestrator %s (found in %s)",
		    session->build_id, session->spec->cred->url, session->spec->cred->found_in);
	return 0;
}

/*
 * Start the collectors and send the facts, once, before the first run: only a job tells which
 * device is under test.
 */
static int send_facts(struct session *session, const struct nn_job *job, struct nn_err *err)
{
	const struct nn_collect params = {
		.sysroot = session->spec->sysroot,
		.bdf = session->bdf,
		.build_id = session->build_id,
		.sink = &session->sink,
	};
	struct nn_err why = {0};

	if (session->collectors)
		return 0;
	if (nn_device_is_given(&job->device) &&
	    nn_device_resolve(session->spec->sysroot, &job->device, session->bdf, &why))
		nn_pairs_add(&session->record.facts, "device.absent", why.message);
	session->collectors = nn_collector_set_start(NN_SIDE_SYSTEM, &params);
	nn_collector_set_sample(session->collectors, NN_COLLECT_FACTS);
	return post(session, "facts", nn_facts_encode(&session->record.facts), err);
}

/*
 * Our own record of what the orchestrator has taken: with it one can tell, whatever happened on
 * either side, whether a sample was lost or doubled.
 */
static void log_acknowledged(const struct session *session, const struct nn_sample_batch *batch)
{
	double sum = 0;

	for (size_t i = 0; i < batch->nr; i++) {
		if (isfinite(batch->items[i].value))
			sum += batch->items[i].value;
	}
	nn_log_line(session->spec->log, NN_LOG_INFO,
		    "acknowledged: run %s batch %" PRIu64 " samples %zu sum %.17g", batch->run,
		    batch->batch, batch->nr, sum);
}

/* Send all batches of samples and empty the spool. */
static int send_samples(struct session *session, struct nn_spool *spool, struct nn_err *err)
{
	for (size_t i = 0; i < spool->nr; i++) {
		int rc = post(session, "samples", nn_sample_batch_encode(&spool->batches[i]), err);

		if (rc)
			return rc;
		log_acknowledged(session, &spool->batches[i]);
	}
	nn_spool_release(spool);
	return 0;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int send_telemetry(struct session *session, const char *run, struct nn_err *err)
{
	const struct nn_telemetry_batch *all = &session->record.telemetry;
	struct nn_telemetry_batch part = {0}; /* borrows its points */

	memcpy(part.run, run, sizeof(part.run));
	for (size_t i = 0; i < all->nr; i += NN_BATCH_ITEMS) {
		int rc;

		part.items = all->items + i;
		part.nr = min_size(all->nr - i, NN_BATCH_ITEMS);
		part.batch = session->next_telemetry++;
		rc = post(session, "telemetry", nn_telemetry_batch_encode(&part), err);
		if (rc)
			return rc;
	}
	return 0;
}

static int send_events(struct session *session, const char *run, struct nn_err *err)
{
	const struct nn_event_batch *all = &session->record.events;
	struct nn_event_batch part = {0}; /* borrows its events */

	memcpy(part.run, run, sizeof(part.run));
	for (size_t i = 0; i < all->nr; i += NN_BATCH_ITEMS) {
		int rc;

		part.items = all->items + i;
		part.nr = min_size(all->nr - i, NN_BATCH_ITEMS);
		part.batch = session->next_events++;
		rc = post(session, "events", nn_event_batch_encode(&part), err);
		if (rc)
			return rc;
	}
	return 0;
}

static void session_tick(void *user)
{
	struct session *session = user;

	nn_collector_set_sample(session->collectors, NN_COLLECT_TELEMETRY);
}

/*
 * The worker stands still, so the network is free. What it handed over goes out at once: that is
 * what keeps the spool bounded.
 */
static int session_pause(void *user, struct nn_spool *spool, struct nn_err *err)
{
	struct session *session = user;

	if (spool->nr)
		return send_samples(session, spool, err);
	return post(session, "heartbeat", json_object(), err);
}

/* All that a run left behind, but its outcome. */
static int send_results(struct session *session, const char *run, struct nn_spool *spool,
			struct nn_err *err)
{
	int rc = send_samples(session, spool, err);

	if (!rc)
		rc = send_telemetry(session, run, err);
	if (!rc)
		rc = send_events(session, run, err);
	return rc;
}

/* A run whose results the orchestrator will never take is broken, whatever it measured. */
static void break_finish(struct nn_finish *finish, const char *reason)
{
	free(finish->reason);
	finish->reason = nn_strdup(reason);
	finish->outcome = NN_OUTCOME_BROKEN;
}

static void log_finish(const struct session *session, const struct nn_job *job,
		       const struct nn_finish *finish)
{
	nn_log_line(session->spec->log, NN_LOG_INFO, "%s: %s in %.1f s%s%s", job->workload,
		    nn_outcome_name(finish->outcome), (double)finish->duration_ns / 1e9,
		    finish->reason ? ": " : "", finish->reason ? finish->reason : "");
}

static int run_job(struct session *session, const struct nn_job *job, struct nn_err *err)
{
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct nn_err why = {0};
	const struct nn_run_spec spec = {
		.job = job,
		.sysroot = session->spec->sysroot,
		.stop_fd = session->spec->stop_fd,
		.heartbeat_ns = session->heartbeat_ns,
		.period_ms = nn_collector_set_period_ms(session->collectors),
		.user = session,
		.tick = session_tick,
		.pause = session_pause,
	};
	int rc;

	nn_record_clear(&session->record);
	nn_collector_set_sample(session->collectors, NN_COLLECT_TELEMETRY);
	rc = nn_run_execute(&spec, &spool, &finish, err);
	if (rc)
		return rc;
	nn_collector_set_sample(session->collectors, NN_COLLECT_TELEMETRY);
	nn_collector_set_sample(session->collectors, NN_COLLECT_EVENTS);
	nn_record_close(&session->record);
	log_finish(session, job, &finish);
	rc = send_results(session, job->run, &spool, &why);
	if (rc && rc != -EBADMSG)
		return nn_err_set(err, rc, "%s", why.message);
	if (rc)
		break_finish(&finish, why.message);
	rc = post(session, "finish", nn_finish_encode(&finish), err);
	if (!rc)
		nn_log_line(session->spec->log, NN_LOG_INFO, "acknowledged: run %s finished",
			    job->run);
	return rc;
}

/* Ask for the next job and do it. Return: 1 when there may be more, 0 to shut down, or -errno. */
static int serve_one(struct session *session, struct nn_err *err)
{
	NN_AUTO(json) json_t *body = json_object();
	NN_AUTO(json) json_t *answer = NULL;
	NN_AUTO(job) struct nn_job job = {0};
	bool is_shutdown = false;
	int rc = nn_link_post(session->link, "next", body, &answer, err);

	if (rc)
		return rc;
	rc = nn_next_decode(answer, &is_shutdown, &job, err);
	if (rc)
		return nn_err_prefix(err, "answer to 'next'");
	if (is_shutdown)
		return 0; /* nobody listens any more */
	nn_device_identify(session->spec->sysroot, &job.device);
	rc = send_facts(session, &job, err);
	if (!rc)
		rc = run_job(session, &job, err);
	return rc ? rc : 1;
}

int nn_session_run(const struct nn_session_spec *spec, struct nn_err *err)
{
	NN_AUTO(session) struct session session = {.spec = spec};
	const struct nn_link_spec link_spec = {
		.cred = spec->cred,
		.stop_fd = spec->stop_fd,
		.patience_ns = spec->patience_ns,
	};
	int rc = find_build_id(&session, err);

	if (!rc)
		rc = nn_link_new(&link_spec, &session.link, err);
	if (rc)
		return rc;
	session.record.zero_ns = nn_link_zero_ns(session.link);
	session.sink = nn_record_sink(&session.record);
	rc = say_hello(&session, err);
	while (!rc) {
		rc = serve_one(&session, err);
		if (rc <= 0)
			return rc;
		rc = 0;
	}
	return rc;
}
