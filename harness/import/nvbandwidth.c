/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nvbandwidth --json (v0.5 and later): one matrix a test case, whose rows and columns are GPUs or
 * the CPU. The description ends in the unit: GB/s, or ns of the latency tests, whose "sum" has no
 * meaning. Each cell is a metric; a pair of devices that was not measured is "N/A". A test that
 * this machine cannot run is "Waived".
 * Source: NVIDIA/nvbandwidth, json_output.cpp
 */
#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/import/text.h"

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	const char *error; /* of the whole run, or NULL */
	const char *test;
	char *workload;
	bool is_latency;
	char *unit;
};

static void reading_release(struct reading *reading)
{
	free(reading->workload);
	free(reading->unit);
	reading->workload = NULL;
	reading->unit = NULL;
}

NN_AUTO_DEFINE(reading, struct reading, reading_release(p))

static int wrong(const struct reading *reading, struct nn_err *err)
{
	return nn_err_prefix(err, "%s: test case '%s'", reading->path, reading->test);
}

static int give(const struct reading *reading, const char *metric, double figure,
		struct nn_err *err)
{
	const struct nn_import_value value = {
		.workload = reading->workload,
		.metric = metric,
		.unit = reading->unit,
		.direction = reading->is_latency ? NN_LOWER_IS_BETTER : NN_HIGHER_IS_BETTER,
		.kind = reading->is_latency ? NN_KIND_TIME : NN_KIND_RATE,
		.value = figure};

	return reading->sink->value(reading->sink->user, &value, err);
}

/* "memcpy CE CPU(row) -> GPU(column) bandwidth (GB/s) " */
static int read_unit(struct reading *reading, const char *description, struct nn_err *err)
{
	const char *open = strrchr(description, '(');
	size_t len = open ? strcspn(open + 1, ")") : 0;

	reading->unit = open ? nn_strndup(open + 1, len) : nn_strdup("");
	reading->is_latency = strcmp(reading->unit, "ns") == 0;
	if (reading->is_latency || strcmp(reading->unit, "GB/s") == 0)
		return 0;
	return nn_import_fail(err, reading->path, 0, 0,
			      "test case '%s': '%s' ends in no known unit, expected (GB/s) or (ns)",
			      reading->test, description);
}

static int read_cell(const struct reading *reading, const json_t *cell, const char *metric,
		     struct nn_err *err)
{
	const char *text = json_string_value(cell);
	double figure = 0;

	if (text && strcmp(text, "N/A") == 0)
		return 0;
	if (json_is_number(cell))
		return give(reading, metric, json_number_value(cell), err);
	if (!text || nn_parse_double(text, &figure, NULL))
		return nn_import_fail(err, reading->path, 0, 0,
				      "test case '%s': %s is '%s', expected a number or N/A",
				      reading->test, metric, text ? text : "no text");
	return give(reading, metric, figure, err);
}

static int read_row(const struct reading *reading, const json_t *row, size_t index, bool is_alone,
		    struct nn_err *err)
{
	const char *what = reading->is_latency ? "latency" : "bandwidth";

	if (!json_is_array(row))
		return nn_import_fail(err, reading->path, 0, 0,
				      "test case '%s': row %zu of the matrix is no array",
				      reading->test, index);
	for (size_t i = 0; i < json_array_size(row); i++) {
		NN_AUTO(free)
		char *metric = is_alone ? nn_strdup(what)
					: nn_asprintf("%s_row%zu_col%zu", what, index, i);
		int rc = read_cell(reading, json_array_get(row, i), metric, err);

		if (rc)
			return rc;
	}
	return 0;
}

