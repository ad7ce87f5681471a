/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/points.h"

#include <math.h>

#include "harness/base/array.h"
#include "reports/html/chart.h"

/* Up to so many boots of an arm have a curve of their own behind the arm's. */
#define SINGLE_CURVES 20

/* Values so many times apart are shown on a logarithmic axis. */
#define LOG_FROM 6

struct curve {
	double values[NN_NR_CURVE];
	bool is_usable;
};

static double probability(size_t i)
{
	return (double)i / (NN_NR_CURVE - 1);
}

/* Quantile by quantile the mean over boots: geometric, but arithmetic where one is not positive. */
static struct curve mean_curve(const struct nn_cells *boots)
{
	struct curve curve = {.is_usable = boots->nr > 0};
	bool is_positive = true;

	for (size_t b = 0; b < boots->nr; b++)
		is_positive = is_positive && boots->items[b].digest.curve[0] > 0;
	for (size_t i = 0; i < NN_NR_CURVE; i++) {
		double sum = 0;

		for (size_t b = 0; b < boots->nr; b++) {
			double value = boots->items[b].digest.curve[i];

			sum += is_positive ? log(value) : value;
		}
		sum /= (double)boots->nr;
		curve.values[i] = is_positive ? exp(sum) : sum;
		curve.is_usable = curve.is_usable && isfinite(curve.values[i]);
	}
	return curve;
}

static void include_curve(struct nn_html_axis *axis, const double values[NN_NR_CURVE])
{
	nn_html_axis_include(axis, values[0]);
	nn_html_axis_include(axis, values[NN_NR_CURVE - 1]);
}

/* The curves that will be drawn. */
static void include_side(struct nn_html_axis *axis, const struct nn_cells *boots,
			 const struct curve *mean)
{
	if (!mean->is_usable)
		return;
	include_curve(axis, mean->values);
	for (size_t b = 0; boots->nr <= SINGLE_CURVES && b < boots->nr; b++)
		include_curve(axis, boots->items[b].digest.curve);
}

static void draw_curve(struct nn_html_plot *plot, const double values[NN_NR_CURVE],
		       const char *class)
{
	NN_AUTO(strbuf) struct nn_strbuf points = NN_STRBUF_INIT;

	for (size_t i = 0; i < NN_NR_CURVE; i++)
		nn_strbuf_addf(&points, "%s%s,%s", i ? " " : "",
			       nn_html_number(nn_html_plot_x(plot, values[i])).text,
			       nn_html_number(nn_html_plot_y(plot, probability(i))).text);
	nn_html_void(plot->html, "polyline", "class", class, "points", nn_strbuf_str(&points),
		     NULL);
}

static void draw_boots(struct nn_html_plot *plot, const struct nn_cells *boots, const char *class)
{
	for (size_t b = 0; boots->nr <= SINGLE_CURVES && b < boots->nr; b++)
		draw_curve(plot, boots->items[b].digest.curve, class);
}

static void share_axis(struct nn_html_plot *plot)
{
	static const double ticks[] = {0, 0.25, 0.5, 0.75, 1};

	plot->y = (struct nn_html_axis){.low = 0, .high = 1};
	for (size_t i = 0; i < NN_ARRAY_SIZE(ticks); i++) {
		double y = nn_html_plot_y(plot, ticks[i]);
		NN_AUTO(free) char *label = nn_asprintf("%.0f %%", 100 * ticks[i]);

		nn_html_void(plot->html, "line", "class", "grid", "x1",
			     nn_html_number(plot->left).text, "x2",
			     nn_html_number(plot->right).text, "y1", nn_html_number(y).text, "y2",
			     nn_html_number(y).text, NULL);
		nn_html_element(plot->html, "text", label, "x", nn_html_number(plot->left - 6).text,
				"y", nn_html_number(y + 4).text, "text-anchor", "end", NULL);
	}
}

static void describe_side(struct nn_strbuf *sb, const char *name, const struct curve *curve)
{
	if (curve->is_usable)
		nn_strbuf_addf(sb, " %s: a quarter below %s, half below %s, 95 %% below %s.", name,
			       nn_html_value(curve->values[5], NAN).text,
			       nn_html_value(curve->values[10], NAN).text,
			       nn_html_value(curve->values[19], NAN).text);
}

static bool has_distribution(const struct nn_report_side *side)
{
	return side->boots.nr && side->nr_samples > side->boots.nr;
}

static void draw(struct nn_html_plot *plot, const struct nn_report_row *row,
		 const struct curve *base, const struct curve *arm)
{
	share_axis(plot);
	nn_html_plot_grid_x(plot);
	if (base->is_usable)
		draw_boots(plot, &row->base_side.boots, "boot base");
	if (arm->is_usable)
		draw_boots(plot, &row->side.boots, "boot arm");
	if (base->is_usable)
		draw_curve(plot, base->values, "curve base");
	if (arm->is_usable)
		draw_curve(plot, arm->values, "curve arm");
}

void nn_html_distribution(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	struct curve base = mean_curve(&row->base_side.boots);
	struct curve arm = mean_curve(&row->side.boots);
	NN_AUTO(strbuf) struct nn_strbuf title = NN_STRBUF_INIT;
	NN_AUTO(free) char *caption = NULL;
	struct nn_html_plot plot;

	if (!has_distribution(&row->base_side) && !has_distribution(&row->side))
		return;
	nn_html_plot_init(&plot, html);
	include_side(&plot.x, &row->base_side.boots, &base);
	include_side(&plot.x, &row->side.boots, &arm);
	if (!nn_html_axis_is_usable(&plot.x))
		return;
	nn_html_axis_fit(&plot.x, 5, LOG_FROM);
	nn_strbuf_addf(&title, "Distribution of the iterations of a boot, %s.", unit);
	describe_side(&title, row->base_arm, &base);
	describe_side(&title, row->arm ? row->arm : "", &arm);
	caption = nn_asprintf("Share of a boot's iterations below a value, %s%s", unit,
			      plot.x.is_log ? " (logarithmic)" : "");
	nn_html_plot_open(&plot, caption, nn_strbuf_str(&title));
	draw(&plot, row, &base, &arm);
	nn_html_plot_close(&plot);
}
