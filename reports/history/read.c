/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/build.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/stats/moments.h"
#include "harness/stats/steady.h"

/* Columns of nn_store_each_campaign(). */
enum column {
	UUID,
	NAME,
	STATE,
	STARTED,
	MACHINE = 5,
	DESCRIPTION,
	IS_EMULATED,
	IS_AA,
	BASE_ARM,
	ID = 12,
};

/* A finished campaign that is to be read. Texts are the history's. */
struct source {
	size_t campaign; /* index */
	int64_t id;
	const char *machine;
	const char *description;
	const char *base_arm;
	bool is_emulated;
	bool is_aa;
};

/* One boot's value of one metric: the mean over runs of each run's mean. */
struct cell {
	const char *workload;
	const char *metric;
	const char *unit;
	const char *arm;
	uint64_t block;
	enum nn_direction direction;
	double sum; /* of the runs' means */
	uint64_t nr_runs;
};

struct label {
	const char *arm;
	const char *version;
};

struct reading {
	struct nn_history *history;
	struct nn_store *store;
	const struct nn_history_options *options;
	struct source *sources;
	size_t nr_sources, cap_sources;
	const struct source *source; /* that is being read */
	struct nn_pairs facts;       /* of its plan */
	struct cell *cells;          /* of its boots */
	size_t nr_cells, cap_cells;
	size_t boot_first; /* the first cell of the boot and workload whose runs come in */
	char boot[NN_UUID_CAP];
	const char *workload; /* of that boot */
	struct label *labels; /* versions of the campaign's arms */
	size_t nr_labels, cap_labels;
	size_t next_series; /* where the next one is likely: campaigns have the same ones */
	double *logs;       /* of one point */
	size_t cap_logs;
};

static void release_reading(struct reading *reading)
{
	free(reading->sources);
	free(reading->cells);
	free(reading->labels);
	free(reading->logs);
	nn_pairs_release(&reading->facts);
}

NN_AUTO_DEFINE(reading, struct reading, release_reading(p))

/* The first campaign's names stand first, and they are asked for again and again. */
static const char *keep_text(struct nn_history *history, const char *text)
{
	struct nn_strings *texts = &history->texts;

	if (!text)
		return NULL;
	for (size_t i = 0; i < texts->nr; i++) {
		if (strcmp(texts->items[i], text) == 0)
			return texts->items[i];
	}
	*NN_ARRAY_APPEND(texts->items, texts->nr, texts->cap) = nn_strdup(text);
	return texts->items[texts->nr - 1];
}

/* ---- which campaigns ---- */

static bool is_true(const char *text)
{
	return text && strcmp(text, "1") == 0;
}

static bool is_asked_for(const struct reading *reading, const char *machine)
{
	const char *prefix = reading->options->machine;

	return !prefix || strncmp(machine, prefix, strlen(prefix)) == 0;
}

static int take_campaign(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct reading *reading = user;
	struct nn_history *history = reading->history;
	struct nn_history_campaign *campaign =
		NN_ARRAY_APPEND(history->campaigns, history->nr_campaigns, history->cap_campaigns);
	struct source *source;

	(void)nr_columns;
	(void)err;
	campaign->id = strtoll(columns[ID], NULL, 10); /* the store's own number */
	campaign->uuid = nn_strdup(columns[UUID]);
	campaign->name = nn_strdup(columns[NAME]);
	campaign->started = nn_strdup(columns[STARTED]);
	if (strcmp(columns[STATE], "done") != 0 || !is_asked_for(reading, columns[MACHINE]))
		return 0;
	source = NN_ARRAY_APPEND(reading->sources, reading->nr_sources, reading->cap_sources);
	*source = (struct source){
		.campaign = history->nr_campaigns - 1,
		.id = campaign->id,
		.machine = keep_text(history, columns[MACHINE]),
		.description = keep_text(history, columns[DESCRIPTION]),
		.base_arm = keep_text(history, columns[BASE_ARM]),
		.is_emulated = is_true(columns[IS_EMULATED]),
		.is_aa = is_true(columns[IS_AA]),
	};
	return 0;
}

/* ---- cells of a campaign ---- */

static bool matches(const char *glob, const char *text)
{
	return !glob || fnmatch(glob, text, 0) == 0;
}

static bool is_wanted(const struct reading *reading, const struct nn_run_values *values)
{
	const struct source *source = reading->source;

	/* An arm beside itself has one history, not two. */
	if (source->is_aa && strcmp(values->arm, source->base_arm) != 0)
		return false;
	return matches(reading->options->workload, values->workload) &&
	       matches(reading->options->metric, values->metric);
}

static struct cell *want_cell(struct reading *reading, const struct nn_run_values *values)
{
	struct nn_history *history = reading->history;
	struct cell *cell;

