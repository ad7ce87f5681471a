/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/cross.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/build.h"
#include "reports/cross/series.h"
#include "reports/cross/side.h"
#include "reports/judge.h"
#include "reports/rows.h"

/* An arm, or a ratio of two, of both campaigns. */
struct selected {
	const char *name; /* "vm", "vm/native" */
	char *arm;
	char *base; /* NULL: no ratio */
};

/* A comparison in the making. */
struct crossing {
	const struct nn_cross_side *sides[2];
	struct selected *items;
	size_t nr, cap;
	struct nn_row_plan plan;  /* its arms: 2 × item + side */
	struct nn_strings labels; /* "A:vm", "B:vm" …, which the plan borrows */
};

/* ---- which arms ---- */

static bool is_known(const struct crossing *crossing, const char *arm)
{
	return nn_comparison_arm(crossing->sides[0]->build.out, arm) ||
	       nn_comparison_arm(crossing->sides[1]->build.out, arm);
}

static int unknown_arm(const struct crossing *crossing, const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct nn_strings known = {0};

	nn_cross_arms(crossing->sides[0], crossing->sides[1], &known);
	for (size_t i = 0; i < known.nr; i++)
		nn_strbuf_addf(&sb, "%s'%s'", i ? ", " : "", known.items[i]);
	nn_strings_release(&known);
	return nn_err_set(err, -EINVAL,
			  "unknown arm '%s', the campaigns have %s (a ratio reads vm/native)", name,
			  nn_strbuf_str(&sb));
}

/* An arm's own name may hold a slash, so names are tried first. */
static int select_arm(struct crossing *crossing, const char *name, struct nn_err *err)
{
	const char *slash = is_known(crossing, name) ? NULL : strchr(name, '/');
	NN_AUTO(free)
	char *arm = slash ? nn_strndup(name, (size_t)(slash - name)) : nn_strdup(name);
	struct selected *selected;

	if (!is_known(crossing, arm) || (slash && !is_known(crossing, slash + 1)))
		return unknown_arm(crossing, name, err);
	selected = NN_ARRAY_APPEND(crossing->items, crossing->nr, crossing->cap);
	selected->name = name;
	selected->arm = NN_STEAL(arm);
	selected->base = slash ? nn_strdup(slash + 1) : NULL;
	return 0;
}

static int plan_crossing(struct crossing *crossing, const struct nn_strings *arms,
			 struct nn_err *err)
{
	for (size_t i = 0; i < arms->nr; i++) {
		int rc = select_arm(crossing, arms->items[i], err);

		if (rc)
			return rc;
	}
	for (size_t i = 0; i < crossing->nr; i++) {
		for (size_t s = 0; s < 2; s++) {
			char *label = nn_asprintf("%s:%s", crossing->sides[s]->label,
						  crossing->items[i].name);

			nn_strings_add(&crossing->labels, label);
			(void)nn_row_plan_arm(&crossing->plan, label);
		}
		nn_row_plan_pair(&crossing->plan, 2 * i, 2 * i + 1);
	}
	return 0;
}

static void release_crossing(struct crossing *crossing)
{
	for (size_t i = 0; i < crossing->nr; i++) {
		free(crossing->items[i].arm);
		free(crossing->items[i].base);
	}
	free(crossing->items);
	nn_row_plan_release(&crossing->plan);
	nn_strings_release(&crossing->labels);
}

/* ---- what speaks against figures ---- */

static void doubt_side(const struct nn_cross_side *side, const struct selected *selected,
		       const char *workload, struct nn_strings *ret_doubts)
{
	struct nn_strings doubts = {0};

	if (selected->base) {
		nn_build_doubts(&side->build, workload, selected->base, selected->arm, ret_doubts);
		return;
	}
	nn_build_doubts(&side->build, workload, selected->arm, NULL, &doubts);
	for (size_t i = 0; i < doubts.nr; i++) {
		if (strncmp(doubts.items[i], NN_METAL_DOUBT, strlen(NN_METAL_DOUBT)) != 0)
			nn_strings_add(ret_doubts, NN_STEAL(doubts.items[i]));
	}
	nn_strings_release(&doubts);
}

static double discarded_share(const struct nn_cross_side *side, const char *arm,
			      const char *workload)
{
	const struct nn_evidence *evidence = &side->build.evidence;

	for (size_t i = 0; i < evidence->nr_tallies; i++) {
		const struct nn_run_tally *tally = &evidence->tallies[i];
		uint64_t nr_all = tally->nr_ok + tally->nr_discarded;

		if (nr_all && strcmp(tally->arm, arm) == 0 &&
		    strcmp(tally->workload, workload) == 0)
			return (double)tally->nr_discarded / (double)nr_all;
	}
	return 0;
}

static void doubt_discards(const struct crossing *crossing, const struct selected *selected,
			   const char *workload, struct nn_strings *doubts)
{
	double shares[2];

	for (size_t s = 0; s < 2; s++)
		shares[s] = discarded_share(crossing->sides[s], selected->arm, workload);
	if (fabs(shares[0] - shares[1]) > NN_DISCARD_LIMIT)
		nn_strings_add(doubts, nn_asprintf("runs were discarded unevenly: %.0f %% in "
						   "'%s:%s', %.0f %% in '%s:%s'",
						   100 * shares[0], crossing->sides[0]->label,
						   selected->arm, 100 * shares[1],
						   crossing->sides[1]->label, selected->arm));
}

