/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/complaint.h"

#include <errno.h>
#include <stdbool.h>

#include "harness/base/array.h"
#include "harness/base/units.h"

/* libcyaml 1.3 and 1.4 word their log so (src/load.c); other words are passed on as they are. */
#define FIELD_FRAME   "  in mapping field '"
#define ENTRY_FRAME   "  in sequence entry '"
#define UNKNOWN_KEY   "Load: Unexpected key: "
#define MISSING_FIELD "Load: Missing required mapping field: "
#define WRONG_KIND    "Load: Expecting "
#define TOO_FEW       "Load: Insufficient entries"
#define TOO_MANY      "Load: Excessive entries"

#define MAX_FRAMES   16
#define MAX_KEY_LEN  64
#define MAX_DISTANCE 2

/* A value in the text and the schema that it has to fit. */
struct place {
	const struct nn_lines_node *node;
	const cyaml_schema_value_t *schema;
};

/* The places that libcyaml was in, from the whole text inwards; at least that one. */
struct trail {
	struct place places[MAX_FRAMES + 1];
	size_t nr;
};

static const char *const kind_names[] = {
	[NN_LINES_SCALAR] = "one value",
	[NN_LINES_SEQUENCE] = "a list",
	[NN_LINES_MAPPING] = "a mapping of keys to values",
};

static bool starts_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

void nn_complaint_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct nn_complaint *complaint = ctx;

	(void)level; /* the configuration lets errors only through */
	nn_strbuf_vaddf(&complaint->log, fmt, args);
	if (complaint->log.len && complaint->log.data[complaint->log.len - 1] != '\n')
		nn_strbuf_addc(&complaint->log, '\n');
}

static const cyaml_schema_field_t *field_of(const cyaml_schema_value_t *mapping, const char *key)
{
	for (const cyaml_schema_field_t *field = mapping->mapping.fields; field->key; field++) {
		if (strcmp(field->key, key) == 0)
			return field;
	}
	return NULL;
}

/* One step of the backtrace down from @place; false when text or schema have no such place. */
static bool step_down(const struct nn_complaint *complaint, const char *frame, struct place *place)
{
	const char *name = strchr(frame, '\'') + 1;
	char text[MAX_KEY_LEN] = "";
	const cyaml_schema_field_t *field;
	uint64_t number;

	(void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(name, "'\n"), name);
	if (starts_with(frame, FIELD_FRAME) && place->schema->type == CYAML_MAPPING) {
		field = field_of(place->schema, text);
		place->node = nn_lines_member(complaint->lines, place->node, text);
		place->schema = field ? &field->value : NULL;
	} else if (starts_with(frame, ENTRY_FRAME) && place->schema->type == CYAML_SEQUENCE) {
		/* libcyaml counts the entry that it is in from 1 */
		if (nn_parse_u64(text, &number, NULL) || !number)
			return false;
		place->node = nn_lines_item(complaint->lines, place->node, (size_t)number - 1);
		place->schema = place->schema->sequence.entry;
	} else {
		return false;
	}
	return place->node && place->schema;
}

/* Follow the backtrace, whose innermost frame comes first in the log, from the root inwards. */
static struct trail follow_backtrace(const struct nn_complaint *complaint, const char *log)
{
	struct trail trail = {.nr = 1};
	const char *frames[MAX_FRAMES];
	size_t nr = 0;

	trail.places[0].node = &complaint->lines->nodes[0];
	trail.places[0].schema = complaint->schema;
	for (const char *line = strchr(log, '\n'); line && line[1]; line = strchr(line, '\n')) {
		line++;
		if (nr < MAX_FRAMES &&
		    (starts_with(line, FIELD_FRAME) || starts_with(line, ENTRY_FRAME)))
			frames[nr++] = line;
	}
	while (nr) {
		struct place place = trail.places[trail.nr - 1];

		if (!step_down(complaint, frames[--nr], &place))
			break;
		trail.places[trail.nr++] = place;
	}
	return trail;
}

static const struct place *innermost(const struct trail *trail)
{
	return &trail->places[trail->nr - 1];
}

static const struct place *innermost_sequence(const struct trail *trail)
{
	for (size_t i = trail->nr; i-- > 0;) {
		if (trail->places[i].schema->type == CYAML_SEQUENCE)
			return &trail->places[i];
	}
	return innermost(trail);
}

/*
 * The innermost mapping that has @key either in the text or in the schema, but not in both: where
 * it is missing or unknown. A backtrace may end in a field that is complete and beside the point.
 */
static const struct place *mapping_without(const struct nn_complaint *complaint,
					   const struct trail *trail, const char *key)
{
	for (size_t i = trail->nr; i-- > 0;) {
		const struct place *place = &trail->places[i];

		if (place->schema->type != CYAML_MAPPING)
			continue;
		if (!nn_lines_member(complaint->lines, place->node, key) !=
		    !field_of(place->schema, key))
			return place;
	}
	return &trail->places[0];
}

