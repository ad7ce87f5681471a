/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/forest.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/forest-axis.h"
#include "reports/html/notes.h"
#include "reports/html/number.h"
#include "reports/html/table.h"
#include "reports/words.h"

/* What all functions here need. */
struct forest {
	struct nn_html *html;
	const struct nn_html_view *view;
	struct nn_forest_axis axis;
	bool has_ratios; /* something to draw */
};

static void begin(struct nn_html *html)
{
	static const char *const headings[] = {"workload",    "metric",  "",
					       "performance", "verdict", NULL};

	nn_html_table_open(html, "forest",
			   "Performance as a share of the base arm's, whatever the metric: right "
			   "of 100 % is better than the base. Bars are 95 % intervals. Dashed: the "
			   "margin that a claim asks for. Shaded: the base arm against itself on "
			   "this machine (A/A), where that was measured.",
			   headings);
}

static void gap_cell(const struct forest *forest)
{
	nn_html_open(forest->html, "td", "class", "plot gap", NULL);
	if (forest->has_ratios)
		nn_forest_draw_gap(forest->html, &forest->axis);
	nn_html_close(forest->html, "td");
}

static void pairing_heading(const struct forest *forest, const struct nn_report_row *row)
{
	NN_AUTO(free) char *name = nn_html_pairing_name(row);

	nn_html_open(forest->html, "tr", "class", "pairing", NULL);
	nn_html_element(forest->html, "th", name, "scope", "rowgroup", "colspan", "2", NULL);
	gap_cell(forest);
	nn_html_element(forest->html, "td", NULL, "colspan", "2", NULL);
	nn_html_close(forest->html, "tr");
}

/* Once for all rows of a workload, which follow each other. */
static void workload_cell(const struct forest *forest, size_t place)
{
	const struct nn_report_row *row = nn_html_view_row(forest->view, place);
	size_t nr = 1;

	while (nn_html_is_same_workload(row, nn_html_view_row(forest->view, place + nr)))
		nr++;
	nn_html_open(forest->html, "th", "scope", "rowgroup", "class", "workload", "rowspan",
		     nn_html_count(nr).text, NULL);
	if (forest->view->c->nr_campaigns > 1 && row->campaign)
		nn_html_textf(forest->html, "%s: ", row->campaign);
	nn_html_text(forest->html, row->workload);
	nn_html_close(forest->html, "th");
}

static void metric_cell(const struct forest *forest, size_t place)
{
	const struct nn_html_view *view = forest->view;
	const struct nn_report_row *row = nn_html_view_row(view, place);
	NN_AUTO(free) char *link = nn_html_row_link(view, view->places[place].row);

	nn_html_open(forest->html, "th", "scope", "row", "class", "metric", NULL);
	if (link)
		nn_html_element(forest->html, "a", row->metric, "href", link, NULL);
	else
		nn_html_text(forest->html, row->metric);
	nn_html_close(forest->html, "th");
}

/* Figures of an arm that was measured alone. */
static void lone_cell(struct nn_html *html, const struct nn_html_view *view,
		      const struct nn_report_row *row)
{
	bool is_of_base = isfinite(row->base_value) || !row->arm;
	const struct nn_report_side *side = is_of_base ? &row->base_side : &row->side;
	double value = is_of_base ? row->base_value : row->value;
	NN_AUTO(strbuf) struct nn_strbuf unit = NN_STRBUF_INIT;

	nn_words_unit(&unit, view->c, row);
	nn_html_textf(
		html, "%s: %s %s", is_of_base ? row->base_arm : row->arm,
		nn_html_value(value, nn_html_value_half_width(value, side->sd_log, side->boots.nr))
			.text,
		nn_strbuf_str(&unit));
}

static void share(struct nn_html *html, double ratio, const double bounds[2])
{
	nn_html_element(html, "b", nn_html_share(ratio, bounds).text, NULL);
	if (!isfinite(bounds[0]) || !isfinite(bounds[1]))
		return;
	nn_html_text(html, " ");
	nn_html_element(html, "small", nn_html_share_range(bounds).text, NULL);
}

static void figure_cell(struct nn_html *html, const struct nn_html_view *view,
			const struct nn_report_row *row)
{
	nn_html_open(html, "td", "class", "figures", NULL);
	if (nn_forest_is_drawn(row))
		share(html, row->performance_ratio, row->performance_ci95);
	else
		lone_cell(html, view, row);
	nn_html_close(html, "td");
}

static void verdict_cell(struct nn_html *html, const struct nn_html_view *view,
			 const struct nn_report_row *row)
{
	nn_html_open(html, "td", "class", "judged", NULL);
	nn_html_verdict(html, row->verdict);
	for (size_t i = 0; i < row->reasons.nr; i++)
		nn_html_note_link(html, view, row->reasons.items[i]);
	nn_html_close(html, "td");
}

static void write_row(const struct forest *forest, size_t place)
{
	const struct nn_html_view *view = forest->view;
	const struct nn_report_row *row = nn_html_view_row(view, place);
	struct nn_html *html = forest->html;
	bool is_first = !nn_html_is_same_workload(row, nn_html_view_row(view, place - 1));

	nn_html_open(html, "tr", "class", is_first ? "first" : NULL, NULL);
	if (is_first)
		workload_cell(forest, place);
	metric_cell(forest, place);
	if (nn_forest_is_drawn(row)) {
		nn_html_open(html, "td", "class", "plot", NULL);
		nn_forest_draw_row(html, &forest->axis, row);
		nn_html_close(html, "td");
	} else {
		gap_cell(forest);
	}
	figure_cell(html, view, row);
	verdict_cell(html, view, row);
	nn_html_close(html, "tr");
}

