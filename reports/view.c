/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/clean.h"
#include "reports/sentences.h"
#include "reports/words.h"

static size_t arm_rank(const struct nn_comparison *comparison, const char *name)
{
	const struct nn_report_arm *arm = name ? nn_comparison_arm(comparison, name) : NULL;

	return arm ? (size_t)(arm - comparison->arms) : comparison->nr_arms;
}

static int compare_names(const char *a, const char *b)
{
	return nn_words_compare(a ? a : "", b ? b : "");
}

static int compare_arms(const struct nn_comparison *comparison, const char *a, const char *b)
{
	size_t rank_a = arm_rank(comparison, a), rank_b = arm_rank(comparison, b);

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	return compare_names(a, b);
}

static int compare_rows(const void *a, const void *b, void *user)
{
	const struct nn_comparison *comparison = user;
	const struct nn_report_row *x = &comparison->rows[*(const size_t *)a];
	const struct nn_report_row *y = &comparison->rows[*(const size_t *)b];
	int order = compare_names(x->campaign, y->campaign);

	if (!order)
		order = compare_arms(comparison, x->base_arm, y->base_arm);
	if (!order)
		order = compare_arms(comparison, x->arm, y->arm);
	if (!order)
		order = compare_names(x->workload, y->workload);
	if (!order)
		order = compare_names(x->metric, y->metric);
	if (!order)
		order = compare_names(x->unit, y->unit);
	if (!order)
		order = x < y ? -1 : x > y;
	return order;
}

static bool has_many_pairs(const struct nn_comparison *comparison)
{
	for (size_t i = 1; i < comparison->nr_rows; i++) {
		if (compare_names(comparison->rows[0].base_arm, comparison->rows[i].base_arm) ||
		    compare_names(comparison->rows[0].arm, comparison->rows[i].arm))
			return true;
	}
	return false;
}

static void collect_boots_needed(struct nn_view *view)
{
	const struct nn_comparison *comparison = view->comparison;

	for (size_t c = 0; c < comparison->nr_claims; c++) {
		const struct nn_report_claim *claim = &comparison->claims[c];

		for (size_t i = 0; i < claim->nr_checks; i++) {
			const struct nn_report_check *check = &claim->checks[i];

			if (check->row < comparison->nr_rows &&
			    check->boots_needed > view->boots_needed[check->row])
				view->boots_needed[check->row] = check->boots_needed;
		}
	}
}

void nn_view_init(struct nn_view *ret_view, const struct nn_comparison *comparison)
{
	*ret_view = (struct nn_view){
		.comparison = comparison,
		.order = nn_calloc(comparison->nr_rows + 1, sizeof(*ret_view->order)),
		.boots_needed = nn_calloc(comparison->nr_rows + 1, sizeof(*ret_view->boots_needed)),
	};
	for (size_t i = 0; i < comparison->nr_rows; i++)
		ret_view->order[i] = i;
	qsort_r(ret_view->order, comparison->nr_rows, sizeof(*ret_view->order), compare_rows,
		(void *)comparison);
	ret_view->has_many_pairs = has_many_pairs(comparison);
	collect_boots_needed(ret_view);
}

void nn_view_release(struct nn_view *view)
{
	free(view->order);
	free(view->boots_needed);
	*view = (struct nn_view){0};
}

const struct nn_report_row *nn_view_row(const struct nn_view *view, size_t position)
{
	return &view->comparison->rows[view->order[position]];
}

uint64_t nn_view_boots_needed(const struct nn_view *view, const struct nn_report_row *row)
{
	bool is_open = row->verdict && strcmp(row->verdict, "INCONCLUSIVE") == 0;

	return is_open ? view->boots_needed[row - view->comparison->rows] : 0;
}

char *nn_view_row_name(const struct nn_view *view, const struct nn_report_row *row)
{
	const struct nn_comparison *c = view->comparison;
	struct nn_strbuf sb = NN_STRBUF_INIT;

	if (c->nr_campaigns > 1)
		nn_strbuf_addf(&sb, "%s: ", nn_view_campaign(c, row->campaign));
	if (view->has_many_pairs)
		nn_strbuf_addf(&sb, "%s, ", row->arm ? row->arm : row->base_arm);
	nn_sentence_row_name(&sb, row);
	return nn_strbuf_detach(&sb);
}

size_t nn_view_group_end(const struct nn_view *view, size_t from, bool is_by_campaign)
{
	const struct nn_report_row *first = nn_view_row(view, from);
	size_t end = from + 1;

	for (; end < view->comparison->nr_rows; end++) {
		const struct nn_report_row *row = nn_view_row(view, end);

		if (is_by_campaign ? compare_names(first->campaign, row->campaign) != 0
				   : !nn_report_row_is_alike(first, row))
			break;
	}
	return end;
}

void nn_view_shared_reasons(const struct nn_view *view, size_t from, size_t to,
			    struct nn_strings *ret_reasons)
{
	const struct nn_strings *first = &nn_view_row(view, from)->reasons;

	for (size_t r = 0; to - from > 1 && r < first->nr; r++) {
		bool is_shared = true;

		for (size_t i = from + 1; is_shared && i < to; i++)
			is_shared =
				nn_strings_have(&nn_view_row(view, i)->reasons, first->items[r]);
		if (is_shared)
			nn_strings_add(ret_reasons, nn_strdup(first->items[r]));
	}
}

const char *nn_view_campaign(const struct nn_comparison *comparison, const char *row_campaign)
{
	if (comparison->source == NN_SOURCE_STORE && comparison->summary[NN_SUMMARY_NAME])
		return comparison->summary[NN_SUMMARY_NAME];
	if (row_campaign)
		return row_campaign;
	return comparison->title ? comparison->title : "";
}

bool nn_view_is_trusted(const struct nn_comparison *comparison, const struct nn_report_row *row)
{
	if (comparison->is_emulated && !comparison->allow_emulated)
		return false;
	return isfinite(row->performance_ratio) &&
	       !(row->verdict && strcmp(row->verdict, "INVALID") == 0);
}

char *nn_view_series_name(const struct nn_comparison *comparison, const struct nn_report_row *row)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (comparison->nr_campaigns > 1)
		nn_strbuf_addf(&sb, "%s: ", nn_view_campaign(comparison, row->campaign));
	nn_sentence_row_name(&sb, row);
	nn_strbuf_addf(&sb, " (%s / %s)", row->arm ? row->arm : row->base_arm, row->base_arm);
	return nn_clean_text(nn_strbuf_str(&sb));
}
