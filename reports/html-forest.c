/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html-forest.h"

#include <math.h>

#include "harness/base/strbuf.h"
#include "reports/words.h"

/*
 * One small SVG a row, with positions in per cent: it stretches with the page from phone to wall
 * without stretching its strokes and letters, and labels stay HTML, which wraps.
 */
#define ROW_HEIGHT  "24"
#define ROW_MIDDLE  "12"
#define AXIS_HEIGHT "30"

/*
 * Few boots give intervals of any width. The axis reaches this far beyond the estimates and
 * margins; an interval that goes on is drawn with an arrow.
 */
#define INTERVAL_ROOM 1.5

/*
 * A wider axis than this has ticks at 1, 1.5, 2, 3, 5, 7, 10 …, a narrower one at equal steps;
 * where so many would run into each other on a phone, some or all between the decades are left out.
 */
#define WIDE_AXIS      2.5
#define VERY_WIDE_AXIS 8.0
#define HUGE_AXIS      100.0

/* A logarithmic axis: twice as fast and half as fast lie equally far from 1. */
struct axis {
	double low;
	double high;
};

static bool is_drawn(const struct nn_report_row *row)
{
	return isfinite(row->performance_ratio) && row->performance_ratio > 0;
}

static void include(struct axis *axis, double ratio)
{
	if (!isfinite(ratio) || ratio <= 0)
		return;
	axis->low = fmin(axis->low, ratio);
	axis->high = fmax(axis->high, ratio);
}

static struct axis find_axis(const struct nn_comparison *c)
{
	struct axis estimates = {.low = 0.95, .high = 1.05};
	struct axis axis;

	for (size_t i = 0; i < c->nr_rows; i++) {
		if (is_drawn(&c->rows[i])) {
			include(&estimates, c->rows[i].performance_ratio);
			include(&estimates, c->rows[i].margin);
		}
	}
	axis = estimates;
	for (size_t i = 0; i < c->nr_rows; i++) {
		const double *bounds = c->rows[i].performance_ci95;

		if (!is_drawn(&c->rows[i]))
			continue;
		include(&axis, fmax(bounds[0], estimates.low / INTERVAL_ROOM));
		include(&axis, fmin(bounds[1], estimates.high * INTERVAL_ROOM));
	}
	/* room at both ends */
	axis.low /= 1.02;
	axis.high *= 1.02;
	return axis;
}

/* Where @ratio lies, 0–100; what lies beyond an end is put at the end. */
static double place(const struct axis *axis, double ratio)
{
	double share = log(ratio / axis->low) / log(axis->high / axis->low);

	return 100 * fmin(fmax(share, 0), 1);
}

struct percent {
	char text[16];
};

static struct percent percent(double value)
{
	struct percent p;

	(void)snprintf(p.text, sizeof(p.text), "%.2f%%", value);
	for (char *c = p.text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	return p;
}

static void vertical(struct nn_html *html, const struct axis *axis, double ratio, const char *class)
{
	struct percent x = percent(place(axis, ratio));

	nn_html_void(html, "line", "class", class, "x1", x.text, "x2", x.text, "y1", "0", "y2",
		     "100%", NULL);
}

/* The end of an interval, or an arrow where it goes on beyond the axis. */
static void end_mark(struct nn_html *html, const struct axis *axis, double ratio)
{
	struct percent x = percent(place(axis, ratio));
	bool is_clipped = ratio < axis->low || ratio > axis->high;

	if (is_clipped)
		nn_html_element(html, "text", ratio < axis->low ? "\xe2\x97\x80" : "\xe2\x96\xb6",
				"class", "arrow", "x", x.text, "y", "16", "text-anchor",
				ratio < axis->low ? "start" : "end", NULL);
	else
		nn_html_void(html, "line", "class", "whisker", "x1", x.text, "x2", x.text, "y1",
			     "7", "y2", "17", NULL);
}

static void draw_row(struct nn_html *html, const struct axis *axis, const struct nn_report_row *row)
{
	struct percent at = percent(place(axis, row->performance_ratio));

	nn_html_open(html, "svg", "width", "100%", "height", ROW_HEIGHT, "aria-hidden", "true",
		     "focusable", "false", NULL);
	vertical(html, axis, 1, "one");
	if (isfinite(row->margin))
		vertical(html, axis, row->margin, "margin");
	if (isfinite(row->performance_ci95[0]) && isfinite(row->performance_ci95[1])) {
		struct percent low = percent(place(axis, row->performance_ci95[0]));
		struct percent high = percent(place(axis, row->performance_ci95[1]));

		nn_html_void(html, "line", "class", "whisker", "x1", low.text, "x2", high.text,
			     "y1", ROW_MIDDLE, "y2", ROW_MIDDLE, NULL);
		end_mark(html, axis, row->performance_ci95[0]);
		end_mark(html, axis, row->performance_ci95[1]);
	}
	nn_html_void(html, "circle", "class", "point", "cx", at.text, "cy", ROW_MIDDLE, "r", "4.5",
		     NULL);
	nn_html_close(html, "svg");
}

static void draw_tick(struct nn_html *html, const struct axis *axis, double tick)
{
	struct percent x = percent(place(axis, tick));
	char label[16];

	if (tick < axis->low || tick > axis->high)
		return;
	/* never in the form 1e+03 */
	(void)snprintf(label, sizeof(label), tick < 1 ? "%.3g %%" : "%.0f %%", 100 * tick);
	nn_html_void(html, "line", "class", "base", "x1", x.text, "x2", x.text, "y1", "1", "y2",
		     "7", NULL);
	nn_html_element(html, "text", label, "class", "tick", "x", x.text, "y", "22", "text-anchor",
			"middle", NULL);
}

static void draw_decades(struct nn_html *html, const struct axis *axis)
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
			draw_tick(html, axis, steps[i] * pow(10, decade));
	}
}

