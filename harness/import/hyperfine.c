/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hyperfine --export-json: one result a command, every run's wall time in "times", in seconds. User
 * and system time are means over the runs and come as one value each.
 */
#include "harness/base/array.h"
#include "harness/import/text.h"

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	const char *command;
	char *workload;
};

static int give(const struct reading *reading, const char *metric, const char *unit,
		enum nn_metric_kind kind, double figure, struct nn_err *err)
{
	const struct nn_import_value value = {.workload = reading->workload,
					      .metric = metric,
					      .unit = unit,
					      .direction = NN_LOWER_IS_BETTER,
					      .kind = kind,
					      .value = figure};

	return reading->sink->value(reading->sink->user, &value, err);
}

/* Every figure of an array; a run that has none (null) is left out. */
static int give_each(const struct reading *reading, const json_t *array, const char *metric,
		     const char *unit, enum nn_metric_kind kind, struct nn_err *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		int rc = 0;

		if (json_is_number(item))
			rc = give(reading, metric, unit, kind, json_number_value(item), err);
		else if (!json_is_null(item))
			rc = nn_import_fail(err, reading->path, 0, 0,
					    "%s of '%s': entry %zu is no number", metric,
					    reading->command, i + 1);
		if (rc)
			return rc;
	}
	return 0;
}

static int give_mean(const struct reading *reading, const json_t *result, const char *key,
		     const char *metric, struct nn_err *err)
{
	const json_t *mean = json_object_get(result, key);

	if (!json_is_number(mean))
		return 0; /* null where the system does not tell */
	return give(reading, metric, "s", NN_KIND_TIME, json_number_value(mean), err);
}

/*
 * --ignore-failure lets a command fail. One that always ends alike was timed as meant; one that now
 * and then ends otherwise did not always do the same work.
 */
static void tell(const struct reading *reading, const json_t *result)
{
	const json_t *codes = json_object_get(result, "exit_codes");
	size_t nr_unlike = 0;
	NN_AUTO(free) char *reason = NULL;
	struct nn_import_about about = {.workload = reading->workload, .note = reading->command};

	for (size_t i = 1; i < json_array_size(codes); i++)
		nr_unlike += !json_equal(json_array_get(codes, i), json_array_get(codes, 0));
	if (nr_unlike) {
		reason = nn_asprintf("%zu of %zu runs ended with another status than the first",
				     nr_unlike, json_array_size(codes));
		about.outcome = NN_OUTCOME_FAILED;
		about.reason = reason;
	}
	reading->sink->about(reading->sink->user, &about);
}

static int read_result(struct reading *reading, const json_t *result, struct nn_err *err)
{
	json_t *times = NULL;
	int rc = nn_json_get_str(result, "command", &reading->command, err);

	if (rc)
		return nn_err_prefix(err, "%s", reading->path);
	rc = nn_json_get_array(result, "times", &times, err);
	if (rc)
		return nn_err_prefix(err, "%s: '%s'", reading->path, reading->command);
	free(reading->workload);
	reading->workload = nn_asprintf("hyperfine/%s", reading->command);
	tell(reading, result);
	rc = give_each(reading, times, "time", "s", NN_KIND_TIME, err);
	if (!rc)
		rc = give_mean(reading, result, "user", "user_time", err);
	if (!rc)
		rc = give_mean(reading, result, "system", "system_time", err);
	if (!rc)
		rc = give_each(reading, json_object_get(result, "memory_usage_byte"), "memory", "B",
			       NN_KIND_COUNT, err);
	return rc;
}

static int hyperfine_read(const char *text, size_t len, const char *path,
			  const struct nn_import_sink *sink, struct nn_err *err)
{
	struct reading reading = {.path = path, .sink = sink};
	NN_AUTO(json) json_t *root = NULL;
	json_t *results = NULL;
	const json_t *result;
	size_t i;
	int rc = nn_import_json(text, len, path, &root, err);

	if (rc)
		return rc;
	if (nn_json_get_array(root, "results", &results, err))
		return nn_err_prefix(err, "%s", path);
	json_array_foreach (results, i, result) {
		rc = read_result(&reading, result, err);
		if (rc)
			break;
	}
	free(reading.workload);
	return rc;
}

const struct nn_importer nn_importer_hyperfine = {
	.plugin = {.name = "hyperfine", .summary = "command times: hyperfine --export-json"},
	.read = hyperfine_read,
};