/* Levenshtein's distance, or more than MAX_DISTANCE when that is certain early. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[MAX_KEY_LEN + 1];
	size_t len_a = strlen(a);
	size_t len_b = strlen(b);

	if (len_a > MAX_KEY_LEN || len_b > MAX_KEY_LEN)
		return MAX_DISTANCE + 1;
	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
			size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = substitute < other ? substitute : other;
		}
	}
	return row[len_b];
}

static const char *nearest_key(const cyaml_schema_value_t *mapping, const char *key)
{
	const char *nearest = NULL;
	size_t best = MAX_DISTANCE + 1;

	for (const cyaml_schema_field_t *field = mapping->mapping.fields; field->key; field++) {
		size_t distance = edit_distance(key, field->key);

		/* a distance of the whole word is no likeness */
		if (distance < best && distance < strlen(field->key)) {
			best = distance;
			nearest = field->key;
		}
	}
	return nearest;
}

static void add_keys(const cyaml_schema_value_t *mapping, struct nn_strbuf *sb)
{
	const cyaml_schema_field_t *fields = mapping->mapping.fields;

	for (size_t i = 0; fields[i].key; i++) {
		if (i)
			nn_strbuf_add(sb, fields[i + 1].key ? ", " : " or ");
		nn_strbuf_add(sb, fields[i].key);
	}
}

/* " in arms[1]", or nothing at the root */
static void add_where(const struct nn_complaint *complaint, const struct place *place,
		      struct nn_strbuf *sb)
{
	NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;

	nn_lines_add_path(complaint->lines, place->node, &path);
	if (path.len)
		nn_strbuf_addf(sb, " in %s", nn_strbuf_str(&path));
}

static int report_at(const struct nn_complaint *complaint, unsigned int line,
		     const struct nn_strbuf *sb, struct nn_err *err)
{
	return nn_err_set(err, -EINVAL, "%s:%u: %s", complaint->path, line, nn_strbuf_str(sb));
}

static int report_unknown_key(const struct nn_complaint *complaint, const struct trail *trail,
			      const char *key, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	const struct place *place = mapping_without(complaint, trail, key);
	const struct nn_lines_node *node = nn_lines_member(complaint->lines, place->node, key);
	const char *nearest = nearest_key(place->schema, key);

	nn_strbuf_addf(&sb, "unknown key '%s'", key);
	add_where(complaint, place, &sb);
	nn_strbuf_add(&sb, ", expected ");
	add_keys(place->schema, &sb);
	if (nearest)
		nn_strbuf_addf(&sb, " (did you mean '%s'?)", nearest);
	return report_at(complaint, node ? node->line : place->node->line, &sb, err);
}

static int report_missing_field(const struct nn_complaint *complaint, const struct trail *trail,
				const char *key, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	const struct place *place = mapping_without(complaint, trail, key);
	const cyaml_schema_field_t *field = field_of(place->schema, key);

	nn_strbuf_addf(&sb, "'%s' is missing", key);
	add_where(complaint, place, &sb);
	nn_strbuf_addf(&sb, ", expected '%s:' with %s", key,
		       field && field->value.type == CYAML_SEQUENCE ? "a list" : "a value");
	return report_at(complaint, place->node->line, &sb, err);
}

static const char *wanted_kind(const cyaml_schema_value_t *schema)
{
	switch (schema->type) {
	case CYAML_MAPPING:
		return kind_names[NN_LINES_MAPPING];
	case CYAML_SEQUENCE:
		return kind_names[NN_LINES_SEQUENCE];
	default:
		return kind_names[NN_LINES_SCALAR];
	}
}

static int report_wrong_kind(const struct nn_complaint *complaint, const struct trail *trail,
			     struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;
	const struct place *place = innermost(trail);
	bool is_empty = place->node->text && !*place->node->text;

	nn_lines_add_path(complaint->lines, place->node, &path);
	nn_strbuf_addf(&sb, "%s is %s, expected %s", path.len ? nn_strbuf_str(&path) : "the plan",
		       is_empty ? "empty" : kind_names[place->node->kind],
		       wanted_kind(place->schema));
	return report_at(complaint, place->node->line, &sb, err);
}

static int report_count(const struct nn_complaint *complaint, const struct trail *trail,
			struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;
	const struct place *place = innermost_sequence(trail);

	nn_lines_add_path(complaint->lines, place->node, &path);
	nn_strbuf_addf(&sb, "%s has %zu entries, expected %u to %u", nn_strbuf_str(&path),
		       place->node->nr_children, place->schema->sequence.min,
		       place->schema->sequence.max);
	return report_at(complaint, place->node->line, &sb, err);
}

int nn_complaint_report(const struct nn_complaint *complaint, const char *fallback,
			struct nn_err *err)
{
	const char *log = nn_strbuf_str(&complaint->log);
	struct trail trail = follow_backtrace(complaint, log);
	NN_AUTO(free) char *reason = nn_strndup(log, strcspn(log, "\n"));

	if (starts_with(reason, UNKNOWN_KEY))
		return report_unknown_key(complaint, &trail, reason + strlen(UNKNOWN_KEY), err);
	if (starts_with(reason, MISSING_FIELD))
		return report_missing_field(complaint, &trail, reason + strlen(MISSING_FIELD), err);
	if (starts_with(reason, WRONG_KIND))
		return report_wrong_kind(complaint, &trail, err);
	if (starts_with(reason, TOO_FEW) || starts_with(reason, TOO_MANY))
		return report_count(complaint, &trail, err);
	return nn_err_set(err, -EINVAL, "%s:%u: %s (libcyaml: %s), expected a plan",
			  complaint->path, innermost(&trail)->node->line, fallback,
			  *reason ? reason : "no reason given");
}
