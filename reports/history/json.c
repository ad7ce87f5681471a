/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys are a contract with other programs, told in schema/nearnative.history.1.schema.json:
 * add, never rename or remove.
 */
#include "reports/history/history.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/stats/change.h"
#include "reports/history/build.h"

static json_t *count(size_t nr)
{
	return json_integer((json_int_t)nr);
}

/* Campaigns from and to which a change, a regime or a point belongs: indices, null beyond. */
static json_t *campaign_of(const struct nn_history_series *series, size_t point)
{
	return point < series->nr ? count(series->points[point].campaign) : json_null();
}

static json_t *version_of(const struct nn_history_series *series, size_t point)
{
	return nn_json_str_or_null(point < series->nr ? series->points[point].version : NULL);
}

static size_t before(size_t index)
{
	return index ? index - 1 : SIZE_MAX;
}

/* Of the performance, in percent: below 0 is worse. */
static json_t *effect(const struct nn_history_series *series, double effect_log)
{
	return nn_json_real_or_null(100 * (nn_history_performance(series, effect_log) - 1));
}

static json_t *points_json(const struct nn_history_series *series)
{
	json_t *points = json_array();

	for (size_t i = 0; i < series->nr; i++) {
		const struct nn_history_point *point = &series->points[i];

		(void)json_array_append_new(
			points, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "campaign",
					  count(point->campaign), "version",
					  nn_json_str_or_null(point->version), "value",
					  nn_json_real_or_null(exp(point->log_mean)), "log_mean",
					  nn_json_real_or_null(point->log_mean), "se_log",
					  nn_json_real_or_null(point->se_log), "boots",
					  count(point->nr_boots)));
	}
	return points;
}

static json_t *change_json(const struct nn_history_series *series,
			   const struct nn_history_change *change)
{
	static const char *const states[] = {"new", "known", "lost"};

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o}",
		"index", count(change->index), "found_index",
		change->found_index == SIZE_MAX ? json_null() : count(change->found_index),
		"campaign_before", campaign_of(series, before(change->index)), "campaign_after",
		campaign_of(series, change->index), "version_before",
		version_of(series, before(change->index)), "version_after",
		version_of(series, change->index), "state", states[change->state], "stored",
		change->is_stored, "detector", nn_json_str_or_null(change->detector), "decided",
		nn_json_str_or_null(change->decided), "settings",
		nn_json_str_or_null(change->settings), "p_value",
		nn_json_real_or_null(change->p_value), "p_adjusted",
		nn_json_real_or_null(change->p_adjusted), "effect_log",
		nn_json_real_or_null(change->effect_log), "performance_pct",
		effect(series, change->effect_log), "before", nn_json_real_or_null(change->before),
		"after", nn_json_real_or_null(change->after));
}

static json_t *changes_json(const struct nn_history_series *series)
{
	json_t *changes = json_array();

	for (size_t i = 0; i < series->nr_changes; i++)
		(void)json_array_append_new(changes, change_json(series, &series->changes[i]));
	return changes;
}

static json_t *regimes_json(const struct nn_history_series *series)
{
	json_t *regimes = json_array();

	for (size_t i = 0; i < series->nr_regimes; i++) {
		const struct nn_history_regime *regime = &series->regimes[i];

		(void)json_array_append_new(
			regimes, json_pack("{s:o, s:o, s:o}", "first", count(regime->first),
					   "points", count(regime->nr), "value",
					   nn_json_real_or_null(exp(regime->log_mean))));
	}
	return regimes;
}

static json_t *suspicion_json(const struct nn_history_series *series)
{
	const struct nn_history_suspicion *suspicion = &series->suspicion;
	size_t index = suspicion->index;

	if (!index)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "index", count(index),
			 "campaign_before", campaign_of(series, index - 1), "campaign_after",
			 campaign_of(series, index), "version_before",
			 version_of(series, index - 1), "version_after", version_of(series, index),
			 "p_value", nn_json_real_or_null(suspicion->p_value), "effect_log",
			 nn_json_real_or_null(suspicion->effect_log), "performance_pct",
			 effect(series, suspicion->effect_log));
}

static json_t *series_json(const struct nn_history_series *series)
{
	const struct nn_series_key *key = &series->key;

	return json_pack(
		"{s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o}",
		"machine", nn_json_str_or_null(key->machine), "machine_description",
		nn_json_str_or_null(series->machine_description), "emulated", series->is_emulated,
		"arm", nn_json_str_or_null(key->arm), "is_ratio", series->is_ratio, "workload",
		nn_json_str_or_null(key->workload), "metric", nn_json_str_or_null(key->metric),
		"unit", nn_json_str_or_null(key->unit), "settings",
		nn_json_str_or_null(key->settings), "direction",
		nn_direction_name(series->direction), "judged", series->parameters != NULL,
		"left_out", count(series->nr_left_out), "pooled_se_log",
		nn_json_real_or_null(series->pooled_se), "min_effect_log",
		nn_json_real_or_null(series->parameters ? series->min_effect_log : NAN),
		"parameters", nn_json_str_or_null(series->parameters), "points",
		points_json(series), "changes", changes_json(series), "regimes",
		regimes_json(series), "suspicion", suspicion_json(series));
}

static json_t *campaigns_json(const struct nn_history *history)
{
	json_t *campaigns = json_array();

	for (size_t i = 0; i < history->nr_campaigns; i++) {
		const struct nn_history_campaign *campaign = &history->campaigns[i];

		(void)json_array_append_new(
			campaigns,
			json_pack("{s:o, s:o, s:o}", "uuid", nn_json_str_or_null(campaign->uuid),
				  "name", nn_json_str_or_null(campaign->name), "started",
				  nn_json_str_or_null(campaign->started)));
	}
	return campaigns;
}

int nn_history_json(const struct nn_history *history, struct nn_strbuf *out, struct nn_err *err)
{
	json_t *all = json_array();
	NN_AUTO(json) json_t *root = NULL;
	NN_AUTO(free) char *text = NULL;

	for (size_t i = 0; i < history->nr_series; i++)
		(void)json_array_append_new(all, series_json(&history->series[i]));
	root = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "schema", "nearnative.history/1",
			 "detector", NN_CHANGE_DETECTOR, "version_fact",
			 nn_json_str_or_null(history->version_fact), "finished_campaigns",
			 count(history->nr_finished), "tests", count(history->nr_tests),
			 "campaigns", campaigns_json(history), "series", all);
	if (!root)
		return nn_err_set(err, -ENOMEM, "write the history as JSON");
	text = nn_json_pretty(root);
	nn_strbuf_add(out, text);
	return 0;
}
