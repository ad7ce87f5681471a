/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"

/* Columns of nn_store_each_decision(). */
enum column {
	MACHINE,
	ARM,
	WORKLOAD,
	METRIC,
	UNIT,
	DETECTOR = 6,
	P_VALUE = 8,
	EFFECT_LOG,
	BEFORE,
	AFTER,
	DECIDED,
	CAMPAIGN,
	SETTINGS,
};

/* The index of campaign @id; their number when there is none. Campaigns stand oldest first. */
static size_t campaign_of(const struct nn_history *history, int64_t id)
{
	size_t campaign = 0;

	while (campaign < history->nr_campaigns && history->campaigns[campaign].id != id)
		campaign++;
	return campaign;
}

/* The first point of a later campaign. */
static size_t point_after(const struct nn_history_series *series, size_t campaign)
{
	size_t i = 0;

	while (i < series->nr && series->points[i].campaign <= campaign)
		i++;
	return i;
}

static bool is_of(const struct nn_series_key *key, const char *const *columns)
{
	return strcmp(key->machine, columns[MACHINE]) == 0 && strcmp(key->arm, columns[ARM]) == 0 &&
	       strcmp(key->workload, columns[WORKLOAD]) == 0 &&
	       strcmp(key->metric, columns[METRIC]) == 0 && strcmp(key->unit, columns[UNIT]) == 0;
}

/*
 * How near a decision made after @campaign is to a series: the one with its settings is nearest,
 * then the one that has the campaign, then those that had been measured last before it.
 */
static size_t nearness(const struct nn_history_series *series, size_t campaign,
		       const char *settings)
{
	size_t after = point_after(series, campaign);

	if (settings && series->key.settings && strcmp(settings, series->key.settings) == 0)
		return SIZE_MAX;
	return after ? series->points[after - 1].campaign + 2 : 1;
}

/* Where the decision is told; NULL: nothing of what it is about is looked at. */
static struct nn_history_series *series_of(const struct nn_history *history, size_t campaign,
					   const char *const *columns)
{
	struct nn_history_series *nearest = NULL;
	size_t most = 0;

	for (size_t i = 0; i < history->nr_series; i++) {
		struct nn_history_series *series = &history->series[i];
		size_t near;

		if (!is_of(&series->key, columns))
			continue;
		near = nearness(series, campaign, columns[SETTINGS]);
		if (near > most) {
			nearest = series;
			most = near;
		}
	}
	return nearest;
}

static double parse_number(const char *text)
{
	double value = NAN;

	if (text)
		(void)nn_parse_double(text, &value, NULL); /* a number that the store printed */
	return value;
}

static int take_decision(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_history *history = user;
	int64_t id = strtoll(columns[CAMPAIGN], NULL, 10); /* the store's own number */
	size_t campaign = campaign_of(history, id);
	struct nn_history_series *series = series_of(history, campaign, columns);
	struct nn_history_change *change;

	(void)nr_columns;
	(void)err;
	if (!series)
		return 0;
	change = NN_ARRAY_APPEND(series->changes, series->nr_changes, series->cap_changes);
	change->campaign = id;
	change->index = point_after(series, campaign);
	change->found_index = change->test = SIZE_MAX;
	change->state = NN_CHANGE_LOST;
	change->is_stored = true;
	change->detector = nn_strdup(columns[DETECTOR]);
	change->decided = nn_strdup(columns[DECIDED]);
	change->settings = nn_strdup(columns[SETTINGS]);
	change->p_value = parse_number(columns[P_VALUE]);
	change->p_adjusted = NAN;
	change->effect_log = parse_number(columns[EFFECT_LOG]);
	change->before = parse_number(columns[BEFORE]);
	change->after = parse_number(columns[AFTER]);
	return 0;
}

int nn_history_recall(struct nn_history *history, struct nn_store *store, struct nn_err *err)
{
	return nn_store_each_decision(store, NULL, take_decision, history, err);
}
