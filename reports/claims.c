/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/build.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/judge.h"

static bool covers(const struct nn_report_claim *claim, const struct nn_report_row *row)
{
	return row->arm && strcmp(claim->arm, row->arm) == 0 &&
	       strcmp(claim->base, row->base_arm) == 0 &&
	       fnmatch(claim->workload, row->workload, 0) == 0 &&
	       fnmatch(claim->metric, row->metric, 0) == 0;
}

/* Do reasons stand against the claim itself before it is judged? See nn_build_verify_claims(). */
static bool is_void_claim(const struct nn_report_claim *claim)
{
	return !claim->verdict && claim->reasons.nr;
}

/* The rows of one campaign: indices @from … @to − 1 of the comparison's. */
struct range {
	size_t from;
	size_t to;
};

/* ---- rows ---- */

static void move_check(struct nn_report_row *row, struct nn_report_check *check)
{
	if (!row->verdict)
		row->verdict = NN_STEAL(check->verdict);
	for (size_t i = 0; i < check->reasons.nr; i++)
		nn_strings_add(&row->reasons, NN_STEAL(check->reasons.items[i]));
	free(check->reasons.items);
	free(check->verdict);
}

/* Does a reason begin with what the flag "kind: …" tells? Why there is no verdict says more. */
static bool is_told(const struct nn_strings *reasons, const char *flag)
{
	const char *colon = strstr(flag, ": ");
	const char *fact = colon ? colon + 2 : flag;

	for (size_t i = 0; i < reasons->nr; i++) {
		if (strncmp(reasons->items[i], fact, strlen(fact)) == 0)
			return true;
	}
	return false;
}

static void drop_told_flags(struct nn_report_row *row)
{
	size_t nr_kept = 0;

	for (size_t i = 0; i < row->flags.nr; i++) {
		if (is_told(&row->reasons, row->flags.items[i]))
			free(row->flags.items[i]);
		else
			row->flags.items[nr_kept++] = row->flags.items[i];
	}
	row->flags.nr = nr_kept;
}

/* The strictest claim is the one a row is judged by. */
static void conclude_row(struct nn_report_row *row)
{
	struct nn_report_check check = {0};

	if (row->is_lone || isnan(row->margin))
		return;
	nn_judge_guard(row, row->margin, &row->nr_slow_boots, &row->slow_share_upper95);
	nn_judge_row(row, row->margin, &check);
	move_check(row, &check);
	drop_told_flags(row);
}

/* ---- claims ---- */

/* What the rows that a claim covers add up to. */
struct tally {
	size_t nr_rows;
	size_t nr_invalid;
	size_t nr_refuted;
	size_t nr_inconclusive;
	size_t nr_hopeless; /* inconclusive, and no number of boots would prove them */
};

static bool has_pairs(const struct nn_comparison *comparison, struct range range,
		      const struct nn_report_claim *claim, const char *workload)
{
	for (size_t i = range.from; i < range.to; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (nn_row_has_pair(row) && strcmp(row->workload, workload) == 0 &&
		    covers(claim, row))
			return true;
	}
	return false;
}

/*
 * A campaign tells why a workload has no values in an arm: it was skipped there. A file does not,
 * so what the base has and the arm lacks may as well have failed.
 */
static bool is_unexplained(const struct nn_comparison *comparison, const struct nn_report_row *row)
{
	return comparison->source == NN_SOURCE_FILE && row->is_lone && row->base_side.boots.nr;
}

/* It does not apply to one of the arms; of it alone there is nothing to claim. */
static void leave_out(const struct nn_comparison *comparison, struct range range,
		      struct nn_report_claim *claim, const struct nn_report_row *row)
{
	bool is_metric = has_pairs(comparison, range, claim, row->workload);

	nn_strings_add(&claim->reasons,
		       nn_asprintf("%s%s%s was not measured in both arms and is left out",
				   row->workload, is_metric ? ":" : "",
				   is_metric ? row->metric : ""));
}

