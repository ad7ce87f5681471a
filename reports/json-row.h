/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One entry of "comparisons" of the JSON report: every figure of a row. Private to it. */
#ifndef NN_REPORTS_JSON_ROW_H
#define NN_REPORTS_JSON_ROW_H

#include <jansson.h>

#include "reports/comparison.h"

/** A new object; @boots_needed 0: unknown or none. */
json_t *nn_json_row(const struct nn_comparison *comparison, const struct nn_report_row *row,
		    uint64_t boots_needed);

#endif
