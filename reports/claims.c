/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/build.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/ratio.h"

#define PROVEN       "PROVEN"
#define REFUTED      "REFUTED"
#define INCONCLUSIVE "INCONCLUSIVE"
#define INVALID      "INVALID"

static bool covers(const struct nn_report_claim *claim, const struct nn_report_row *row)
{
	return row->arm && strcmp(claim->arm, row->arm) == 0 &&
	       strcmp(claim->base, row->base_arm) == 0 &&
	       fnmatch(claim->workload, row->workload, 0) == 0 &&
	       fnmatch(claim->metric, row->metric, 0) == 0;
}

static bool is_invalid(const struct nn_report_row *row)
{
	return row->verdict && strcmp(row->verdict, INVALID) == 0;
}

static bool has_pair(const struct nn_report_row *row)
{
	return row->nr_boots && !row->is_lone;
}

static const char *judge_row(const struct nn_report_row *row, double margin)
{
	if (is_invalid(row) || !isfinite(row->performance_ratio))
		return INVALID;
	if (row->nr_boots < NN_MIN_BOOTS)
		return INCONCLUSIVE;
	switch (nn_ratio_verdict(row->performance_lower95, row->performance_upper95, margin)) {
	case NN_VERDICT_PROVEN:
		return PROVEN;
	case NN_VERDICT_REFUTED:
		return REFUTED;
	case NN_VERDICT_INCONCLUSIVE:
		break;
	}
	return INCONCLUSIVE;
}

/* ---- rows ---- */

/* The strictest claim is the one a row is judged by. */
static void set_margins(struct nn_comparison *comparison)
{
	for (size_t r = 0; r < comparison->nr_rows; r++) {
		struct nn_report_row *row = &comparison->rows[r];

		for (size_t c = 0; c < comparison->nr_claims; c++) {
			const struct nn_report_claim *claim = &comparison->claims[c];

			if (covers(claim, row))
				row->margin = fmax(row->margin, claim->margin);
		}
	}
}

static void conclude_row(struct nn_report_row *row)
{
	if (row->is_lone)
		return; /* it says so, and nothing else matters */
	if (row->nr_boots && row->nr_boots < NN_MIN_BOOTS)
		nn_strings_add(&row->reasons, nn_asprintf("fewer than %d boots: %" PRIu64,
							  NN_MIN_BOOTS, row->nr_boots));
	if (isnan(row->margin)) {
		nn_strings_add(&row->reasons, nn_strdup("the plan claims nothing about it"));
		return;
	}
	if (!row->verdict)
		row->verdict = nn_strdup(judge_row(row, row->margin));
	if (strcmp(row->verdict, INCONCLUSIVE) == 0 && row->nr_boots >= NN_MIN_BOOTS)
		nn_strings_add(&row->reasons, nn_asprintf("the margin %.4g lies within the "
							  "interval",
							  row->margin));
}

/* ---- claims ---- */

/* The numbers that nn_boots_needed() looks at, of the ratio turned so that higher is better. */
static struct nn_ratio performance_of(const struct nn_report_row *row)
{
	return (struct nn_ratio){
		.nr_boots = row->nr_boots,
		.estimate = row->performance_ratio,
		.ci95 = {row->performance_ci95[0], row->performance_ci95[1]},
		.lower95 = row->performance_lower95,
		.upper95 = row->performance_upper95,
		.sd_log = row->sd_log,
		.df = (double)row->nr_boots - 1,
	};
}

/* Boots beyond those there are; 0 when no number of boots would do. */
static uint64_t boots_missing(const struct nn_report_row *row, double margin)
{
	const struct nn_ratio performance = performance_of(row);
	size_t nr_needed;

	if (row->nr_boots < 2 || !isfinite(row->sd_log)) /* of one boot nothing can be foretold */
		return row->nr_boots < NN_MIN_BOOTS ? NN_MIN_BOOTS - row->nr_boots : 1;
	nr_needed = nn_boots_needed(&performance, margin);
	if (!nr_needed)
		return 0;
	return nr_needed > row->nr_boots ? nr_needed - row->nr_boots : 1;
}

/* What the rows that a claim covers add up to. */
struct tally {
	size_t nr_rows;
	size_t nr_invalid;
	size_t nr_refuted;
	size_t nr_inconclusive;
	size_t nr_hopeless; /* inconclusive, and no number of boots would prove them */
};

static bool has_pairs(const struct nn_comparison *comparison, const struct nn_report_claim *claim,
		      const char *workload)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (has_pair(row) && strcmp(row->workload, workload) == 0 && covers(claim, row))
			return true;
	}
	return false;
}

/* It does not apply to one of the arms; of it alone there is nothing to claim. */
static void leave_out(const struct nn_comparison *comparison, struct nn_report_claim *claim,
		      const struct nn_report_row *row)
{
	bool is_metric = has_pairs(comparison, claim, row->workload);

	nn_strings_add(&claim->reasons,
		       nn_asprintf("%s%s%s was not measured in both arms and is left out",
				   row->workload, is_metric ? ":" : "",
				   is_metric ? row->metric : ""));
}

