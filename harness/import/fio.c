/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fio 3: --output-format=json and json+. One workload a job and direction that did I/O; jobs of the
 * same name (numjobs without group_reporting) are its iterations. Of the times the mean and those
 * percentiles are told that at least ten I/Os lie beyond: what fio prints above is but the maximum.
 */
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/import/text.h"

/* Fewer samples beyond a quantile say nothing about it; less a rounding error. */
#define MIN_BEYOND (10 - 1e-6)

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

static int give_time(const struct reading *reading, const char *metric, double figure,
		     struct nn_err *err)
{
	const struct nn_import_value value = {.workload = reading->workload,
					      .metric = metric,
					      .unit = "ns",
					      .direction = NN_LOWER_IS_BETTER,
					      .kind = NN_KIND_TIME,
					      .value = figure};

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

/* One of slat_ns, clat_ns, lat_ns: mean and percentiles, of the N I/Os that it counted. */
static int read_times(const struct reading *reading, const json_t *direction, const char *key,
		      const char *kind, struct nn_err *err)
{
	const json_t *times = json_object_get(direction, key);
	NN_AUTO(free) char *name = nn_asprintf("%s_mean", kind);
	const json_t *percentiles = json_object_get(times, "percentile");
	const json_t *figure;
	const char *percent;
	double nr_ios = 0;
	double mean = 0;
	int rc = nn_json_get_double(times, "N", &nr_ios, err);

	if (!rc)
		rc = nn_json_get_double(times, "mean", &mean, err);
	if (rc) {
		(void)nn_err_prefix(err, "%s", key);
		return wrong(reading, err);
	}
	if (nr_ios <= 0)
		return 0; /* switched off, or nothing to submit apart */
	rc = give_time(reading, name, mean, err);
	json_object_foreach ((json_t *)percentiles, percent, figure) {
		if (!rc)
			rc = give_percentile(reading, kind, percent, figure, nr_ios, err);
	}
	return rc;
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
	rc = give_rate(reading, "bw", "B/s", bytes_per_s, err);
	return rc ? rc : give_rate(reading, "iops", "1/s", iops, err);
}

static int read_direction(const struct reading *reading, const json_t *direction,
			  struct nn_err *err)
{
	static const struct {
		const char *key;
		const char *kind;
	} times[] = {{"lat_ns", "lat"}, {"clat_ns", "clat"}, {"slat_ns", "slat"}};
	int rc = read_rates(reading, direction, err);

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(times); i++)
		rc = read_times(reading, direction, times[i].key, times[i].kind, err);
	return rc;
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
