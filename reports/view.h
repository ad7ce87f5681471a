/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What renderers need to know of a comparison beside its figures: in which order people read the
 * rows, how rows are told apart, which figures may leave without the doubts beside them. Built once
 * for a rendering in n log n, borrows the comparison.
 */
#ifndef NN_REPORTS_VIEW_H
#define NN_REPORTS_VIEW_H

#include "reports/comparison.h"

struct nn_view {
	const struct nn_comparison *comparison;
	size_t *order;          /* indices of rows, sorted; as many as there are rows */
	uint64_t *boots_needed; /* by row: most that an inconclusive check of it still needs */
	bool has_many_pairs;    /* of arms */
};

/** Rows sort by campaign, then pair of arms as the comparison lists arms, workload, metric. */
void nn_view_init(struct nn_view *ret_view, const struct nn_comparison *comparison);
void nn_view_release(struct nn_view *view);
NN_AUTO_DEFINE(view, struct nn_view, nn_view_release(p))

/** The row at @position of the order. */
const struct nn_report_row *nn_view_row(const struct nn_view *view, size_t position);

/** Boots that @row still needs for a verdict; 0: none or unknown. */
uint64_t nn_view_boots_needed(const struct nn_view *view, const struct nn_report_row *row);

/** As much of its name as tells @row from the others of the report; the caller's. */
char *nn_view_row_name(const struct nn_view *view, const struct nn_report_row *row);

/**
 * The first position behind @from at which another campaign begins or, unless @is_by_campaign,
 * another pair of arms.
 */
size_t nn_view_group_end(const struct nn_view *view, size_t from, bool is_by_campaign);

/** Reasons that every row at positions @from to @to gives; none when there is one row only. */
void nn_view_shared_reasons(const struct nn_view *view, size_t from, size_t to,
			    struct nn_strings *ret_reasons);

/** The campaign of a row as people call it: the name of a stored one; never NULL. */
const char *nn_view_campaign(const struct nn_comparison *comparison, const char *row_campaign);

/**
 * May the row's ratio be handed to a program that draws and alarms but shows no doubts? It has one,
 * its verdict is not INVALID, and the machine is no emulated one whose plan allows no verdict.
 */
bool nn_view_is_trusted(const struct nn_comparison *comparison, const struct nn_report_row *row);

/**
 * What a service that keeps a series of ratios may call the row: "compute/bandwidth copy (vm /
 * native)", behind the campaign where there are several. Fit for any report; the caller's.
 */
char *nn_view_series_name(const struct nn_comparison *comparison, const struct nn_report_row *row);

#endif
