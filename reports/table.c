/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/table.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/csv.h"
#include "harness/base/hash.h"
#include "harness/base/units.h"

enum column {
	CAMPAIGN,
	ARM,
	BLOCK,
	BOOT,
	RUN,
	ITERATION,
	WORKLOAD,
	METRIC,
	UNIT,
	DIRECTION,
	VALUE,
	NR_REQUIRED,
	PHASE = NR_REQUIRED, /* optional */
	NR_COLUMNS,
};

static const char *const column_names[NR_COLUMNS] = {
	"campaign", "arm",    "block", "boot",      "run",   "iteration",
	"workload", "metric", "unit",  "direction", "value", "phase",
};

static const enum column key_columns[NN_NR_KEYS] = {CAMPAIGN, WORKLOAD, METRIC, ARM, BOOT, RUN};

#define NO_FIELD SIZE_MAX

struct reader {
	struct nn_csv *csv;
	struct nn_csv_record record;
	size_t fields[NR_COLUMNS]; /* where each column stands, or NO_FIELD */
	struct nn_table *table;
};

/* ---- names ---- */

static void names_release(struct nn_names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->items[i]);
	free(names->items);
	free(names->slots);
}

static uint64_t hash_text(const char *text)
{
	return nn_fnv1a(NN_FNV_INIT, text, strlen(text));
}

static void names_grow(struct nn_names *names)
{
	free(names->slots);
	names->nr_slots = names->nr_slots ? 2 * names->nr_slots : 64;
	names->slots = nn_calloc(names->nr_slots, sizeof(*names->slots));
	for (size_t i = 0; i < names->nr; i++) {
		size_t slot = hash_text(names->items[i]) & (names->nr_slots - 1);

		while (names->slots[slot])
			slot = (slot + 1) & (names->nr_slots - 1);
		names->slots[slot] = (uint32_t)i + 1;
	}
}

uint32_t nn_names_add(struct nn_names *names, const char *text)
{
	size_t slot;

	if (2 * names->nr >= names->nr_slots)
		names_grow(names);
	slot = hash_text(text) & (names->nr_slots - 1);
	while (names->slots[slot]) {
		if (strcmp(names->items[names->slots[slot] - 1], text) == 0)
			return names->slots[slot] - 1;
		slot = (slot + 1) & (names->nr_slots - 1);
	}
	*NN_ARRAY_APPEND(names->items, names->nr, names->cap) = nn_strdup(text);
	names->slots[slot] = (uint32_t)names->nr;
	return (uint32_t)names->nr - 1;
}

/* ---- runs ---- */

static uint64_t hash_run(const struct nn_table_run *run)
{
	uint64_t hash = nn_fnv1a(NN_FNV_INIT, run->keys, sizeof(run->keys));

	return nn_fnv1a(hash, &run->block, sizeof(run->block));
}

static bool is_same_run(const struct nn_table_run *a, const struct nn_table_run *b)
{
	return a->block == b->block && memcmp(a->keys, b->keys, sizeof(a->keys)) == 0;
}

static void table_grow(struct nn_table *table)
{
	free(table->slots);
	table->nr_slots = table->nr_slots ? 2 * table->nr_slots : 1024;
	table->slots = nn_calloc(table->nr_slots, sizeof(*table->slots));
	for (size_t i = 0; i < table->nr_runs; i++) {
		size_t slot = hash_run(&table->runs[i]) & (table->nr_slots - 1);

		while (table->slots[slot])
			slot = (slot + 1) & (table->nr_slots - 1);
		table->slots[slot] = (uint32_t)i + 1;
	}
}

/* The run with the keys of @like, a copy of it when there is none yet. */
static struct nn_table_run *want_run(struct nn_table *table, const struct nn_table_run *like)
{
	struct nn_table_run *run;
	size_t slot;