/* Of two checks of one claim, the one whose row decides: what is refuted stays refuted. */
static int severity(const struct nn_report_check *check)
{
	static const char *const order[] = {NN_PROVEN, NN_INCONCLUSIVE, NN_INVALID, NN_REFUTED};

	for (size_t i = 0; i < NN_ARRAY_SIZE(order); i++) {
		if (strcmp(check->verdict, order[i]) == 0)
			return (int)i;
	}
	return -1;
}

static bool is_worse(const struct nn_report_check *a, const struct nn_report_check *b)
{
	if (severity(a) != severity(b))
		return severity(a) > severity(b);
	return a->lower95 < b->lower95;
}

static void tally_row(const struct nn_comparison *comparison, struct nn_report_claim *claim,
		      size_t row, struct tally *tally)
{
	struct nn_report_check *check =
		NN_ARRAY_APPEND(claim->checks, claim->nr_checks, claim->cap_checks);

	check->row = row;
	nn_judge_row(&comparison->rows[row], claim->margin, check);
	tally->nr_rows++;
	tally->nr_invalid += strcmp(check->verdict, NN_INVALID) == 0;
	tally->nr_refuted += strcmp(check->verdict, NN_REFUTED) == 0;
	if (strcmp(check->verdict, NN_INCONCLUSIVE) != 0)
		return;
	tally->nr_inconclusive++;
	tally->nr_hopeless += check->boots_needed == 0;
	if (check->boots_needed > claim->boots_needed)
		claim->boots_needed = check->boots_needed;
}

static void find_worst(struct nn_report_claim *claim)
{
	const struct nn_report_check *worst = NULL;

	for (size_t i = 0; i < claim->nr_checks; i++) {
		if (!worst || is_worse(&claim->checks[i], worst))
			worst = &claim->checks[i];
	}
	if (!worst)
		return;
	claim->worst = worst->row;
	claim->lower95 = worst->lower95;
	claim->upper95 = worst->upper95;
}

/*
 * Intersection-union: every row must be proven, and one refuted row refutes the claim, whatever may
 * be wrong with others.
 */
static const char *conclude(const struct tally *tally)
{
	if (tally->nr_refuted)
		return NN_REFUTED;
	if (!tally->nr_rows || tally->nr_invalid)
		return NN_INVALID;
	return tally->nr_inconclusive ? NN_INCONCLUSIVE : NN_PROVEN;
}

/* Of a claim without a verdict so many reasons of single rows are told. */
#define MAX_QUOTES 20

/* Does every check with this verdict give this reason (emulation), or one workload's? */
static bool is_common_reason(const struct nn_report_claim *claim, const char *verdict,
			     const char *reason)
{
	for (size_t i = 0; i < claim->nr_checks; i++) {
		const struct nn_report_check *check = &claim->checks[i];

		if (strcmp(check->verdict, verdict) == 0 &&
		    !nn_strings_have(&check->reasons, reason))
			return false;
	}
	return true;
}

/* The reasons that all checks with @verdict give: those of the first one tell which may be. */
static void quote_common(struct nn_report_claim *claim, const char *verdict,
			 struct nn_strings *ret_common)
{
	for (size_t i = 0; i < claim->nr_checks; i++) {
		const struct nn_report_check *check = &claim->checks[i];

		if (strcmp(check->verdict, verdict) != 0)
			continue;
		for (size_t r = 0; r < check->reasons.nr; r++) {
			if (is_common_reason(claim, verdict, check->reasons.items[r]))
				nn_strings_add(ret_common, nn_strdup(check->reasons.items[r]));
		}
		break;
	}
	for (size_t i = 0; i < ret_common->nr; i++)
		nn_strings_add(&claim->reasons, nn_strdup(ret_common->items[i]));
}

