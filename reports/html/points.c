/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/points.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "reports/html/chart.h"

/* Above this many boots of an arm points get smaller and have no title of their own. */
#define MANY_BOOTS 40

/* How far the two arms of a block stand apart, to be told apart where they agree. */
#define ASIDE 3

/* Values so many times apart are shown on a logarithmic axis. */
#define LOG_FROM 10

static void include_side(struct nn_html_plot *plot, const struct nn_report_side *side)
{
	for (size_t i = 0; i < side->boots.nr; i++) {
		const struct nn_cell *cell = &side->boots.items[i];

		nn_html_axis_include(&plot->x, (double)cell->block);
		nn_html_axis_include(&plot->y, cell->digest.mean);
	}
}

/* The value at which a pair would stand on the claim's margin, were its base the mean one. */
static double margin_level(const struct nn_report_row *row)
{
	return row->direction == NN_HIGHER_IS_BETTER ? row->base_value * row->margin
						     : row->base_value / row->margin;
}

/* The margin is shown where boots come near it; a far one would squeeze them into a line. */
static void include_margin(struct nn_html_plot *plot, const struct nn_report_row *row)
{
	double level = margin_level(row);
	double range = plot->y.high - plot->y.low;

	if (isfinite(level) && level > plot->y.low - range && level < plot->y.high + range)
		nn_html_axis_include(&plot->y, level);
}

static void block_labels(struct nn_html_plot *plot, const struct nn_comparison *c)
{
	struct nn_html_axis *x = &plot->x;
	double range = x->high - x->low;
	double step = fmax(ceil(range / 10), 1);

	x->nr_ticks = 0;
	for (double block = x->low; block <= x->high && x->nr_ticks < NN_CHART_TICKS; block += step)
		x->ticks[x->nr_ticks++] = block;
	x->low -= 0.5;
	x->high += 0.5;
	for (size_t i = 0; i < x->nr_ticks; i++) {
		NN_AUTO(free) char *block = nn_html_block(c, (uint64_t)x->ticks[i]);

		nn_html_element(plot->html, "text", block, "x",
				nn_html_number(nn_html_plot_x(plot, x->ticks[i])).text, "y",
				nn_html_number(plot->bottom + 16).text, "text-anchor", "middle",
				NULL);
	}
	nn_html_plot_x_title(plot, "block");
}

/* Both arms' cells stand by block, so one walk along them finds the pairs. */
static void draw_pairs(struct nn_html_plot *plot, const struct nn_report_row *row)
{
	const struct nn_cells *base = &row->base_side.boots, *arm = &row->side.boots;
	size_t i = 0, j = 0;

	while (row->is_paired && i < base->nr && j < arm->nr) {
		const struct nn_cell *a = &base->items[i], *b = &arm->items[j];

		if (a->block == b->block)
			nn_html_void(
				plot->html, "line", "class", "pair", "x1",
				nn_html_number(nn_html_plot_x(plot, (double)a->block) - ASIDE).text,
				"y1", nn_html_number(nn_html_plot_y(plot, a->digest.mean)).text,
				"x2",
				nn_html_number(nn_html_plot_x(plot, (double)b->block) + ASIDE).text,
				"y2", nn_html_number(nn_html_plot_y(plot, b->digest.mean)).text,
				NULL);
		i += a->block <= b->block;
		j += b->block <= a->block;
	}
}

static void draw_boot(struct nn_html_plot *plot, const struct nn_cell *cell, const char *title,
		      bool is_base)
{
	double x = nn_html_plot_x(plot, (double)cell->block) + (is_base ? -ASIDE : ASIDE);

	nn_html_open(plot->html, "circle", "class", is_base ? "base" : "arm", "cx",
		     nn_html_number(x).text, "cy",
		     nn_html_number(nn_html_plot_y(plot, cell->digest.mean)).text, "r",
		     title ? "4" : "2", NULL);
	if (title)
		nn_html_element(plot->html, "title", title, NULL);
	nn_html_close(plot->html, "circle");
}

static void draw_side(struct nn_html_plot *plot, const struct nn_comparison *c,
		      const struct nn_report_side *side, const char *name, const char *unit,
		      bool is_base)
{
	for (size_t i = 0; i < side->boots.nr; i++) {
		const struct nn_cell *cell = &side->boots.items[i];
		NN_AUTO(free) char *block = nn_html_block(c, cell->block);
		NN_AUTO(free)
		char *title = nn_asprintf("%s, block %s: %s %s", name, block,
					  nn_html_value(cell->digest.mean, NAN).text, unit);

		if (isfinite(cell->digest.mean))
			draw_boot(plot, cell, side->boots.nr > MANY_BOOTS ? NULL : title, is_base);
	}
}

static void draw_levels(struct nn_html_plot *plot, const struct nn_report_row *row)
{
	NN_AUTO(free) char *base = nn_asprintf("geometric mean of %s", row->base_arm);
	NN_AUTO(free) char *arm = nn_asprintf("geometric mean of %s", row->arm ? row->arm : "");

	nn_html_plot_level(plot, row->base_value, "mean base", base);
	if (row->arm)
		nn_html_plot_level(plot, row->value, "mean arm", arm);
	if (isfinite(row->margin))
		nn_html_plot_level(plot, margin_level(row), "margin", "what the claim asks for");
}

static char *describe(const struct nn_report_row *row, const char *unit)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "Boots by block, %s:", unit);
	if (row->base_side.boots.nr)
		nn_strbuf_addf(&sb, " %s %zu around %s", row->base_arm, row->base_side.boots.nr,
			       nn_html_value(row->base_value, NAN).text);
	if (row->arm && row->side.boots.nr)
		nn_strbuf_addf(&sb, "%s %s %zu around %s", row->base_side.boots.nr ? "," : "",
			       row->arm, row->side.boots.nr, nn_html_value(row->value, NAN).text);
	nn_strbuf_add(&sb, ". The table of boots below has the values.");
	return nn_strbuf_detach(&sb);
}

void nn_html_points(struct nn_html *html, const struct nn_comparison *c,
		    const struct nn_report_row *row, const char *unit)
{
	NN_AUTO(free) char *caption = nn_asprintf("Boots, %s", unit);
	NN_AUTO(free) char *title = describe(row, unit);
	struct nn_html_plot plot;

	nn_html_plot_init(&plot, html);
	include_side(&plot, &row->base_side);
	include_side(&plot, &row->side);
	if (!nn_html_axis_is_usable(&plot.x) || !nn_html_axis_is_usable(&plot.y))
		return;
	include_margin(&plot, row);
	nn_html_axis_fit(&plot.y, 5, LOG_FROM);
	nn_html_plot_open(&plot, caption, title);
	nn_html_plot_grid_y(&plot, NULL);
	block_labels(&plot, c);
	draw_levels(&plot, row);
	draw_pairs(&plot, row);
	draw_side(&plot, c, &row->base_side, row->base_arm, unit, true);
	if (row->arm)
		draw_side(&plot, c, &row->side, row->arm, unit, false);
	nn_html_plot_close(&plot);
}
