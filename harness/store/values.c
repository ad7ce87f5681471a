/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/array.h"
#include "harness/store/statement.h"

struct metric {
	int64_t id;
	char *name;
	char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	int64_t rank; /* by name and unit */
};

/* Every metric of the file, by id. There are few. */
struct metrics {
	struct metric *items;
	size_t nr;
	size_t cap;
};

static void metrics_release(struct metrics *metrics)
{
	for (size_t i = 0; i < metrics->nr; i++) {
		free(metrics->items[i].name);
		free(metrics->items[i].unit);
	}
	free(metrics->items);
}

NN_AUTO_DEFINE(metrics, struct metrics, metrics_release(p))

/* The values of one metric in the run that is being read: a slice of struct run. */
struct part {
	const struct metric *metric;
	size_t first;
	size_t nr;
};

/* One run's samples, by the key of their table; kept from run to run for its room. */
struct run {
	double *values;
	size_t nr_values, cap_values;
	struct part *parts;
	size_t nr_parts, cap_parts;
};

static void run_release(struct run *run)
{
	free(run->values);
	free(run->parts);
}

NN_AUTO_DEFINE(run, struct run, run_release(p))

static int metric_take(sqlite3_stmt *row, struct metrics *metrics, struct nn_err *err)
{
	struct metric *metric = NN_ARRAY_APPEND(metrics->items, metrics->nr, metrics->cap);

	metric->id = sqlite3_column_int64(row, 0);
	metric->name = nn_sql_column_strdup(row, 1);
	metric->unit = nn_sql_column_strdup(row, 2);
	metric->rank = sqlite3_column_int64(row, 5);
	/* The table's CHECKs allow no other names; a file may have been changed without them. */
	if (nn_direction_from(nn_sql_text(row, 3), &metric->direction) ||
	    nn_metric_kind_from(nn_sql_text(row, 4), &metric->kind))
		return nn_err_set(err, -EUCLEAN, "metric '%s' has direction '%s' and kind '%s'",
				  metric->name, nn_sql_text(row, 3), nn_sql_text(row, 4));
	return 0;
}

static int metrics_read(struct nn_store *store, struct metrics *metrics, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store,
				"SELECT id, name, unit, direction, kind,"
				" row_number() OVER (ORDER BY name, unit, id) FROM metric"
				" ORDER BY id",
				&row, err);

	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err)) {
		int answer = metric_take(row, metrics, err);

		if (answer)
			return answer;
	}
	return rc;
}

static int compare_id(const void *key, const void *element)
{
	int64_t id = *(const int64_t *)key;
	const struct metric *metric = element;

	return (id > metric->id) - (id < metric->id);
}

static int compare_rank(const void *left, const void *right)
{
	const struct part *a = left;
	const struct part *b = right;

	return (a->metric->rank > b->metric->rank) - (a->metric->rank < b->metric->rank);
}

static int part_begin(struct nn_store *store, struct run *run, const struct metrics *metrics,
		      int64_t id, struct nn_err *err)
{
	const struct metric *metric =
		bsearch(&id, metrics->items, metrics->nr, sizeof(*metrics->items), compare_id);
	struct part *part;

	/* A metric that a writer added meanwhile comes with runs that are not over. */
	if (!metric)
		return nn_err_set(err, -EUCLEAN, "database '%s' has samples of an unknown metric",
				  store->path);
	part = NN_ARRAY_APPEND(run->parts, run->nr_parts, run->cap_parts);
	part->metric = metric;
	part->first = run->nr_values;
	return 0;
}

/* One scan of the run's samples, whatever the number of its metrics. */
static int run_read(struct nn_store *store, sqlite3_stmt *sample, const struct metrics *metrics,
		    struct run *run, struct nn_err *err)
{
	int64_t last = 0;
	int rc;

