/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was sampled beside the runs, as small charts, one a boot. Private to the HTML report. */
#ifndef NN_REPORTS_HTML_TELEMETRY_H
#define NN_REPORTS_HTML_TELEMETRY_H

#include "reports/comparison.h"
#include "reports/html/writer.h"

/** The section on telemetry; nothing when there is none. */
void nn_html_telemetry(struct nn_html *html, const struct nn_comparison *comparison);

#endif
