/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/chart.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"
#include "reports/history/build.h"
#include "reports/html/chart.h"
#include "reports/words.h"

#define ARROW "\xe2\x86\x92" /* → */

/* So many points have a mark and an error bar each; more are a line in a band. */
#define MANY_POINTS 60

/* Values so many times apart are shown on a logarithmic axis. */
#define LOG_FROM 10

/* Half the 95 % interval of a point's log; 0 where one boot tells nothing of it. */
static double half_width(const struct nn_history_point *point)
{
	double t;

	if (!isfinite(point->se_log))
		return 0;
	t = nn_t_quantile(0.975, (double)point->nr_boots - 1);
	return isfinite(t) ? t * point->se_log : 0;
}

double nn_history_level(const struct nn_history_point *point, double side)
{
	return exp(point->log_mean + side * half_width(point));
}

char *nn_history_change_name(const struct nn_history_series *series, size_t index)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_history_words_version(&sb, series, index ? index - 1 : SIZE_MAX);
	nn_strbuf_add(&sb, " " ARROW " ");
	nn_history_words_version(&sb, series, index);
	return nn_strbuf_detach(&sb);
}

const char *nn_history_unit(const struct nn_history_series *series)
{
	return series->is_ratio ? "ratio" : series->key.unit;
}

/*
 * How far beyond a point, in its log, an interval may widen the axis: half of what the points span,
 * or twice the median interval. Two boots give intervals of any width, which would squeeze all
 * points into a line; an interval that goes on is drawn with an arrow.
 */
static double interval_reach(const struct nn_history_series *series)
{
	NN_AUTO(free) double *widths = nn_calloc(series->nr + 1, sizeof(*widths));
	double low = INFINITY, high = -INFINITY;
	size_t nr = 0;

	for (size_t i = 0; i < series->nr; i++) {
		const struct nn_history_point *point = &series->points[i];

		low = fmin(low, point->log_mean);
		high = fmax(high, point->log_mean);
		if (isfinite(point->se_log))
			widths[nr++] = half_width(point);
	}
	return fmax((high - low) / 2, nr ? 2 * nn_median(widths, nr) : 0);
}

static void include_points(struct nn_html_plot *plot, const struct nn_history_series *series)
{
	double reach = interval_reach(series);

	nn_html_axis_include(&plot->x, -0.5);
	nn_html_axis_include(&plot->x, (double)series->nr - 0.5);
	for (size_t i = 0; i < series->nr; i++) {
		const struct nn_history_point *point = &series->points[i];
		double width = fmin(half_width(point), reach);

		nn_html_axis_include(&plot->y, exp(point->log_mean - width));
		nn_html_axis_include(&plot->y, exp(point->log_mean + width));
	}
}

/* Does the lower (@side −1) or upper end of a point's interval lie beyond the axis? */
static bool is_clipped(const struct nn_html_plot *plot, const struct nn_history_point *point,
		       double side)
{
	double end = nn_history_level(point, side);

	return side < 0 ? end < plot->y.low : end > plot->y.high;
}

static bool has_clipped(const struct nn_html_plot *plot, const struct nn_history_series *series)
{
	for (size_t i = 0; i < series->nr; i++) {
		if (is_clipped(plot, &series->points[i], -1) ||
		    is_clipped(plot, &series->points[i], 1))
			return true;
	}
	return false;
}

/* A date below each of a few points. */
static void draw_dates(struct nn_html_plot *plot, const struct nn_history *history,
		       const struct nn_history_series *series)
{
	size_t nr = series->nr < 3 ? series->nr : 3;

	for (size_t i = 0; i < nr; i++) {
		size_t point = nr < 2 ? 0 : i * (series->nr - 1) / (nr - 1);
		const char *started = history->campaigns[series->points[point].campaign].started;
		const char *anchor = i == 0 ? "start" : "middle";
		NN_AUTO(free) char *date = nn_asprintf("%.10s", started);

		nn_html_element(plot->html, "text", date, "x",
				nn_html_number(nn_html_plot_x(plot, (double)point)).text, "y",
				nn_html_number(plot->bottom + 16).text, "text-anchor",
				i && i + 1 == nr ? "end" : anchor, NULL);
	}
	nn_html_plot_x_title(plot, "campaigns, oldest first");
}

