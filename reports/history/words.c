/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/build.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/strbuf.h"
#include "harness/stats/change.h"
#include "reports/clean.h"
#include "reports/words.h"

/* Digits of a campaign's UUID that tell it from others for people. */
#define UUID_DIGITS 8
#define DATE_DIGITS 10 /* of a time by ISO 8601 */

/* An adjusted p-value above it is worth a word. */
#define FDR 0.05

static void add_clean(struct nn_strbuf *sb, const char *text)
{
	nn_clean_add(sb, text, strlen(text));
}

double nn_history_performance(const struct nn_history_series *series, double effect_log)
{
	return exp(series->direction == NN_LOWER_IS_BETTER ? -effect_log : effect_log);
}

void nn_history_words_settings(struct nn_strbuf *sb, const struct nn_history_series *series)
{
	add_clean(sb, series->key.settings ? series->key.settings : "unknown");
}

void nn_history_words_effect(struct nn_strbuf *sb, const struct nn_history_series *series,
			     double effect_log)
{
	double performance = nn_history_performance(series, effect_log);

	nn_words_pct(sb, 100 * fabs(performance - 1));
	if (isfinite(performance))
		nn_strbuf_add(sb, performance < 1 ? " worse" : " better");
}

void nn_history_words_value(struct nn_strbuf *sb, const struct nn_history_series *series,
			    double value)
{
	nn_words_number(sb, value);
	if (series->is_ratio)
		return;
	nn_strbuf_addc(sb, ' ');
	add_clean(sb, series->key.unit);
}

static void add_date(struct nn_strbuf *sb, const char *stamp)
{
	nn_clean_add(sb, stamp, strnlen(stamp, DATE_DIGITS));
}

/* Settings by which a change was decided, when they are not those of the series it is told with. */
static void add_settings(struct nn_strbuf *sb, const struct nn_history_series *series,
			 const struct nn_history_change *change)
{
	const char *of_series = series->key.settings;

	if (!change->settings && of_series)
		nn_strbuf_add(sb, " without knowing the settings");
	if (!change->settings || (of_series && strcmp(change->settings, of_series) == 0))
		return;
	nn_strbuf_add(sb, " for the settings ");
	add_clean(sb, change->settings);
}

static void add_decided(struct nn_strbuf *sb, const struct nn_history_series *series,
			const struct nn_history_change *change)
{
	nn_strbuf_add(sb, "decided on ");
	add_date(sb, change->decided ? change->decided : "");
	nn_strbuf_add(sb, " by ");
	add_clean(sb, change->detector);
	add_settings(sb, series, change);
}

/* Where it is found now, when that is not where it was decided to be. */
static void add_moved(struct nn_strbuf *sb, const struct nn_history_change *change)
{
	size_t a = change->index, b = change->found_index;

	if (a == b)
		return;
	nn_strbuf_add(sb, ", now found ");
	nn_words_count(sb, a > b ? a - b : b - a, "campaign");
	nn_strbuf_add(sb, b < a ? " earlier" : " later");
}

void nn_history_words_state(struct nn_strbuf *sb, const struct nn_history_series *series,
			    const struct nn_history_change *change)
{
	switch (change->state) {
	case NN_CHANGE_NEW:
		nn_strbuf_add(sb, change->is_stored ? "new" : "new, not stored");
		break;
	case NN_CHANGE_KNOWN:
		add_decided(sb, series, change);
		add_moved(sb, change);
		break;
	case NN_CHANGE_LOST:
		add_decided(sb, series, change);
		nn_strbuf_add(sb, ", no longer found");
		if (!series->parameters)
			nn_strbuf_add(sb, " (too few campaigns)");
		break;
	}
	if (change->p_adjusted > FDR)
		nn_strbuf_add(sb, ", may be chance among so many series");
}

void nn_history_words_campaign(struct nn_strbuf *sb, const struct nn_history *history,
			       const struct nn_history_series *series, size_t point)
{
	const struct nn_history_campaign *campaign;

	if (point >= series->nr) {
		nn_strbuf_add(sb, "the end");
		return;
	}
	campaign = &history->campaigns[series->points[point].campaign];
	add_clean(sb, campaign->name);
	nn_strbuf_addc(sb, ' ');
	nn_clean_add(sb, campaign->uuid, strnlen(campaign->uuid, UUID_DIGITS));
	nn_strbuf_add(sb, " of ");
	add_date(sb, campaign->started);
}

void nn_history_words_version(struct nn_strbuf *sb, const struct nn_history_series *series,
			      size_t point)
{
	const char *version = point < series->nr ? series->points[point].version : NULL;

	add_clean(sb, version ? version : "?");
}

static bool is_versions_alike(const struct nn_history_series *series, size_t a, size_t b)
{
	const char *x = series->points[a].version, *y = series->points[b].version;

	return !x || !y || strcmp(x, y) == 0;
}

