/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clpeak 1.x: what it prints, and its XML file (--xml-file). Sections and figures have their names
 * of the XML in both. Bandwidths are 10^9 bytes a second, as its sources compute them.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "harness/base/array.h"
#include "harness/import/text.h"
#include "harness/import/xml.h"
#include "workloads/common/egl.h"

#define LATENCY_TITLE   "Kernel launch latency"
#define LATENCY_SECTION "kernel_launch_latency"
#define LATENCY_METRIC  "latency"
#define NO_FIGURE       "no line of clpeak, expected 'NAME : FIGURE' or 'SECTION (UNIT)'"

struct unit {
	const char *name; /* in any case */
	const char *symbol;
	enum nn_direction direction;
	enum nn_metric_kind kind;
};

static const struct unit units[] = {
	{"gbps", "GB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE},
	{"gflops", "GFLOPS", NN_HIGHER_IS_BETTER, NN_KIND_RATE},
	{"giops", "GIOPS", NN_HIGHER_IS_BETTER, NN_KIND_RATE},
	{"us", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME},
};

/* Printed titles that differ from their names in the XML by more than blanks and dashes. */
static const struct {
	const char *printed;
	const char *name;
} titles[] = {
	{"integer_compute_fast_24bit", "integer_compute_fast"},
	{"integer_char_compute", "integer_compute_char"},
	{"integer_short_compute", "integer_compute_short"},
};

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	struct nn_import_choice choice;
	unsigned int line;
	char *platform;
	char *device;
	bool is_software;
	bool is_wanted; /* the present device is the one to read */
	char *workload; /* of the present section, or NULL */
	const struct unit *unit;
};

static void reading_release(struct reading *reading)
{
	nn_auto_import_choice(&reading->choice);
	free(reading->platform);
	free(reading->device);
	free(reading->workload);
}

NN_AUTO_DEFINE(reading, struct reading, reading_release(p))

/* ---- both formats ---- */

/* An OpenCL device that is the CPU, by the names that PoCL, Intel's runtime and Mesa give. */
static bool is_processor(const char *platform, const char *device)
{
	return strncmp(device, "pthread", strlen("pthread")) == 0 ||
	       strncmp(device, "cpu", strlen("cpu")) == 0 || strstr(device, "CPU") ||
	       strstr(platform, "CPU Runtime") || nn_egl_is_software_name(device);
}

static void set_text(char **member, const char *text)
{
	free(*member);
	*member = text ? nn_strdup(text) : NULL;
}

static int begin_device(struct reading *reading, const char *name, struct nn_err *err)
{
	int rc = nn_import_choose(&reading->choice, name, reading->path, reading->line,
				  &reading->is_wanted, err);

	if (rc)
		return rc;
	set_text(&reading->workload, NULL);
	if (!reading->is_wanted)
		return 0;
	if (reading->choice.nr_wanted > 1)
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "a second device is called '%s', expected a file of one",
				      name);
	set_text(&reading->device, name);
	reading->is_software = is_processor(reading->platform ? reading->platform : "", name);
	reading->sink->fact(reading->sink->user, "opencl.device", name);
	if (reading->platform)
		reading->sink->fact(reading->sink->user, "opencl.platform", reading->platform);
	return 0;
}

static void tell(const struct reading *reading, const char *workload, enum nn_outcome outcome,
		 const char *reason)
{
	const struct nn_import_about about = {.workload = workload,
					      .outcome = outcome,
					      .reason = reason,
					      .note = reading->device,
					      .is_software = reading->is_software};

	reading->sink->about(reading->sink->user, &about);
}

static const struct unit *find_unit(const char *name)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(units); i++) {
		if (strcasecmp(units[i].name, name) == 0)
			return &units[i];
	}
	return NULL;
}

static int begin_section(struct reading *reading, const char *name, const char *unit,
			 struct nn_err *err)
{
	bool is_integer = strncmp(name, "integer", strlen("integer")) == 0;

