/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/forest-axis.h"

#include <math.h>

#include "harness/base/strbuf.h"
#include "reports/html/number.h"

/*
 * Few boots give intervals of any width. The axis reaches this far beyond the estimates and
 * margins; an interval that goes on is drawn with an arrow.
 */
#define INTERVAL_ROOM 1.5

/*
 * What nothing is claimed of must not squeeze what there are claims about: it widens the axis by
 * this factor at most, and an estimate beyond is drawn as an arrow.
 */
#define UNCLAIMED_ROOM 1.1

/*
 * A wider axis than this has ticks at 1, 1.5, 2, 3, 5, 7, 10 …, a narrower one at equal steps;
 * where so many would run into each other on a phone, some or all between the decades are left out.
 */
#define WIDE_AXIS      2.5
#define VERY_WIDE_AXIS 8.0
#define HUGE_AXIS      100.0

#define TICKS_CAP 24

struct ticks {
	double values[TICKS_CAP];
	size_t nr;
};

bool nn_forest_is_drawn(const struct nn_report_row *row)
{
	return isfinite(row->performance_ratio) && row->performance_ratio > 0;
}

static void include(struct nn_forest_axis *axis, double ratio)
{
	if (!isfinite(ratio) || ratio <= 0)
		return;
	axis->low = fmin(axis->low, ratio);
	axis->high = fmax(axis->high, ratio);
}

/* Around estimates and margins, of claimed rows or of all. */
static struct nn_forest_axis around_estimates(const struct nn_html_view *view, bool is_of_claimed)
{
	struct nn_forest_axis axis = {.low = 0.98, .high = 1.02};

	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);

		if (!nn_forest_is_drawn(row) || (is_of_claimed && !isfinite(row->margin)))
			continue;
		include(&axis, row->performance_ratio);
		include(&axis, row->margin);
	}
	return axis;
}

static bool has_claims(const struct nn_html_view *view)
{
	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);

		if (nn_forest_is_drawn(row) && isfinite(row->margin))
			return true;
	}
	return false;
}

struct nn_forest_axis nn_forest_axis_find(const struct nn_html_view *view)
{
	bool is_of_claimed = has_claims(view);
	struct nn_forest_axis axis = around_estimates(view, is_of_claimed);
	struct nn_forest_axis all = around_estimates(view, false);
	double low, high;

	axis.low = fmax(all.low, axis.low / UNCLAIMED_ROOM);
	axis.high = fmin(all.high, axis.high * UNCLAIMED_ROOM);
	low = axis.low / INTERVAL_ROOM;
	high = axis.high * INTERVAL_ROOM;
	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);

		if (!nn_forest_is_drawn(row) || (is_of_claimed && !isfinite(row->margin)))
			continue;
		include(&axis, fmax(row->performance_ci95[0], low));
		include(&axis, fmin(row->performance_ci95[1], high));
	}
	/* room at both ends */
	axis.low /= 1.015;
	axis.high *= 1.015;
	return axis;
}

/* Where @ratio lies, 0–1; what lies beyond an end is put at the end. */
static double place(const struct nn_forest_axis *axis, double ratio)
{
	double share = log(ratio / axis->low) / log(axis->high / axis->low);

	return fmin(fmax(share, 0), 1);
}

static void add_tick(struct ticks *ticks, const struct nn_forest_axis *axis, double tick)
{
	if (ticks->nr < TICKS_CAP && tick >= axis->low && tick <= axis->high)
		ticks->values[ticks->nr++] = tick;
}

static void add_decades(struct ticks *ticks, const struct nn_forest_axis *axis)
{
	static const double steps[] = {1, 2, 5, 1.5, 3, 7};
	double width = axis->high / axis->low;
	size_t nr_steps = NN_ARRAY_SIZE(steps);

	if (width > VERY_WIDE_AXIS)
		nr_steps = 3;
	if (width > HUGE_AXIS)
		nr_steps = 1;
	for (int decade = -6; decade <= 6; decade++) {
		for (size_t i = 0; i < nr_steps; i++)
			add_tick(ticks, axis, steps[i] * pow(10, decade));
	}
}

