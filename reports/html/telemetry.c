/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/telemetry.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/chart.h"
#include "reports/html/table.h"
#include "reports/html/view.h"
#include "reports/words.h"

/* The most charts of a page; series beyond are left to the table and to the database. */
#define CHARTS_CAP 240

/* The view box of a chart, which is stretched to its place: it holds no letters. */
#define CHART_WIDTH  240
#define CHART_HEIGHT 60

/* All series of one name, sorted by arm and block. */
struct group {
	const struct nn_report_telemetry *const *series;
	size_t nr;
	double high_s;            /* the latest point */
	struct nn_html_axis axis; /* of values, the same in all charts */
};

struct summary {
	double sum;
	double low;
	double high;
	size_t nr;
};

/* ---- order ---- */

static int by_name(const void *a, const void *b)
{
	const struct nn_report_telemetry *x = *(const struct nn_report_telemetry *const *)a;
	const struct nn_report_telemetry *y = *(const struct nn_report_telemetry *const *)b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = strcmp(x->unit, y->unit);
	if (order)
		return order;
	/* within a name they stay as the comparison has them: by arm and block */
	return (x > y) - (x < y);
}

static const struct nn_report_telemetry **sorted(const struct nn_comparison *c)
{
	const struct nn_report_telemetry **series = nn_calloc(c->nr_telemetry, sizeof(*series));

	for (size_t i = 0; i < c->nr_telemetry; i++)
		series[i] = &c->telemetry[i];
	qsort(series, c->nr_telemetry, sizeof(*series), by_name);
	return series;
}

static bool is_alike(const struct nn_report_telemetry *a, const struct nn_report_telemetry *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->unit, b->unit) == 0;
}

/* The group that begins at @first. */
static struct group find_group(const struct nn_comparison *c,
			       const struct nn_report_telemetry *const *series, size_t first)
{
	struct group group = {.series = series + first, .axis = NN_HTML_AXIS_INIT};

	while (first + group.nr < c->nr_telemetry &&
	       is_alike(series[first], series[first + group.nr]))
		group.nr++;
	for (size_t i = 0; i < group.nr; i++) {
		const struct nn_report_telemetry *one = group.series[i];

		for (size_t p = 0; p < one->nr; p++) {
			nn_html_axis_include(&group.axis, one->values[p]);
			if (isfinite(one->elapsed_s[p]))
				group.high_s = fmax(group.high_s, one->elapsed_s[p]);
		}
	}
	return group;
}

/* Of counts there is none: NULL. */
static const char *unit_of(const struct nn_report_telemetry *series)
{
	return strcmp(series->unit, "1") == 0 ? NULL : series->unit;
}

/* ---- table ---- */

static void summarise(struct summary *summary, const struct nn_report_telemetry *series)
{
	for (size_t i = 0; i < series->nr; i++) {
		double value = series->values[i];

		if (!isfinite(value))
			continue;
		summary->low = summary->nr ? fmin(summary->low, value) : value;
		summary->high = summary->nr ? fmax(summary->high, value) : value;
		summary->sum += value;
		summary->nr++;
	}
}

static struct summary arm_summary(const struct group *group, const char *arm)
{
	struct summary summary = {.nr = 0};

	for (size_t i = 0; i < group->nr; i++) {
		if (strcmp(group->series[i]->arm, arm) == 0)
			summarise(&summary, group->series[i]);
	}
	return summary;
}

static void summary_cell(struct nn_html *html, const char *label, const struct summary *summary)
{
	NN_AUTO(free) char *text = NULL;
	double mean = summary->sum / (double)summary->nr;

	if (summary->nr)
		text = nn_asprintf("%s (%s" NN_EN_DASH "%s)", nn_html_short(mean).text,
				   nn_html_short(summary->low).text,
				   nn_html_short(summary->high).text);
	nn_html_number_cell(html, label, text);
}

static void group_row(struct nn_html *html, const struct nn_comparison *c,
		      const struct group *group)
{
	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, group->series[0]->name);
	nn_html_cell(html, "unit", unit_of(group->series[0]));
	for (size_t a = 0; a < c->nr_arms; a++) {
		struct summary summary = arm_summary(group, c->arms[a].name);

		summary_cell(html, c->arms[a].name, &summary);
	}
	nn_html_close(html, "tr");
}