/* Quote what each check with @verdict says beside the common reasons. */
static void quote_checks(const struct nn_comparison *comparison, struct nn_report_claim *claim,
			 const char *verdict)
{
	struct nn_strings common = {0};
	size_t nr_quoted = 0, nr_left_out = 0;

	quote_common(claim, verdict, &common);
	for (size_t i = 0; i < claim->nr_checks; i++) {
		const struct nn_report_check *check = &claim->checks[i];
		const struct nn_report_row *row = &comparison->rows[check->row];

		if (strcmp(check->verdict, verdict) != 0)
			continue;
		for (size_t r = 0; r < check->reasons.nr; r++) {
			if (nn_strings_have(&common, check->reasons.items[r]))
				continue;
			if (nr_quoted++ >= MAX_QUOTES)
				nr_left_out++;
			else
				nn_strings_add(&claim->reasons,
					       nn_asprintf("%s:%s: %s", row->workload, row->metric,
							   check->reasons.items[r]));
		}
	}
	if (nr_left_out)
		nn_strings_add(&claim->reasons,
			       nn_asprintf("and %zu more reasons of single rows", nr_left_out));
	nn_strings_release(&common);
}

/* A covered workload that only ever failed has no row to speak against the claim: it does here. */
static void tally_failures(const struct nn_comparison *comparison, struct range range,
			   struct nn_report_claim *claim, struct tally *tally)
{
	for (size_t i = 0; i < comparison->nr_skips; i++) {
		const struct nn_report_skip *skip = &comparison->skips[i];

		if (strcmp(skip->outcome, nn_outcome_name(NN_OUTCOME_SKIPPED)) == 0 ||
		    (strcmp(skip->arm, claim->arm) != 0 && strcmp(skip->arm, claim->base) != 0) ||
		    fnmatch(claim->workload, skip->workload, 0) != 0 ||
		    has_pairs(comparison, range, claim, skip->workload))
			continue;
		tally->nr_invalid++;
		nn_strings_add(
			&claim->reasons,
			nn_asprintf("%s %s in arm '%s': %s", skip->workload,
				    strcmp(skip->outcome, "failed") == 0 ? "failed" : "broke",
				    skip->arm, skip->reason ? skip->reason : "no reason"));
	}
}

/* A claim that was altered or contradicts another is void, whatever its rows say. */
static void void_checks(struct nn_report_claim *claim)
{
	for (size_t i = 0; i < claim->nr_checks; i++) {
		struct nn_report_check *check = &claim->checks[i];

		free(check->verdict);
		check->verdict = nn_strdup(NN_INVALID);
		check->boots_needed = 0;
		for (size_t r = 0; r < claim->reasons.nr; r++)
			nn_strings_add(&check->reasons, nn_strdup(claim->reasons.items[r]));
	}
}

static void judge_claim(const struct nn_comparison *comparison, struct range range,
			struct nn_report_claim *claim)
{
	bool is_void = is_void_claim(claim);
	struct tally tally = {.nr_invalid = is_void};

	claim->is_void = is_void;
	claim->lower95 = claim->upper95 = NAN;
	claim->worst = SIZE_MAX;
	for (size_t i = range.from; i < range.to; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (!covers(claim, row))
			continue;
		/* arms that both measured, but never in one block, speak against the claim */
		if (!row->is_lone || nn_row_is_invalid(row) || is_unexplained(comparison, row))
			tally_row(comparison, claim, i, &tally);
		else
			leave_out(comparison, range, claim, row);
	}
	if (is_void) {
		void_checks(claim);
		tally.nr_refuted = 0;
	}
	tally_failures(comparison, range, claim, &tally);
	find_worst(claim);
	claim->verdict = nn_strdup(conclude(&tally));
	if (strcmp(claim->verdict, NN_INCONCLUSIVE) == 0)
		quote_checks(comparison, claim, NN_INCONCLUSIVE);
	else if (tally.nr_invalid)
		quote_checks(comparison, claim, NN_INVALID);
	if (!tally.nr_rows && !tally.nr_invalid)
		nn_strings_add(&claim->reasons, nn_strdup("nothing measured"));
	/* what more boots would bring is only known of an open question */
	if (strcmp(claim->verdict, NN_INCONCLUSIVE) != 0 || tally.nr_hopeless)
		claim->boots_needed = 0;
}

