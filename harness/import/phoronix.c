/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Result files of the Phoronix Test Suite (composite.xml). One workload a test profile and
 * description, whose metric is called as its scale; RawString holds every run, Value their mean.
 * Results that are no single figure (line graphs, images) or that say neither HIB nor LIB (higher,
 * lower is better) are told as skipped.
 * Source: pts-core/openbenchmarking.org/schemas/result-file.xsd, types.xsd
 */
#include <string.h>
#include <strings.h>

#include "harness/base/array.h"
#include "harness/import/text.h"
#include "harness/import/xml.h"

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	struct nn_import_choice choice;
	char *system; /* whose entries are read */
};

static void reading_release(struct reading *reading)
{
	nn_auto_import_choice(&reading->choice);
	free(reading->system);
}

NN_AUTO_DEFINE(reading, struct reading, reading_release(p))

/* One <Result>. */
struct result {
	unsigned int line;
	char *workload;
	char *scale;
	char *proportion;
	char *format;
};

static void result_release(struct result *result)
{
	free(result->workload);
	free(result->scale);
	free(result->proportion);
	free(result->format);
}

NN_AUTO_DEFINE(result, struct result, result_release(p))

/* The text of the first of two elements that has one. */
static char *either_text(xmlNode *node, const char *name, const char *other)
{
	NN_AUTO(free) char *text = nn_import_xml_text(node, name);

	return *text ? NN_STEAL(text) : nn_import_xml_text(node, other);
}

static int result_take(struct result *result, xmlNode *node, const char *path, struct nn_err *err)
{
	NN_AUTO(free) char *profile = either_text(node, "Identifier", "Title");
	NN_AUTO(free) char *description = either_text(node, "Description", "Arguments");

	result->line = nn_import_xml_line(node);
	if (!*profile)
		return nn_import_fail(err, path, result->line, 0,
				      "<Result> without <Identifier> and <Title>, expected one");
	result->workload = nn_asprintf("%s%s%s", profile, *description ? "/" : "", description);
	result->scale = nn_import_xml_text(node, "Scale");
	result->proportion = nn_import_xml_text(node, "Proportion");
	result->format = nn_import_xml_text(node, "DisplayFormat");
	return 0;
}

static bool is_time(const char *scale)
{
	static const char *const times[] = {"Seconds",      "Second",       "s",  "ms",
					    "Milliseconds", "Microseconds", "us", "ns",
					    "Nanoseconds",  "Minutes"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(times); i++) {
		if (strcasecmp(times[i], scale) == 0)
			return true;
	}
	return false;
}

static int give(const struct reading *reading, const struct result *result, const char *text,
		size_t len, unsigned int line, struct nn_err *err)
{
	bool is_lower = strcmp(result->proportion, "LIB") == 0;
	NN_AUTO(free) char *number = nn_strndup(text, len);
	struct nn_import_value value = {.workload = result->workload,
					.metric = *result->scale ? result->scale : "result",
					.unit = *result->scale ? result->scale : "1",
					.direction =
						is_lower ? NN_LOWER_IS_BETTER : NN_HIGHER_IS_BETTER,
					.kind = is_lower ? NN_KIND_COUNT : NN_KIND_RATE};
	int rc;

	if (is_lower && is_time(result->scale))
		value.kind = NN_KIND_TIME;
	rc = nn_import_number(number, reading->path, line, &value.value, err);
	return rc ? rc : reading->sink->value(reading->sink->user, &value, err);
}

static void tell(const struct reading *reading, const struct result *result,
		 enum nn_outcome outcome, const char *reason)
{
	const struct nn_import_about about = {
		.workload = result->workload, .outcome = outcome, .reason = reason};

	reading->sink->about(reading->sink->user, &about);
}

/* "51.4:52.3:52.3", or the mean alone where the runs were not kept */
static int read_entry(const struct reading *reading, const struct result *result, xmlNode *entry,
		      struct nn_err *err)
{
	NN_AUTO(free) char *figures = either_text(entry, "RawString", "Value");
	unsigned int line = nn_import_xml_line(entry);
	const char *at = figures;
	int rc = 0;

	if (!*figures) {
		tell(reading, result, NN_OUTCOME_FAILED, "the test gave no result");
		return 0;
	}
	for (;;) {
		size_t len = strcspn(at, ":");

		rc = give(reading, result, at, len, line, err);
		if (rc || !at[len])
			return rc;
		at += len + 1;
	}
}

