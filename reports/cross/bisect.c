/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/bisect.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/stats/multiple.h"
#include "reports/build.h"
#include "reports/clean.h"
#include "reports/figures.h"
#include "reports/judge.h"
#include "reports/rows.h"
#include "reports/words.h"

static void release_row(struct nn_bisect_row *row)
{
	free(row->base_arm);
	free(row->arm);
	free(row->workload);
	free(row->metric);
	free(row->unit);
	free(row->base);
	free(row->values);
	nn_strings_release(&row->doubts);
}

void nn_bisect_release(struct nn_bisect *bisect)
{
	for (size_t i = 0; i < bisect->nr_rows; i++)
		release_row(&bisect->rows[i]);
	free(bisect->rows);
	*bisect = (struct nn_bisect){0};
}

/* ---- two arms of one campaign ---- */

static int take_series(void *user, struct nn_series *series, struct nn_err *err)
{
	(void)err;
	nn_row_plan_add(user, series);
	return 0;
}

static bool is_same_target(const struct nn_comparison *out, const char *base, const char *arm)
{
	const struct nn_report_arm *a = nn_comparison_arm(out, base);
	const struct nn_report_arm *b = nn_comparison_arm(out, arm);

	return a && b && strcmp(a->target, b->target) == 0;
}

/* Doubts stand first among the reasons; with any of them the row is invalid. */
static void doubt_row(const struct nn_build *build, struct nn_report_row *row)
{
	bool is_software_only = is_same_target(build->out, row->base_arm, row->arm);
	struct nn_strings doubts = {0};
	struct nn_strings kept = {0};

	nn_build_doubts(build, row->workload, row->base_arm, row->arm, &doubts);
	for (size_t i = 0; i < doubts.nr; i++) {
		if (!is_software_only ||
		    strncmp(doubts.items[i], NN_METAL_DOUBT, strlen(NN_METAL_DOUBT)) != 0)
			nn_strings_add(&kept, NN_STEAL(doubts.items[i]));
	}
	nn_strings_release(&doubts);
	if (kept.nr && !row->verdict)
		row->verdict = nn_strdup(NN_INVALID);
	for (size_t i = 0; i < row->reasons.nr; i++)
		nn_strings_add(&kept, NN_STEAL(row->reasons.items[i]));
	nn_strings_release(&row->reasons);
	row->reasons = kept;
}

static int build_pair(struct nn_build *build, const char *base, const char *arm, struct nn_err *err)
{
	struct nn_comparison *out = build->out;
	struct nn_row_plan plan = {.out = out, .pairing = NN_PAIRING_PAIRED};
	int rc = nn_build_gather(build, err);

	if (!rc)
		rc = nn_build_validity(build, err);
	if (rc)
		return rc;
	/* Counted instructions are the same whatever executes them. */
	if (out->is_virtual_time)
		out->allow_emulated = true;
	(void)nn_row_plan_arm(&plan, base);
	(void)nn_row_plan_arm(&plan, arm);
	nn_row_plan_pair(&plan, 0, 1);
	rc = nn_series_each_of_store(build->store, build->campaign, plan.arms, plan.nr_arms,
				     take_series, &plan, err);
	nn_row_plan_release(&plan);
	for (size_t i = 0; !rc && i < out->nr_rows; i++)
		doubt_row(build, &out->rows[i]);
	return rc;
}

int nn_bisect_read_pair(struct nn_store *store, int64_t campaign, const char *base, const char *arm,
			struct nn_comparison **ret_comparison, struct nn_err *err)
{
	NN_AUTO(comparison) struct nn_comparison *out = nn_calloc(1, sizeof(*out));
	struct nn_build build = {.store = store, .campaign = campaign, .out = out};
	int rc = build_pair(&build, base, arm, err);

	nn_build_release(&build);
	if (!rc)
		*ret_comparison = NN_STEAL(out);
	return rc;
}

/* ---- rounds ---- */

static bool matches(const char *glob, const char *text)
{
	return !glob || fnmatch(glob, text, 0) == 0;
}

static bool is_row(const struct nn_bisect_row *row, const struct nn_report_row *of)
{
	return row->direction == of->direction && strcmp(row->base_arm, of->base_arm) == 0 &&
	       strcmp(row->arm, of->arm) == 0 && strcmp(row->workload, of->workload) == 0 &&
	       strcmp(row->metric, of->metric) == 0 && strcmp(row->unit, of->unit) == 0;
}

