/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/gate.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/multiple.h"
#include "harness/stats/ratio.h"
#include "reports/judge.h"
#include "reports/row.h"
#include "reports/words.h"

/* One-sided level of NO REGRESSION. */
#define ALPHA 0.05

int nn_gate_params_check(const struct nn_gate_params *params, struct nn_err *err)
{
	if (params->min_effect >= 0 && params->min_effect <= params->threshold &&
	    params->threshold <= params->tolerance && params->tolerance < 1)
		return 0;
	return nn_err_set(err, -EINVAL,
			  "gate: expected 0 <= min-effect (%g) <= threshold (%g) <= tolerance (%g) "
			  "< 1",
			  params->min_effect, params->threshold, params->tolerance);
}

/* ---- rows ---- */

static void set_verdict(struct nn_report_row *row, const char *verdict)
{
	free(row->verdict);
	row->verdict = nn_strdup(verdict);
}

static bool is_testable(const struct nn_report_row *row)
{
	return nn_row_has_pair(row) && !nn_row_is_invalid(row) && row->nr_boots >= NN_MIN_BOOTS &&
	       isfinite(row->performance_ratio);
}

/* Of values that are all the same (zero, where there is no ratio) the candidate is no worse. */
static bool is_constant(const struct nn_report_row *row)
{
	const struct nn_cells *sides[] = {&row->base_side.boots, &row->side.boots};

	for (size_t s = 0; s < 2; s++) {
		for (size_t i = 0; i < sides[s]->nr; i++) {
			if (sides[s]->items[i].digest.mean != sides[0]->items[0].digest.mean)
				return false;
		}
	}
	return sides[0]->nr >= NN_MIN_BOOTS && sides[1]->nr >= NN_MIN_BOOTS;
}

static double slowdown_pct(const struct nn_report_row *row)
{
	return 100 * (1 - row->performance_ratio);
}

/*
 * Boots that an arm needs beyond those it has, whichever way the question is settled: ruling a
 * slowdown above the tolerance out, or showing one above the minimum effect. 0: neither would be.
 */
static uint64_t boots_missing(const struct nn_report_row *row, const struct nn_gate_params *params)
{
	const struct nn_ratio performance = nn_row_performance(row);
	struct nn_ratio inverse = performance;
	size_t to_clear = nn_boots_needed(&performance, 1 - params->tolerance);
	size_t to_show = 0;
	size_t nr_needed;

	inverse.estimate = 1 / performance.estimate;
	if (1 - performance.estimate >= params->threshold)
		to_show = nn_boots_needed(&inverse, 1 / (1 - params->min_effect));
	nr_needed = to_clear && (!to_show || to_clear < to_show) ? to_clear : to_show;
	if (!nr_needed)
		return 0;
	return nr_needed > row->nr_boots ? nr_needed - row->nr_boots : 1;
}

static void say_slowdown(struct nn_report_row *row, double p_adjusted,
			 const struct nn_gate_params *params)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "slower by %.2f %% (more than %g %%: adjusted ", slowdown_pct(row),
		       100 * params->min_effect);
	nn_words_p(&sb, p_adjusted);
	nn_strbuf_add(&sb, ")");
	nn_strings_add(&row->reasons, nn_strdup(nn_strbuf_str(&sb)));
}

static void say_open(struct nn_report_row *row, const struct nn_gate_params *params)
{
	uint64_t nr_missing = boots_missing(row, params);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb,
		       "a slowdown of %.2f %% is neither shown nor is one above %g %% ruled out",
		       slowdown_pct(row), 100 * params->tolerance);
	if (nr_missing)
		nn_strbuf_addf(&sb, ": about %" PRIu64 " more %s of each campaign would tell",
			       nr_missing, nr_missing == 1 ? "boot" : "boots");
	nn_strings_add(&row->reasons, nn_strdup(nn_strbuf_str(&sb)));
}

static void judge_tested(struct nn_report_row *row, const struct nn_gate_params *params,
			 double p_slower, double p_faster, struct nn_gate_tally *tally)
{
	const struct nn_ratio performance = nn_row_performance(row);

	if (p_slower <= params->fdr && 1 - performance.estimate >= params->threshold) {
		set_verdict(row, NN_REGRESSION);
		say_slowdown(row, p_slower, params);
		tally->nr_regressions++;
		return;
	}
	if (!(nn_ratio_noninferiority_p(&performance, 1 - params->tolerance) <= ALPHA)) {
		set_verdict(row, NN_INCONCLUSIVE);
		say_open(row, params);
		tally->nr_inconclusive++;
		return;
	}
	set_verdict(row, NN_NO_REGRESSION);
	tally->nr_clear++;
	if (p_faster <= params->fdr && performance.estimate - 1 >= params->threshold) {
		nn_strings_add(&row->reasons,
			       nn_asprintf("improved by %.2f %%", -slowdown_pct(row)));
		tally->nr_improved++;
	}
}

