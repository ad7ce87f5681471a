/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/build.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/change.h"
#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"
#include "harness/stats/multiple.h"
#include "harness/stats/random.h"

/* Two-sided level of a suspicion; it begins at one of four places, which are counted. */
#define SUSPICION_LEVEL 0.01

struct detecting {
	struct nn_history *history;
	struct nn_history_series *series; /* at hand */
	double *values;                   /* of its points */
	double *p_values;                 /* of every test of all series, in their order */
	size_t nr_tests, cap_tests;
};

/* ---- what the detector is told ---- */

/* Of a point, over all campaigns: each counts by its degrees of freedom. */
static double pooled_se(const struct nn_history_series *series)
{
	double sum = 0, df = 0;

	for (size_t i = 0; i < series->nr; i++) {
		const struct nn_history_point *point = &series->points[i];

		if (!isfinite(point->se_log))
			continue;
		sum += (double)(point->nr_boots - 1) * point->se_log * point->se_log;
		df += (double)(point->nr_boots - 1);
	}
	return df > 0 ? sqrt(sum / df) : NAN;
}

/* Without the settings, so that a series which they do not split is decided on as before. */
static uint64_t series_seed(const struct nn_series_key *key)
{
	NN_AUTO(free)
	char *name = nn_asprintf("%s\n%s\n%s\n%s\n%s", key->machine, key->arm, key->workload,
				 key->metric, key->unit);

	return nn_random_seed_of(name);
}

static struct nn_change_params choose_params(struct nn_history_series *series)
{
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	series->pooled_se = pooled_se(series);
	series->min_effect_log = NN_HISTORY_MIN_EFFECT_LOG;
	if (2 * series->pooled_se > series->min_effect_log)
		series->min_effect_log = 2 * series->pooled_se;
	params.min_effect = series->min_effect_log;
	params.seed = series_seed(&series->key);
	nn_strbuf_addf(&sb, "min-segment=%zu permutations=%zu p=", params.min_segment,
		       params.nr_permutations);
	nn_strbuf_add_double(&sb, params.p_value);
	nn_strbuf_add(&sb, " min-effect-log=");
	nn_strbuf_add_double(&sb, params.min_effect);
	nn_strbuf_addf(&sb, " seed=%" PRIu64 " points=%zu", params.seed, series->nr);
	series->parameters = nn_strbuf_detach(&sb);
	return params;
}

/* ---- changes that are found ---- */

static size_t distance(size_t a, size_t b)
{
	return a > b ? a - b : b - a;
}

/* Decisions at the place of @found, whichever detector made them, are confirmed by it. */
static bool confirm(struct nn_history_series *series, size_t nr_decided,
		    const struct nn_change *found, size_t test)
{
	bool is_known = false;

	for (size_t i = 0; i < nr_decided; i++) {
		struct nn_history_change *change = &series->changes[i];

		if (distance(change->index, found->index) > NN_HISTORY_SAME_WITHIN)
			continue;
		change->state = NN_CHANGE_KNOWN;
		change->found_index = found->index;
		change->test = test;
		is_known = true;
	}
	return is_known;
}

static void add_new(const struct nn_history *history, struct nn_history_series *series,
		    const struct nn_change *found, size_t test)
{
	struct nn_history_change *change =
		NN_ARRAY_APPEND(series->changes, series->nr_changes, series->cap_changes);
	size_t campaign = series->points[found->index - 1].campaign;

	change->index = change->found_index = found->index;
	change->test = test;
	change->state = NN_CHANGE_NEW;
	change->campaign = history->campaigns[campaign].id;
	change->detector = nn_strdup(NN_CHANGE_DETECTOR);
	change->settings = nn_strdup(series->key.settings);
	change->p_value = found->p_value;
	change->p_adjusted = NAN;
	change->effect_log = found->after - found->before;
	change->before = exp(found->before);
	change->after = exp(found->after);
}

