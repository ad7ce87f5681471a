/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <math.h>

#include "harness/base/json.h"
#include "reports/clean.h"
#include "reports/json-members.h"
#include "reports/sentences.h"
#include "reports/view.h"
#include "reports/words.h"

/*
 * For github-action-benchmark with `tool: customBiggerIsBetter`: [{name, unit, value, range,
 * extra}]. The tool knows one direction a file, so the values are performance ratios in percent, of
 * which more is better whatever the metric. What may not be charted without its doubts is left out.
 * Source: https://github.com/benchmark-action/github-action-benchmark
 */

static void add_value(struct nn_strbuf *sb, const char *arm, double value, const char *unit)
{
	nn_strbuf_addf(sb, "%s ", arm);
	nn_words_number(sb, value);
	nn_strbuf_addf(sb, " %s\n", unit);
}

/* What the tool shows beside a point. */
static char *extra_text(const struct nn_report_row *row)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	add_value(&sb, row->base_arm, row->base_value, row->unit);
	add_value(&sb, row->arm, row->value, row->unit);
	nn_words_count(&sb, row->nr_boots, "boot");
	if (row->verdict)
		nn_strbuf_addf(&sb, "\n%s", row->verdict);
	nn_strbuf_addc(&sb, '\n');
	(void)nn_sentence_difference(&sb, row); /* it may have nothing to say */
	for (size_t i = 0; i < row->flags.nr; i++)
		nn_strbuf_addf(&sb, "\n%s", row->flags.items[i]);
	nn_strbuf_rtrim(&sb);
	return nn_strbuf_detach(&sb);
}

/* The tool reads "± " and a number. */
static char *range_text(const struct nn_report_row *row)
{
	const double *bounds = row->performance_ci95;
	struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!isfinite(bounds[0]) || !isfinite(bounds[1]))
		return NULL;
	nn_strbuf_add(&sb, "\xc2\xb1 ");
	nn_words_fixed(&sb, 100 * (bounds[1] - bounds[0]) / 2, 2);
	return nn_strbuf_detach(&sb);
}

static json_t *row_json(const struct nn_comparison *c, const struct nn_report_row *row)
{
	NN_AUTO(free) char *name = nn_view_series_name(c, row);
	NN_AUTO(free) char *unit = nn_asprintf("%% of %s", row->base_arm);
	NN_AUTO(free) char *range = range_text(row);
	NN_AUTO(free) char *extra = extra_text(row);
	json_t *object = json_object();

	nn_member_text(object, "name", name);
	nn_member_text(object, "unit", unit);
	nn_member_real(object, "value", 100 * row->performance_ratio);
	if (range)
		nn_member_text(object, "range", range);
	nn_member_text(object, "extra", extra);
	return object;
}

static int gab_render(const struct nn_comparison *c, const struct nn_report_style *style,
		      struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(view) struct nn_view view = {0};
	json_t *root = json_array();
	int rc;

	(void)style;
	nn_view_init(&view, c);
	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct nn_report_row *row = nn_view_row(&view, i);

		if (nn_view_is_trusted(c, row))
			(void)json_array_append_new(root, row_json(c, row));
	}
	rc = nn_member_dump(root, 0, out, err);
	nn_strbuf_addc(out, '\n');
	return rc;
}

const struct nn_report nn_report_github_action_benchmark = {
	.plugin = {.name = "github-action-benchmark",
		   .summary = "performance ratios in percent for its customBiggerIsBetter"},
	.extension = "json",
	.render = gab_render,
};
