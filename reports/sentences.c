/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/sentences.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/compat.h"
#include "reports/judge.h"
#include "reports/words.h"

/* The level of every two-sided statement. */
#define SIGNIFICANCE 0.05

/*
 * A difference is only called small where it is: within the margin of the row's claim, but never
 * beyond 5 %, and within 2 % where nothing is claimed.
 */
#define SMALL_PCT     2.0
#define NOT_SMALL_PCT 5.0

void nn_sentence_row_name(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	nn_strbuf_addf(sb, "%s %s", row->workload, row->metric);
}

static double small_pct(const struct nn_report_row *row)
{
	if (isnan(row->margin))
		return SMALL_PCT;
	return fmax(SMALL_PCT, fmin(NOT_SMALL_PCT, 100 * (1 - row->margin)));
}

static void say_different(struct nn_strbuf *sb, const struct nn_report_row *row, double p_value)
{
	double change_pct = 100 * (row->performance_ratio - 1);

	nn_words_pct(sb, fabs(change_pct));
	nn_strbuf_addf(sb, " %s (", change_pct < 0 ? "worse" : "better");
	nn_words_p(sb, p_value);
	nn_strbuf_addc(sb, ')');
	if (!(row->equivalent_within_pct <= small_pct(row)))
		return;
	nn_strbuf_add(sb, ", yet equivalent within \xc2\xb1");
	nn_words_pct(sb, row->equivalent_within_pct);
}

static void say_not_different(struct nn_strbuf *sb, const struct nn_report_row *row, double p_value)
{
	nn_strbuf_add(sb, "no significant difference (");
	nn_words_p(sb, p_value);
	nn_strbuf_addc(sb, ')');
	if (!isfinite(row->equivalent_within_pct))
		return;
	nn_strbuf_add(sb, "; up to ");
	nn_words_pct(sb, row->equivalent_within_pct);
	nn_strbuf_add(sb, " cannot be excluded (90 % interval, as for equivalence)");
}

bool nn_sentence_difference(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	double p_value = isnan(row->p_adjusted) ? row->p_value : row->p_adjusted;

	if (row->is_lone || isnan(p_value) || !isfinite(row->performance_ratio))
		return false;
	if (p_value < SIGNIFICANCE)
		say_different(sb, row, p_value);
	else
		say_not_different(sb, row, p_value);
	return true;
}

bool nn_sentence_aa(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	const struct nn_report_aa *aa = &row->aa;

	if (!aa->campaign || !isfinite(aa->ratio_ci95[0]))
		return false;
	nn_strbuf_add(sb, "A/A on this machine: ");
	nn_words_ratio_interval(sb, aa->ratio_ci95);
	nn_strbuf_add(sb, " (");
	nn_words_count(sb, aa->nr_boots, "boot");
	if (aa->started)
		nn_strbuf_addf(sb, ", %.10s", aa->started); /* the date of an ISO 8601 time */
	nn_strbuf_addc(sb, ')');
	return true;
}

static bool say_guard(struct nn_strbuf *sb, const struct nn_report_row *row, uint64_t nr_slow,
		      double share_upper95)
{
	uint64_t nr_boots = row->side.boots.nr ? row->side.boots.nr : row->nr_boots;

	if (!row->arm || !isfinite(share_upper95))
		return false;
	if (nr_slow == nr_boots) { /* there is no limit below 100 % to tell */
		nn_strbuf_addf(sb, "all %" PRIu64 " %s boots below the margin", nr_boots, row->arm);
		return true;
	}
	nn_strbuf_addf(sb, "%" PRIu64 " of %" PRIu64 " %s boots below the margin: at most ",
		       nr_slow, nr_boots, row->arm);
	nn_words_pct(sb, 100 * share_upper95);
	nn_strbuf_add(sb, " of boots can be that slow");
	return true;
}

bool nn_sentence_guard(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	return !isnan(row->margin) &&
	       say_guard(sb, row, row->nr_slow_boots, row->slow_share_upper95);
}

bool nn_sentence_margin_guard(struct nn_strbuf *sb, const struct nn_report_row *row, double margin)
{
	uint64_t nr_slow = row->nr_slow_boots;
	double share_upper95 = row->slow_share_upper95;

	/* the row's own figures are of the strictest claim about it */
	if (margin != row->margin && row->side.boots.nr)
		nn_judge_guard(row, margin, &nr_slow, &share_upper95);
	return !isnan(margin) && say_guard(sb, row, nr_slow, share_upper95);
}