	/* The XML calls operations on integers floating-point ones. */
	if (is_integer && strcasecmp(unit, "gflops") == 0)
		reading->unit = find_unit("giops");
	else
		reading->unit = find_unit(unit);
	if (!reading->unit)
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "unknown unit '%s' of %s, expected GBPS, GFLOPS, GIOPS or us",
				      unit, name);
	free(reading->workload);
	reading->workload = nn_asprintf("clpeak/%s", name);
	tell(reading, reading->workload, NN_OUTCOME_OK, NULL);
	return 0;
}

static int give(const struct reading *reading, const char *metric, const char *text,
		struct nn_err *err)
{
	struct nn_import_value value = {.workload = reading->workload,
					.metric = metric,
					.unit = reading->unit->symbol,
					.direction = reading->unit->direction,
					.kind = reading->unit->kind};
	int rc = nn_import_number(text, reading->path, reading->line, &value.value, err);

	return rc ? rc : reading->sink->value(reading->sink->user, &value, err);
}

/* ---- printed ---- */

/* "enqueueMapBuffer(for read)" is enqueuemapbuffer, "Single-precision compute" is
 * single_precision_compute. */
static char *plain_name(const char *text, size_t len, bool is_title)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	for (size_t i = 0; i < len; i++) {
		bool is_dash = text[i] == '-';

		if (text[i] == '(') { /* an explanation, up to its end */
			while (i < len && text[i] != ')')
				i++;
		} else if (text[i] == ' ' || (is_dash && is_title)) {
			if (sb.len && sb.data[sb.len - 1] != '_')
				nn_strbuf_addc(&sb, '_');
		} else if (!is_dash) {
			nn_strbuf_addc(&sb, (char)tolower((unsigned char)text[i]));
		}
	}
	while (sb.len && sb.data[sb.len - 1] == '_')
		sb.data[--sb.len] = '\0';
	return nn_strdup(nn_strbuf_str(&sb));
}

static char *section_name(const char *title, size_t len)
{
	NN_AUTO(free) char *name = plain_name(title, len, true);

	for (size_t i = 0; i < NN_ARRAY_SIZE(titles); i++) {
		if (strcmp(titles[i].printed, name) == 0)
			return nn_strdup(titles[i].name);
	}
	return NN_STEAL(name);
}

/* OpenCL's errors end in their number: "clCreateBuffer (-61)". */
static bool is_opencl_error(const char *text)
{
	const char *number = strrchr(text, '(');

	return number && number[1] == '-' && isdigit((unsigned char)number[2]);
}

/* "No half precision support! Skipped" */
static bool read_skipped(const struct reading *reading, const char *text)
{
	const char *what = nn_import_after(text, "No ");
	const char *end = what ? strstr(what, " support! Skipped") : NULL;
	NN_AUTO(free) char *name = NULL;
	NN_AUTO(free) char *workload = NULL;
	NN_AUTO(free) char *reason = NULL;

	if (!end)
		return false;
	name = plain_name(what, (size_t)(end - what), true);
	workload = nn_asprintf("clpeak/%s_compute", name);
	reason = nn_asprintf("no %.*s support", (int)(end - what), what);
	tell(reading, workload, NN_OUTCOME_SKIPPED, reason);
	return true;
}

static int read_header(struct reading *reading, const char *text, struct nn_err *err)
{
	const char *unit = strrchr(text, '(');
	NN_AUTO(free) char *name = section_name(text, (size_t)(unit - text));
	NN_AUTO(free) char *symbol = nn_strndup(unit + 1, strlen(unit) - 2);

	return begin_section(reading, name, symbol, err);
}

/* "float4  : 22.17", or what went wrong instead of a figure */
static int read_row(struct reading *reading, const char *name, size_t name_len, const char *figure,
		    struct nn_err *err)
{
	NN_AUTO(free) char *metric = NULL;

