/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fio 3: --output-format=json and json+. One workload a job and direction that did I/O; jobs of the
 * same name (numjobs without group_reporting) are its iterations. What people compare is told, in
 * the units that our own workloads have: IOPS, bandwidth, and of the completion latency ("clat"; of
 * the total, "lat", where a job was not to count that) the mean and percentiles. Of the 17
 * percentiles that fio lists unasked p50, p95, p99, p99.9 and p99.99 are told, of a list that a job
 * asked for all; but only those that at least ten I/Os lie beyond: what fio prints above is but the
 * maximum. Submission latency, extremes, histograms and the processor's use stay in the file, which
 * the database keeps.
 */
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/import/text.h"

/* Fewer samples beyond a quantile say nothing about it; less a rounding error. */
#define MIN_BEYOND (10 - 1e-6)

/* As many percentiles are listed unasked. */
#define NR_UNASKED 17

#define BYTES_PER_MB 1e6
#define NS_PER_US    1e3

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	char *place; /* "job 'seq-read': read", for messages */
	char *workload;
};

static void reading_release(struct reading *reading)
{
	free(reading->place);
	free(reading->workload);
	reading->place = NULL;
	reading->workload = NULL;
}

NN_AUTO_DEFINE(reading, struct reading, reading_release(p))

static int wrong(const struct reading *reading, struct nn_err *err)
{
	return nn_err_prefix(err, "%s: %s", reading->path, reading->place);
}

static int give_rate(const struct reading *reading, const char *metric, const char *unit,
		     double figure, struct nn_err *err)
{
	const struct nn_import_value value = {.workload = reading->workload,
					      .metric = metric,
					      .unit = unit,
					      .direction = NN_HIGHER_IS_BETTER,
					      .kind = NN_KIND_RATE,
					      .value = figure};

	return reading->sink->value(reading->sink->user, &value, err);
}

static int give_time(const struct reading *reading, const char *metric, double figure_ns,
		     struct nn_err *err)
{
	const struct nn_import_value value = {.workload = reading->workload,
					      .metric = metric,
					      .unit = "us",
					      .direction = NN_LOWER_IS_BETTER,
					      .kind = NN_KIND_TIME,
					      .value = figure_ns / NS_PER_US};

	return reading->sink->value(reading->sink->user, &value, err);
}

/* "99.900000" is "99.9" */
static char *percentile_name(const char *kind, const char *key)
{
	size_t len = strlen(key);

	if (strchr(key, '.')) {
		while (key[len - 1] == '0')
			len--;
		len -= key[len - 1] == '.';
	}
	return nn_asprintf("%s_p%.*s", kind, (int)len, key);
}

static int give_percentile(const struct reading *reading, const char *kind, const char *key,
			   const json_t *figure, double nr_ios, struct nn_err *err)
{
	NN_AUTO(free) char *name = NULL;
	double percent = 0;

	if (nn_parse_double(key, &percent, err) || percent <= 0 || percent > 100)
		return nn_import_fail(err, reading->path, 0, 0, "%s: %s percentile '%s' is none",
				      reading->place, kind, key);
	if (!json_is_number(figure))
		return nn_import_fail(err, reading->path, 0, 0,
				      "%s: %s percentile '%s' has no number", reading->place, kind,
				      key);
	if (nr_ios * (100 - percent) / 100 < MIN_BEYOND || nr_ios * percent / 100 < MIN_BEYOND)
		return 0;
	name = percentile_name(kind, key);
	return give_time(reading, name, json_number_value(figure), err);
}

/* One of clat_ns and lat_ns. */
struct times {
	const char *key;
	const char *kind;
	double nr_ios; /* that were counted; 0: it was switched off */
	double mean_ns;
	const json_t *percentiles;
};

static int read_times(const struct reading *reading, const json_t *direction, struct times *times,
		      struct nn_err *err)
{
	const json_t *found = json_object_get(direction, times->key);
	int rc = nn_json_get_double(found, "N", &times->nr_ios, err);

	if (!rc)
		rc = nn_json_get_double(found, "mean", &times->mean_ns, err);
	if (rc) {
		(void)nn_err_prefix(err, "%s", times->key);
		return wrong(reading, err);
	}
	times->percentiles = json_object_get(found, "percentile");
	return 0;
}

static int give_mean(const struct reading *reading, const struct times *times, struct nn_err *err)
{
	NN_AUTO(free) char *name = nn_asprintf("%s_mean", times->kind);

	return give_time(reading, name, times->mean_ns, err);
}

static bool is_left_out(const char *percentile)
{
	static const char *const told[] = {"50.000000", "95.000000", "99.000000", "99.900000",
					   "99.990000"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(told); i++) {
		if (strcmp(told[i], percentile) == 0)
			return false;
	}
	return true;
}