	if (!reading->workload || strcmp(reading->workload, values->workload) != 0 ||
	    strcmp(reading->boot, values->boot) != 0) {
		reading->workload = keep_text(history, values->workload);
		(void)snprintf(reading->boot, sizeof(reading->boot), "%s", values->boot);
		reading->boot_first = reading->nr_cells;
	}
	for (size_t i = reading->boot_first; i < reading->nr_cells; i++) {
		cell = &reading->cells[i];
		if (cell->direction == values->direction &&
		    strcmp(cell->metric, values->metric) == 0 &&
		    strcmp(cell->unit, values->unit) == 0)
			return cell;
	}
	cell = NN_ARRAY_APPEND(reading->cells, reading->nr_cells, reading->cap_cells);
	cell->workload = reading->workload;
	cell->metric = keep_text(history, values->metric);
	cell->unit = keep_text(history, values->unit);
	cell->arm = keep_text(history, values->arm);
	cell->block = values->block;
	cell->direction = values->direction;
	return cell;
}

static int take_run(void *user, const struct nn_run_values *values, struct nn_err *err)
{
	struct reading *reading = user;
	struct cell *cell;
	double sum = 0;
	size_t start;

	(void)err;
	if (!is_wanted(reading, values))
		return 0;
	cell = want_cell(reading, values);
	(void)nn_steady_classify(values->values, values->nr,
				 values->direction == NN_LOWER_IS_BETTER, &start);
	for (size_t i = start; i < values->nr; i++)
		sum += values->values[i];
	cell->sum += sum / (double)(values->nr - start);
	cell->nr_runs++;
	return 0;
}

/* By metric, then arm and block, so that points and pairs stand together. */
static int by_metric(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;
	int order = strcmp(x->workload, y->workload);

	if (!order)
		order = strcmp(x->metric, y->metric);
	if (!order)
		order = strcmp(x->unit, y->unit);
	if (!order)
		order = (int)x->direction - (int)y->direction;
	if (!order)
		order = strcmp(x->arm, y->arm);
	return order ? order : (x->block > y->block) - (x->block < y->block);
}

static double cell_log(const struct cell *cell)
{
	return log(cell->sum / (double)cell->nr_runs);
}

/* ---- points ---- */

static bool has_key(const struct nn_history_series *series, const struct nn_series_key *key)
{
	/* texts are kept once each */
	return series->key.machine == key->machine && series->key.arm == key->arm &&
	       series->key.workload == key->workload && series->key.metric == key->metric &&
	       series->key.unit == key->unit && series->key.settings == key->settings;
}

static struct nn_history_series *want_series(struct reading *reading,
					     const struct nn_series_key *key)
{
	struct nn_history *history = reading->history;
	struct nn_history_series *series;

	for (size_t i = 0; i < history->nr_series; i++) {
		size_t at = (reading->next_series + i) % history->nr_series;

		if (has_key(&history->series[at], key)) {
			reading->next_series = at + 1;
			return &history->series[at];
		}
	}
	series = NN_ARRAY_APPEND(history->series, history->nr_series, history->cap_series);
	series->key = *key;
	series->pooled_se = NAN;
	return series;
}

static int want_version(struct reading *reading, const char *arm, const char **ret_version,
			struct nn_err *err)
{
	const char *fact = reading->history->version_fact;
	size_t len = strlen(NN_HISTORY_HOST_PREFIX);
	bool is_host = strncmp(fact, NN_HISTORY_HOST_PREFIX, len) == 0;
	NN_AUTO(free) char *value = NULL;
	struct label *label;
	int rc;

	for (size_t i = 0; i < reading->nr_labels; i++) {
		if (reading->labels[i].arm == arm) {
			*ret_version = reading->labels[i].version;
			return 0;
		}
	}
	rc = nn_store_fact(reading->store, reading->source->id, arm, is_host ? "host" : "system",
			   is_host ? fact + len : fact, &value, err);
	if (rc)
		return rc;
	label = NN_ARRAY_APPEND(reading->labels, reading->nr_labels, reading->cap_labels);
	label->arm = arm;
	label->version = *ret_version = keep_text(reading->history, value);
	return 0;
}

/* Logs of one point; @arm is that whose version labels it. */
static int add_point(struct reading *reading, const struct nn_series_key *key,
		     const struct cell *of, size_t nr, struct nn_err *err)
{
	const struct nn_moments moments = nn_moments(reading->logs, nr);
	struct nn_history_series *series = want_series(reading, key);
	const char *version = NULL;
	struct nn_history_point *point;
	int rc;

	series->machine_description = reading->source->description;
	series->is_emulated = reading->source->is_emulated;
	series->direction = of->direction;
	series->is_ratio = key->arm != of->arm;
	if (!isfinite(moments.mean)) {
		series->nr_left_out++;
		return 0;
	}
	rc = want_version(reading, of->arm, &version, err);
	if (rc)
		return rc;
	point = NN_ARRAY_APPEND(series->points, series->nr, series->cap);
	*point = (struct nn_history_point){.campaign = reading->source->campaign,
					   .version = version,
					   .log_mean = moments.mean,
					   .se_log = sqrt(moments.variance / (double)nr),
					   .nr_boots = nr};
	return 0;
}

static bool is_arm_asked_for(const struct reading *reading, const char *arm)
{
	return !reading->options->arm || strcmp(reading->options->arm, arm) == 0;
}