static struct nn_bisect_row *want_row(struct nn_bisect *bisect, const struct nn_report_row *of)
{
	struct nn_bisect_row *row;

	for (size_t i = 0; i < bisect->nr_rows; i++) {
		if (is_row(&bisect->rows[i], of))
			return &bisect->rows[i];
	}
	row = NN_ARRAY_APPEND(bisect->rows, bisect->nr_rows, bisect->cap_rows);
	row->base_arm = nn_strdup(of->base_arm);
	row->arm = nn_strdup(of->arm);
	row->workload = nn_strdup(of->workload);
	row->metric = nn_strdup(of->metric);
	row->unit = nn_strdup(of->unit);
	row->direction = of->direction;
	row->is_paired = of->is_paired;
	return row;
}

/* Values of the baseline are the same in every round. */
static void add_values(struct nn_bisect_row *row, const struct nn_report_row *of)
{
	NN_AUTO(figures) struct nn_figures figures = nn_figures_collect(of, nn_figure_mean, 0);
	bool is_first = !row->nr_base;

	for (size_t i = 0; (row->is_paired || is_first) && i < figures.nr_base; i++)
		*NN_ARRAY_APPEND(row->base, row->nr_base, row->cap_base) = figures.base[i];
	for (size_t i = 0; i < figures.nr_arm; i++)
		*NN_ARRAY_APPEND(row->values, row->nr, row->cap) = figures.arm[i];
}

static void add_row(struct nn_bisect *bisect, const struct nn_report_row *of)
{
	struct nn_bisect_row *row;

	if (!matches(bisect->params.workload, of->workload) ||
	    !matches(bisect->params.metric, of->metric) || !of->arm)
		return;
	if (of->is_lone && !of->base_side.boots.nr)
		return; /* there is nothing that it could be slower than */
	row = want_row(bisect, of);
	if (of->is_lone) {
		nn_strings_add(&row->doubts, nn_asprintf("'%s' did not measure it", of->arm));
		return;
	}
	row->is_paired = of->is_paired; /* a lone row does not know */
	add_values(row, of);
	for (size_t i = 0; nn_row_is_invalid(of) && i < of->reasons.nr; i++)
		nn_strings_add(&row->doubts, nn_strdup(of->reasons.items[i]));
}

void nn_bisect_add_round(struct nn_bisect *bisect, const struct nn_comparison *round)
{
	bisect->nr_rounds++;
	for (size_t i = 0; i < round->nr_rows; i++)
		add_row(bisect, &round->rows[i]);
}

/* ---- verdicts ---- */

static size_t nr_boots(const struct nn_bisect_row *row)
{
	return row->nr_base < row->nr ? row->nr_base : row->nr;
}

static bool is_constant(const struct nn_bisect_row *row)
{
	for (size_t i = 0; i < row->nr_base; i++) {
		if (row->base[i] != row->base[0])
			return false;
	}
	for (size_t i = 0; i < row->nr; i++) {
		if (row->values[i] != row->base[0])
			return false;
	}
	return true;
}

/* The ratio of performance: of times it is the other way round. */
static int measure(struct nn_bisect_row *row)
{
	bool is_turned = row->direction == NN_LOWER_IS_BETTER;
	const double *below = is_turned ? row->values : row->base;
	const double *above = is_turned ? row->base : row->values;

	if (row->is_paired)
		return nn_ratio_paired(below, above, nr_boots(row), &row->performance);
	return nn_ratio_welch(below, is_turned ? row->nr : row->nr_base, above,
			      is_turned ? row->nr_base : row->nr, &row->performance);
}

