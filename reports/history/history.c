/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/stats/change.h"
#include "reports/history/build.h"
#include "reports/words.h"

static int compare_texts(const char *a, const char *b)
{
	int order = nn_words_compare(a, b);

	return order ? order : strcmp(a, b);
}

static int by_key(const void *a, const void *b)
{
	const struct nn_series_key *x = &((const struct nn_history_series *)a)->key;
	const struct nn_series_key *y = &((const struct nn_history_series *)b)->key;
	int order = strcmp(x->machine, y->machine);

	if (!order)
		order = compare_texts(x->arm, y->arm);
	if (!order)
		order = compare_texts(x->workload, y->workload);
	if (!order && x->settings && y->settings)
		order = compare_texts(x->settings, y->settings);
	else if (!order)
		order = (x->settings != NULL) - (y->settings != NULL);
	if (!order)
		order = compare_texts(x->metric, y->metric);
	return order ? order : strcmp(x->unit, y->unit);
}

/* Texts are kept once each, so that their addresses tell them apart. */
static bool is_same_but_for_settings(const struct nn_series_key *x, const struct nn_series_key *y)
{
	return x->machine == y->machine && x->arm == y->arm && x->workload == y->workload &&
	       x->metric == y->metric && x->unit == y->unit;
}

static void mark_told_by_settings(struct nn_history *history)
{
	for (size_t i = 0; i < history->nr_series; i++) {
		struct nn_history_series *a = &history->series[i];

		for (size_t k = i + 1; k < history->nr_series; k++) {
			struct nn_history_series *b = &history->series[k];

			if (is_same_but_for_settings(&a->key, &b->key))
				a->is_told_by_settings = b->is_told_by_settings = true;
		}
	}
}

int nn_history_new(struct nn_store *store, const struct nn_history_options *options,
		   struct nn_history **ret_history, struct nn_err *err)
{
	NN_AUTO(history) struct nn_history *history = nn_calloc(1, sizeof(*history));
	int rc;

	history->version_fact =
		nn_strdup(options->version ? options->version : NN_HISTORY_VERSION_FACT);
	rc = nn_history_read(history, store, options, err);
	if (rc)
		return rc;
	if (history->nr_series)
		qsort(history->series, history->nr_series, sizeof(*history->series), by_key);
	mark_told_by_settings(history);
	rc = nn_history_recall(history, store, err);
	if (rc)
		return rc;
	nn_history_detect(history);
	*ret_history = NN_STEAL(history);
	return 0;
}

static void release_series(struct nn_history_series *series)
{
	for (size_t i = 0; i < series->nr_changes; i++) {
		free(series->changes[i].detector);
		free(series->changes[i].decided);
		free(series->changes[i].settings);
	}
	free(series->changes);
	free(series->points);
	free(series->regimes);
	free(series->parameters);
}

void nn_history_free(struct nn_history *history)
{
	if (!history)
		return;
	for (size_t i = 0; i < history->nr_campaigns; i++) {
		free(history->campaigns[i].uuid);
		free(history->campaigns[i].name);
		free(history->campaigns[i].started);
	}
	free(history->campaigns);
	for (size_t i = 0; i < history->nr_series; i++)
		release_series(&history->series[i]);
	free(history->series);
	nn_strings_release(&history->texts);
	free(history->version_fact);
	free(history);
}

/* ---- keeping decisions ---- */

static bool is_unstored(const struct nn_history_change *change)
{
	return change->state == NN_CHANGE_NEW && !change->is_stored;
}

size_t nn_history_count_unstored(const struct nn_history *history)
{
	size_t nr = 0;

	for (size_t i = 0; i < history->nr_series; i++) {
		for (size_t k = 0; k < history->series[i].nr_changes; k++)
			nr += is_unstored(&history->series[i].changes[k]);
	}
	return nr;
}

static int keep(const struct nn_history_series *series, struct nn_history_change *change,
		struct nn_store *store, struct nn_err *err)
{
	const struct nn_decision decision = {
		.key = series->key,
		.campaign = change->campaign,
		.detector = change->detector,
		.parameters = series->parameters,
		.p_value = change->p_value,
		.effect_log = change->effect_log,
		.before = change->before,
		.after = change->after,
	};
	int rc = nn_store_decision_add(store, &decision, NULL, err);

	if (!rc)
		change->is_stored = true;
	return rc;
}

int nn_history_keep(struct nn_history *history, struct nn_store *store, struct nn_err *err)
{
	for (size_t i = 0; i < history->nr_series; i++) {
		struct nn_history_series *series = &history->series[i];

		for (size_t k = 0; k < series->nr_changes; k++) {
			int rc = is_unstored(&series->changes[k])
					 ? keep(series, &series->changes[k], store, err)
					 : 0;

			if (rc)
				return rc;
		}
	}
	return 0;
}