static int by_index(const void *a, const void *b)
{
	const struct nn_history_change *x = a, *y = b;
	int order = (x->index > y->index) - (x->index < y->index);

	return order ? order : strcmp(x->detector, y->detector);
}

/* ---- regimes and suspicion ---- */

static double mean_of(const struct nn_history_series *series, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += series->points[i].log_mean;
	return sum / (double)(to - from);
}

static void end_regime(struct nn_history_series *series, size_t first, size_t end)
{
	struct nn_history_regime *regime =
		NN_ARRAY_APPEND(series->regimes, series->nr_regimes, series->cap_regimes);

	*regime = (struct nn_history_regime){
		.first = first, .nr = end - first, .log_mean = mean_of(series, first, end)};
}

static void find_regimes(struct nn_history_series *series)
{
	size_t first = 0;

	for (size_t i = 0; i < series->nr_changes; i++) {
		const struct nn_history_change *change = &series->changes[i];

		if (change->state == NN_CHANGE_LOST || change->index <= first ||
		    change->index >= series->nr)
			continue;
		end_regime(series, first, change->index);
		first = change->index;
	}
	if (first < series->nr)
		end_regime(series, first, series->nr);
}

/* How likely the last @nr points of a regime stand so far apart from its others by chance. */
static double tail_p_value(const double *values, size_t nr_before, size_t nr, double *ret_effect)
{
	const struct nn_moments before = nn_moments(values, nr_before);
	const struct nn_moments tail = nn_moments(values + nr_before, nr);
	double se = sqrt(before.variance * (1 / (double)nr_before + 1 / (double)nr));
	double t;

	*ret_effect = tail.mean - before.mean;
	if (!(se > 0)) /* points that never varied until now */
		return *ret_effect != 0 ? 0 : 1;
	t = fabs(*ret_effect) / se;
	return 2 * nn_t_cdf(-t, (double)nr_before - 1);
}

/*
 * A change needs as many points behind it as the detector's least segment. Fewer than that, at the
 * end, are held against the regime before them by a t test for each place at which they may begin.
 */
static void suspect(struct nn_history_series *series, const double *values, size_t min_segment)
{
	const struct nn_history_regime *last = &series->regimes[series->nr_regimes - 1];
	double smallest = SUSPICION_LEVEL;

	for (size_t nr = 1; nr < min_segment && nr + min_segment <= last->nr; nr++) {
		double effect;
		double p_value = tail_p_value(values + last->first, last->nr - nr, nr, &effect);

		p_value = fmin(1, p_value * (double)(min_segment - 1));
		if (p_value > smallest || fabs(effect) < series->min_effect_log)
			continue;
		smallest = p_value;
		series->suspicion = (struct nn_history_suspicion){
			.index = last->first + last->nr - nr,
			.effect_log = effect,
			.p_value = p_value,
		};
	}
}

/* ---- one series ---- */

/* The test's number. */
static size_t add_test(struct detecting *detecting, double p_value)
{
	*NN_ARRAY_APPEND(detecting->p_values, detecting->nr_tests, detecting->cap_tests) = p_value;
	return detecting->nr_tests - 1;
}

/*
 * The last place at which a change may be found is also where the detector puts one that lies
 * later. Where the points split best behind it, the shift is too fresh to be placed.
 */
static bool is_fresh(const struct detecting *detecting, const struct nn_change *found, size_t i)
{
	const size_t least = NN_CHANGE_PARAMS_DEFAULT.min_segment, nr = detecting->series->nr;
	size_t first = i ? found[i - 1].index : 0;
	double q;

	return found[i].index + least == nr &&
	       first + nn_energy_split(detecting->values + first, nr - first, 1, &q) >
		       found[i].index;
}