/* The widest of these steps that still gives a few ticks. */
static double tick_step(const struct nn_forest_axis *axis)
{
	static const double steps[] = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01};

	for (size_t i = 0; i < NN_ARRAY_SIZE(steps); i++) {
		if ((axis->high - axis->low) / steps[i] >= 3)
			return steps[i];
	}
	return 0.01;
}

static struct ticks find_ticks(const struct nn_forest_axis *axis)
{
	double step = tick_step(axis);
	struct ticks ticks = {.nr = 0};

	if (axis->high / axis->low > WIDE_AXIS) {
		add_decades(&ticks, axis);
	} else {
		for (double n = ceil(axis->low / step); n * step <= axis->high; n++)
			add_tick(&ticks, axis, n * step);
	}
	return ticks;
}

static void vertical(struct nn_html *html, double at, const char *class)
{
	struct nn_html_number x = nn_html_percent(at);

	nn_html_void(html, "line", "class", class, "x1", x.text, "x2", x.text, "y1", "0", "y2",
		     "100%", NULL);
}

static void draw_grid(struct nn_html *html, const struct nn_forest_axis *axis)
{
	struct ticks ticks = find_ticks(axis);

	for (size_t i = 0; i < ticks.nr; i++)
		vertical(html, place(axis, ticks.values[i]), "grid");
	vertical(html, place(axis, 1), "one");
}

/* A shape around the point at @at of the row's middle, in pixels. */
static void shape(struct nn_html *html, double at, const char *class, const char *path)
{
	nn_html_open(html, "svg", "class", "mark", "x", nn_html_percent(at).text, "y", "50%", NULL);
	nn_html_void(html, "path", "class", class, "d", path, NULL);
	nn_html_close(html, "svg");
}

/* The ends of an interval, or arrows where it goes on beyond the axis. */
static void draw_interval(struct nn_html *html, const struct nn_forest_axis *axis,
			  const double bounds[2])
{
	if (!isfinite(bounds[0]) || !isfinite(bounds[1]) || bounds[1] < axis->low ||
	    bounds[0] > axis->high)
		return;
	nn_html_void(html, "line", "class", "whisker", "x1",
		     nn_html_percent(place(axis, bounds[0])).text, "x2",
		     nn_html_percent(place(axis, bounds[1])).text, "y1", "50%", "y2", "50%", NULL);
	if (bounds[0] < axis->low)
		shape(html, 0, "arrow", "M0 0L7 -4V4z");
	else
		shape(html, place(axis, bounds[0]), "whisker", "M0 -5V5");
	if (bounds[1] > axis->high)
		shape(html, 1, "arrow", "M0 0L-7 -4V4z");
	else
		shape(html, place(axis, bounds[1]), "whisker", "M0 -5V5");
}

static void draw_estimate(struct nn_html *html, const struct nn_forest_axis *axis, double ratio)
{
	if (ratio < axis->low)
		shape(html, 0, "point", "M0 0L11 -6V6z");
	else if (ratio > axis->high)
		shape(html, 1, "point", "M0 0L-11 -6V6z");
	else
		nn_html_void(html, "circle", "class", "point", "cx",
			     nn_html_percent(place(axis, ratio)).text, "cy", "50%", "r", "4.5",
			     NULL);
}

void nn_forest_draw_gap(struct nn_html *html, const struct nn_forest_axis *axis)
{
	nn_html_open(html, "svg", "class", "row", "aria-hidden", "true", NULL);
	draw_grid(html, axis);
	nn_html_close(html, "svg");
}

