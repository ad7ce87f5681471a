/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include "harness/base/compat.h"

#define NN_REPORT(symbol) extern const struct nn_report nn_report_##symbol;
#include "reports/list.h"
#undef NN_REPORT

const struct nn_report *const nn_reports[] = {
#define NN_REPORT(symbol) &nn_report_##symbol,
#include "reports/list.h"
#undef NN_REPORT
};

const size_t nn_nr_reports = NN_ARRAY_SIZE(nn_reports);

const struct nn_report *nn_report_find(const char *name)
{
	return nn_plugin_find((const void *const *)nn_reports, nn_nr_reports, name);
}