	run->nr_values = 0;
	run->nr_parts = 0;
	for (rc = nn_sql_step(store, sample, err); rc > 0; rc = nn_sql_step(store, sample, err)) {
		double value = sqlite3_column_double(sample, 1);
		int64_t id;

		/* NULL, which stands for NaN, reads as 0. */
		if (!isfinite(value) || sqlite3_column_type(sample, 1) == SQLITE_NULL)
			continue;
		id = sqlite3_column_int64(sample, 0);
		if (!run->nr_parts || id != last) {
			int part_rc = part_begin(store, run, metrics, id, err);

			if (part_rc)
				return part_rc;
		}
		last = id;
		*NN_ARRAY_APPEND(run->values, run->nr_values, run->cap_values) = value;
		run->parts[run->nr_parts - 1].nr++;
	}
	if (run->nr_parts > 1)
		qsort(run->parts, run->nr_parts, sizeof(*run->parts), compare_rank);
	return rc;
}

static int run_give(sqlite3_stmt *row, const struct run *run, nn_run_values_fn each, void *user,
		    struct nn_err *err)
{
	struct nn_run_values values = {
		.workload = nn_sql_text(row, 1),
		.arm = nn_sql_text(row, 2),
		.block = (uint64_t)sqlite3_column_int64(row, 3),
		.boot = nn_sql_text(row, 4),
		.run = (uint64_t)sqlite3_column_int64(row, 5),
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < run->nr_parts; i++) {
		const struct part *part = &run->parts[i];

		values.metric = part->metric->name;
		values.unit = part->metric->unit;
		values.direction = part->metric->direction;
		values.kind = part->metric->kind;
		values.values = run->values + part->first;
		values.nr = part->nr;
		rc = each(user, &values, err);
	}
	return rc;
}

/* Only runs are sorted; their samples come by the key of the table, which needs no sorting. */
static const char runs_sql[] =
	"SELECT run.id, run.workload, arm.name, block.number, boot.uuid, run.run"
	" FROM arm JOIN boot ON boot.arm = arm.id JOIN block ON block.id = boot.block"
	" JOIN run ON run.boot = boot.id"
	" WHERE arm.campaign = ? AND boot.state = 'done' AND run.outcome = 'ok'"
	" AND run.disturbed IS NULL"
	" ORDER BY run.workload, arm.name, block.number, boot.id, run.run";

static const char samples_sql[] = "SELECT metric, value FROM sample WHERE run = ? AND phase = 1"
				  " ORDER BY run, metric, phase, iteration";

static int each_run(struct nn_store *store, sqlite3_stmt *row, sqlite3_stmt *sample,
		    nn_run_values_fn each, void *user, struct nn_err *err)
{
	NN_AUTO(metrics) struct metrics metrics = {0};
	NN_AUTO(run) struct run run = {0};
	int rc;

	/* From the first step on both statements see one and the same state of the file. */
	rc = nn_sql_step(store, row, err);
	if (rc > 0) {
		int read_rc = metrics_read(store, &metrics, err);

		if (read_rc)
			return read_rc;
	}
	for (; rc > 0; rc = nn_sql_step(store, row, err)) {
		int answer;

		(void)sqlite3_reset(sample); /* its errors were told by its last step */
		answer = nn_sql_bind(store, sample, err, "i", sqlite3_column_int64(row, 0));
		if (!answer)
			answer = run_read(store, sample, &metrics, &run, err);
		if (!answer)
			answer = run_give(row, &run, each, user, err);
		if (answer)
			return answer;
	}
	return rc;
}

int nn_store_each_run_values(struct nn_store *store, int64_t campaign, nn_run_values_fn each,
			     void *user, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	NN_AUTO(statement) sqlite3_stmt *sample = NULL;
	int rc = nn_sql_prepare(store, runs_sql, &row, err);

	if (!rc)
		rc = nn_sql_prepare(store, samples_sql, &sample, err);
	if (!rc)
		rc = nn_sql_bind(store, row, err, "i", campaign);
	return rc ? rc : each_run(store, row, sample, each, user, err);
}