	/* rows of a run mostly follow each other */
	if (table->nr_runs && is_same_run(&table->runs[table->nr_runs - 1], like))
		return &table->runs[table->nr_runs - 1];
	if (2 * table->nr_runs >= table->nr_slots)
		table_grow(table);
	slot = hash_run(like) & (table->nr_slots - 1);
	while (table->slots[slot]) {
		run = &table->runs[table->slots[slot] - 1];
		if (is_same_run(run, like))
			return run;
		slot = (slot + 1) & (table->nr_slots - 1);
	}
	run = NN_ARRAY_APPEND(table->runs, table->nr_runs, table->cap_runs);
	*run = *like;
	table->slots[slot] = (uint32_t)table->nr_runs;
	return run;
}

/* ---- reading ---- */

static int read_header(struct reader *reader, const char *path, struct nn_err *err)
{
	int rc = nn_csv_next(reader->csv, &reader->record, err);

	if (rc < 0)
		return rc;
	if (!rc)
		return nn_err_set(err, -EINVAL, "%s:1:1: the file is empty, expected a header",
				  path);
	for (size_t c = 0; c < NR_COLUMNS; c++) {
		reader->fields[c] = NO_FIELD;
		for (size_t f = 0; f < reader->record.nr; f++) {
			if (strcmp(reader->record.fields[f], column_names[c]) != 0)
				continue;
			if (reader->fields[c] != NO_FIELD)
				return nn_csv_error(reader->csv, &reader->record, f, err,
						    "column '%s' stands twice in the header",
						    column_names[c]);
			reader->fields[c] = f;
		}
		if (reader->fields[c] == NO_FIELD && c < NR_REQUIRED)
			return nn_csv_error(reader->csv, &reader->record, 0, err,
					    "the header lacks column '%s'", column_names[c]);
	}
	return 0;
}

static const char *field(const struct reader *reader, enum column column)
{
	return reader->record.fields[reader->fields[column]];
}

static int complain(const struct reader *reader, enum column column, struct nn_err *err,
		    const char *expected)
{
	return nn_csv_error(reader->csv, &reader->record, reader->fields[column], err,
			    "%s '%s', expected %s", column_names[column], field(reader, column),
			    expected);
}

static int read_keys(struct reader *reader, struct nn_table_run *run, struct nn_err *err)
{
	for (size_t k = 0; k < NN_NR_KEYS; k++) {
		const char *text = field(reader, key_columns[k]);

		if (!*text)
			return complain(reader, key_columns[k], err, "a name");
		run->keys[k] = nn_names_add(&reader->table->names[k], text);
	}
	run->unit_column = (uint32_t)reader->record.columns[reader->fields[UNIT]];
	run->direction_column = (uint32_t)reader->record.columns[reader->fields[DIRECTION]];
	run->unit = nn_names_add(&reader->table->units, field(reader, UNIT));
	if (nn_direction_from(field(reader, DIRECTION), &run->direction))
		return complain(reader, DIRECTION, err, "'higher' or 'lower'");
	if (nn_parse_u64(field(reader, BLOCK), &run->block, NULL))
		return complain(reader, BLOCK, err, "a whole number");
	return 0;
}

static int read_value(struct reader *reader, struct nn_table_value *value, struct nn_err *err)
{
	uint64_t iteration;

	if (nn_parse_u64(field(reader, ITERATION), &iteration, NULL) || iteration > UINT32_MAX)
		return complain(reader, ITERATION, err, "a whole number below 2^32");
	if (nn_parse_double(field(reader, VALUE), &value->value, NULL) || !isfinite(value->value))
		return complain(reader, VALUE, err, "a finite number that a double can hold");
	value->iteration = (uint32_t)iteration;
	value->line = (uint32_t)reader->record.line;
	return 0;
}

/* "steady" and "warmup" as nearnative exports them. */
static int read_phase(const struct reader *reader, bool *ret_is_warmup, struct nn_err *err)
{
	enum nn_phase phase;

	*ret_is_warmup = false;
	if (reader->fields[PHASE] == NO_FIELD)
		return 0;
	if (nn_phase_from(field(reader, PHASE), &phase))
		return complain(reader, PHASE, err, "'steady' or 'warmup'");
	*ret_is_warmup = phase == NN_PHASE_WARMUP;
	return 0;
}

