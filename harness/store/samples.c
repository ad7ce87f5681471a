/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/store/statement.h"

/* The metrics of one batch: a few, though they come with every sample. Strings are the batch's. */
struct known_metric {
	const struct nn_sample *like;
	int64_t id;
};

struct known_metrics {
	struct known_metric *items;
	size_t nr;
	size_t cap;
};

NN_AUTO_DEFINE(known_metrics, struct known_metrics, free(p->items))

static bool is_same_metric(const struct nn_sample *a, const struct nn_sample *b)
{
	return a->direction == b->direction && a->kind == b->kind &&
	       strcmp(a->metric, b->metric) == 0 && strcmp(a->unit, b->unit) == 0;
}

static int metric_add(struct nn_store *store, const struct nn_sample *sample, int64_t *ret_id,
		      struct nn_err *err)
{
	const char *direction = nn_direction_name(sample->direction);
	const char *kind = nn_metric_kind_name(sample->kind);
	int rc = nn_sql_execute(store, err,
				"INSERT INTO metric (name, unit, direction, kind)"
				" VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
				"ssss", sample->metric, sample->unit, direction, kind);

	return rc ? rc
		  : nn_sql_query_int(store, ret_id, err,
				     "SELECT id FROM metric WHERE name = ? AND unit = ?"
				     " AND direction = ? AND kind = ?",
				     "ssss", sample->metric, sample->unit, direction, kind);
}

static int metric_id(struct nn_store *store, struct known_metrics *known,
		     const struct nn_sample *sample, int64_t *ret_id, struct nn_err *err)
{
	struct known_metric *metric;
	int64_t id = 0;
	int rc;

	for (size_t i = 0; i < known->nr; i++) {
		if (is_same_metric(known->items[i].like, sample)) {
			*ret_id = known->items[i].id;
			return 0;
		}
	}
	rc = metric_add(store, sample, &id, err);
	if (rc)
		return rc;
	metric = NN_ARRAY_APPEND(known->items, known->nr, known->cap);
	*metric = (struct known_metric){.like = sample, .id = id};
	*ret_id = id;
	return 0;
}

static int sample_insert(struct nn_store *store, int64_t run, int64_t metric,
			 const struct nn_sample *sample, struct nn_err *err)
{
	int rc = nn_sql_bind(store, store->sample_insert, err, "iibud", run, metric,
			     sample->phase == NN_PHASE_STEADY, sample->iteration, sample->value);

	if (!rc)
		rc = nn_sql_step(store, store->sample_insert, err);
	(void)sqlite3_reset(store->sample_insert); /* repeats the error that step told */
	return rc;
}

static int insert_all(struct nn_store *store, int64_t run, const struct nn_sample_batch *batch,
		      struct nn_err *err)
{
	NN_AUTO(known_metrics) struct known_metrics known = {0};
	int rc = 0;

	if (!store->sample_insert)
		rc = nn_sql_prepare(store,
				    "INSERT INTO sample (run, metric, phase, iteration, value)"
				    " VALUES (?, ?, ?, ?, ?)",
				    &store->sample_insert, err);
	for (size_t i = 0; !rc && i < batch->nr; i++) {
		const struct nn_sample *sample = &batch->items[i];
		int64_t metric = 0;

		rc = metric_id(store, &known, sample, &metric, err);
		if (!rc)
			rc = sample_insert(store, run, metric, sample, err);
		if (rc)
			(void)nn_err_prefix(err, "%s, %s iteration %llu", sample->metric,
					    nn_phase_name(sample->phase),
					    (unsigned long long)sample->iteration);
	}
	return rc;
}

int nn_store_samples_add(struct nn_store *store, int64_t run, const struct nn_sample_batch *batch,
			 bool *ret_is_new, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	bool is_new = false;
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = nn_sql_execute(store, err,
				    "INSERT INTO sample_batch (run, number) VALUES (?, ?)"
				    " ON CONFLICT DO NOTHING",
				    "iu", run, batch->batch);
	if (!rc) {
		is_new = sqlite3_changes(store->db) > 0;
		rc = is_new ? insert_all(store, run, batch, err) : 0;
	}
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	if (rc)
		return nn_err_prefix(err, "add samples of run %lld, batch %llu", (long long)run,
				     (unsigned long long)batch->batch);
	*ret_is_new = is_new;
	return 0;
}

/* Note a batch of a boot. Return: 1 when it is new, 0 when it is there already, or -errno. */
static int boot_batch_add(struct nn_store *store, int64_t boot, const char *kind, uint64_t number,
			  struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO boot_batch (boot, kind, number) VALUES (?, ?, ?)"
				" ON CONFLICT DO NOTHING",
				"isu", boot, kind, number);

	return rc ? rc : sqlite3_changes(store->db) > 0;
}

static int telemetry_insert(struct nn_store *store, int64_t boot, int64_t run,
			    const struct nn_telemetry_point *point, struct nn_err *err)
{
	return nn_sql_execute(store, err,
			      "INSERT INTO telemetry (boot, run, name, unit, elapsed_ns, value)"
			      " VALUES (?, ?, ?, ?, ?, ?)",
			      "irssud", boot, run, point->name, point->unit, point->elapsed_ns,
			      point->value);
}

int nn_store_telemetry_add(struct nn_store *store, int64_t boot, int64_t run,
			   const struct nn_telemetry_batch *batch, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	bool is_new;
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = boot_batch_add(store, boot, "telemetry", batch->batch, err);
	is_new = rc > 0;
	rc = rc < 0 ? rc : 0;
	for (size_t i = 0; !rc && is_new && i < batch->nr; i++)
		rc = telemetry_insert(store, boot, run, &batch->items[i], err);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	return rc ? nn_err_prefix(err, "add telemetry of boot %lld, batch %llu", (long long)boot,
				  (unsigned long long)batch->batch)
		  : 0;
}

static int event_insert(struct nn_store *store, int64_t boot, int64_t run, const char *side,
			const struct nn_event *event, struct nn_err *err)
{
	return nn_sql_update(
		store, "boot", boot, err,
		"INSERT INTO event (campaign, boot, run, side, severity, kind, message,"
		" elapsed_ns, stored)"
		" SELECT arm.campaign, boot.id, ?2, ?3, ?4, ?5, ?6, ?7, " NN_SQL_NOW
		" FROM boot JOIN arm ON arm.id = boot.arm WHERE boot.id = ?1",
		"irssssu", boot, run, side, nn_severity_name(event->severity), event->kind,
		event->message, event->elapsed_ns);
}

int nn_store_events_add(struct nn_store *store, int64_t boot, int64_t run, const char *side,
			const struct nn_event_batch *batch, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	bool is_new;
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = boot_batch_add(store, boot, "event", batch->batch, err);
	is_new = rc > 0;
	rc = rc < 0 ? rc : 0;
	for (size_t i = 0; !rc && is_new && i < batch->nr; i++)
		rc = event_insert(store, boot, run, side, &batch->items[i], err);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	return rc ? nn_err_prefix(err, "add events of boot %lld, batch %llu", (long long)boot,
				  (unsigned long long)batch->batch)
		  : 0;
}

int nn_store_event_add(struct nn_store *store, int64_t campaign, int64_t boot,
		       enum nn_severity severity, const char *kind, const char *message,
		       struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO event (campaign, boot, side, severity, kind, message,"
				" stored) VALUES (?, ?, 'orchestrator', ?, ?, ?, " NN_SQL_NOW ")",
				"irsss", campaign, boot, nn_severity_name(severity), kind, message);

	return rc ? nn_err_prefix(err, "add event '%s'", kind) : 0;
}