static void write_table(struct nn_html *html, const struct nn_comparison *c,
			const struct nn_report_telemetry *const *series)
{
	NN_AUTO(free) char **headings = nn_calloc(c->nr_arms + 3, sizeof(*headings));
	struct group group;

	headings[0] = nn_strdup("sampled");
	headings[1] = nn_strdup("unit");
	for (size_t a = 0; a < c->nr_arms; a++)
		headings[a + 2] = nn_asprintf("%s#", c->arms[a].name);
	nn_html_table_begin(html, "stack", "Mean of all boots (lowest" NN_EN_DASH "highest)",
			    (const char *const *)headings);
	for (size_t i = 0; i < c->nr_telemetry; i += group.nr) {
		group = find_group(c, series, i);
		group_row(html, c, &group);
	}
	nn_html_table_end(html);
	for (size_t i = 0; headings[i]; i++)
		free(headings[i]);
}

/* ---- charts ---- */

static double x_of(const struct group *group, double elapsed_s)
{
	return group->high_s > 0 ? CHART_WIDTH * fmin(fmax(elapsed_s / group->high_s, 0), 1) : 0;
}

static double y_of(const struct group *group, double value)
{
	return CHART_HEIGHT * (1 - nn_html_axis_at(&group->axis, value));
}

/* Spans follow the agent's clock; what the host samples of itself follows the host's. */
static bool is_beside(const struct nn_report_span *span, const struct nn_report_telemetry *series)
{
	return strncmp(series->name, "host.", 5) != 0 && span->block == series->block &&
	       strcmp(span->arm, series->arm) == 0;
}

/* All runs of @workload in the boot as one shape. */
static void draw_workload(struct nn_html *html, const struct nn_comparison *c,
			  const struct group *group, const struct nn_report_telemetry *series,
			  const char *workload, const char *class)
{
	NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;

	for (size_t i = 0; i < c->nr_spans; i++) {
		const struct nn_report_span *span = &c->spans[i];
		double from = x_of(group, span->from_s);

		if (!is_beside(span, series) || strcmp(span->workload, workload) != 0)
			continue;
		nn_strbuf_addf(&path, "M%s 0h%sv%dh-%sz", nn_html_number(from).text,
			       nn_html_number(x_of(group, span->to_s) - from).text, CHART_HEIGHT,
			       nn_html_number(x_of(group, span->to_s) - from).text);
	}
	nn_html_open(html, "path", "class", class, "d", nn_strbuf_str(&path), NULL);
	nn_html_element(html, "title", workload, NULL);
	nn_html_close(html, "path");
}

static void draw_spans(struct nn_html *html, const struct nn_comparison *c,
		       const struct group *group, const struct nn_report_telemetry *series)
{
	struct nn_strings workloads = {0};

	for (size_t i = 0; i < c->nr_spans; i++) {
		if (is_beside(&c->spans[i], series))
			nn_strings_add(&workloads, nn_strdup(c->spans[i].workload));
	}
	for (size_t i = 0; i < workloads.nr; i++)
		draw_workload(html, c, group, series, workloads.items[i],
			      i % 2 ? "span odd" : "span");
	nn_strings_release(&workloads);
}

static void draw_line(struct nn_html *html, const struct group *group,
		      const struct nn_report_telemetry *series, const char *class)
{
	NN_AUTO(strbuf) struct nn_strbuf points = NN_STRBUF_INIT;

	for (size_t i = 0; i < series->nr; i++) {
		if (isfinite(series->values[i]) && isfinite(series->elapsed_s[i]))
			nn_strbuf_addf(&points, "%s%s,%s", points.len ? " " : "",
				       nn_html_number(x_of(group, series->elapsed_s[i])).text,
				       nn_html_number(y_of(group, series->values[i])).text);
	}
	if (points.len)
		nn_html_void(html, "polyline", "class", class, "points", nn_strbuf_str(&points),
			     NULL);
}