static bool is_aggregate_of(const struct nn_report_aggregate *aggregate,
			    const struct nn_report_row *row)
{
	return row->arm && strcmp(aggregate->arm, row->arm) == 0 &&
	       strcmp(aggregate->base_arm, row->base_arm) == 0 &&
	       (!aggregate->campaign || !row->campaign ||
		strcmp(aggregate->campaign, row->campaign) == 0);
}

static void write_aggregate(const struct forest *forest,
			    const struct nn_report_aggregate *aggregate)
{
	struct nn_html *html = forest->html;
	NN_AUTO(free)
	char *text = nn_asprintf("all %" PRIu64 " together", aggregate->nr_rows);

	nn_html_open(html, "tr", "class", "together", NULL);
	nn_html_element(html, "th", text, "scope", "row", "class", "workload", "colspan", "2",
			NULL);
	nn_html_open(html, "td", "class", "plot", NULL);
	nn_forest_draw_aggregate(html, &forest->axis, aggregate);
	nn_html_close(html, "td");
	nn_html_open(html, "td", "class", "figures", NULL);
	share(html, aggregate->performance_ratio, aggregate->performance_ci95);
	nn_html_close(html, "td");
	nn_html_element(html, "td", "geometric mean", "class", "judged", NULL);
	nn_html_close(html, "tr");
}

/* Below the last row of a pair of arms: what they give all together. */
static void end_pairing(const struct forest *forest, const struct nn_report_row *row)
{
	const struct nn_comparison *c = forest->view->c;

	for (size_t i = 0; i < c->nr_aggregates; i++) {
		const struct nn_report_aggregate *aggregate = &c->aggregates[i];

		if (!is_aggregate_of(aggregate, row) || !isfinite(aggregate->performance_ratio))
			continue;
		nn_html_open(forest->html, "tbody", NULL);
		write_aggregate(forest, aggregate);
		nn_html_close(forest->html, "tbody");
		return;
	}
}

static void write_rows(const struct forest *forest)
{
	const struct nn_html_view *view = forest->view;

	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);
		const struct nn_report_row *before = nn_html_view_row(view, i - 1);
		const struct nn_report_row *after = nn_html_view_row(view, i + 1);

		if (!nn_html_is_same_workload(row, before))
			nn_html_open(forest->html, "tbody", NULL);
		if (!nn_html_is_same_pairing(row, before) && forest->view->has_pairings)
			pairing_heading(forest, row);
		write_row(forest, i);
		if (!nn_html_is_same_workload(row, after))
			nn_html_close(forest->html, "tbody");
		if (!nn_html_is_same_pairing(row, after))
			end_pairing(forest, row);
	}
}

static void write_axis(const struct forest *forest)
{
	struct nn_html *html = forest->html;

	nn_html_open(html, "tfoot", NULL);
	nn_html_open(html, "tr", NULL);
	nn_html_element(html, "td", NULL, "colspan", "2", NULL);
	nn_html_open(html, "td", "class", "plot", NULL);
	nn_forest_draw_axis(html, &forest->axis);
	nn_html_close(html, "td");
	nn_html_element(html, "td", NULL, "colspan", "2", NULL);
	nn_html_close(html, "tr");
	nn_html_close(html, "tfoot");
}

static void write_left_out(struct nn_html *html, const struct nn_html_view *view)
{
	if (view->nr == view->c->nr_rows)
		return;
	nn_html_open(html, "p", "class", "left-out", NULL);
	nn_html_textf(html,
		      "Of %zu comparisons these are the %zu that matter most, by verdict and by "
		      "distance from the claim. All of them are in the JSON and CSV reports "
		      "(--format json, --format csv).",
		      view->c->nr_rows, view->nr);
	nn_html_close(html, "p");
}

static void write_title(const struct forest *forest)
{
	const struct nn_report_row *first = nn_html_view_row(forest->view, 0);
	NN_AUTO(free) char *name = NULL;

	nn_html_open(forest->html, "h2", "id", "performance", NULL);
	nn_html_text(forest->html, "Performance");
	if (first && !forest->view->has_pairings) {
		name = nn_html_pairing_name(first);
		nn_html_textf(forest->html, ": %s", name);
	}
	nn_html_close(forest->html, "h2");
}

static bool has_ratios(const struct nn_html_view *view)
{
	for (size_t i = 0; i < view->nr; i++) {
		if (nn_forest_is_drawn(nn_html_view_row(view, i)))
			return true;
	}
	return false;
}

void nn_html_forest(struct nn_html *html, const struct nn_html_view *view)
{
	struct forest forest = {.html = html,
				.view = view,
				.axis = nn_forest_axis_find(view),
				.has_ratios = has_ratios(view)};

	write_title(&forest);
	if (!view->nr) {
		nn_html_element(html, "p", "Nothing was measured.", NULL);
		nn_html_notes(html, view);
		return;
	}
	write_left_out(html, view);
	begin(html);
	write_rows(&forest);
	if (forest.has_ratios)
		write_axis(&forest);
	nn_html_table_close(html);
	nn_html_notes(html, view);
}