static const char *reason_of_skip(const struct nn_comparison *comparison,
				  const struct nn_report_row *row)
{
	for (size_t i = 0; i < comparison->nr_skips; i++) {
		const struct nn_report_skip *skip = &comparison->skips[i];

		if (strcmp(skip->arm, row->arm) == 0 &&
		    strcmp(skip->workload, row->workload) == 0 && skip->reason)
			return skip->reason;
	}
	return NULL;
}

static void judge_lone(const struct nn_comparison *comparison, struct nn_report_row *row,
		       struct nn_gate_tally *tally)
{
	const char *why = reason_of_skip(comparison, row);

	if (!row->base_side.boots.nr) {
		nn_strings_add(&row->reasons, nn_strdup("new: the baseline has no value"));
		tally->nr_new++;
		return;
	}
	set_verdict(row, NN_INVALID);
	nn_strings_add(&row->reasons,
		       nn_asprintf("vanished: the baseline has it, the candidate does not%s%s",
				   why ? ": " : "", why ? why : ""));
	tally->nr_vanished++;
}

static void judge_untested(struct nn_report_row *row, struct nn_gate_tally *tally)
{
	if (!nn_row_is_invalid(row) && !isfinite(row->performance_ratio) && is_constant(row)) {
		set_verdict(row, NN_NO_REGRESSION);
		nn_strings_add(&row->reasons, nn_strdup("every boot measured the same"));
		tally->nr_clear++;
	} else if (nn_row_is_invalid(row) || !isfinite(row->performance_ratio)) {
		set_verdict(row, NN_INVALID);
		tally->nr_invalid++;
	} else {
		set_verdict(row, NN_INCONCLUSIVE);
		nn_strings_add(&row->reasons, nn_asprintf("fewer than %d boots: %" PRIu64,
							  NN_MIN_BOOTS, row->nr_boots));
		tally->nr_inconclusive++;
	}
}

/* One-sided p-values of all rows that can be tested, NaN for others, adjusted together. */
static double *adjusted_p_values(const struct nn_comparison *comparison, double bound,
				 double (*test)(const struct nn_ratio *, double))
{
	double *p_values = nn_calloc(comparison->nr_rows + 1, sizeof(*p_values));

	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_ratio performance = nn_row_performance(&comparison->rows[i]);

		p_values[i] = is_testable(&comparison->rows[i]) ? test(&performance, bound) : NAN;
	}
	nn_adjust_benjamini_hochberg(p_values, comparison->nr_rows, p_values);
	return p_values;
}

void nn_gate_judge(struct nn_comparison *comparison, const struct nn_gate_params *params,
		   struct nn_gate_tally *tally)
{
	NN_AUTO(free)
	double *slower =
		adjusted_p_values(comparison, 1 - params->min_effect, nn_ratio_regression_p);
	NN_AUTO(free)
	double *faster = adjusted_p_values(comparison, 1 / (1 - params->min_effect),
					   nn_ratio_noninferiority_p);

	for (size_t i = 0; i < comparison->nr_rows; i++) {
		struct nn_report_row *row = &comparison->rows[i];

		if (row->is_lone)
			judge_lone(comparison, row, tally);
		else if (is_testable(row))
			judge_tested(row, params, slower[i], faster[i], tally);
		else
			judge_untested(row, tally);
	}
}

/* ---- refusals ---- */

void nn_gate_refuse(struct nn_comparison *comparison, const char *reason)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		struct nn_report_row *row = &comparison->rows[i];

		if (row->is_lone)
			continue;
		set_verdict(row, NN_INVALID);
		nn_strings_add(&row->reasons, nn_strdup(reason));
	}
}

void nn_gate_refuse_unlike(struct nn_comparison *comparison,
			   const struct nn_differences *differences)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct nn_strings axes = {0};

	for (size_t i = 0; i < differences->nr; i++) {
		if (!differences->items[i].is_allowed)
			nn_strings_add(&axes, nn_strdup(differences->items[i].axis->name));
	}
	nn_strbuf_add(&sb, "not like for like: ");
	nn_words_join(&sb, &axes, ", ");
	nn_strbuf_add(&sb, axes.nr == 1 ? " differs" : " differ");
	if (axes.nr)
		nn_gate_refuse(comparison, nn_strbuf_str(&sb));
	nn_strings_release(&axes);
}

/* ---- claims ---- */

static void label_arm(char **arm)
{
	char *labelled = *arm ? nn_asprintf("B:%s", *arm) : NULL;

	free(*arm);
	*arm = labelled;
}

