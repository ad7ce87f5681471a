/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report: a pure rendering of a comparison. render() appends to @out and touches nothing else;
 * the same comparison gives the same bytes.
 */
#ifndef NN_REPORTS_REPORT_H
#define NN_REPORTS_REPORT_H

#include <stdbool.h>

#include "harness/base/err.h"
#include "harness/base/plugin.h"
#include "harness/base/strbuf.h"
#include "reports/comparison.h"

struct nn_report_style {
	bool use_colour; /* text on a terminal */
};

struct nn_report {
	struct nn_plugin plugin; /* its name is the --format */
	const char *extension;   /* "html" */
	/* Required. */
	int (*render)(const struct nn_comparison *comparison, const struct nn_report_style *style,
		      struct nn_strbuf *out, struct nn_err *err);
};

extern const struct nn_report *const nn_reports[];
extern const size_t nn_nr_reports;

const struct nn_report *nn_report_find(const char *name);

#endif
