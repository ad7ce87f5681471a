/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One metric of one workload in one campaign: a cell for each boot. Every source of numbers (store,
 * CSV file, two campaigns side by side) is brought into this form, and every comparison starts from
 * it. Strings are the series' own.
 */
#ifndef NN_REPORTS_SERIES_H
#define NN_REPORTS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/protocol/message.h"
#include "harness/store/store.h"
#include "reports/digest.h"

struct nn_cell {
	size_t arm; /* index into the comparison's arms */
	uint64_t block;
	char *boot; /* UUID, or what a CSV file calls it */
	struct nn_digest digest;
};

struct nn_cells {
	struct nn_cell *items;
	size_t nr;
	size_t cap;
};

/* What a file says was to be measured in one arm, and what was. */
struct nn_series_loss {
	uint64_t nr_absent; /* values */
	uint64_t nr_present;
	uint64_t nr_runs; /* with a value */
};

struct nn_series {
	char *campaign; /* UUID, or what a CSV file calls it */
	char *workload;
	char *metric;
	char *unit;
	enum nn_direction direction;
	struct nn_cells cells;
	struct nn_series_loss *losses; /* by arm; NULL: the store knows by the outcomes of runs */
};

void nn_cells_release(struct nn_cells *cells);
/** Append a copy. */
void nn_cells_add(struct nn_cells *cells, const struct nn_cell *cell);
void nn_series_release(struct nn_series *series);

/** @series is the callee's to keep (move it out and zero it) or to leave. */
typedef int (*nn_series_fn)(void *user, struct nn_series *series, struct nn_err *err);

/**
 * Read a campaign of the store and give one series after the other, sorted by workload, metric and
 * unit; no more than one workload's cells are held at a time. Cells are sorted by arm and block.
 * @arms: names; boots of other arms are left out.
 */
int nn_series_each_of_store(struct nn_store *store, int64_t campaign, const char *const *arms,
			    size_t nr_arms, nn_series_fn each, void *user, struct nn_err *err);

#endif
