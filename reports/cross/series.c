/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"

void nn_series_list_release(struct nn_series_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		nn_series_release(&list->items[i]);
	free(list->items);
	*list = (struct nn_series_list){0};
}

static int keep_series(void *user, struct nn_series *series, struct nn_err *err)
{
	struct nn_series_list *list = user;
	struct nn_series *kept = NN_ARRAY_APPEND(list->items, list->nr, list->cap);

	(void)err;
	*kept = *series;
	*series = (struct nn_series){0};
	return 0;
}

int nn_series_list_read(struct nn_series_list *ret_list, struct nn_store *store, int64_t campaign,
			const struct nn_comparison *arms_of, struct nn_err *err)
{
	NN_AUTO(free) const char **arms = nn_calloc(arms_of->nr_arms + 1, sizeof(*arms));
	struct nn_series_list list = {0};
	int rc;

	for (size_t i = 0; i < arms_of->nr_arms; i++)
		arms[i] = arms_of->arms[i].name;
	rc = nn_series_each_of_store(store, campaign, arms, arms_of->nr_arms, keep_series, &list,
				     err);
	if (rc) {
		nn_series_list_release(&list);
		return rc;
	}
	*ret_list = list;
	return 0;
}

/* The order in which series are read; a metric that changed its direction is another metric. */
static int compare_series(const struct nn_series *a, const struct nn_series *b)
{
	int order = strcmp(a->workload, b->workload);

	if (!order)
		order = strcmp(a->metric, b->metric);
	if (!order)
		order = strcmp(a->unit, b->unit);
	return order ? order : (int)a->direction - (int)b->direction;
}

void nn_series_next(const struct nn_series_list lists[2], size_t at[2],
		    const struct nn_series *ret_pair[2])
{
	const struct nn_series *a = at[0] < lists[0].nr ? &lists[0].items[at[0]] : NULL;
	const struct nn_series *b = at[1] < lists[1].nr ? &lists[1].items[at[1]] : NULL;
	int order = a && b ? compare_series(a, b) : 0;

	ret_pair[0] = order <= 0 ? a : NULL;
	ret_pair[1] = order >= 0 ? b : NULL;
	at[0] += ret_pair[0] != NULL;
	at[1] += ret_pair[1] != NULL;
}

void nn_cells_add_arm(struct nn_cells *cells, const struct nn_cells *from, size_t arm,
		      size_t new_arm)
{
	for (size_t i = 0; i < from->nr; i++) {
		struct nn_cell cell = from->items[i];

		if (cell.arm != arm)
			continue;
		cell.arm = new_arm;
		nn_cells_add(cells, &cell);
	}
}

static struct nn_digest ratio_digest(const struct nn_digest *base, const struct nn_digest *arm)
{
	struct nn_digest ratio = {
		.mean = arm->mean / base->mean,
		.trimmed_mean = arm->trimmed_mean / base->trimmed_mean,
		.variation = NAN, /* iterations of two arms have nothing in common */
		.effective_samples = NAN,
		.nr_runs = base->nr_runs + arm->nr_runs,
		.nr_samples = base->nr_samples + arm->nr_samples,
		.nr_unsteady = base->nr_unsteady + arm->nr_unsteady,
		.nr_warmup = base->nr_warmup + arm->nr_warmup,
		.nr_slowdown = base->nr_slowdown + arm->nr_slowdown,
		.nr_judged = base->nr_judged + arm->nr_judged,
		.nr_outliers = base->nr_outliers + arm->nr_outliers,
	};

	for (size_t i = 0; i < NN_NR_TAILS; i++)
		ratio.tails[i] = arm->tails[i] / base->tails[i];
	for (size_t i = 0; i < NN_NR_CURVE; i++)
		ratio.curve[i] = NAN;
	return ratio;
}

static const struct nn_cell *find_cell(const struct nn_cells *cells, size_t arm, uint64_t block)
{
	for (size_t i = 0; i < cells->nr; i++) {
		if (cells->items[i].arm == arm && cells->items[i].block == block)
			return &cells->items[i];
	}
	return NULL;
}

void nn_cells_add_ratios(struct nn_cells *cells, const struct nn_cells *from, size_t base,
			 size_t arm, size_t new_arm)
{
	for (size_t i = 0; i < from->nr; i++) {
		const struct nn_cell *of_arm = &from->items[i];
		const struct nn_cell *of_base;
		struct nn_cell cell = *of_arm;

		if (of_arm->arm != arm)
			continue;
		of_base = find_cell(from, base, of_arm->block);
		if (!of_base)
			continue;
		cell.arm = new_arm;
		cell.digest = ratio_digest(&of_base->digest, &of_arm->digest);
		if (isfinite(cell.digest.mean))
			nn_cells_add(cells, &cell);
	}
}
