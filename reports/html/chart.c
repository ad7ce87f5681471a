/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/chart.h"

#include <math.h>
#include <stdio.h>

#include "harness/base/compat.h"
#include "reports/words.h"

/* Room beyond the outermost values, as a share of their distance. */
#define ROOM 0.06

void nn_html_axis_include(struct nn_html_axis *axis, double value)
{
	if (!isfinite(value))
		return;
	axis->low = fmin(axis->low, value);
	axis->high = fmax(axis->high, value);
}

bool nn_html_axis_is_usable(const struct nn_html_axis *axis)
{
	return isfinite(axis->low) && isfinite(axis->high) && axis->low <= axis->high;
}

/* The smallest of 1, 2, 5 × 10^n that cuts @range into at most @nr parts. */
static double round_step(double range, size_t nr)
{
	static const double steps[] = {1, 2, 5, 10};
	double least = range / (double)nr;
	double decade = pow(10, floor(log10(least)));

	for (size_t i = 0; i < NN_ARRAY_SIZE(steps); i++) {
		if (steps[i] * decade >= least * 0.999)
			return steps[i] * decade;
	}
	return 10 * decade;
}

static void add_tick(struct nn_html_axis *axis, double tick)
{
	if (axis->nr_ticks < NN_CHART_TICKS && tick >= axis->low && tick <= axis->high)
		axis->ticks[axis->nr_ticks++] = tick;
}

static void linear_ticks(struct nn_html_axis *axis, size_t nr_ticks)
{
	double first;

	axis->step = round_step(axis->high - axis->low, nr_ticks);
	first = ceil(axis->low / axis->step);
	for (double n = first; n * axis->step <= axis->high && n < first + NN_CHART_TICKS; n++)
		add_tick(axis, n * axis->step);
}

/* 1, 2, 5 × 10^n where few decades are seen, else 10^n, else every second or so of them. */
static void log_ticks(struct nn_html_axis *axis, size_t nr_ticks)
{
	static const double steps[] = {1, 2, 5};
	double first = floor(log10(axis->low)), last = ceil(log10(axis->high));
	size_t nr_steps = (last - first) * 3 <= (double)nr_ticks + 3 ? 3 : 1;
	double stride = fmax(ceil((last - first) / (double)nr_ticks), 1);

	axis->step = 0;
	for (double n = first; n <= last; n += stride) {
		for (size_t i = 0; i < nr_steps; i++)
			add_tick(axis, steps[i] * pow(10, n));
	}
}

void nn_html_axis_fit(struct nn_html_axis *axis, size_t nr_ticks, double log_from)
{
	axis->is_log = log_from > 0 && axis->low > 0 && axis->high / axis->low > log_from;
	if (axis->is_log) {
		double room = pow(axis->high / axis->low, ROOM);

		axis->low /= room;
		axis->high *= room;
		log_ticks(axis, nr_ticks);
	} else {
		double range = axis->high - axis->low;

		/* all values the same: a line needs some room around it */
		if (range <= 1e-9 * fabs(axis->high))
			range = axis->high != 0 ? 0.1 * fabs(axis->high) : 1;
		axis->low -= ROOM * range;
		axis->high += ROOM * range;
		linear_ticks(axis, nr_ticks);
	}
}

double nn_html_axis_at(const struct nn_html_axis *axis, double value)
{
	double share = axis->is_log ? log(value / axis->low) / log(axis->high / axis->low)
				    : (value - axis->low) / (axis->high - axis->low);

	return fmin(fmax(share, 0), 1); /* NaN becomes 0 */
}

struct nn_html_figure nn_html_axis_label(const struct nn_html_axis *axis, double tick)
{
	struct nn_html_figure label;
	double step = axis->step > 0 ? axis->step : tick;
	int decimals = (int)fmax(-floor(log10(fabs(step)) + 1e-9), 0);