/* Why nothing can be compared in this result, or NULL. */
static char *unusable(const struct result *result)
{
	if (*result->format && strcmp(result->format, "BAR_GRAPH") != 0)
		return nn_asprintf("a %s is no single figure", result->format);
	if (strcmp(result->proportion, "HIB") != 0 && strcmp(result->proportion, "LIB") != 0)
		return nn_asprintf("the proportion '%s' does not say which is better",
				   result->proportion);
	return NULL;
}

static bool is_of(xmlNode *entry, const char *system)
{
	NN_AUTO(free) char *name = nn_import_xml_text(entry, "Identifier");

	return strcmp(name, system) == 0;
}

static int read_result(const struct reading *reading, xmlNode *node, struct nn_err *err)
{
	xmlNode *data = nn_import_xml_first(node, "Data");
	NN_AUTO(result) struct result result = {0};
	NN_AUTO(free) char *reason = NULL;
	xmlNode *entry;
	int rc = result_take(&result, node, reading->path, err);

	if (rc)
		return rc;
	if (!data)
		return nn_import_fail(err, reading->path, result.line, 0,
				      "<Result> without <Data>, expected one");
	reason = unusable(&result);
	if (reason)
		tell(reading, &result, NN_OUTCOME_SKIPPED, reason);
	entry = reason ? NULL : nn_import_xml_first(data, "Entry");
	for (; !rc && entry; entry = nn_import_xml_next(entry, "Entry")) {
		if (is_of(entry, reading->system))
			rc = read_entry(reading, &result, entry, err);
	}
	return rc;
}

static int read_system(struct reading *reading, xmlNode *system, struct nn_err *err)
{
	NN_AUTO(free) char *name = nn_import_xml_text(system, "Identifier");
	NN_AUTO(free) char *hardware = nn_import_xml_text(system, "Hardware");
	NN_AUTO(free) char *software = nn_import_xml_text(system, "Software");
	bool is_wanted = false;
	int rc = nn_import_choose(&reading->choice, name, reading->path, nn_import_xml_line(system),
				  &is_wanted, err);

	if (rc || !is_wanted || reading->choice.nr_wanted > 1)
		return rc;
	reading->system = NN_STEAL(name);
	reading->sink->fact(reading->sink->user, "hardware", hardware);
	reading->sink->fact(reading->sink->user, "software", software);
	return 0;
}

static int read_systems(struct reading *reading, xmlNode *root, struct nn_err *err)
{
	xmlNode *system = nn_import_xml_first(root, "System");
	int rc = 0;

	for (; !rc && system; system = nn_import_xml_next(system, "System"))
		rc = read_system(reading, system, err);
	if (!rc)
		rc = nn_import_check_chosen(&reading->choice, reading->path, err);
	if (!rc && !reading->system)
		rc = nn_import_fail(err, reading->path, nn_import_xml_line(root), 0,
				    "no <System>, expected whose results these are");
	return rc;
}

static void tell_tool(const struct reading *reading, const xmlNode *root)
{
	xmlNode *generated = nn_import_xml_first(root, "Generated");
	NN_AUTO(free)
	char *client = generated ? nn_import_xml_text(generated, "TestClient") : NULL;

	if (client)
		reading->sink->fact(reading->sink->user, "tool", client);
}

static int phoronix_read(const char *text, size_t len, const char *path,
			 const struct nn_import_sink *sink, struct nn_err *err)
{
	NN_AUTO(reading)
	struct reading reading = {
		.path = path, .sink = sink, .choice = {.what = "system", .only = sink->only}};
	NN_AUTO(xml_doc) xmlDoc *doc = NULL;
	xmlNode *result;
	xmlNode *root;
	int rc = nn_import_xml(text, len, path, "PhoronixTestSuite", &doc, err);

	if (rc)
		return rc;
	root = xmlDocGetRootElement(doc);
	tell_tool(&reading, root);
	rc = read_systems(&reading, root, err);
	result = nn_import_xml_first(root, "Result");
	for (; !rc && result; result = nn_import_xml_next(result, "Result"))
		rc = read_result(&reading, result, err);
	return rc;
}

const struct nn_importer nn_importer_phoronix = {
	.plugin = {.name = "phoronix",
		   .summary = "Phoronix Test Suite: a result file (composite.xml)"},
	.read = phoronix_read,
};