static int give_percentiles(const struct reading *reading, const struct times *times,
			    struct nn_err *err)
{
	bool is_unasked = json_object_size(times->percentiles) == NR_UNASKED;
	const json_t *figure;
	const char *percentile;
	int rc = 0;

	json_object_foreach ((json_t *)times->percentiles, percentile, figure) {
		if (!rc && !(is_unasked && is_left_out(percentile)))
			rc = give_percentile(reading, times->kind, percentile, figure,
					     times->nr_ios, err);
	}
	return rc;
}

static int read_latency(const struct reading *reading, const json_t *direction, struct nn_err *err)
{
	struct times of[] = {{.key = "clat_ns", .kind = "clat"}, {.key = "lat_ns", .kind = "lat"}};
	bool has_mean = false, has_percentiles = false;

	for (size_t i = 0; i < NN_ARRAY_SIZE(of); i++) {
		int rc = read_times(reading, direction, &of[i], err);

		if (!rc && of[i].nr_ios > 0 && !has_mean) {
			has_mean = true;
			rc = give_mean(reading, &of[i], err);
		}
		if (!rc && of[i].nr_ios > 0 && !has_percentiles) {
			has_percentiles = json_object_size(of[i].percentiles) > 0;
			rc = give_percentiles(reading, &of[i], err);
		}
		if (rc)
			return rc;
	}
	return 0;
}

static int read_rates(const struct reading *reading, const json_t *direction, struct nn_err *err)
{
	double bytes_per_s = 0;
	double iops = 0;
	int rc = nn_json_get_double(direction, "bw_bytes", &bytes_per_s, err);

	if (!rc)
		rc = nn_json_get_double(direction, "iops", &iops, err);
	if (rc)
		return wrong(reading, err);
	rc = give_rate(reading, "bw", "MB/s", bytes_per_s / BYTES_PER_MB, err);
	return rc ? rc : give_rate(reading, "iops", "1/s", iops, err);
}

static int read_direction(const struct reading *reading, const json_t *direction,
			  struct nn_err *err)
{
	int rc = read_rates(reading, direction, err);

	return rc ? rc : read_latency(reading, direction, err);
}

/* fio's own errno of a job, which ends it early. */
static void tell(const struct reading *reading, int64_t error)
{
	NN_AUTO(free) char *reason = NULL;
	struct nn_import_about about = {.workload = reading->workload};

	if (error) {
		reason = nn_asprintf("the job ended with error %lld (%s)", (long long)error,
				     strerror((int)error));
		about.outcome = NN_OUTCOME_BROKEN;
		about.reason = reason;
	}
	reading->sink->about(reading->sink->user, &about);
}

static int read_job(struct reading *reading, const json_t *job, struct nn_err *err)
{
	static const char *const directions[] = {"read", "write", "trim"};
	const char *name = NULL;
	bool has_io = false;
	uint64_t error = 0;
	int rc = nn_json_get_str(job, "jobname", &name, err);

	if (!rc)
		rc = nn_json_get_u64(job, "error", &error, err);
	if (rc)
		return nn_err_prefix(err, "%s", reading->path);
	for (size_t i = 0; i < NN_ARRAY_SIZE(directions); i++) {
		const json_t *direction = json_object_get(job, directions[i]);
		double nr_ios = 0;

		reading_release(reading);
		reading->place = nn_asprintf("job '%s': %s", name, directions[i]);
		reading->workload = nn_asprintf("fio/%s/%s", name, directions[i]);
		if (nn_json_get_double(direction, "total_ios", &nr_ios, err))
			return wrong(reading, err);
		if (nr_ios <= 0)
			continue;
		has_io = true;
		tell(reading, (int64_t)error);
		rc = read_direction(reading, direction, err);
		if (rc)
			return rc;
	}
	if (error && !has_io) {
		free(reading->workload);
		reading->workload = nn_asprintf("fio/%s", name);
		tell(reading, (int64_t)error);
	}
	return 0;
}

static int fio_read(const char *text, size_t len, const char *path,
		    const struct nn_import_sink *sink, struct nn_err *err)
{
	NN_AUTO(reading) struct reading reading = {.path = path, .sink = sink};
	NN_AUTO(json) json_t *root = NULL;
	const char *version = NULL;
	json_t *jobs = NULL;
	const json_t *job;
	size_t i;
	int rc = nn_import_json(text, len, path, &root, err);

	if (rc)
		return rc;
	rc = nn_json_get_str(root, "fio version", &version, err);
	if (!rc)
		rc = nn_json_get_array(root, "jobs", &jobs, err);
	if (rc)
		return nn_err_prefix(err, "%s", path);
	sink->fact(sink->user, "tool", version);
	json_array_foreach (jobs, i, job) {
		rc = read_job(&reading, job, err);
		if (rc)
			return rc;
	}
	return 0;
}

const struct nn_importer nn_importer_fio = {
	.plugin = {.name = "fio", .summary = "storage: fio --output-format=json or json+"},
	.read = fio_read,
};