	if (tick == 0)
		decimals = 0;
	if (decimals > 6 || fabs(tick) >= 1e7)
		(void)snprintf(label.text, sizeof(label.text), "%.1e", tick);
	else
		(void)snprintf(label.text, sizeof(label.text), "%.*f", decimals, tick + 0.0);
	for (char *c = label.text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	return label;
}

void nn_html_plot_init(struct nn_html_plot *plot, struct nn_html *html)
{
	*plot = (struct nn_html_plot){.html = html,
				      .x = NN_HTML_AXIS_INIT,
				      .y = NN_HTML_AXIS_INIT,
				      .left = 52,
				      .top = 8,
				      .right = NN_CHART_WIDTH - 8,
				      .bottom = NN_CHART_HEIGHT - 40};
}

double nn_html_plot_x(const struct nn_html_plot *plot, double value)
{
	return plot->left + (plot->right - plot->left) * nn_html_axis_at(&plot->x, value);
}

double nn_html_plot_y(const struct nn_html_plot *plot, double value)
{
	return plot->bottom - (plot->bottom - plot->top) * nn_html_axis_at(&plot->y, value);
}

void nn_html_plot_open(struct nn_html_plot *plot, const char *caption, const char *title)
{
	NN_AUTO(free)
	char *box = nn_asprintf("0 0 %d %d", NN_CHART_WIDTH, NN_CHART_HEIGHT);

	nn_html_open(plot->html, "figure", "class", "chart", NULL);
	nn_html_element(plot->html, "figcaption", caption, NULL);
	nn_html_open(plot->html, "svg", "viewBox", box, "role", "img", NULL);
	nn_html_element(plot->html, "title", title, NULL);
}

void nn_html_plot_close(struct nn_html_plot *plot)
{
	nn_html_close(plot->html, "svg");
	nn_html_close(plot->html, "figure");
}

static void draw_line(struct nn_html_plot *plot, const char *class, double x1, double y1, double x2,
		      double y2)
{
	nn_html_void(plot->html, "line", "class", class, "x1", nn_html_number(x1).text, "y1",
		     nn_html_number(y1).text, "x2", nn_html_number(x2).text, "y2",
		     nn_html_number(y2).text, NULL);
}

void nn_html_plot_grid_y(struct nn_html_plot *plot, const char *y_unit)
{
	for (size_t i = 0; i < plot->y.nr_ticks; i++) {
		double y = nn_html_plot_y(plot, plot->y.ticks[i]);
		NN_AUTO(free)
		char *label =
			nn_asprintf("%s%s", nn_html_axis_label(&plot->y, plot->y.ticks[i]).text,
				    y_unit ? y_unit : "");

		draw_line(plot, "grid", plot->left, y, plot->right, y);
		nn_html_element(plot->html, "text", label, "x", nn_html_number(plot->left - 6).text,
				"y", nn_html_number(y + 4).text, "text-anchor", "end", NULL);
	}
}

void nn_html_plot_grid_x(struct nn_html_plot *plot)
{
	for (size_t i = 0; i < plot->x.nr_ticks; i++) {
		double x = nn_html_plot_x(plot, plot->x.ticks[i]);

		draw_line(plot, "grid", x, plot->top, x, plot->bottom);
		nn_html_element(plot->html, "text",
				nn_html_axis_label(&plot->x, plot->x.ticks[i]).text, "x",
				nn_html_number(x).text, "y", nn_html_number(plot->bottom + 16).text,
				"text-anchor", "middle", NULL);
	}
}

void nn_html_plot_x_title(struct nn_html_plot *plot, const char *text)
{
	nn_html_element(plot->html, "text", text, "x",
			nn_html_number((plot->left + plot->right) / 2).text, "y",
			nn_html_number(NN_CHART_HEIGHT - 6).text, "text-anchor", "middle", NULL);
}

void nn_html_plot_level(struct nn_html_plot *plot, double value, const char *class,
			const char *title)
{
	double y;

	if (!isfinite(value) || value < plot->y.low || value > plot->y.high)
		return;
	y = nn_html_plot_y(plot, value);
	nn_html_open(plot->html, "line", "class", class, "x1", nn_html_number(plot->left).text,
		     "y1", nn_html_number(y).text, "x2", nn_html_number(plot->right).text, "y2",
		     nn_html_number(y).text, NULL);
	nn_html_element(plot->html, "title", title, NULL);
	nn_html_close(plot->html, "line");
}
