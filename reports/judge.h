/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict on one row against one margin, with its reasons: reference statistics §2.4, §2.5.
 * Private to this folder.
 */
#ifndef NN_REPORTS_JUDGE_H
#define NN_REPORTS_JUDGE_H

#include "reports/comparison.h"

#define NN_PROVEN       "PROVEN"
#define NN_REFUTED      "REFUTED"
#define NN_INCONCLUSIVE "INCONCLUSIVE"
#define NN_INVALID      "INVALID"

/* Below this many boots nothing is called proven or refuted: reference statistics, §1.4. */
#define NN_MIN_BOOTS 5

/* An arm whose boots fall into two groups is not proven with fewer. */
#define NN_MIN_BOOTS_BIMODAL 20

/** Judge @row: fill the verdict, bounds, reasons and boots needed of @check. */
void nn_judge_row(const struct nn_report_row *row, double margin, struct nn_report_check *check);

/**
 * The boot-mode guard beside a mean: how many boots of the arm fall below @margin × the median of
 * the base's, and what share of boots may be that slow at most. Source: reference statistics §2.5.
 * @ret_share_upper95: NaN without boots, or where the mean of one is not positive and finite.
 */
void nn_judge_guard(const struct nn_report_row *row, double margin, uint64_t *ret_nr_slow,
		    double *ret_share_upper95);

/** Was the row itself found invalid, whatever is claimed about it? */
bool nn_row_is_invalid(const struct nn_report_row *row);

/** Does the row have values of both arms? */
bool nn_row_has_pair(const struct nn_report_row *row);

#endif