static int read_matrix(struct reading *reading, const json_t *test, struct nn_err *err)
{
	const char *description = NULL;
	json_t *matrix = NULL;
	double sum = 0;
	bool is_alone;
	int rc = nn_json_get_str(test, "bandwidth_description", &description, err);

	if (!rc)
		rc = nn_json_get_array(test, "bandwidth_matrix", &matrix, err);
	if (!rc)
		rc = nn_json_get_double(test, "sum", &sum, err);
	if (rc)
		return wrong(reading, err);
	rc = read_unit(reading, description, err);
	is_alone = json_array_size(matrix) == 1 && json_array_size(json_array_get(matrix, 0)) == 1;
	for (size_t i = 0; !rc && i < json_array_size(matrix); i++)
		rc = read_row(reading, json_array_get(matrix, i), i, is_alone, err);
	if (!rc && !is_alone && !reading->is_latency)
		rc = give(reading, "bandwidth_sum", sum, err);
	return rc;
}

static int read_test(struct reading *reading, const json_t *test, struct nn_err *err)
{
	const char *status = NULL;
	struct nn_import_about about = {0};
	int rc = nn_json_get_str(test, "name", &reading->test, err);

	if (!rc)
		rc = nn_json_get_str(test, "status", &status, err);
	if (rc)
		return nn_err_prefix(err, "%s: a test case", reading->path);
	reading_release(reading);
	reading->workload = nn_asprintf("nvbandwidth/%s", reading->test);
	about.workload = reading->workload;
	if (strcmp(status, "Passed") == 0) {
		reading->sink->about(reading->sink->user, &about);
		return read_matrix(reading, test, err);
	}
	about.outcome = strcmp(status, "Waived") == 0 ? NN_OUTCOME_SKIPPED : NN_OUTCOME_BROKEN;
	about.reason = nn_json_opt_str(test, "error");
	if (!about.reason && about.outcome == NN_OUTCOME_BROKEN)
		about.reason = reading->error;
	if (!about.reason)
		about.reason = status;
	reading->sink->about(reading->sink->user, &about);
	return 0;
}

static void tell_facts(const json_t *tool, const struct nn_import_sink *sink)
{
	const char *version = nn_json_opt_str(tool, "version");
	const char *driver = nn_json_opt_str(tool, "Driver Version");
	const json_t *runtime = json_object_get(tool, "CUDA Runtime Version");
	NN_AUTO(free) char *cuda = nn_asprintf("%lld", (long long)json_integer_value(runtime));
	NN_AUTO(free) char *name = nn_asprintf("nvbandwidth %s", version ? version : "");

	sink->fact(sink->user, "tool", name);
	if (driver)
		sink->fact(sink->user, "nvidia.driver", driver);
	if (json_is_integer(runtime))
		sink->fact(sink->user, "cuda.runtime", cuda);
}

static int nvbandwidth_read(const char *text, size_t len, const char *path,
			    const struct nn_import_sink *sink, struct nn_err *err)
{
	NN_AUTO(reading) struct reading reading = {.path = path, .sink = sink};
	NN_AUTO(json) json_t *root = NULL;
	json_t *tool = NULL;
	json_t *tests = NULL;
	int rc = nn_import_json(text, len, path, &root, err);

	if (rc)
		return rc;
	rc = nn_json_get_object(root, "nvbandwidth", &tool, err);
	reading.error = nn_json_opt_str(tool, "error");
	if (!rc && reading.error && !json_object_get(tool, "testcases"))
		rc = nn_err_set(err, -EBADMSG, "nvbandwidth failed: %s", reading.error);
	if (!rc)
		rc = nn_json_get_array(tool, "testcases", &tests, err);
	if (rc)
		return nn_err_prefix(err, "%s", path);
	tell_facts(tool, sink);
	for (size_t i = 0; !rc && i < json_array_size(tests); i++)
		rc = read_test(&reading, json_array_get(tests, i), err);
	return rc;
}

const struct nn_importer nn_importer_nvbandwidth = {
	.plugin = {.name = "nvbandwidth", .summary = "NVIDIA copies: nvbandwidth --json"},
	.read = nvbandwidth_read,
};
