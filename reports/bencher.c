/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <math.h>

#include "harness/base/json.h"
#include "reports/clean.h"
#include "reports/json-members.h"
#include "reports/view.h"

/*
 * Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}. A benchmark is
 * a metric of a workload for one pair of arms; its measure is the performance ratio, of which more
 * is better, so that one threshold serves all. What may not be charted without its doubts is left
 * out. Source: https://bencher.dev/docs/reference/bencher-metric-format
 */

#define MEASURE "performance-ratio"

static json_t *metric_json(const struct nn_report_row *row)
{
	const double *bounds = row->performance_ci95;
	json_t *metric = json_object();

	nn_member_real(metric, "value", row->performance_ratio);
	if (isfinite(bounds[0]) && isfinite(bounds[1])) {
		nn_member_real(metric, "lower_value", bounds[0]);
		nn_member_real(metric, "upper_value", bounds[1]);
	}
	return metric;
}

static void add_row(json_t *root, const struct nn_comparison *c, const struct nn_report_row *row)
{
	NN_AUTO(free) char *name = nn_view_series_name(c, row);
	json_t *measures = json_object();

	if (json_object_get(root, name)) { /* the same metric in two units */
		NN_AUTO(free) char *unit = nn_clean_text(row->unit);
		char *longer = nn_asprintf("%s [%s]", name, unit);

		free(name);
		name = longer;
	}
	nn_member_set(measures, MEASURE, metric_json(row));
	nn_member_set(root, name, measures);
}

static int bencher_render(const struct nn_comparison *c, const struct nn_report_style *style,
			  struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(view) struct nn_view view = {0};
	json_t *root = json_object();
	int rc;

	(void)style;
	nn_view_init(&view, c);
	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct nn_report_row *row = nn_view_row(&view, i);

		if (nn_view_is_trusted(c, row))
			add_row(root, c, row);
	}
	rc = nn_member_dump(root, 0, out, err);
	nn_strbuf_addc(out, '\n');
	return rc;
}

const struct nn_report nn_report_bencher = {
	.plugin = {.name = "bencher", .summary = "performance ratios in Bencher Metric Format"},
	.extension = "json",
	.render = bencher_render,
};