static void take_changes(struct detecting *detecting, const struct nn_change *found, size_t nr,
			 size_t nr_decided)
{
	for (size_t i = 0; i < nr; i++) {
		size_t test = add_test(detecting, found[i].p_value);

		if (!confirm(detecting->series, nr_decided, &found[i], test) &&
		    !is_fresh(detecting, found, i))
			add_new(detecting->history, detecting->series, &found[i], test);
	}
}

/* Leave out of @found what is too near to @known ones for regimes of their own. */
static size_t drop_known(struct nn_change *found, size_t nr, const struct nn_change *known,
			 size_t nr_known, size_t min_segment)
{
	size_t nr_kept = 0;

	for (size_t i = 0; i < nr; i++) {
		bool is_known = false;

		for (size_t k = 0; k < nr_known; k++)
			is_known |= distance(found[i].index, known[k].index) < min_segment;
		if (!is_known)
			found[nr_kept++] = found[i];
	}
	return nr_kept;
}

/*
 * A shift of the last few points, which cannot be a regime yet, looks like dependence of neighbours
 * to the detector, whose block permutations then see no change at all, not even one that stood for
 * months. So the series is searched without these points too.
 */
static void find_changes(struct detecting *detecting)
{
	struct nn_history_series *series = detecting->series;
	const struct nn_change_params params = choose_params(series);
	const size_t nr_decided = series->nr_changes, nr_fresh = params.min_segment - 1;
	const size_t cap = series->nr / params.min_segment + 1;
	const double *values = detecting->values;
	NN_AUTO(free) struct nn_change *found = nn_calloc(cap, sizeof(*found));
	NN_AUTO(free) struct nn_change *before = nn_calloc(cap, sizeof(*before));
	size_t nr_found, nr_before = 0;

	nr_found = nn_change_points(values, series->nr, &params, found);
	if (series->nr >= NN_HISTORY_MIN_POINTS + nr_fresh)
		nr_before = nn_change_points(values, series->nr - nr_fresh, &params, before);
	nr_before = drop_known(before, nr_before, found, nr_found, params.min_segment);
	take_changes(detecting, found, nr_found, nr_decided);
	take_changes(detecting, before, nr_before, nr_decided);
	(void)add_test(detecting, 1); /* the search ends with a split that is not significant */
}

static void detect_series(struct detecting *detecting)
{
	struct nn_history_series *series = detecting->series;
	NN_AUTO(free) double *values = nn_calloc(series->nr + 1, sizeof(*values));

	for (size_t i = 0; i < series->nr; i++)
		values[i] = series->points[i].log_mean;
	detecting->values = values;
	if (series->nr >= NN_HISTORY_MIN_POINTS)
		find_changes(detecting);
	if (series->nr_changes)
		qsort(series->changes, series->nr_changes, sizeof(*series->changes), by_index);
	find_regimes(series);
	if (series->nr >= NN_HISTORY_MIN_POINTS)
		suspect(series, values, NN_CHANGE_PARAMS_DEFAULT.min_segment);
}

/* ---- all series together ---- */

static void adjust(struct detecting *detecting)
{
	struct nn_history *history = detecting->history;
	NN_AUTO(free) double *adjusted = nn_calloc(detecting->nr_tests + 1, sizeof(*adjusted));

	nn_adjust_benjamini_hochberg(detecting->p_values, detecting->nr_tests, adjusted);
	for (size_t i = 0; i < history->nr_series; i++) {
		struct nn_history_series *series = &history->series[i];

		for (size_t k = 0; k < series->nr_changes; k++) {
			struct nn_history_change *change = &series->changes[k];

			if (change->test != SIZE_MAX)
				change->p_adjusted = adjusted[change->test];
		}
	}
	history->nr_tests = detecting->nr_tests;
}

void nn_history_detect(struct nn_history *history)
{
	struct detecting detecting = {.history = history};

	for (size_t i = 0; i < history->nr_series; i++) {
		detecting.series = &history->series[i];
		detect_series(&detecting);
	}
	adjust(&detecting);
	free(detecting.p_values);
}