static void tally_row(struct nn_report_claim *claim, const struct nn_report_row *row,
		      struct tally *tally)
{
	const char *verdict = judge_row(row, claim->margin);
	uint64_t nr_missing;

	tally->nr_rows++;
	claim->lower95 = fmin(claim->lower95, row->performance_lower95);
	claim->upper95 = fmin(claim->upper95, row->performance_upper95);
	if (strcmp(verdict, INVALID) == 0) {
		tally->nr_invalid++;
		return;
	}
	tally->nr_refuted += strcmp(verdict, REFUTED) == 0;
	if (strcmp(verdict, INCONCLUSIVE) != 0)
		return;
	tally->nr_inconclusive++;
	nr_missing = boots_missing(row, claim->margin);
	tally->nr_hopeless += nr_missing == 0;
	if (nr_missing > claim->boots_needed)
		claim->boots_needed = nr_missing;
	if (row->nr_boots < NN_MIN_BOOTS)
		nn_strings_add(&claim->reasons,
			       nn_asprintf("fewer than %d boots: %s:%s has %" PRIu64, NN_MIN_BOOTS,
					   row->workload, row->metric, row->nr_boots));
}

/* Intersection-union: every row must be proven, and one refuted row refutes the claim. */
static const char *conclude(const struct tally *tally)
{
	if (!tally->nr_rows || tally->nr_invalid)
		return INVALID;
	if (tally->nr_refuted)
		return REFUTED;
	return tally->nr_inconclusive ? INCONCLUSIVE : PROVEN;
}

/* Is it what invalidates all the rows (emulation), or something of this workload? */
static bool is_common_reason(const struct nn_comparison *comparison,
			     const struct nn_report_claim *claim, const char *reason)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (covers(claim, row) && is_invalid(row) &&
		    !nn_strings_have(&row->reasons, reason))
			return false;
	}
	return true;
}

static void quote_doubts(const struct nn_comparison *comparison, struct nn_report_claim *claim)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (!covers(claim, row) || row->is_lone ||
		    strcmp(judge_row(row, claim->margin), INVALID) != 0)
			continue;
		for (size_t r = 0; r < row->reasons.nr; r++) {
			const char *reason = row->reasons.items[r];

			if (is_common_reason(comparison, claim, reason))
				nn_strings_add(&claim->reasons, nn_strdup(reason));
			else
				nn_strings_add(&claim->reasons,
					       nn_asprintf("%s: %s", row->workload, reason));
		}
	}
}

/* A covered workload that only ever failed has no row to speak against the claim: it does here. */
static void tally_failures(const struct nn_comparison *comparison, struct nn_report_claim *claim,
			   struct tally *tally)
{
	for (size_t i = 0; i < comparison->nr_skips; i++) {
		const struct nn_report_skip *skip = &comparison->skips[i];

		if (strcmp(skip->outcome, nn_outcome_name(NN_OUTCOME_SKIPPED)) == 0 ||
		    (strcmp(skip->arm, claim->arm) != 0 && strcmp(skip->arm, claim->base) != 0) ||
		    fnmatch(claim->workload, skip->workload, 0) != 0 ||
		    has_pairs(comparison, claim, skip->workload))
			continue;
		tally->nr_invalid++;
		nn_strings_add(
			&claim->reasons,
			nn_asprintf("%s %s in arm '%s': %s", skip->workload,
				    strcmp(skip->outcome, "failed") == 0 ? "failed" : "broke",
				    skip->arm, skip->reason ? skip->reason : "no reason"));
	}
}

static void judge_claim(const struct nn_comparison *comparison, struct nn_report_claim *claim)
{
	struct tally tally = {0};

	claim->lower95 = claim->upper95 = NAN;
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (!covers(claim, row))
			continue;
		if (has_pair(row) || is_invalid(row))
			tally_row(claim, row, &tally);
		else
			leave_out(comparison, claim, row);
	}
	tally_failures(comparison, claim, &tally);
	claim->verdict = nn_strdup(conclude(&tally));
	if (tally.nr_invalid)
		quote_doubts(comparison, claim);
	if (!tally.nr_rows && !tally.nr_invalid)
		nn_strings_add(&claim->reasons, nn_strdup("nothing measured"));
	if (tally.nr_hopeless)
		nn_strings_add(&claim->reasons,
			       nn_strdup("no number of boots would prove it: an estimate lies "
					 "below the margin"));
	/* what more boots would bring is only known of an open question */
	if (strcmp(claim->verdict, INCONCLUSIVE) != 0 || tally.nr_hopeless)
		claim->boots_needed = 0;
}

void nn_build_claims(struct nn_comparison *comparison)
{
	/* claims first: they quote the rows' doubts, not what is said of single rows below */
	for (size_t i = 0; i < comparison->nr_claims; i++)
		judge_claim(comparison, &comparison->claims[i]);
	set_margins(comparison);
	for (size_t i = 0; i < comparison->nr_rows; i++)
		conclude_row(&comparison->rows[i]);
}
