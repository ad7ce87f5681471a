/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All workloads of an arm taken together: one number a block, the mean of its log performance
 * ratios, then the same t interval. Blocks are the unit, so workloads may depend on each other.
 * Source: reference statistics §2.7.
 */
#include "reports/build.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/array.h"
#include "harness/stats/ratio.h"
#include "reports/judge.h"

/* Per block the sum of the rows' log ratios; workloads weigh alike, whatever their metrics. */
struct sums {
	uint64_t *blocks;
	double *logs;
	uint64_t *nr_rows;
	size_t nr;
};

static bool belongs(const struct nn_report_row *row, const struct nn_report_row *first)
{
	return nn_row_has_pair(row) && !nn_row_is_invalid(row) && row->nr_boots >= NN_MIN_BOOTS &&
	       row->is_paired && row->nr_pairs == row->nr_blocks &&
	       isfinite(row->performance_ratio) && nn_report_row_is_alike(row, first);
}

static void sums_init(struct sums *sums, const struct nn_report_row *first)
{
	const struct nn_cells *boots = &first->base_side.boots;

	sums->blocks = nn_calloc(boots->nr + 1, sizeof(*sums->blocks));
	sums->logs = nn_calloc(boots->nr + 1, sizeof(*sums->logs));
	sums->nr_rows = nn_calloc(boots->nr + 1, sizeof(*sums->nr_rows));
	for (size_t i = 0; i < boots->nr; i++) {
		if (!sums->nr || sums->blocks[sums->nr - 1] != boots->items[i].block)
			sums->blocks[sums->nr++] = boots->items[i].block;
	}
}

static void sums_release(struct sums *sums)
{
	free(sums->blocks);
	free(sums->logs);
	free(sums->nr_rows);
}

NN_AUTO_DEFINE(sums, struct sums, sums_release(p))

/* Both sides stand by block and have one boot a block here, or the row takes no part. */
static void sums_add(struct sums *sums, const struct nn_report_row *row, double weight)
{
	const struct nn_cells *base = &row->base_side.boots, *arm = &row->side.boots;
	double sign = row->direction == NN_HIGHER_IS_BETTER ? 1 : -1;

	for (size_t i = 0; i < sums->nr && i < base->nr; i++) {
		if (base->items[i].block != sums->blocks[i] ||
		    arm->items[i].block != sums->blocks[i])
			return;
		sums->logs[i] +=
			sign * weight * log(arm->items[i].digest.mean / base->items[i].digest.mean);
		sums->nr_rows[i]++;
	}
}

static void add_aggregate(struct nn_comparison *out, const struct nn_report_row *first,
			  const struct sums *sums, uint64_t nr_rows, uint64_t nr_workloads)
{
	NN_AUTO(free) double *ones = nn_calloc(sums->nr, sizeof(*ones));
	NN_AUTO(free) double *means = nn_calloc(sums->nr, sizeof(*means));
	struct nn_report_aggregate *aggregate;
	struct nn_ratio ratio;

	for (size_t i = 0; i < sums->nr; i++) {
		ones[i] = 1;
		means[i] = exp(sums->logs[i] / (double)nr_workloads);
		if (sums->nr_rows[i] != nr_rows)
			return; /* some workload has no value in this block */
	}
	if (nn_ratio_paired(ones, means, sums->nr, &ratio))
		return;
	aggregate = NN_ARRAY_APPEND(out->aggregates, out->nr_aggregates, out->cap_aggregates);
	aggregate->campaign = nn_strdup(first->campaign);
	aggregate->base_arm = nn_strdup(first->base_arm);
	aggregate->arm = nn_strdup(first->arm);
	aggregate->nr_boots = sums->nr;
	aggregate->nr_rows = nr_rows;
	aggregate->performance_ratio = ratio.estimate;
	memcpy(aggregate->performance_ci95, ratio.ci95, sizeof(ratio.ci95));
}

/* Rows of one workload stand together: the index of the first that follows @from's. */
static size_t end_of_workload(const struct nn_report_row *rows, size_t nr, size_t from)
{
	size_t end = from;

	while (end < nr && strcmp(rows[end].workload, rows[from].workload) == 0)
		end++;
	return end;
}

/* The rows alike @rows[@at], if it is the first of them. */
static void aggregate_alike(struct nn_comparison *out, const struct nn_report_row *rows, size_t nr,
			    size_t at)
{
	NN_AUTO(sums) struct sums sums = {0};
	const struct nn_report_row *first = &rows[at];
	uint64_t nr_workloads = 0, nr_rows = 0;

	sums_init(&sums, first);
	for (size_t i = at; i < nr;) {
		size_t end = end_of_workload(rows, nr, i);
		uint64_t nr_metrics = 0;

		for (size_t r = i; r < end; r++)
			nr_metrics += belongs(&rows[r], first);
		for (size_t r = i; r < end; r++) {
			if (belongs(&rows[r], first))
				sums_add(&sums, &rows[r], 1.0 / (double)nr_metrics);
		}
		nr_rows += nr_metrics;
		nr_workloads += nr_metrics > 0;
		i = end;
	}
	if (nr_workloads > 1) /* of one workload the row itself tells */
		add_aggregate(out, first, &sums, nr_rows, nr_workloads);
}

static bool is_first(const struct nn_report_row *rows, size_t at)
{
	if (!belongs(&rows[at], &rows[at]))
		return false;
	for (size_t i = 0; i < at; i++) {
		if (belongs(&rows[i], &rows[at]))
			return false;
	}
	return true;
}

void nn_build_aggregates(struct nn_comparison *comparison)
{
	size_t from = 0;

	for (size_t i = 1; i <= comparison->nr_rows; i++) {
		const struct nn_report_row *rows = comparison->rows;

		if (i < comparison->nr_rows && strcmp(rows[i].campaign, rows[from].campaign) == 0)
			continue;
		for (size_t at = from; at < i; at++) {
			if (is_first(&rows[from], at - from))
				aggregate_alike(comparison, &rows[from], i - from, at - from);
		}
		from = i;
	}
}
