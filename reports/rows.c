/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/ceiling.h"
#include "reports/judge.h"
#include "reports/row-side.h"

void nn_row_plan_release(struct nn_row_plan *plan)
{
	free(plan->arms);
	free(plan->pairs);
	plan->arms = NULL;
	plan->pairs = NULL;
}

size_t nn_row_plan_arm(struct nn_row_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		if (strcmp(plan->arms[i], name) == 0)
			return i;
	}
	*NN_ARRAY_APPEND(plan->arms, plan->nr_arms, plan->cap_arms) = name;
	return plan->nr_arms - 1;
}

void nn_row_plan_pair(struct nn_row_plan *plan, size_t base, size_t arm)
{
	for (size_t i = 0; i < plan->nr_pairs; i++) {
		if (plan->pairs[i].base == base && plan->pairs[i].arm == arm)
			return;
	}
	if (base != arm)
		*NN_ARRAY_APPEND(plan->pairs, plan->nr_pairs, plan->cap_pairs) =
			(struct nn_arm_pair){.base = base, .arm = arm};
}

static bool has_arm(const struct nn_series *series, size_t arm)
{
	for (size_t i = 0; i < series->cells.nr; i++) {
		if (series->cells.items[i].arm == arm)
			return true;
	}
	return false;
}

static void doubt(const struct nn_row_plan *plan, struct nn_report_row *row, const char *base,
		  const char *arm)
{
	if (plan->build)
		nn_build_doubts(plan->build, row->workload, base, arm, &row->reasons);
}

/* Of a file: values or whole runs that one arm lost and the other did not. */
static void doubt_losses(struct nn_report_row *row, const struct nn_series *series,
			 const struct nn_arm_pair *pair)
{
	const struct nn_series_loss *losses[] = {&series->losses[pair->base],
						 &series->losses[pair->arm]};
	const size_t nr_boots[] = {row->base_side.boots.nr, row->side.boots.nr};
	double absent[2], runs[2];

	for (size_t i = 0; i < 2; i++) {
		absent[i] = (double)losses[i]->nr_absent /
			    (double)(losses[i]->nr_absent + losses[i]->nr_present);
		runs[i] = (double)losses[i]->nr_runs / (double)nr_boots[i];
	}
	if (fabs(absent[0] - absent[1]) > NN_DISCARD_LIMIT)
		nn_strings_add(&row->reasons,
			       nn_asprintf("values are missing unevenly: %.0f %% in '%s', %.0f %% "
					   "in '%s'",
					   100 * absent[0], row->base_arm, 100 * absent[1],
					   row->arm));
	if (fabs(runs[0] - runs[1]) > NN_DISCARD_LIMIT * fmax(runs[0], runs[1]))
		nn_strings_add(&row->reasons,
			       nn_asprintf("runs are missing unevenly: %.1f a boot in '%s', %.1f "
					   "in '%s'",
					   runs[0], row->base_arm, runs[1], row->arm));
}

static void doubt_steadiness(struct nn_report_row *row, const struct nn_report_side *side,
			     const char *arm)
{
	if (nn_side_is_unsteady(side))
		nn_strings_add(&row->reasons, nn_asprintf("no steady state in %" PRIu64
							  " of %" PRIu64 " runs of '%s'",
							  side->nr_unsteady, side->nr_judged, arm));
}

/* What a physical limit forbids was not measured. */
static void doubt_ceiling(struct nn_report_row *row)
{
	if (isnan(row->ceiling) || fmax(row->base_value, row->value) <= row->ceiling)
		return;
	nn_strings_add(&row->reasons, nn_asprintf("above the physical ceiling of %.4g %s (%s)",
						  row->ceiling, row->unit, row->ceiling_source));
}

static bool is_uneven(size_t a, size_t b)
{
	double difference = fabs((double)a - (double)b);

	return difference > NN_DISCARD_LIMIT * fmax((double)a, (double)b);
}

static void explain_pairs(struct nn_report_row *row)
{
	if (!row->nr_boots)
		nn_strings_add(&row->reasons, nn_strdup("no block has a value in both arms"));
	else if (row->is_paired && row->nr_pairs < row->nr_blocks)
		nn_strings_add(&row->reasons,
			       nn_asprintf("missing pairs: only %" PRIu64 " of %" PRIu64
					   " blocks have a value in both arms",
					   row->nr_pairs, row->nr_blocks));
	if (!row->is_paired && is_uneven(row->base_side.boots.nr, row->side.boots.nr))
		nn_strings_add(&row->flags,
			       nn_asprintf("unbalanced: %zu boots of '%s' against %zu of '%s'",
					   row->base_side.boots.nr, row->base_arm,
					   row->side.boots.nr, row->arm));
	if (row->nr_boots && row->nr_boots < NN_MIN_BOOTS)
		nn_strings_add(&row->reasons, nn_asprintf("fewer than %d boots: %" PRIu64,
							  NN_MIN_BOOTS, row->nr_boots));
}