	if (!reading->workload)
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "a figure before any section");
	if (is_opencl_error(figure)) {
		tell(reading, reading->workload, NN_OUTCOME_BROKEN, figure);
		return 0;
	}
	metric = plain_name(name, name_len, false);
	return give(reading, metric, figure, err);
}

/* "Kernel launch latency : 35.61 us", section and figure in one */
static int read_latency(struct reading *reading, const char *figure, struct nn_err *err)
{
	NN_AUTO(free) char *number = nn_strndup(figure, strcspn(figure, " "));
	const char *unit = figure + strlen(number);
	int rc = begin_section(reading, LATENCY_SECTION,
			       is_opencl_error(figure) ? "us" : unit + strspn(unit, " "), err);

	if (rc)
		return rc;
	return read_row(reading, LATENCY_METRIC, strlen(LATENCY_METRIC),
			is_opencl_error(figure) ? figure : number, err);
}

/* A line within a device that has a colon: a property of the device, or a figure. */
static int read_pair(struct reading *reading, const char *text, struct nn_err *err)
{
	static const char *const known[] = {"Compute units", "Clock frequency", "Note:"};
	const char *colon = strchr(text, ':');
	const char *figure = colon + 1 + strspn(colon + 1, " ");
	const char *driver = nn_import_after(text, "Driver version");
	size_t name_len = (size_t)(colon - text);

	for (size_t i = 0; i < NN_ARRAY_SIZE(known); i++) {
		if (nn_import_after(text, known[i]))
			return 0;
	}
	if (driver) {
		NN_AUTO(free) char *version = nn_strndup(figure, strcspn(figure, " ("));

		reading->sink->fact(reading->sink->user, "opencl.driver", version);
		return 0;
	}
	if (nn_import_after(text, "Build Log"))
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "the kernels of clpeak did not build on '%s'",
				      reading->device);
	while (name_len && text[name_len - 1] == ' ')
		name_len--;
	if (nn_import_after(text, LATENCY_TITLE))
		return read_latency(reading, figure, err);
	return read_row(reading, text, name_len, figure, err);
}

static int read_device_line(struct reading *reading, const char *text, struct nn_err *err)
{
	size_t len = strlen(text);

	if (read_skipped(reading, text) || strcmp(text, "Tests skipped") == 0)
		return 0;
	if (strstr(text, ": ") || text[len - 1] == ':')
		return read_pair(reading, text, err);
	if (text[len - 1] != ')' || !strchr(text, '('))
		return nn_import_fail(err, reading->path, reading->line, 0, "'%s': " NO_FIGURE,
				      text);
	if (!is_opencl_error(text))
		return read_header(reading, text, err);
	if (reading->workload)
		tell(reading, reading->workload, NN_OUTCOME_BROKEN, text);
	return 0;
}

static int read_line(struct reading *reading, const char *text, struct nn_err *err)
{
	const char *platform = nn_import_after(text, "Platform:");
	const char *device = nn_import_after(text, "Device:");

	if (platform) {
		set_text(&reading->platform, platform);
		reading->is_wanted = false;
		return 0;
	}
	if (device)
		return begin_device(reading, device, err);
	/* Before the first device, drivers may print what they like. */
	if (!*text || !reading->is_wanted)
		return 0;
	return read_device_line(reading, text, err);
}

