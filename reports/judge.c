/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/judge.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/moments.h"
#include "harness/stats/proportion.h"
#include "reports/row.h"

/* One arm against itself may be off by this share of what the claim allows, §1.4. */
#define AA_SHARE (1.0 / 3.0)

/* A claim of 100 % allows nothing; no machine repeats itself so exactly. */
#define MIN_ALLOWANCE 0.01

bool nn_row_is_invalid(const struct nn_report_row *row)
{
	return row->verdict && strcmp(row->verdict, NN_INVALID) == 0;
}

bool nn_row_has_pair(const struct nn_report_row *row)
{
	return row->nr_boots && !row->is_lone;
}

/* Is there a share of every boot's mean? Of nothing, less and what overflowed there is none. */
static bool has_shares(const struct nn_cells *boots)
{
	for (size_t i = 0; i < boots->nr; i++) {
		double mean = boots->items[i].digest.mean;

		if (!isfinite(mean) || !(mean > 0))
			return false;
	}
	return true;
}

void nn_judge_guard(const struct nn_report_row *row, double margin, uint64_t *ret_nr_slow,
		    double *ret_share_upper95)
{
	const struct nn_cells *boots = &row->side.boots;
	NN_AUTO(free) double *of_base = nn_calloc(row->base_side.boots.nr + 1, sizeof(double));
	uint64_t nr_slow = 0;
	double median;

	*ret_nr_slow = 0;
	*ret_share_upper95 = NAN;
	if (!has_shares(&row->base_side.boots) || !has_shares(boots))
		return;
	for (size_t i = 0; i < row->base_side.boots.nr; i++)
		of_base[i] = row->base_side.boots.items[i].digest.mean;
	median = nn_median(of_base, row->base_side.boots.nr);
	for (size_t i = 0; i < boots->nr; i++) {
		double mean = boots->items[i].digest.mean;
		double performance =
			row->direction == NN_HIGHER_IS_BETTER ? mean / median : median / mean;

		nr_slow += performance < margin;
	}
	*ret_nr_slow = nr_slow;
	*ret_share_upper95 = nn_share_upper95(nr_slow, boots->nr);
}

/* Boots beyond those there are; 0 when no number of boots would do. */
static uint64_t boots_missing(const struct nn_report_row *row, double margin)
{
	const struct nn_ratio performance = nn_row_performance(row);
	size_t nr_needed;

	if (row->nr_boots < 2 || !isfinite(row->sd_log)) /* of one boot nothing can be foretold */
		return row->nr_boots < NN_MIN_BOOTS ? NN_MIN_BOOTS - row->nr_boots : 1;
	nr_needed = nn_boots_needed(&performance, margin);
	if (!nr_needed)
		return 0;
	return nr_needed > row->nr_boots ? nr_needed - row->nr_boots : 1;
}

static void copy_reasons(const struct nn_report_row *row, struct nn_report_check *check)
{
	for (size_t i = 0; i < row->reasons.nr; i++)
		nn_strings_add(&check->reasons, nn_strdup(row->reasons.items[i]));
}

static bool is_machine_unfit(const struct nn_report_row *row, double margin)
{
	return fabs(row->aa.ratio - 1) > AA_SHARE * fmax(fabs(1 - margin), MIN_ALLOWANCE);
}

static bool is_invalid(const struct nn_report_row *row, double margin,
		       struct nn_report_check *check)
{
	if (nn_row_is_invalid(row) || !isfinite(row->performance_ratio)) {
		copy_reasons(row, check);
		return true;
	}
	if (!is_machine_unfit(row, margin))
		return false;
	nn_strings_add(&check->reasons,
		       nn_asprintf("the machine is not fit for this claim: an arm against itself "
				   "gave a ratio of %.4f",
				   row->aa.ratio));
	return true;
}

/* What forbids a verdict although the interval would allow one; the boots that it takes away. */
static bool has_obstacle(const struct nn_report_row *row, struct nn_report_check *check,
			 uint64_t *ret_nr_min)
{
	const struct nn_report_side *sides[] = {&row->base_side, &row->side};
	const char *arms[] = {row->base_arm, row->arm};
	size_t nr_before = check->reasons.nr;

	*ret_nr_min = NN_MIN_BOOTS;
	if (row->nr_boots < NN_MIN_BOOTS)
		nn_strings_add(&check->reasons, nn_asprintf("fewer than %d boots: %" PRIu64,
							    NN_MIN_BOOTS, row->nr_boots));
	if (row->is_paired && row->nr_pairs < row->nr_blocks)
		copy_reasons(row, check); /* it tells of missing pairs */
	for (size_t i = 0; i < 2; i++) {
		if (!sides[i]->is_clearly_bimodal || row->nr_boots >= NN_MIN_BOOTS_BIMODAL)
			continue;
		*ret_nr_min = NN_MIN_BOOTS_BIMODAL;
		nn_strings_add(&check->reasons,
			       nn_asprintf("the boots of '%s' fall into two groups: at least %d "
					   "boots are needed",
					   arms[i], NN_MIN_BOOTS_BIMODAL));
	}
	return check->reasons.nr > nr_before;
}

static void judge_interval(const struct nn_report_row *row, double margin,
			   struct nn_report_check *check)
{
	uint64_t nr_missing = boots_missing(row, margin);

	check->verdict = nn_strdup(NN_INCONCLUSIVE);
	check->boots_needed = nr_missing;
	if (nr_missing)
		nn_strings_add(&check->reasons,
			       nn_asprintf("the margin %.4g lies within the interval", margin));
	else
		nn_strings_add(&check->reasons,
			       nn_strdup("no number of boots would prove it: the estimate lies "
					 "below the margin"));
}

/* A refuted claim stays refuted, whatever further boots may say of modes. */
static void judge_obstructed(const struct nn_report_row *row, double margin,
			     enum nn_verdict verdict, uint64_t nr_min,
			     struct nn_report_check *check)
{
	bool is_whole = !row->is_paired || row->nr_pairs == row->nr_blocks;

	if (verdict == NN_VERDICT_REFUTED && row->nr_boots >= NN_MIN_BOOTS && is_whole) {
		check->verdict = nn_strdup(NN_REFUTED);
		return;
	}
	check->verdict = nn_strdup(NN_INCONCLUSIVE);
	check->boots_needed = boots_missing(row, margin);
	if (check->boots_needed && row->nr_boots + check->boots_needed < nr_min)
		check->boots_needed = nr_min - row->nr_boots;
}

void nn_judge_row(const struct nn_report_row *row, double margin, struct nn_report_check *check)
{
	enum nn_verdict verdict;
	uint64_t nr_min;

	check->lower95 = row->performance_lower95;
	check->upper95 = row->performance_upper95;
	if (is_invalid(row, margin, check)) {
		check->verdict = nn_strdup(NN_INVALID);
		return;
	}
	verdict = nn_ratio_verdict(row->performance_lower95, row->performance_upper95, margin);
	if (has_obstacle(row, check, &nr_min)) {
		judge_obstructed(row, margin, verdict, nr_min, check);
		return;
	}
	switch (verdict) {
	case NN_VERDICT_PROVEN:
		check->verdict = nn_strdup(NN_PROVEN);
		break;
	case NN_VERDICT_REFUTED:
		check->verdict = nn_strdup(NN_REFUTED);
		break;
	case NN_VERDICT_INCONCLUSIVE:
		judge_interval(row, margin, check);
		break;
	}
}