static char *describe(const struct nn_report_telemetry *series, const char *block)
{
	struct summary summary = {.nr = 0};

	summarise(&summary, series);
	return nn_asprintf("%s in %s, block %s: mean %s %s, lowest %s, highest %s", series->name,
			   series->arm, block, nn_html_short(summary.sum / (double)summary.nr).text,
			   series->unit, nn_html_short(summary.low).text,
			   nn_html_short(summary.high).text);
}

static void draw_chart(struct nn_html *html, const struct nn_comparison *c,
		       const struct group *group, const struct nn_report_telemetry *series)
{
	NN_AUTO(free) char *box = nn_asprintf("0 0 %d %d", CHART_WIDTH, CHART_HEIGHT);
	NN_AUTO(free) char *block = nn_html_block(c, series->block);
	NN_AUTO(free) char *title = describe(series, block);
	NN_AUTO(free) char *caption = nn_asprintf("block %s", block);
	bool is_base = c->nr_arms && strcmp(series->arm, c->arms[0].name) == 0;

	nn_html_open(html, "figure", NULL);
	nn_html_open(html, "svg", "viewBox", box, "preserveAspectRatio", "none", "role", "img",
		     NULL);
	nn_html_element(html, "title", title, NULL);
	draw_spans(html, c, group, series);
	draw_line(html, group, series, is_base ? "line base" : "line arm");
	nn_html_close(html, "svg");
	nn_html_element(html, "figcaption", caption, NULL);
	nn_html_close(html, "figure");
}

static void write_group(struct nn_html *html, const struct nn_comparison *c,
			const struct group *group)
{
	const char *unit = unit_of(group->series[0]);

	nn_html_element(html, "h3", group->series[0]->name, NULL);
	nn_html_open(html, "p", "class", "scale", NULL);
	nn_html_textf(html, "From %s to %s%s%s, over %s s.", nn_html_short(group->axis.low).text,
		      nn_html_short(group->axis.high).text, unit ? " " : "", unit ? unit : "",
		      nn_html_short(group->high_s).text);
	nn_html_close(html, "p");
	for (size_t i = 0; i < group->nr; i++) {
		const char *arm = group->series[i]->arm;
		bool is_first = !i || strcmp(arm, group->series[i - 1]->arm) != 0;
		bool is_last = i + 1 == group->nr || strcmp(arm, group->series[i + 1]->arm) != 0;

		if (is_first) {
			nn_html_element(html, "h4", arm, NULL);
			nn_html_open(html, "div", "class", "multiples", NULL);
		}
		draw_chart(html, c, group, group->series[i]);
		if (is_last)
			nn_html_close(html, "div");
	}
}

static void write_left_out(struct nn_html *html, size_t nr)
{
	if (!nr)
		return;
	nn_html_open(html, "p", "class", "left-out", NULL);
	nn_html_textf(html,
		      "%zu more series are only in the table above; their points are in the "
		      "database.",
		      nr);
	nn_html_close(html, "p");
}

void nn_html_telemetry(struct nn_html *html, const struct nn_comparison *c)
{
	NN_AUTO(free) const struct nn_report_telemetry **series = NULL;
	struct group group;
	size_t nr_drawn = 0, nr_flat = 0;

	if (!c->nr_telemetry)
		return;
	series = sorted(c);
	nn_html_element(html, "h2", "Telemetry beside the runs", "id", "telemetry", NULL);
	nn_html_element(html, "p",
			"Sampled during and between the runs of each boot. Shaded: a run was on, "
			"which is not shown in the host's own samples, whose clock is another. All "
			"charts of one name have the same scales; what never changed has none.",
			NULL);
	write_table(html, c, series);
	nn_html_open(html, "div", "class", "telemetry", NULL);
	for (size_t i = 0; i < c->nr_telemetry; i += group.nr) {
		group = find_group(c, series, i);
		if (!(group.axis.low < group.axis.high)) {
			nr_flat += group.nr;
			continue;
		}
		if (nr_drawn + group.nr > CHARTS_CAP)
			continue;
		nr_drawn += group.nr;
		write_group(html, c, &group);
	}
	nn_html_close(html, "div");
	write_left_out(html, c->nr_telemetry - nr_drawn - nr_flat);
}
