/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stress-ng --metrics: its --yaml file, or what it prints. One workload a stressor, figures named
 * as in the YAML: bogo operations and their rates, and of the stressor's own figures those whose
 * name says which way is better: a time for something, or so many a second. Run times, memory and
 * load explain a result and are none.
 */
#include <ctype.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/import/text.h"
#include "harness/plan/lines.h"

/* A printed row: stressor, operations, three times, two rates; newer versions print more. */
#define MIN_COLUMNS 7
#define MAX_COLUMNS 16

struct meaning {
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
};

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	unsigned int line;
};

/* ---- both formats ---- */

/* What a figure's name says; false: nothing about which way is better. */
static bool find_meaning(const char *name, struct meaning *ret_meaning)
{
	static const struct {
		const char *start;
		const char *unit;
	} times[] = {{"picosecs-", "ps"},
		     {"nanosecs-", "ns"},
		     {"ns-", "ns"},
		     {"microsecs-", "us"},
		     {"millisecs-", "ms"}};
	static const struct {
		const char *start;
		const char *unit;
	} sizes[] = {{"mb-", "MB/s"}, {"gb-", "GB/s"}};

	for (size_t i = 0; i < NN_ARRAY_SIZE(times); i++) {
		if (nn_import_after(name, times[i].start)) {
			*ret_meaning =
				(struct meaning){times[i].unit, NN_LOWER_IS_BETTER, NN_KIND_TIME};
			return true;
		}
	}
	if (!strstr(name, "-per-sec") && !strstr(name, "b-sec-"))
		return false;
	*ret_meaning = (struct meaning){"1/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE};
	for (size_t i = 0; i < NN_ARRAY_SIZE(sizes); i++) {
		if (nn_import_after(name, sizes[i].start))
			ret_meaning->unit = sizes[i].unit;
	}
	return true;
}

static int give(const struct reading *reading, const char *stressor, const char *name,
		const char *figure, struct nn_err *err)
{
	NN_AUTO(free) char *workload = nn_asprintf("stress-ng/%s", stressor);
	struct nn_import_value value = {.workload = workload, .metric = name};
	struct meaning meaning;
	int rc;

	if (strcmp(name, "bogo-ops") == 0)
		meaning = (struct meaning){"operations", NN_HIGHER_IS_BETTER, NN_KIND_COUNT};
	else if (!find_meaning(name, &meaning))
		return 0;
	value.unit = meaning.unit;
	value.direction = meaning.direction;
	value.kind = meaning.kind;
	rc = nn_import_number(figure, reading->path, reading->line, &value.value, err);
	return rc ? rc : reading->sink->value(reading->sink->user, &value, err);
}

/* A figure's name as the YAML spells it: "context switch (pipe)" is context-switch-pipe. */
static char *plain_name(const char *text, size_t len)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	bool is_gap = false;

	for (size_t i = 0; i < len; i++) {
		bool is_plain = isalnum((unsigned char)text[i]);

		if (is_plain && is_gap && sb.len)
			nn_strbuf_addc(&sb, '-');
		if (is_plain)
			nn_strbuf_addc(&sb, (char)tolower((unsigned char)text[i]));
		is_gap = !is_plain;
	}
	return nn_strdup(nn_strbuf_str(&sb));
}

/* ---- YAML ---- */

static int read_stressor(struct reading *reading, const struct nn_lines *lines,
			 const struct nn_lines_node *stressor, struct nn_err *err)
{
	const struct nn_lines_node *name = nn_lines_member(lines, stressor, "stressor");

	if (!name || !name->text)
		return nn_import_fail(err, reading->path, stressor->line, 0,
				      "no member 'stressor', expected its name");
	for (size_t i = stressor->first_child; i; i = lines->nodes[i].next) {
		const struct nn_lines_node *figure = &lines->nodes[i];
		NN_AUTO(free) char *key = plain_name(figure->key, strlen(figure->key));
		int rc;

		if (figure == name || !figure->text)
			continue;
		reading->line = figure->line;
		rc = give(reading, name->text, key, figure->text, err);
		if (rc)
			return rc;
	}
	return 0;
}

static void tell_facts(const struct reading *reading, const struct nn_lines *lines)
{
	const struct nn_lines_node *system =
		nn_lines_member(lines, &lines->nodes[0], "system-info");
	const struct nn_lines_node *version = nn_lines_member(lines, system, "stress-ng-version");
	const struct nn_lines_node *release = nn_lines_member(lines, system, "release");

	if (version && version->text) {
		NN_AUTO(free) char *tool = nn_asprintf("stress-ng %s", version->text);

		reading->sink->fact(reading->sink->user, "tool", tool);
	}
	if (release && release->text)
		reading->sink->fact(reading->sink->user, "kernel.release", release->text);
}

static int read_yaml(struct reading *reading, const char *text, size_t len, struct nn_err *err)
{
	NN_AUTO(lines) struct nn_lines lines = {0};
	const struct nn_lines_node *metrics;
	int rc = nn_lines_read(text, len, reading->path, &lines, err);

	if (rc)
		return rc;
	metrics = nn_lines_member(&lines, &lines.nodes[0], "metrics");
	if (!metrics || metrics->kind != NN_LINES_SEQUENCE)
		return nn_import_fail(err, reading->path, metrics ? metrics->line : 1, 0,
				      "no list 'metrics', expected the --yaml file of a run with "
				      "--metrics");
	tell_facts(reading, &lines);
	for (size_t i = metrics->first_child; !rc && i; i = lines.nodes[i].next)
		rc = read_stressor(reading, &lines, &lines.nodes[i], err);
	return rc;
}