static void test_row(const struct nn_bisect *bisect, struct nn_bisect_row *row)
{
	double bound = 1 - bisect->params.threshold;

	row->p_bad = row->p_bad_adjusted = row->p_good = NAN;
	row->performance = (struct nn_ratio){
		.estimate = NAN, .lower95 = NAN, .upper95 = NAN, .ci95 = {NAN, NAN}};
	row->outcome = NN_BISECT_NEAR;
	if (row->doubts.nr || !nr_boots(row)) {
		row->outcome = NN_BISECT_UNTOLD;
	} else if (measure(row)) {
		/* of zero and less there is no ratio, but what is always the same is no worse */
		bool is_good = is_constant(row) && nr_boots(row) >= NN_MIN_BOOTS;

		row->outcome = is_good ? NN_BISECT_GOOD : NN_BISECT_UNTOLD;
		if (!is_constant(row))
			nn_strings_add(&row->doubts, nn_strdup("a value is zero or negative, of "
							       "which there is no log ratio"));
	} else if (nr_boots(row) >= NN_MIN_BOOTS) {
		row->p_bad = nn_ratio_regression_p(&row->performance, bound);
		row->p_good = nn_ratio_noninferiority_p(&row->performance, bound);
	}
}

static void adjust(struct nn_bisect *bisect)
{
	NN_AUTO(free) double *p_values = nn_calloc(bisect->nr_rows + 1, sizeof(*p_values));
	NN_AUTO(free) double *adjusted = nn_calloc(bisect->nr_rows + 1, sizeof(*adjusted));

	for (size_t i = 0; i < bisect->nr_rows; i++)
		p_values[i] = bisect->rows[i].p_bad;
	nn_adjust_benjamini_hochberg(p_values, bisect->nr_rows, adjusted);
	for (size_t i = 0; i < bisect->nr_rows; i++)
		bisect->rows[i].p_bad_adjusted = adjusted[i];
}

enum nn_bisect_outcome nn_bisect_judge(struct nn_bisect *bisect)
{
	double alpha = NN_BISECT_ALPHA / (double)bisect->params.max_rounds;
	size_t nr_with[NN_BISECT_UNTOLD + 1] = {0};

	for (size_t i = 0; i < bisect->nr_rows; i++)
		test_row(bisect, &bisect->rows[i]);
	adjust(bisect);
	for (size_t i = 0; i < bisect->nr_rows; i++) {
		struct nn_bisect_row *row = &bisect->rows[i];

		if (row->p_bad_adjusted <= alpha)
			row->outcome = NN_BISECT_BAD;
		else if (row->p_good <= alpha)
			row->outcome = NN_BISECT_GOOD;
		nr_with[row->outcome]++;
	}
	if (nr_with[NN_BISECT_BAD])
		return NN_BISECT_BAD;
	if (nr_with[NN_BISECT_UNTOLD] || !bisect->nr_rows)
		return NN_BISECT_UNTOLD;
	return nr_with[NN_BISECT_NEAR] ? NN_BISECT_NEAR : NN_BISECT_GOOD;
}

const struct nn_bisect_row *nn_bisect_decisive(const struct nn_bisect *bisect,
					       enum nn_bisect_outcome outcome)
{
	const struct nn_bisect_row *worst = NULL;

	for (size_t i = 0; i < bisect->nr_rows; i++) {
		const struct nn_bisect_row *row = &bisect->rows[i];

		if (row->outcome != outcome)
			continue;
		if (!worst || row->performance.estimate < worst->performance.estimate)
			worst = row;
	}
	return worst;
}

/* ---- is a baseline fit? ---- */

static const char *without_label(const char *arm)
{
	return strchr(arm, ':') + 1; /* labelled by nn_cross_new() */
}

static bool has_row_of(const struct nn_bisect *bisect, const char *arm)
{
	for (size_t i = 0; i < bisect->nr_rows; i++) {
		if (strcmp(without_label(bisect->rows[i].base_arm), arm) == 0)
			return true;
	}
	return false;
}

static int check_row(const struct nn_bisect_row *row, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (row->outcome == NN_BISECT_UNTOLD) {
		nn_words_join(&sb, &row->doubts, "; ");
		return nn_err_set(err, -ENOTSUP, "%s:%s of %s: %s", row->workload, row->metric,
				  without_label(row->base_arm), nn_strbuf_str(&sb));
	}
	if (row->nr_base >= NN_MIN_BOOTS)
		return 0;
	return nn_err_set(err, -ENOTSUP, "%s:%s of %s: fewer than %d boots: %zu", row->workload,
			  row->metric, without_label(row->base_arm), NN_MIN_BOOTS, row->nr_base);
}

