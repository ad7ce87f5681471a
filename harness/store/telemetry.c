/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>

#include "harness/base/array.h"
#include "harness/store/statement.h"

/* A span of time of a thinned series: sums on the way, then means. */
struct bucket {
	double elapsed;
	double value;
	uint64_t nr;
};

struct thinner {
	struct nn_store *store;
	size_t max_points;
	struct bucket *buckets;
	double *elapsed_s;
	double *values;
	nn_telemetry_fn each;
	void *user;
};

static void thinner_release(struct thinner *thinner)
{
	free(thinner->buckets);
	free(thinner->elapsed_s);
	free(thinner->values);
}

NN_AUTO_DEFINE(thinner, struct thinner, thinner_release(p))

/* One series of one boot, as the outer statement has it. */
struct series {
	int64_t boot;
	uint64_t nr;
	int64_t first_ns;
	int64_t last_ns;
	struct nn_telemetry_series out;
};

#define FINITE "value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308"

static const char names_sql[] =
	"SELECT DISTINCT arm.name, block.number, boot.uuid, telemetry.name, telemetry.unit, boot.id"
	" FROM arm JOIN boot ON boot.arm = arm.id JOIN block ON block.id = boot.block"
	" JOIN telemetry ON telemetry.boot = boot.id"
	" WHERE arm.campaign = ? AND boot.state = 'done'"
	" ORDER BY arm.id, block.number, telemetry.name, telemetry.unit";

static const char extent_sql[] = "SELECT count(*), min(elapsed_ns), max(elapsed_ns) FROM telemetry"
				 " WHERE boot = ? AND name = ? AND unit = ? AND " FINITE;

/* Only what is short enough to be given whole is sorted. */
static const char whole_sql[] =
	"SELECT elapsed_ns, value FROM telemetry"
	" WHERE boot = ? AND name = ? AND unit = ? AND " FINITE " ORDER BY elapsed_ns, id";
static const char unsorted_sql[] = "SELECT elapsed_ns, value FROM telemetry"
				   " WHERE boot = ? AND name = ? AND unit = ? AND " FINITE;

static int series_extent(struct nn_store *store, struct series *series, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, extent_sql, &row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "iss", series->boot, series->out.name,
				 series->out.unit);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc < 0)
		return rc;
	series->nr = (uint64_t)sqlite3_column_int64(row, 0);
	series->first_ns = sqlite3_column_int64(row, 1);
	series->last_ns = sqlite3_column_int64(row, 2);
	return 0;
}

static size_t bucket_of(const struct thinner *thinner, const struct series *series,
			int64_t elapsed_ns)
{
	double span = (double)(series->last_ns - series->first_ns);
	size_t at;

	if (span <= 0)
		return 0;
	at = (size_t)((double)(elapsed_ns - series->first_ns) / span * (double)thinner->max_points);
	return at < thinner->max_points ? at : thinner->max_points - 1;
}

static void take_point(struct thinner *thinner, const struct series *series, size_t nr_before,
		       int64_t elapsed_ns, double value)
{
	bool is_whole = series->nr <= thinner->max_points;
	size_t at = is_whole ? nr_before : bucket_of(thinner, series, elapsed_ns);
	struct bucket *bucket = &thinner->buckets[at];

	bucket->elapsed += (double)elapsed_ns / 1e9;
	bucket->value += value;
	bucket->nr++;
}

static int read_points(struct thinner *thinner, const struct series *series, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	bool is_whole = series->nr <= thinner->max_points;
	size_t nr = 0;
	int rc = nn_sql_prepare(thinner->store, is_whole ? whole_sql : unsorted_sql, &row, err);

	if (!rc)
		rc = nn_sql_bind(thinner->store, row, err, "iss", series->boot, series->out.name,
				 series->out.unit);
	for (size_t i = 0; i < thinner->max_points; i++)
		thinner->buckets[i] = (struct bucket){0};
	if (!rc)
		rc = nn_sql_step(thinner->store, row, err);
	for (; rc > 0; rc = nn_sql_step(thinner->store, row, err))
		take_point(thinner, series, nr++, sqlite3_column_int64(row, 0),
			   sqlite3_column_double(row, 1));
	return rc;
}

static int give_series(struct thinner *thinner, struct series *series, struct nn_err *err)
{
	size_t nr = 0;

	for (size_t i = 0; i < thinner->max_points; i++) {
		const struct bucket *bucket = &thinner->buckets[i];

		if (!bucket->nr)
			continue;
		thinner->elapsed_s[nr] = bucket->elapsed / (double)bucket->nr;
		thinner->values[nr] = bucket->value / (double)bucket->nr;
		nr++;
	}
	series->out.elapsed_s = thinner->elapsed_s;
	series->out.values = thinner->values;
	series->out.nr = nr;
	return nr ? thinner->each(thinner->user, &series->out, err) : 0;
}

static int thin(struct thinner *thinner, sqlite3_stmt *row, struct nn_err *err)
{
	struct series series = {.boot = sqlite3_column_int64(row, 5),
				.out = {
					.arm = nn_sql_text(row, 0),
					.block = (uint64_t)sqlite3_column_int64(row, 1),
					.boot = nn_sql_text(row, 2),
					.name = nn_sql_text(row, 3),
					.unit = nn_sql_text(row, 4),
				}};
	int rc = series_extent(thinner->store, &series, err);

	if (!rc)
		rc = read_points(thinner, &series, err);
	return rc ? rc : give_series(thinner, &series, err);
}

int nn_store_each_telemetry(struct nn_store *store, int64_t campaign, size_t max_points,
			    nn_telemetry_fn each, void *user, struct nn_err *err)
{
	NN_AUTO(thinner)
	struct thinner thinner = {
		.store = store,
		.max_points = max_points,
		.buckets = nn_calloc(max_points, sizeof(*thinner.buckets)),
		.elapsed_s = nn_calloc(max_points, sizeof(*thinner.elapsed_s)),
		.values = nn_calloc(max_points, sizeof(*thinner.values)),
		.each = each,
		.user = user,
	};
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, names_sql, &row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "i", campaign);
	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err)) {
		int answer = thin(&thinner, row, err);

		if (answer)
			return answer;
	}
	return rc;
}

int nn_store_each_run_span(struct nn_store *store, int64_t campaign, nn_run_span_fn each,
			   void *user, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(
		store,
		"SELECT arm.name, block.number, run.workload, run.run, min(telemetry.elapsed_ns),"
		" max(telemetry.elapsed_ns)"
		" FROM arm JOIN boot ON boot.arm = arm.id JOIN block ON block.id = boot.block"
		" JOIN telemetry ON telemetry.boot = boot.id JOIN run ON run.id = telemetry.run"
		" WHERE arm.campaign = ? AND boot.state = 'done'"
		" GROUP BY run.id ORDER BY arm.id, block.number, run.position",
		&row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "i", campaign);
	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err)) {
		struct nn_run_span span = {
			.arm = nn_sql_text(row, 0),
			.block = (uint64_t)sqlite3_column_int64(row, 1),
			.workload = nn_sql_text(row, 2),
			.run = (uint64_t)sqlite3_column_int64(row, 3),
			.from_s = (double)sqlite3_column_int64(row, 4) / 1e9,
			.to_s = (double)sqlite3_column_int64(row, 5) / 1e9,
		};
		int answer = each(user, &span, err);

		if (answer)
			return answer;
	}
	return rc;
}