/* ---- printed ---- */

struct columns {
	char *items[MAX_COLUMNS];
	size_t nr;
};

static void columns_release(struct columns *columns)
{
	for (size_t i = 0; i < columns->nr; i++)
		free(columns->items[i]);
}

NN_AUTO_DEFINE(columns, struct columns, columns_release(p))

static void columns_split(const char *text, struct columns *columns)
{
	while (*text && columns->nr < MAX_COLUMNS) {
		size_t len = strcspn(text, " ");

		columns->items[columns->nr++] = nn_strndup(text, len);
		text += len;
		text += strspn(text, " ");
	}
}

/* "cpu  3010  2.00  2.00  0.00  1504.75  1504.93 …" */
static int read_row(const struct reading *reading, const char *text, struct nn_err *err)
{
	static const struct {
		size_t column;
		const char *name;
	} figures[] = {{1, "bogo-ops"},
		       {5, "bogo-ops-per-second-real-time"},
		       {6, "bogo-ops-per-second-usr-sys-time"}};
	NN_AUTO(columns) struct columns columns = {0};

	columns_split(text, &columns);
	if (columns.nr < MIN_COLUMNS)
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "'%s' has %zu columns, expected at least %d", text,
				      columns.nr, MIN_COLUMNS);
	for (size_t i = 0; i < NN_ARRAY_SIZE(figures); i++) {
		int rc = give(reading, columns.items[0], figures[i].name,
			      columns.items[figures[i].column], err);

		if (rc)
			return rc;
	}
	return 0;
}

/* "switch  41238.40 nanosecs per context switch (pipe method) (geometic mean of 1 instances)" */
static int read_own_figure(const struct reading *reading, const char *text, struct nn_err *err)
{
	size_t stressor_len = strcspn(text, " ");
	const char *figure = text + stressor_len + strspn(text + stressor_len, " ");
	size_t figure_len = strcspn(figure, " ");
	const char *name = figure + figure_len;
	const char *mean = strstr(name, " mean of ");
	NN_AUTO(free) char *stressor = nn_strndup(text, stressor_len);
	NN_AUTO(free) char *number = nn_strndup(figure, figure_len);
	NN_AUTO(free) char *plain = NULL;
	size_t name_len = strlen(name);

	/* The kind of mean stands in brackets at the end. */
	for (; mean && mean > name; mean--) {
		if (*mean == '(') {
			name_len = (size_t)(mean - name);
			break;
		}
	}
	plain = plain_name(name, name_len);
	return give(reading, stressor, plain, number, err);
}

enum part { PART_BEFORE, PART_TABLE, PART_OWN, PART_AFTER };

/* A line without "stress-ng: metrc: [17774] ". */
static int read_metric_line(struct reading *reading, const char *text, enum part *part,
			    struct nn_err *err)
{
	if (nn_import_after(text, "stressor ") && strstr(text, "bogo ops")) {
		*part = PART_TABLE;
		return 0;
	}
	if (nn_import_after(text, "miscellaneous metrics:")) {
		*part = PART_OWN;
		return 0;
	}
	if (*part == PART_BEFORE || *part == PART_AFTER || nn_import_after(text, "(secs)"))
		return 0;
	if (*part == PART_OWN)
		return read_own_figure(reading, text, err);
	return read_row(reading, text, err);
}

/*
 * Newer versions mark the lines of the table "metrc", older ones "info" like everything else; then
 * the first line that ends in words or begins with "for a" is behind it.
 */
static int read_printed_line(struct reading *reading, const char *text, enum part *part,
			     struct nn_err *err)
{
	const char *rest = nn_import_after(text, "stress-ng: ");
	const char *bracket = rest ? strstr(rest, "] ") : NULL;
	bool is_marked = rest && nn_import_after(rest, "metrc:");

	if (!bracket || (!is_marked && !nn_import_after(rest, "info:")))
		return 0;
	text = bracket + 2 + strspn(bracket + 2, " ");
	if (!is_marked && (nn_import_after(text, "for a ") || strstr(text, "run completed")))
		*part = PART_AFTER;
	if (!is_marked && *part == PART_AFTER)
		return 0;
	return read_metric_line(reading, text, part, err);
}

static int read_printed(struct reading *reading, const char *text, size_t len, struct nn_err *err)
{
	NN_AUTO(import_lines) struct nn_import_lines lines = nn_import_lines(text, len);
	enum part part = PART_BEFORE;

	while (nn_import_next_line(&lines)) {
		int rc;

		reading->line = lines.number;
		rc = read_printed_line(reading, nn_strbuf_str(&lines.text), &part, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int stress_ng_read(const char *text, size_t len, const char *path,
			  const struct nn_import_sink *sink, struct nn_err *err)
{
	struct reading reading = {.path = path, .sink = sink};

	if (nn_import_after(text + strspn(text, " \t\r\n"), "stress-ng:"))
		return read_printed(&reading, text, len, err);
	return read_yaml(&reading, text, len, err);
}

const struct nn_importer nn_importer_stress_ng = {
	.plugin = {.name = "stress-ng",
		   .summary = "stressors: stress-ng --metrics, printed or in its --yaml file"},
	.read = stress_ng_read,
};