int nn_bisect_check_baseline(const struct nn_bisect_params *params,
			     const struct nn_comparison *round, const struct nn_strings *arms,
			     struct nn_err *err)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = *params};
	int rc = 0;

	nn_bisect_add_round(&bisect, round);
	(void)nn_bisect_judge(&bisect); /* that it is no worse than itself says nothing */
	for (size_t i = 0; i < arms->nr; i++) {
		if (!has_row_of(&bisect, arms->items[i]))
			return nn_err_set(err, -ENOTSUP,
					  "%s: no finished boot measured anything that is judged",
					  arms->items[i]);
	}
	for (size_t i = 0; !rc && i < bisect.nr_rows; i++)
		rc = check_row(&bisect.rows[i], err);
	return rc;
}

/* ---- words ---- */

const char *nn_bisect_outcome_name(enum nn_bisect_outcome outcome)
{
	static const char *const names[] = {
		[NN_BISECT_GOOD] = "good",
		[NN_BISECT_BAD] = "bad",
		[NN_BISECT_NEAR] = "near the threshold",
		[NN_BISECT_UNTOLD] = "cannot tell",
	};

	return names[outcome];
}

void nn_bisect_words_row(struct nn_strbuf *sb, const struct nn_bisect_row *row)
{
	double estimate = row->performance.estimate;
	NN_AUTO(free)
	char *name = nn_asprintf("%s:%s of %s against %s", row->workload, row->metric, row->arm,
				 row->base_arm);

	nn_clean_add(sb, name, strlen(name));
	nn_strbuf_add(sb, ": ");
	for (size_t i = 0; i < row->doubts.nr; i++) {
		nn_strbuf_add(sb, i ? "; " : "");
		nn_clean_add(sb, row->doubts.items[i], strlen(row->doubts.items[i]));
	}
	if (row->doubts.nr)
		return;
	if (!isfinite(estimate)) {
		nn_strbuf_add(sb, nr_boots(row) ? "always the same" : "no values");
		return;
	}
	nn_words_pct(sb, 100 * fabs(1 - estimate));
	nn_strbuf_add(sb, estimate < 1 ? " slower" : " faster");
	if (isfinite(row->performance.ci95[0])) {
		nn_strbuf_add(sb, ", 95 % interval of the slowdown ");
		nn_words_fixed(sb, 100 * (1 - row->performance.ci95[1]), 1);
		nn_strbuf_add(sb, " to ");
		nn_words_fixed(sb, 100 * (1 - row->performance.ci95[0]), 1);
		nn_strbuf_add(sb, " %");
	}
	nn_strbuf_add(sb, ", ");
	nn_words_count(sb, nr_boots(row), row->is_paired ? "pair" : "boot");
	nn_strbuf_add(sb, row->is_paired ? " of boots" : " of an arm");
}

static json_t *row_json(const struct nn_bisect_row *row)
{
	json_t *reasons = json_array();

	for (size_t i = 0; i < row->doubts.nr; i++)
		(void)json_array_append_new(reasons, nn_json_str_or_null(row->doubts.items[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:b, s:I, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o}",
			 "workload", nn_json_str_or_null(row->workload), "metric",
			 nn_json_str_or_null(row->metric), "unit", nn_json_str_or_null(row->unit),
			 "base_arm", nn_json_str_or_null(row->base_arm), "arm",
			 nn_json_str_or_null(row->arm), "direction",
			 nn_direction_name(row->direction), "outcome",
			 nn_bisect_outcome_name(row->outcome), "paired", row->is_paired, "boots",
			 (json_int_t)nr_boots(row), "performance_ratio",
			 nn_json_real_or_null(row->performance.estimate), "lower95",
			 nn_json_real_or_null(row->performance.lower95), "upper95",
			 nn_json_real_or_null(row->performance.upper95), "p_bad",
			 nn_json_real_or_null(row->p_bad), "p_bad_adjusted",
			 nn_json_real_or_null(row->p_bad_adjusted), "p_good",
			 nn_json_real_or_null(row->p_good), "reasons", reasons);
}

json_t *nn_bisect_json(const struct nn_bisect *bisect)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < bisect->nr_rows; i++)
		(void)json_array_append_new(rows, row_json(&bisect->rows[i]));
	return rows;
}