static void draw_vertical(struct nn_html_plot *plot, double point, const char *class,
			  const char *title)
{
	const struct nn_html_number x = nn_html_number(nn_html_plot_x(plot, point));

	nn_html_open(plot->html, "line", "class", class, "x1", x.text, "x2", x.text, "y1",
		     nn_html_number(plot->top).text, "y2", nn_html_number(plot->bottom).text, NULL);
	nn_html_element(plot->html, "title", title, NULL);
	nn_html_close(plot->html, "line");
}

/* Between the last campaign before and the first one after. */
static void draw_changes(struct nn_html_plot *plot, const struct nn_history_series *series)
{
	for (size_t i = 0; i < series->nr_changes; i++) {
		const struct nn_history_change *change = &series->changes[i];
		NN_AUTO(free) char *name = nn_history_change_name(series, change->index);
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		if (change->state == NN_CHANGE_LOST)
			continue;
		nn_strbuf_addf(&sb, "%s: ", name);
		nn_history_words_effect(&sb, series, change->effect_log);
		draw_vertical(plot, (double)change->index - 0.5, "margin", nn_strbuf_str(&sb));
	}
	if (series->suspicion.index)
		draw_vertical(plot, (double)series->suspicion.index - 0.5, "pair", "suspicion");
}

static void draw_regimes(struct nn_html_plot *plot, const struct nn_history_series *series)
{
	for (size_t i = 0; i < series->nr_regimes; i++) {
		const struct nn_history_regime *regime = &series->regimes[i];
		const struct nn_html_number y =
			nn_html_number(nn_html_plot_y(plot, exp(regime->log_mean)));
		double from = (double)regime->first - 0.5;

		nn_html_void(plot->html, "line", "class", "mean base", "x1",
			     nn_html_number(nn_html_plot_x(plot, from)).text, "x2",
			     nn_html_number(nn_html_plot_x(plot, from + (double)regime->nr)).text,
			     "y1", y.text, "y2", y.text, NULL);
	}
}

static void add_vertex(struct nn_strbuf *sb, const struct nn_html_plot *plot, size_t point,
		       double value)
{
	nn_strbuf_addf(sb, "%s%s,%s", sb->len ? " " : "",
		       nn_html_number(nn_html_plot_x(plot, (double)point)).text,
		       nn_html_number(nn_html_plot_y(plot, value)).text);
}

static void draw_line(struct nn_html_plot *plot, const struct nn_history_series *series,
		      const char *class)
{
	NN_AUTO(strbuf) struct nn_strbuf vertices = NN_STRBUF_INIT;

	for (size_t i = 0; i < series->nr; i++)
		add_vertex(&vertices, plot, i, nn_history_level(&series->points[i], 0));
	nn_html_void(plot->html, "polyline", "class", class, "points", nn_strbuf_str(&vertices),
		     NULL);
}

static void draw_band(struct nn_html_plot *plot, const struct nn_history_series *series)
{
	NN_AUTO(strbuf) struct nn_strbuf vertices = NN_STRBUF_INIT;

	for (size_t i = 0; i < series->nr; i++)
		add_vertex(&vertices, plot, i, nn_history_level(&series->points[i], 1));
	for (size_t i = series->nr; i > 0; i--)
		add_vertex(&vertices, plot, i - 1, nn_history_level(&series->points[i - 1], -1));
	nn_html_void(plot->html, "polygon", "class", "room", "points", nn_strbuf_str(&vertices),
		     NULL);
}

static void draw_bar(struct nn_html_plot *plot, const struct nn_history_point *point, size_t i)
{
	const struct nn_html_number x = nn_html_number(nn_html_plot_x(plot, (double)i));

	nn_html_void(plot->html, "line", "class", "pair", "x1", x.text, "x2", x.text, "y1",
		     nn_html_number(nn_html_plot_y(plot, nn_history_level(point, -1))).text, "y2",
		     nn_html_number(nn_html_plot_y(plot, nn_history_level(point, 1))).text, NULL);
}