/* What the arm against itself gave, turned as the row's performance ratio is. */
static void draw_aa(struct nn_html *html, const struct nn_forest_axis *axis,
		    const struct nn_report_row *row)
{
	double low = row->aa.ratio_ci95[0], high = row->aa.ratio_ci95[1];
	double from, to;

	if (!isfinite(low) || !isfinite(high) || low <= 0 || high <= 0)
		return;
	if (row->direction == NN_LOWER_IS_BETTER) {
		double turned = 1 / low;

		low = 1 / high;
		high = turned;
	}
	from = place(axis, low);
	to = place(axis, high);
	nn_html_void(html, "rect", "class", "aa", "x", nn_html_percent(from).text, "width",
		     nn_html_percent(to - from).text, "y", "0", "height", "100%", NULL);
}

static const char *side_of(const double bounds[2], double line)
{
	if (bounds[0] >= line)
		return "above";
	return bounds[1] < line ? "below" : "across";
}

/* What the eye sees in the row and its figures do not say. */
static char *describe(const struct nn_report_row *row)
{
	const double *bounds = row->performance_ci95;

	if (!isfinite(bounds[0]) || !isfinite(bounds[1]))
		return nn_asprintf("an estimate without an interval");
	if (isfinite(row->margin))
		return nn_asprintf("the interval lies %s the margin of %s",
				   side_of(bounds, row->margin),
				   nn_html_pct(100 * row->margin).text);
	return nn_asprintf("the interval lies %s 100 %%", side_of(bounds, 1));
}

static void open_plot(struct nn_html *html, const char *title)
{
	nn_html_open(html, "svg", "class", "row", "role", "img", NULL);
	nn_html_element(html, "title", title, NULL);
}

void nn_forest_draw_row(struct nn_html *html, const struct nn_forest_axis *axis,
			const struct nn_report_row *row)
{
	NN_AUTO(free) char *title = describe(row);

	open_plot(html, title);
	draw_aa(html, axis, row);
	draw_grid(html, axis);
	if (isfinite(row->margin))
		vertical(html, place(axis, row->margin), "margin");
	draw_interval(html, axis, row->performance_ci95);
	draw_estimate(html, axis, row->performance_ratio);
	nn_html_close(html, "svg");
}

void nn_forest_draw_aggregate(struct nn_html *html, const struct nn_forest_axis *axis,
			      const struct nn_report_aggregate *aggregate)
{
	open_plot(html, "all workloads together");
	draw_grid(html, axis);
	draw_interval(html, axis, aggregate->performance_ci95);
	shape(html, place(axis, aggregate->performance_ratio), "point", "M-6 0L0 -6L6 0L0 6z");
	nn_html_close(html, "svg");
}

/* Labels at the ends stay within: on a phone there is no room beyond. */
static const char *anchor(double at)
{
	if (at < 0.06)
		return "start";
	return at > 0.94 ? "end" : "middle";
}

void nn_forest_draw_axis(struct nn_html *html, const struct nn_forest_axis *axis)
{
	struct ticks ticks = find_ticks(axis);

	nn_html_open(html, "svg", "class", "axis", "aria-hidden", "true", NULL);
	nn_html_void(html, "line", "class", "edge", "x1", "0", "x2", "100%", "y1", "0.5", "y2",
		     "0.5", NULL);
	for (size_t i = 0; i < ticks.nr; i++) {
		double tick = ticks.values[i];
		struct nn_html_number x = nn_html_percent(place(axis, tick));
		char label[32];

		/* never in the form 1e+03 */
		(void)snprintf(label, sizeof(label), tick < 1 ? "%.3g %%" : "%.0f %%", 100 * tick);
		nn_html_void(html, "line", "class", "edge", "x1", x.text, "x2", x.text, "y1", "0",
			     "y2", "5", NULL);
		nn_html_element(html, "text", label, "x", x.text, "y", "19", "text-anchor",
				anchor(place(axis, tick)), NULL);
	}
	nn_html_close(html, "svg");
}