static struct nn_series_key key_of(const struct reading *reading, const struct cell *cell,
				   const char *base)
{
	NN_AUTO(free)
	char *settings = nn_history_settings(&reading->facts, cell->arm, base, cell->workload);

	return (struct nn_series_key){.machine = reading->source->machine,
				      .arm = cell->arm,
				      .workload = cell->workload,
				      .metric = cell->metric,
				      .unit = cell->unit,
				      .settings = keep_text(reading->history, settings)};
}

static int add_arm(struct reading *reading, const struct cell *cells, size_t nr, struct nn_err *err)
{
	const struct nn_series_key key = key_of(reading, cells, NULL);

	if (!is_arm_asked_for(reading, key.arm))
		return 0;
	for (size_t i = 0; i < nr; i++)
		reading->logs[i] = cell_log(&cells[i]);
	return add_point(reading, &key, cells, nr, err);
}

static int add_ratio(struct reading *reading, const struct cell *base, size_t nr_base,
		     const struct cell *arm, size_t nr_arm, struct nn_err *err)
{
	struct nn_series_key key = key_of(reading, arm, base->arm);
	NN_AUTO(free) char *name = nn_asprintf("%s/%s", arm->arm, base->arm);
	size_t i = 0, nr = 0;

	key.arm = keep_text(reading->history, name);
	key.unit = keep_text(reading->history, "ratio");
	if (!is_arm_asked_for(reading, key.arm))
		return 0;
	for (size_t k = 0; k < nr_arm; k++) {
		while (i < nr_base && base[i].block < arm[k].block)
			i++;
		if (i < nr_base && base[i].block == arm[k].block)
			reading->logs[nr++] = cell_log(&arm[k]) - cell_log(&base[i]);
	}
	return nr ? add_point(reading, &key, arm, nr, err) : 0;
}

/* The first cell from @i on that is of another metric, or of another arm too. */
static size_t skip(const struct reading *reading, size_t i, bool is_by_arm)
{
	const struct cell *first = &reading->cells[i];

	for (; i < reading->nr_cells; i++) {
		const struct cell *cell = &reading->cells[i];

		if (cell->workload != first->workload || cell->metric != first->metric ||
		    cell->unit != first->unit || cell->direction != first->direction ||
		    (is_by_arm && cell->arm != first->arm))
			break;
	}
	return i;
}

/* All arms of one metric. */
static int add_metric(struct reading *reading, size_t from, size_t to, struct nn_err *err)
{
	const struct cell *cells = reading->cells;
	size_t base = to, base_end = to;
	int rc = 0;

	for (size_t i = from; i < to; i = skip(reading, i, true)) {
		if (strcmp(cells[i].arm, reading->source->base_arm) != 0)
			continue;
		base = i;
		base_end = skip(reading, i, true);
	}
	for (size_t i = from, end; !rc && i < to; i = end) {
		end = skip(reading, i, true);
		rc = add_arm(reading, cells + i, end - i, err);
		if (!rc && base < to && i != base)
			rc = add_ratio(reading, cells + base, base_end - base, cells + i, end - i,
				       err);
	}
	return rc;
}

static int read_plan(struct reading *reading, struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	int rc;

	nn_pairs_release(&reading->facts);
	reading->facts = (struct nn_pairs){0};
	if (!reading->options->plan_facts)
		return 0;
	rc = nn_store_campaign_get(reading->store, reading->source->id, &campaign, err);
	if (!rc) /* without facts no series has settings */
		(void)reading->options->plan_facts(&campaign, &reading->facts);
	return rc;
}

static int read_campaign(struct reading *reading, struct nn_err *err)
{
	int rc = read_plan(reading, err);

	if (rc)
		return rc;
	reading->nr_cells = reading->nr_labels = reading->next_series = 0;
	reading->workload = NULL;
	rc = nn_store_each_run_values(reading->store, reading->source->id, take_run, reading, err);
	if (rc || !reading->nr_cells)
		return rc;
	qsort(reading->cells, reading->nr_cells, sizeof(*reading->cells), by_metric);
	if (reading->cap_logs < reading->nr_cells) {
		reading->cap_logs = reading->cap_cells;
		reading->logs =
			nn_reallocarray(reading->logs, reading->cap_logs, sizeof(*reading->logs));
	}
	for (size_t i = 0, end; !rc && i < reading->nr_cells; i = end) {
		end = skip(reading, i, false);
		rc = add_metric(reading, i, end, err);
	}
	return rc;
}

int nn_history_read(struct nn_history *history, struct nn_store *store,
		    const struct nn_history_options *options, struct nn_err *err)
{
	NN_AUTO(reading)
	struct reading reading = {.history = history, .store = store, .options = options};
	int rc = nn_store_each_campaign(store, take_campaign, &reading, err);

	for (size_t i = 0; !rc && i < reading.nr_sources; i++) {
		reading.source = &reading.sources[i];
		rc = read_campaign(&reading, err);
	}
	history->nr_finished = reading.nr_sources;
	return rc;
}