static void add_compared(const struct nn_row_plan *plan, const struct nn_series *series,
			 const struct nn_arm_pair *pair)
{
	struct nn_report_row *row =
		nn_row_append(plan->out, series, plan->arms[pair->base], plan->arms[pair->arm]);
	struct nn_strings remarks = {0};

	nn_row_compare(row, &series->cells, pair->base, pair->arm, plan->pairing);
	nn_row_set_ceiling(row, plan->out);
	/* doubts stand first among the reasons; with any of them the row is invalid */
	remarks = row->reasons;
	row->reasons = (struct nn_strings){0};
	doubt(plan, row, row->base_arm, row->arm);
	if (series->losses)
		doubt_losses(row, series, pair);
	doubt_steadiness(row, &row->base_side, row->base_arm);
	doubt_steadiness(row, &row->side, row->arm);
	doubt_ceiling(row);
	if (row->reasons.nr)
		row->verdict = nn_strdup("INVALID");
	for (size_t i = 0; i < remarks.nr; i++)
		nn_strings_add(&row->reasons, NN_STEAL(remarks.items[i]));
	free(remarks.items);
	explain_pairs(row);
}

/* There is no ratio and hence no verdict; what speaks against the value is told all the same. */
static void add_lone(const struct nn_row_plan *plan, const struct nn_series *series,
		     const struct nn_arm_pair *pair, bool is_base)
{
	size_t arm = is_base ? pair->base : pair->arm;
	const char *other = pair->arm == SIZE_MAX ? NULL : plan->arms[pair->arm];
	struct nn_report_row *row = nn_row_append(plan->out, series, plan->arms[pair->base], other);

	nn_row_alone(row, &series->cells, arm, is_base);
	doubt(plan, row, plan->arms[arm], NULL);
	nn_strings_add(&row->reasons,
		       other ? nn_asprintf("measured in arm '%s' only", plan->arms[arm])
			     : nn_strdup("one arm only: nothing to compare"));
}

void nn_row_plan_add(const struct nn_row_plan *plan, const struct nn_series *series)
{
	for (size_t i = 0; i < plan->nr_pairs; i++) {
		const struct nn_arm_pair *pair = &plan->pairs[i];
		bool has_base = has_arm(series, pair->base);
		bool has_other = has_arm(series, pair->arm);

		if (has_base && has_other)
			add_compared(plan, series, pair);
		else if (has_base || has_other)
			add_lone(plan, series, pair, has_base);
	}
}

/* ---- of a campaign of the store ---- */

/* Every arm against the base, and whatever else a claim asks for. */
static void plan_campaign(struct nn_row_plan *plan)
{
	const struct nn_comparison *out = plan->out;
	const char *base = out->summary[NN_SUMMARY_BASE_ARM];

	for (size_t i = 0; i < out->nr_arms; i++)
		(void)nn_row_plan_arm(plan, out->arms[i].name);
	if (base && nn_comparison_arm(out, base)) {
		for (size_t i = 0; i < out->nr_arms; i++)
			nn_row_plan_pair(plan, nn_row_plan_arm(plan, base), i);
	}
	for (size_t i = 0; i < out->nr_claims; i++) {
		const struct nn_report_claim *claim = &out->claims[i];

		if (nn_comparison_arm(out, claim->base) && nn_comparison_arm(out, claim->arm))
			nn_row_plan_pair(plan, nn_row_plan_arm(plan, claim->base),
					 nn_row_plan_arm(plan, claim->arm));
	}
	if (out->nr_arms == 1)
		nn_row_plan_pair(plan, 0, SIZE_MAX);
}

static int take_series(void *user, struct nn_series *series, struct nn_err *err)
{
	(void)err;
	nn_row_plan_add(user, series);
	return 0;
}

int nn_build_rows(struct nn_build *build, struct nn_err *err)
{
	struct nn_row_plan plan = {.out = build->out, .build = build, .pairing = NN_PAIRING_PAIRED};
	int rc;

	plan_campaign(&plan);
	rc = nn_series_each_of_store(build->store, build->campaign, plan.arms, plan.nr_arms,
				     take_series, &plan, err);
	nn_row_plan_release(&plan);
	if (!rc)
		nn_rows_adjust(build->out);
	return rc;
}
