/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The series of two campaigns, brought together metric by metric, and cells of one arm, or of the
 * ratio of two arms, taken out of them. A series holds one cell a boot, so both campaigns fit into
 * memory whole. Private to this folder.
 */
#ifndef NN_REPORTS_CROSS_SERIES_H
#define NN_REPORTS_CROSS_SERIES_H

#include "harness/base/err.h"
#include "harness/store/store.h"
#include "reports/comparison.h"
#include "reports/series.h"

struct nn_series_list {
	struct nn_series *items; /* by workload, metric, unit */
	size_t nr, cap;
};

void nn_series_list_release(struct nn_series_list *list);

/** Every series of a campaign; its cells' arms are indices into @arms_of->arms. */
int nn_series_list_read(struct nn_series_list *ret_list, struct nn_store *store, int64_t campaign,
			const struct nn_comparison *arms_of, struct nn_err *err);

/**
 * The next metric in order: the series of each list that has it, NULL of one that has not.
 * @at: positions in the lists, moved on; at least one is not at its end.
 */
void nn_series_next(const struct nn_series_list lists[2], size_t at[2],
		    const struct nn_series *ret_pair[2]);

/** Append copies of the cells of @arm, as those of @new_arm. */
void nn_cells_add_arm(struct nn_cells *cells, const struct nn_cells *from, size_t arm,
		      size_t new_arm);

/** Append for each block in which both arms have a value the ratio @arm ÷ @base as a cell. */
void nn_cells_add_ratios(struct nn_cells *cells, const struct nn_cells *from, size_t base,
			 size_t arm, size_t new_arm);

#endif