static int read_printed(struct reading *reading, const char *text, size_t len, struct nn_err *err)
{
	NN_AUTO(import_lines) struct nn_import_lines lines = nn_import_lines(text, len);

	while (nn_import_next_line(&lines)) {
		int rc;

		reading->line = lines.number;
		rc = read_line(reading, nn_strbuf_str(&lines.text), err);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- XML ---- */

static int read_xml_section(struct reading *reading, xmlNode *section, struct nn_err *err);

/*
 * A figure; or a whole section, because clpeak closes no section that an error of OpenCL ended, so
 * that the next one stands inside.
 */
static int read_xml_figure(struct reading *reading, xmlNode *figure, struct nn_err *err)
{
	NN_AUTO(free) char *text = NULL;

	if (xmlHasProp(figure, (const xmlChar *)"unit")) {
		tell(reading, reading->workload, NN_OUTCOME_BROKEN, "the section has no end");
		return read_xml_section(reading, figure, err);
	}
	reading->line = nn_import_xml_line(figure);
	text = nn_import_xml_own_text(figure);
	return give(reading, (const char *)figure->name, text, err);
}

static int read_xml_section(struct reading *reading, xmlNode *section, struct nn_err *err)
{
	NN_AUTO(free) char *unit = nn_import_xml_attribute(section, "unit");
	NN_AUTO(free) char *text = NULL;
	xmlNode *figure = nn_import_xml_first(section, NULL);
	int rc;

	reading->line = nn_import_xml_line(section);
	rc = begin_section(reading, (const char *)section->name, unit, err);
	if (rc)
		return rc;
	if (!figure) {
		text = nn_import_xml_own_text(section);
		if (*text)
			return give(reading, LATENCY_METRIC, text, err);
		tell(reading, reading->workload, NN_OUTCOME_BROKEN, "the section is empty");
	}
	for (; !rc && figure; figure = nn_import_xml_next(figure, NULL))
		rc = read_xml_figure(reading, figure, err);
	return rc;
}

static int read_xml_device(struct reading *reading, xmlNode *device, struct nn_err *err)
{
	NN_AUTO(free) char *name = nn_import_xml_attribute(device, "name");
	NN_AUTO(free) char *driver = nn_import_xml_attribute(device, "driver_version");
	xmlNode *section = nn_import_xml_first(device, NULL);
	int rc;

	reading->line = nn_import_xml_line(device);
	rc = begin_device(reading, name, err);
	if (rc || !reading->is_wanted)
		return rc;
	reading->sink->fact(reading->sink->user, "opencl.driver", driver);
	for (; !rc && section; section = nn_import_xml_next(section, NULL))
		rc = read_xml_section(reading, section, err);
	return rc;
}

static int read_xml_platform(struct reading *reading, xmlNode *platform, struct nn_err *err)
{
	xmlNode *device = nn_import_xml_first(platform, "device");
	int rc = 0;

	free(reading->platform);
	reading->platform = nn_import_xml_attribute(platform, "name");
	for (; !rc && device; device = nn_import_xml_next(device, "device"))
		rc = read_xml_device(reading, device, err);
	return rc;
}

static int read_xml(struct reading *reading, const char *text, size_t len, struct nn_err *err)
{
	NN_AUTO(xml_doc) xmlDoc *doc = NULL;
	xmlNode *platform;
	int rc = nn_import_xml(text, len, reading->path, "clpeak", &doc, err);

	if (rc)
		return rc;
	platform = nn_import_xml_first(xmlDocGetRootElement(doc), "platform");
	for (; !rc && platform; platform = nn_import_xml_next(platform, "platform"))
		rc = read_xml_platform(reading, platform, err);
	return rc;
}

static int clpeak_read(const char *text, size_t len, const char *path,
		       const struct nn_import_sink *sink, struct nn_err *err)
{
	NN_AUTO(reading)
	struct reading reading = {
		.path = path, .sink = sink, .choice = {.what = "device", .only = sink->only}};
	bool is_xml = text[strspn(text, " \t\r\n")] == '<';
	int rc = is_xml ? read_xml(&reading, text, len, err)
			: read_printed(&reading, text, len, err);

	return rc ? rc : nn_import_check_chosen(&reading.choice, path, err);
}

const struct nn_importer nn_importer_clpeak = {
	.plugin = {.name = "clpeak",
		   .summary = "OpenCL peaks: what clpeak 1.x prints, or its --xml-file"},
	.read = clpeak_read,
};