static const struct selected *selected_of(const struct crossing *crossing,
					  const struct nn_report_row *row)
{
	for (size_t i = 0; i < crossing->nr; i++) {
		if (strcmp(crossing->plan.arms[2 * i], row->base_arm) == 0)
			return &crossing->items[i];
	}
	return NULL; /* not reached: rows come from the plan */
}

/* Doubts stand first among the reasons; with any of them the row is invalid. */
static void doubt_row(const struct crossing *crossing, struct nn_report_row *row)
{
	const struct selected *selected = selected_of(crossing, row);
	struct nn_strings doubts[2] = {0};
	struct nn_strings joined = {0};

	for (size_t s = 0; s < 2; s++)
		doubt_side(crossing->sides[s], selected, row->workload, &doubts[s]);
	nn_cross_join_texts(crossing->sides, doubts, &joined);
	doubt_discards(crossing, selected, row->workload, &joined);
	if (joined.nr && !row->is_lone && !row->verdict)
		row->verdict = nn_strdup(NN_INVALID);
	for (size_t i = 0; i < row->reasons.nr; i++)
		nn_strings_add(&joined, NN_STEAL(row->reasons.items[i]));
	nn_strings_release(&row->reasons);
	row->reasons = joined;
	for (size_t s = 0; s < 2; s++)
		nn_strings_release(&doubts[s]);
}

/* ---- rows ---- */

static void add_cells(const struct crossing *crossing, size_t s, bool is_ratio,
		      const struct nn_series *from, struct nn_series *to)
{
	const struct nn_comparison *campaign = crossing->sides[s]->build.out;

	for (size_t i = 0; from && i < crossing->nr; i++) {
		const struct selected *selected = &crossing->items[i];
		const struct nn_report_arm *arm = nn_comparison_arm(campaign, selected->arm);
		const struct nn_report_arm *base =
			selected->base ? nn_comparison_arm(campaign, selected->base) : NULL;

		if (!arm || is_ratio != (selected->base != NULL) || (is_ratio && !base))
			continue;
		if (is_ratio)
			nn_cells_add_ratios(&to->cells, &from->cells,
					    (size_t)(base - campaign->arms),
					    (size_t)(arm - campaign->arms), 2 * i + s);
		else
			nn_cells_add_arm(&to->cells, &from->cells, (size_t)(arm - campaign->arms),
					 2 * i + s);
	}
}

static void add_rows(struct crossing *crossing, const struct nn_series *const pair[2],
		     bool is_ratio)
{
	const struct nn_series *known = pair[0] ? pair[0] : pair[1];
	struct nn_comparison *out = crossing->plan.out;
	size_t first = out->nr_rows;
	struct nn_series series = {
		.campaign = nn_strdup(crossing->sides[1]->build.out->summary[NN_SUMMARY_UUID]),
		.workload = nn_strdup(known->workload),
		.metric = nn_strdup(known->metric),
		.unit = nn_strdup(is_ratio ? "ratio" : known->unit),
		.direction = known->direction,
	};

	for (size_t s = 0; s < 2; s++)
		add_cells(crossing, s, is_ratio, pair[s], &series);
	nn_row_plan_add(&crossing->plan, &series);
	for (size_t i = first; i < out->nr_rows; i++)
		doubt_row(crossing, &out->rows[i]);
	nn_series_release(&series);
}

static int add_all_rows(struct crossing *crossing, struct nn_err *err)
{
	struct nn_series_list lists[2] = {0};
	size_t at[2] = {0};
	int rc = 0;

	for (size_t s = 0; !rc && s < 2; s++) {
		const struct nn_build *build = &crossing->sides[s]->build;

		rc = nn_series_list_read(&lists[s], build->store, build->campaign, build->out, err);
	}
	while (!rc && (at[0] < lists[0].nr || at[1] < lists[1].nr)) {
		const struct nn_series *pair[2];

		nn_series_next(lists, at, pair);
		add_rows(crossing, pair, false);
		add_rows(crossing, pair, true);
	}
	for (size_t s = 0; s < 2; s++)
		nn_series_list_release(&lists[s]);
	if (!rc)
		nn_rows_adjust(crossing->plan.out);
	return rc;
}

int nn_cross_new(const struct nn_cross_side *a, const struct nn_cross_side *b,
		 const struct nn_strings *arms, struct nn_comparison **ret_comparison,
		 struct nn_err *err)
{
	NN_AUTO(comparison) struct nn_comparison *out = nn_calloc(1, sizeof(*out));
	struct crossing crossing = {.sides = {a, b}};
	int rc;

	crossing.plan.out = out;
	crossing.plan.pairing = NN_PAIRING_UNPAIRED;
	rc = plan_crossing(&crossing, arms, err);
	if (!rc) {
		nn_cross_describe(crossing.sides, out);
		rc = add_all_rows(&crossing, err);
	}
	release_crossing(&crossing);
	if (rc)
		return rc;
	*ret_comparison = NN_STEAL(out);
	return 0;
}