static bool is_same_subject(const struct nn_report_claim *a, const struct nn_report_claim *b)
{
	return strcmp(a->campaign, b->campaign) == 0 && strcmp(a->arm, b->arm) == 0 &&
	       strcmp(a->base, b->base) == 0 && strcmp(a->workload, b->workload) == 0 &&
	       strcmp(a->metric, b->metric) == 0;
}

/* What was claimed before the data stands, whatever is claimed with them at hand. */
static bool is_contradicted_by(const struct nn_report_claim *claim,
			       const struct nn_report_claim *other)
{
	return claim->margin != other->margin && is_same_subject(claim, other) &&
	       (claim->is_late || !other->is_late);
}

/* One subject has one margin, and it is chosen before the data. Claims of a campaign are few. */
static void refuse_mixed_margins(struct nn_report_claim *claims, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 0; j < nr; j++) {
			if (is_contradicted_by(&claims[i], &claims[j]))
				nn_strings_add(&claims[i].reasons,
					       nn_asprintf("mixed margins: '%s' is claimed too",
							   claims[j].text));
		}
	}
}

/* A row about which nothing valid is claimed has no verdict, and says what is wrong with the claim.
 */
static void void_rows(struct nn_comparison *comparison, size_t first, size_t end,
		      struct range range)
{
	for (size_t c = first; c < end; c++) {
		const struct nn_report_claim *claim = &comparison->claims[c];

		for (size_t i = 0; claim->is_void && i < claim->nr_checks; i++) {
			const struct nn_report_check *check = &claim->checks[i];
			struct nn_report_row *row = &comparison->rows[check->row];

			if (check->row < range.from || !isnan(row->margin))
				continue;
			if (!row->verdict)
				row->verdict = nn_strdup(NN_INVALID);
			for (size_t r = 0; r < check->reasons.nr; r++)
				nn_strings_add(&row->reasons, nn_strdup(check->reasons.items[r]));
		}
	}
}

/* Judge the claims @first … of the campaign whose rows are @range; the index of the next one. */
static size_t judge_campaign(struct nn_comparison *comparison, size_t first, struct range range)
{
	const char *campaign = comparison->claims[first].campaign;
	size_t end = first;

	while (end < comparison->nr_claims &&
	       strcmp(comparison->claims[end].campaign, campaign) == 0)
		end++;
	refuse_mixed_margins(&comparison->claims[first], end - first);
	for (size_t c = first; c < end; c++) {
		struct nn_report_claim *claim = &comparison->claims[c];
		bool is_void = is_void_claim(claim);

		judge_claim(comparison, range, claim);
		for (size_t r = range.from; r < range.to; r++) {
			struct nn_report_row *row = &comparison->rows[r];

			if (!is_void && covers(claim, row))
				row->margin = fmax(row->margin, claim->margin);
		}
	}
	void_rows(comparison, first, end, range);
	return end;
}

/* The rows of @campaign, which begin at @from or there is none. */
static struct range range_of(const struct nn_comparison *comparison, size_t from,
			     const char *campaign)
{
	struct range range = {from, from};

	while (range.to < comparison->nr_rows &&
	       strcmp(comparison->rows[range.to].campaign, campaign) == 0)
		range.to++;
	return range;
}

void nn_build_claims(struct nn_comparison *comparison)
{
	size_t row = 0;

	/* claims first: they quote the rows' doubts, not what is said of single rows below */
	for (size_t claim = 0; claim < comparison->nr_claims;) {
		struct range range = range_of(comparison, row, comparison->claims[claim].campaign);

		claim = judge_campaign(comparison, claim, range);
		row = range.to;
	}
	for (size_t i = 0; i < comparison->nr_rows; i++)
		conclude_row(&comparison->rows[i]);
}