/* The widest of these steps that still gives a few ticks. */
static double tick_step(const struct axis *axis)
{
	static const double steps[] = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01};

	for (size_t i = 0; i < NN_ARRAY_SIZE(steps); i++) {
		if ((axis->high - axis->low) / steps[i] >= 3)
			return steps[i];
	}
	return 0.01;
}

static void draw_axis(struct nn_html *html, const struct axis *axis)
{
	double step = tick_step(axis);

	nn_html_open(html, "div", "class", "axis", NULL);
	nn_html_open(html, "svg", "width", "100%", "height", AXIS_HEIGHT, "aria-hidden", "true",
		     "focusable", "false", NULL);
	nn_html_void(html, "line", "class", "base", "x1", "0", "x2", "100%", "y1", "1", "y2", "1",
		     NULL);
	if (axis->high / axis->low > WIDE_AXIS) {
		draw_decades(html, axis);
	} else {
		for (double n = ceil(axis->low / step); n * step <= axis->high; n++)
			draw_tick(html, axis, n * step);
	}
	nn_html_close(html, "svg");
	nn_html_close(html, "div");
}

static void write_row(struct nn_html *html, const struct axis *axis,
		      const struct nn_report_row *row, bool is_one_of_many)
{
	NN_AUTO(strbuf) struct nn_strbuf figures = NN_STRBUF_INIT;

	nn_strbuf_addf(&figures, "%.1f %%", 100 * row->performance_ratio);
	if (isfinite(row->performance_ci95[0]) && isfinite(row->performance_ci95[1]))
		nn_strbuf_addf(&figures, " (%.1f to %.1f)", 100 * row->performance_ci95[0],
			       100 * row->performance_ci95[1]);
	nn_html_open(html, "li", NULL);
	nn_html_open(html, "span", "class", "label", NULL);
	nn_html_element(html, "b", row->workload, NULL);
	nn_html_text(html, " ");
	nn_html_text(html, row->metric);
	if (is_one_of_many)
		nn_html_textf(html, ", %s against %s", row->arm, row->base_arm);
	nn_html_close(html, "span");
	nn_html_open(html, "span", "class", "plot", NULL);
	draw_row(html, axis, row);
	nn_html_close(html, "span");
	nn_html_element(html, "span", nn_strbuf_str(&figures), "class", "figures", NULL);
	nn_html_close(html, "li");
}

void nn_html_forest(struct nn_html *html, const struct nn_comparison *c)
{
	struct axis axis = find_axis(c);
	size_t nr_drawn = 0;
	size_t nr_pairings = 0;

	for (size_t i = 0; i < c->nr_rows; i++) {
		nr_drawn += is_drawn(&c->rows[i]);
		nr_pairings += nn_comparison_is_first(c, i);
	}
	if (!nr_drawn)
		return;
	nn_html_open(html, "figure", "class", "forest", NULL);
	nn_html_element(
		html, "figcaption",
		"Performance against the base arm, with 95 % intervals. Right of the line "
		"at 100 % is faster than the base; dashed lines are the margins that claims "
		"ask for.",
		NULL);
	nn_html_open(html, "ul", NULL);
	for (size_t i = 0; i < c->nr_rows; i++) {
		if (is_drawn(&c->rows[i]))
			write_row(html, &axis, &c->rows[i], nr_pairings > 1);
	}
	nn_html_close(html, "ul");
	draw_axis(html, &axis);
	nn_html_close(html, "figure");
}