/* Where an interval goes on beyond the axis. */
static void draw_arrows(struct nn_html_plot *plot, const struct nn_history_point *point, size_t i)
{
	double x = nn_html_plot_x(plot, (double)i);

	for (double side = -1; side <= 1; side += 2) {
		double tip = side < 0 ? plot->bottom : plot->top;
		NN_AUTO(strbuf) struct nn_strbuf corners = NN_STRBUF_INIT;

		if (!is_clipped(plot, point, side))
			continue;
		nn_strbuf_addf(&corners, "%s,%s", nn_html_number(x).text, nn_html_number(tip).text);
		for (double corner = -4; corner <= 4; corner += 8)
			nn_strbuf_addf(&corners, " %s,%s", nn_html_number(x + corner).text,
				       nn_html_number(tip + 7 * side).text);
		nn_html_void(plot->html, "polygon", "class", "arrow", "points",
			     nn_strbuf_str(&corners), NULL);
	}
}

static void draw_mark(struct nn_html_plot *plot, const struct nn_history *history,
		      const struct nn_history_series *series, size_t i)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_history_words_campaign(&sb, history, series, i);
	nn_strbuf_add(&sb, ", ");
	nn_history_words_version(&sb, series, i);
	nn_strbuf_add(&sb, ": ");
	nn_history_words_value(&sb, series, nn_history_level(&series->points[i], 0));
	nn_html_open(
		plot->html, "circle", "class", "arm", "cx",
		nn_html_number(nn_html_plot_x(plot, (double)i)).text, "cy",
		nn_html_number(nn_html_plot_y(plot, nn_history_level(&series->points[i], 0))).text,
		"r", "3", NULL);
	nn_html_element(plot->html, "title", nn_strbuf_str(&sb), NULL);
	nn_html_close(plot->html, "circle");
}

static void draw_points(struct nn_html_plot *plot, const struct nn_history *history,
			const struct nn_history_series *series)
{
	if (series->nr > MANY_POINTS) {
		draw_band(plot, series);
		draw_line(plot, series, "mean arm");
	} else {
		draw_line(plot, series, "boot arm");
		for (size_t i = 0; i < series->nr; i++)
			draw_bar(plot, &series->points[i], i);
		for (size_t i = 0; i < series->nr; i++)
			draw_mark(plot, history, series, i);
	}
	for (size_t i = 0; i < series->nr; i++)
		draw_arrows(plot, &series->points[i], i);
}

void nn_history_chart(struct nn_html *html, const struct nn_history *history,
		      const struct nn_history_series *series)
{
	NN_AUTO(strbuf) struct nn_strbuf title = NN_STRBUF_INIT;
	NN_AUTO(free) char *caption = NULL;
	struct nn_html_plot plot;

	nn_html_plot_init(&plot, html);
	include_points(&plot, series);
	if (!nn_html_axis_is_usable(&plot.y))
		return;
	nn_html_axis_fit(&plot.y, 5, LOG_FROM);
	caption = nn_asprintf("Means of campaigns, %s, with 95 %% intervals%s; dashed: changes, "
			      "dotted: means between them",
			      nn_history_unit(series),
			      has_clipped(&plot, series) ? " (arrows: they go on beyond the chart)"
							 : "");
	nn_strbuf_addf(&title, "%s over ", series->key.metric);
	nn_history_words_extent(&title, history, series);
	nn_strbuf_add(&title, ". The table below has the values.");
	nn_html_plot_open(&plot, caption, nn_strbuf_str(&title));
	nn_html_plot_grid_y(&plot, NULL);
	draw_dates(&plot, history, series);
	draw_points(&plot, history, series);
	draw_regimes(&plot, series);
	draw_changes(&plot, series);
	nn_html_plot_close(&plot);
}