bool nn_sentence_ceiling(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	double value = isfinite(row->value) ? row->value : row->base_value;
	double share =
		row->direction == NN_LOWER_IS_BETTER ? row->ceiling / value : value / row->ceiling;

	if (!isfinite(row->ceiling) || !isfinite(share))
		return false;
	nn_words_number(sb, value);
	nn_strbuf_add(sb, " of ");
	nn_words_number(sb, row->ceiling);
	nn_strbuf_addf(sb, " %s, ", row->unit);
	nn_words_pct(sb, 100 * share);
	nn_strbuf_add(sb, " of the ceiling");
	if (row->ceiling_source)
		nn_strbuf_addf(sb, " (%s)", row->ceiling_source);
	return true;
}

static bool say_mde(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	if (!isfinite(row->mde_pct))
		return false;
	nn_strbuf_add(sb, "MDE ");
	nn_words_pct(sb, row->mde_pct);
	return true;
}

bool nn_sentence_row(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	static bool (*const say[])(struct nn_strbuf *, const struct nn_report_row *) = {
		nn_sentence_difference,
		say_mde,
		nn_sentence_aa,
		nn_sentence_ceiling,
	};
	bool has_any = false;

	for (size_t i = 0; i < NN_ARRAY_SIZE(say); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sentence = NN_STRBUF_INIT;

		if (!say[i](&sentence, row))
			continue;
		nn_strbuf_addf(sb, "%s%s", has_any ? "; " : "", nn_strbuf_str(&sentence));
		has_any = true;
	}
	return has_any;
}

bool nn_sentence_claim(struct nn_strbuf *sb, const struct nn_comparison *comparison,
		       const struct nn_report_claim *claim)
{
	if (claim->worst < comparison->nr_rows) {
		nn_strbuf_add(sb, "rests on ");
		nn_sentence_row_name(sb, &comparison->rows[claim->worst]);
		if (claim->nr_checks > 1)
			nn_strbuf_addf(sb, ", the worst of %zu rows", claim->nr_checks);
		nn_strbuf_add(sb, isfinite(claim->lower95) ? ": " : ", ");
	}
	if (isfinite(claim->lower95)) {
		const double bounds[2] = {claim->lower95, claim->upper95};

		nn_strbuf_add(sb, "performance ratio ");
		nn_words_ratio_interval(sb, bounds);
		nn_strbuf_add(sb, " (one-sided 95 % bounds), ");
	}
	nn_strbuf_add(sb, "margin ");
	nn_strbuf_add_double(sb, claim->margin);
	return true;
}

bool nn_sentence_aggregate(struct nn_strbuf *sb, const struct nn_report_aggregate *aggregate)
{
	if (!isfinite(aggregate->performance_ratio))
		return false;
	nn_strbuf_addf(sb,
		       "%s against %s, %" PRIu64 " metrics together (geometric mean): "
		       "performance ratio ",
		       aggregate->arm, aggregate->base_arm, aggregate->nr_rows);
	nn_words_ratio(sb, aggregate->performance_ratio, aggregate->performance_ci95);
	if (isfinite(aggregate->performance_ci95[0])) {
		nn_strbuf_add(sb, " (");
		nn_words_ratio_interval(sb, aggregate->performance_ci95);
		nn_strbuf_addc(sb, ')');
	}
	nn_strbuf_add(sb, ", ");
	nn_words_count(sb, aggregate->nr_boots, "boot");
	return true;
}

bool nn_sentence_verdicts(struct nn_strbuf *sb, const char *const *verdicts, size_t nr_verdicts)
{
	/* in the order of how much they ask for a look */
	static const char *const known[] = {"REFUTED",      "REGRESSION", "INVALID",
					    "INCONCLUSIVE", "PROVEN",     "NO REGRESSION"};
	uint64_t counts[NN_ARRAY_SIZE(known)] = {0};
	uint64_t nr_others = nr_verdicts;
	bool has_any = false;

	for (size_t i = 0; i < nr_verdicts; i++) {
		for (size_t k = 0; verdicts[i] && k < NN_ARRAY_SIZE(known); k++) {
			if (strcmp(verdicts[i], known[k]) == 0) {
				counts[k]++;
				nr_others--;
			}
		}
	}
	for (size_t k = 0; k < NN_ARRAY_SIZE(known); k++) {
		if (!counts[k])
			continue;
		nn_strbuf_addf(sb, "%s%" PRIu64 " %s", has_any ? ", " : "", counts[k], known[k]);
		has_any = true;
	}
	if (nr_others) {
		nn_strbuf_addf(sb, "%s%" PRIu64 " without a verdict", has_any ? ", " : "",
			       nr_others);
		has_any = true;
	}
	return has_any;
}