/* Move row @from of the candidate, once; @moved holds where it went, SIZE_MAX before. */
static size_t take_row(struct nn_comparison *comparison, struct nn_comparison *candidate,
		       size_t from, size_t *moved)
{
	struct nn_report_row *row;

	if (from == SIZE_MAX || moved[from] != SIZE_MAX)
		return from == SIZE_MAX ? SIZE_MAX : moved[from];
	moved[from] = comparison->nr_rows;
	row = NN_ARRAY_APPEND(comparison->rows, comparison->nr_rows, comparison->cap_rows);
	*row = candidate->rows[from];
	candidate->rows[from] = (struct nn_report_row){0};
	label_arm(&row->base_arm);
	label_arm(&row->arm);
	return moved[from];
}

static void take_claim(struct nn_comparison *comparison, struct nn_comparison *candidate,
		       struct nn_report_claim *from, size_t *moved)
{
	struct nn_report_claim *claim =
		NN_ARRAY_APPEND(comparison->claims, comparison->nr_claims, comparison->cap_claims);

	*claim = *from;
	*from = (struct nn_report_claim){0};
	label_arm(&claim->arm);
	label_arm(&claim->base);
	for (size_t i = 0; i < claim->nr_checks; i++)
		claim->checks[i].row = take_row(comparison, candidate, claim->checks[i].row, moved);
	claim->worst = take_row(comparison, candidate, claim->worst, moved);
}

static void tally_claim(const struct nn_report_claim *claim, struct nn_gate_tally *tally)
{
	if (strcmp(claim->verdict, NN_REFUTED) == 0)
		tally->nr_claims_refuted++;
	else if (strcmp(claim->verdict, NN_PROVEN) == 0)
		tally->nr_claims_proven++;
	else
		tally->nr_claims_open++;
}

void nn_gate_take_claims(struct nn_comparison *comparison, struct nn_comparison *candidate,
			 struct nn_gate_tally *tally)
{
	NN_AUTO(free) size_t *moved = nn_calloc(candidate->nr_rows + 1, sizeof(*moved));

	for (size_t i = 0; i < candidate->nr_rows; i++)
		moved[i] = SIZE_MAX;
	for (size_t i = 0; i < candidate->nr_claims; i++) {
		tally_claim(&candidate->claims[i], tally);
		take_claim(comparison, candidate, &candidate->claims[i], moved);
	}
}

/* ---- the outcome ---- */

enum nn_gate_outcome nn_gate_outcome(const struct nn_gate_tally *tally)
{
	if (tally->nr_regressions || tally->nr_claims_refuted)
		return NN_GATE_FAILED;
	if (tally->nr_inconclusive || tally->nr_invalid || tally->nr_vanished ||
	    tally->nr_claims_open || !tally->nr_clear)
		return NN_GATE_NO_VERDICT;
	return NN_GATE_PASSED;
}

static void add_count(struct nn_strbuf *sb, size_t nr, const char *what)
{
	if (nr)
		nn_strbuf_addf(sb, ", %zu %s", nr, what);
}

void nn_gate_summary(const struct nn_gate_tally *tally, struct nn_strbuf *sb)
{
	static const char *const outcomes[] = {
		[NN_GATE_PASSED] = "no regression",
		[NN_GATE_FAILED] = "failed",
		[NN_GATE_NO_VERDICT] = "no verdict",
	};
	size_t nr_rows = tally->nr_regressions + tally->nr_clear + tally->nr_inconclusive +
			 tally->nr_invalid + tally->nr_vanished;

	nn_strbuf_addf(sb, "%s: %zu compared", outcomes[nn_gate_outcome(tally)], nr_rows);
	add_count(sb, tally->nr_regressions, "regressed");
	add_count(sb, tally->nr_clear, "clear");
	add_count(sb, tally->nr_improved, "of them improved");
	add_count(sb, tally->nr_inconclusive, "inconclusive");
	add_count(sb, tally->nr_invalid, "invalid");
	add_count(sb, tally->nr_vanished, "vanished");
	add_count(sb, tally->nr_new, "new");
	add_count(sb, tally->nr_claims_refuted,
		  tally->nr_claims_refuted == 1 ? "claim refuted" : "claims refuted");
	add_count(sb, tally->nr_claims_open,
		  tally->nr_claims_open == 1 ? "claim without a verdict"
					     : "claims without a verdict");
}

void nn_gate_conclude(struct nn_comparison *comparison, const struct nn_gate_params *params,
		      const struct nn_gate_tally *tally)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct nn_strings remarks = {0};

	nn_strbuf_add(&sb, "gate: ");
	nn_gate_summary(tally, &sb);
	nn_strings_add(&remarks, nn_strdup(nn_strbuf_str(&sb)));
	nn_strings_add(&remarks,
		       nn_asprintf("gate: a slowdown counts above %g %% and from an estimate of "
				   "%g %% on; NO REGRESSION rules out more than %g %%",
				   100 * params->min_effect, 100 * params->threshold,
				   100 * params->tolerance));
	for (size_t i = 0; i < comparison->remarks.nr; i++)
		nn_strings_add(&remarks, NN_STEAL(comparison->remarks.items[i]));
	nn_strings_release(&comparison->remarks);
	comparison->remarks = remarks;
}
