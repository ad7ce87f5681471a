/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Axes and frames of the charts: SVG in a view box of NN_CHART_WIDTH units, which a column of the
 * page shows at about one unit a pixel, so that letters keep their size. Private to the HTML
 * report.
 */
#ifndef NN_REPORTS_HTML_CHART_H
#define NN_REPORTS_HTML_CHART_H

#include <stdbool.h>

#include "reports/html/number.h"
#include "reports/html/writer.h"

#define NN_CHART_WIDTH  380
#define NN_CHART_HEIGHT 224
#define NN_CHART_TICKS  12

/* Values to lengths. Begin with NN_HTML_AXIS_INIT, include what is to be seen, then fit. */
struct nn_html_axis {
	double low;
	double high;
	bool is_log;
	double ticks[NN_CHART_TICKS];
	size_t nr_ticks;
	double step; /* between ticks; of a logarithmic axis 0 */
};

#define NN_HTML_AXIS_INIT                          \
	{                                          \
		.low = INFINITY, .high = -INFINITY \
	}

/** Widen; what is not finite is left out. */
void nn_html_axis_include(struct nn_html_axis *axis, double value);

/** Is there anything to draw? */
bool nn_html_axis_is_usable(const struct nn_html_axis *axis);

/**
 * Add room at both ends and choose at most @nr_ticks round ticks.
 * @log_from: be logarithmic when the highest positive value is so many times the lowest; 0: never.
 */
void nn_html_axis_fit(struct nn_html_axis *axis, size_t nr_ticks, double log_from);

/** Where @value lies, 0–1; beyond an end is at the end. */
double nn_html_axis_at(const struct nn_html_axis *axis, double value);

struct nn_html_figure nn_html_axis_label(const struct nn_html_axis *axis, double tick);

/* A chart with both axes: the frame in the units of the view box. */
struct nn_html_plot {
	struct nn_html *html;
	struct nn_html_axis x;
	struct nn_html_axis y;
	double left, top, right, bottom;
};

/** The frame of a chart with labels at the left and below. */
void nn_html_plot_init(struct nn_html_plot *plot, struct nn_html *html);

double nn_html_plot_x(const struct nn_html_plot *plot, double value);
double nn_html_plot_y(const struct nn_html_plot *plot, double value);

/** Open the figure and its SVG; @title is what is heard of it, @caption what is read. */
void nn_html_plot_open(struct nn_html_plot *plot, const char *caption, const char *title);
void nn_html_plot_close(struct nn_html_plot *plot);

/** Lines and labels of the ticks, @y_unit behind each label of the y axis; NULL: none. */
void nn_html_plot_grid_y(struct nn_html_plot *plot, const char *y_unit);
void nn_html_plot_grid_x(struct nn_html_plot *plot);
void nn_html_plot_x_title(struct nn_html_plot *plot, const char *text);

/** A line across the chart at @value of the y axis. */
void nn_html_plot_level(struct nn_html_plot *plot, double value, const char *class,
			const char *title);

#endif
