/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which arms are compared with which, and a row for each such pair of a series. Private to this
 * folder.
 */
#ifndef NN_REPORTS_ROWS_H
#define NN_REPORTS_ROWS_H

#include "reports/build.h"
#include "reports/row.h"

/* Indices into @arms; @arm SIZE_MAX: there is no other arm. */
struct nn_arm_pair {
	size_t base;
	size_t arm;
};

struct nn_row_plan {
	struct nn_comparison *out;
	const struct nn_build *build; /* evidence against figures; NULL: there is none */
	enum nn_pairing pairing;
	const char **arms; /* names are borrowed; cells' arms are indices into it */
	size_t nr_arms, cap_arms;
	struct nn_arm_pair *pairs;
	size_t nr_pairs, cap_pairs;
};

void nn_row_plan_release(struct nn_row_plan *plan);

/** The index of the arm called @name, which is added when it is new. */
size_t nn_row_plan_arm(struct nn_row_plan *plan, const char *name);

/** Compare @arm with @base, once; the same arm twice is no pair. */
void nn_row_plan_pair(struct nn_row_plan *plan, size_t base, size_t arm);

/** A row for each pair of which @series has boots. */
void nn_row_plan_add(const struct nn_row_plan *plan, const struct nn_series *series);

#endif