static int read_row(struct reader *reader, size_t nr_fields, struct nn_err *err)
{
	struct nn_table_run like = {.line = reader->record.line};
	struct nn_table_run *run;
	struct nn_table_value value = {0};
	bool is_warmup;
	int rc;

	if (reader->record.nr != nr_fields)
		return nn_csv_error(reader->csv, &reader->record, reader->record.nr - 1, err,
				    "%zu fields, the header has %zu", reader->record.nr, nr_fields);
	rc = read_phase(reader, &is_warmup, err);
	if (!rc)
		rc = read_keys(reader, &like, err);
	if (rc || is_warmup)
		return rc;
	if (*field(reader, VALUE))
		rc = read_value(reader, &value, err);
	if (rc)
		return rc;
	run = want_run(reader->table, &like);
	if (run->unit != like.unit)
		return nn_csv_error(reader->csv, &reader->record, reader->fields[UNIT], err,
				    "unit '%s', line %" PRIu64 " of the same run has '%s'",
				    field(reader, UNIT), run->line,
				    reader->table->units.items[run->unit]);
	if (run->direction != like.direction)
		return nn_csv_error(reader->csv, &reader->record, reader->fields[DIRECTION], err,
				    "direction '%s', line %" PRIu64 " of the same run has '%s'",
				    field(reader, DIRECTION), run->line,
				    nn_direction_name(run->direction));
	if (*field(reader, VALUE))
		*NN_ARRAY_APPEND(run->values, run->nr, run->cap) = value;
	else
		run->nr_absent++;
	return 0;
}

/* ---- order ---- */

static int compare_names(const struct nn_names *names, uint32_t a, uint32_t b)
{
	return a == b ? 0 : strcmp(names->items[a], names->items[b]);
}

static int by_keys(const void *a, const void *b, void *user)
{
	const struct nn_table_run *x = a, *y = b;
	const struct nn_table *table = user;
	static const enum nn_table_key sorted[] = {NN_KEY_WORKLOAD, NN_KEY_METRIC};
	int order;

	if (x->keys[NN_KEY_CAMPAIGN] != y->keys[NN_KEY_CAMPAIGN])
		return x->keys[NN_KEY_CAMPAIGN] < y->keys[NN_KEY_CAMPAIGN] ? -1 : 1;
	for (size_t i = 0; i < NN_ARRAY_SIZE(sorted); i++) {
		order = compare_names(&table->names[sorted[i]], x->keys[sorted[i]],
				      y->keys[sorted[i]]);
		if (order)
			return order;
	}
	if (x->keys[NN_KEY_ARM] != y->keys[NN_KEY_ARM])
		return x->keys[NN_KEY_ARM] < y->keys[NN_KEY_ARM] ? -1 : 1;
	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	order = compare_names(&table->names[NN_KEY_BOOT], x->keys[NN_KEY_BOOT],
			      y->keys[NN_KEY_BOOT]);
	return order ? order
		     : compare_names(&table->names[NN_KEY_RUN], x->keys[NN_KEY_RUN],
				     y->keys[NN_KEY_RUN]);
}