void nn_history_words_suspicion(struct nn_strbuf *sb, const struct nn_history *history,
				const struct nn_history_series *series)
{
	const struct nn_history_suspicion *suspicion = &series->suspicion;
	size_t first = suspicion->index;

	if (!first)
		return;
	nn_strbuf_add(sb, "suspicion: since ");
	nn_history_words_campaign(sb, history, series, first);
	nn_strbuf_add(sb, " it is ");
	nn_history_words_effect(sb, series, suspicion->effect_log);
	nn_strbuf_add(sb, " (");
	nn_words_p(sb, suspicion->p_value);
	nn_strbuf_addf(sb, "); %zu are needed to decide, there %s %zu: run more boots of ",
		       NN_CHANGE_PARAMS_DEFAULT.min_segment, series->nr - first == 1 ? "is" : "are",
		       series->nr - first);
	if (is_versions_alike(series, first - 1, first)) {
		nn_strbuf_add(sb, "what was measured in ");
		nn_history_words_campaign(sb, history, series, first - 1);
		nn_strbuf_add(sb, " and since");
	} else {
		nn_history_words_version(sb, series, first - 1);
		nn_strbuf_add(sb, " and ");
		nn_history_words_version(sb, series, first);
	}
}

static void add_boots(struct nn_strbuf *sb, const struct nn_history_series *series)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < series->nr; i++) {
		uint64_t nr = series->points[i].nr_boots;

		least = nr < least ? nr : least;
		most = nr > most ? nr : most;
	}
	nn_strbuf_add(sb, " of ");
	if (least < most)
		nn_strbuf_addf(sb, "%" PRIu64 " to ", least);
	nn_words_count(sb, most, series->is_ratio ? "block" : "boot");
}

void nn_history_words_extent(struct nn_strbuf *sb, const struct nn_history *history,
			     const struct nn_history_series *series)
{
	nn_words_count(sb, series->nr, "campaign");
	if (series->nr) {
		const struct nn_history_point *points = series->points;

		add_boots(sb, series);
		nn_strbuf_add(sb, ", ");
		add_date(sb, history->campaigns[points[0].campaign].started);
		nn_strbuf_add(sb, " to ");
		add_date(sb, history->campaigns[points[series->nr - 1].campaign].started);
		nn_strbuf_add(sb, "; latest ");
		nn_history_words_value(sb, series, exp(points[series->nr - 1].log_mean));
	}
	if (series->nr_left_out) {
		nn_strbuf_add(sb, "; ");
		nn_words_count(sb, series->nr_left_out, "campaign");
		nn_strbuf_add(sb, " left out: a value is zero or negative");
	}
}

void nn_history_words_quiet(struct nn_strbuf *sb, const struct nn_history_series *series)
{
	if (!series->parameters)
		nn_strbuf_addf(sb, "too few campaigns to look for changes: %zu, at least %d",
			       series->nr, NN_HISTORY_MIN_POINTS);
	else if (!series->nr_changes)
		nn_strbuf_add(sb, "no change found");
}

static void add_part(struct nn_strbuf *sb, size_t nr, const char *text, bool *is_first)
{
	if (!nr)
		return;
	nn_strbuf_addf(sb, "%s%zu %s", *is_first ? " (" : ", ", nr, text);
	*is_first = false;
}

void nn_history_words_summary(struct nn_strbuf *sb, const struct nn_history *history)
{
	size_t nr_states[3] = {0}, nr_all = 0, nr_short = 0, nr_suspicions = 0;
	bool is_first = true;

	for (size_t i = 0; i < history->nr_series; i++) {
		const struct nn_history_series *series = &history->series[i];

		nr_short += !series->parameters;
		nr_suspicions += series->suspicion.index > 0;
		nr_all += series->nr_changes;
		for (size_t k = 0; k < series->nr_changes; k++)
			nr_states[series->changes[k].state]++;
	}
	nn_strbuf_addf(sb, "%zu series over ", history->nr_series);
	nn_words_count(sb, history->nr_finished, "finished campaign");
	nn_strbuf_add(sb, ": ");
	nn_words_count(sb, nr_all, "change");
	add_part(sb, nr_states[NN_CHANGE_NEW], "new", &is_first);
	add_part(sb, nr_states[NN_CHANGE_LOST], "no longer found", &is_first);
	nn_strbuf_add(sb, is_first ? "" : ")");
	if (nr_suspicions) {
		nn_strbuf_add(sb, ", ");
		nn_words_count(sb, nr_suspicions, "suspicion");
	}
	if (nr_short)
		nn_strbuf_addf(sb,
			       "; %zu with fewer than %d campaigns, of which no change can be "
			       "told",
			       nr_short, NN_HISTORY_MIN_POINTS);
}
