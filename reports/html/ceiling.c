/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/detail.h"

#include <math.h>

#include "harness/base/strbuf.h"
#include "reports/html/chart.h"

#define BAR_HEIGHT 14

/* Of a time the ceiling is a floor: what reaches it takes no longer than it must. */
static double share_of(const struct nn_report_row *row, double value)
{
	return row->direction == NN_HIGHER_IS_BETTER ? value / row->ceiling : row->ceiling / value;
}

/* The label stands outside of the picture: names may be long, and only HTML breaks lines. */
static void draw_bar(struct nn_html *html, const char *name, double share, const char *class)
{
	NN_AUTO(free) char *box = nn_asprintf("0 0 %d %d", NN_CHART_WIDTH, BAR_HEIGHT);
	NN_AUTO(free) char *label = nn_asprintf("%s: %s", name, nn_html_part(share).text);

	nn_html_element(html, "p", label, NULL);
	nn_html_open(html, "svg", "viewBox", box, "aria-hidden", "true", NULL);
	nn_html_void(html, "rect", "class", "room", "width", "100%", "height", "100%", NULL);
	nn_html_void(html, "rect", "class", class, "width",
		     nn_html_percent(fmin(fmax(share, 0), 1)).text, "height", "100%", NULL);
	nn_html_close(html, "svg");
}

static void write_caption(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	nn_html_open(html, "figcaption", NULL);
	nn_html_textf(html, "Share of the physical %s, %s %s%s%s",
		      row->direction == NN_HIGHER_IS_BETTER ? "ceiling" : "floor",
		      nn_html_value(row->ceiling, NAN).text, unit, row->ceiling_source ? ": " : "",
		      row->ceiling_source ? row->ceiling_source : "");
	nn_html_close(html, "figcaption");
}

void nn_html_ceiling(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	double base = share_of(row, row->base_value);
	double arm = row->arm ? share_of(row, row->value) : NAN;

	if (!isfinite(base) && !isfinite(arm))
		return;
	nn_html_open(html, "figure", "class", "chart ceiling", NULL);
	write_caption(html, row, unit);
	if (isfinite(base))
		draw_bar(html, row->base_arm, base, "bar base");
	if (isfinite(arm))
		draw_bar(html, row->arm, arm, "bar arm");
	nn_html_close(html, "figure");
}