static int by_iteration(const void *a, const void *b)
{
	const struct nn_table_value *x = a, *y = b;

	if (x->iteration != y->iteration)
		return x->iteration < y->iteration ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static bool is_ascending(const struct nn_table_run *run)
{
	for (size_t i = 1; i < run->nr; i++) {
		if (run->values[i].iteration <= run->values[i - 1].iteration)
			return false;
	}
	return true;
}

static int order_values(const char *path, struct nn_table_run *run, struct nn_err *err)
{
	if (is_ascending(run))
		return 0;
	qsort(run->values, run->nr, sizeof(*run->values), by_iteration);
	for (size_t i = 1; i < run->nr; i++) {
		const struct nn_table_value *value = &run->values[i];

		if (value->iteration == value[-1].iteration)
			return nn_err_set(err, -EINVAL,
					  "%s:%" PRIu32 ":1: iteration %" PRIu32
					  " of a run that line %" PRIu32 " has already",
					  path, value->line, value->iteration, value[-1].line);
	}
	return 0;
}

static bool is_same_series(const struct nn_table_run *a, const struct nn_table_run *b)
{
	return memcmp(a->keys, b->keys, NN_KEY_ARM * sizeof(a->keys[0])) == 0;
}

/* The later line is the one that is wrong, whichever run stands first in order. */
static int check_alike(const char *path, const struct nn_table *table, const struct nn_table_run *a,
		       const struct nn_table_run *b, struct nn_err *err)
{
	const struct nn_table_run *first = a->line < b->line ? a : b;
	const struct nn_table_run *second = a->line < b->line ? b : a;

	if (second->unit != first->unit)
		return nn_err_set(err, -EINVAL,
				  "%s:%" PRIu64 ":%" PRIu32 ": unit '%s', line %" PRIu64
				  " of the same metric has '%s'",
				  path, second->line, second->unit_column,
				  table->units.items[second->unit], first->line,
				  table->units.items[first->unit]);
	if (second->direction != first->direction)
		return nn_err_set(err, -EINVAL,
				  "%s:%" PRIu64 ":%" PRIu32 ": direction '%s', line %" PRIu64
				  " of the same metric has '%s'",
				  path, second->line, second->direction_column,
				  nn_direction_name(second->direction), first->line,
				  nn_direction_name(first->direction));
	return 0;
}

/* A metric has one unit and one direction throughout a campaign; runs stand in order. */
static int check_series(const char *path, const struct nn_table *table, struct nn_err *err)
{
	for (size_t i = 1; i < table->nr_runs; i++) {
		const struct nn_table_run *run = &table->runs[i];
		int rc = 0;

		if (is_same_series(run, run - 1))
			rc = check_alike(path, table, run - 1, run, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int put_in_order(const char *path, struct nn_table *table, struct nn_err *err)
{
	for (size_t i = 0; i < table->nr_runs; i++) {
		int rc = order_values(path, &table->runs[i], err);

		if (rc)
			return rc;
	}
	if (table->nr_runs)
		qsort_r(table->runs, table->nr_runs, sizeof(*table->runs), by_keys, table);
	return check_series(path, table, err);
}

int nn_table_read(const char *path, struct nn_table *ret_table, struct nn_err *err)
{
	NN_AUTO(csv) struct nn_csv *csv = NULL;
	NN_AUTO(table) struct nn_table table = {0};
	struct reader reader = {.table = &table};
	size_t nr_fields;
	int rc = nn_csv_open(path, &csv, err);

	reader.csv = csv;
	if (!rc)
		rc = read_header(&reader, path, err);
	if (rc)
		return rc;
	nr_fields = reader.record.nr;
	for (rc = nn_csv_next(csv, &reader.record, err); rc > 0;
	     rc = nn_csv_next(csv, &reader.record, err)) {
		int answer = read_row(&reader, nr_fields, err);

		if (answer)
			return answer;
	}
	if (!rc)
		rc = put_in_order(path, &table, err);
	if (rc)
		return rc;
	*ret_table = table;
	table = (struct nn_table){0};
	return 0;
}

void nn_table_release(struct nn_table *table)
{
	for (size_t i = 0; i < NN_NR_KEYS; i++)
		names_release(&table->names[i]);
	names_release(&table->units);
	for (size_t i = 0; i < table->nr_runs; i++)
		free(table->runs[i].values);
	free(table->runs);
	free(table->slots);
	*table = (struct nn_table){0};
}

const char *nn_table_name(const struct nn_table *table, const struct nn_table_run *run,
			  enum nn_table_key key)
{
	return table->names[key].items[run->keys[key]];
}
