/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "harness/base/strbuf.h"
#include "reports/html-chart.h"
#include "reports/html-detail.h"

#define BAR_HEIGHT 14
#define BAR_STEP   44

/* Of a time the ceiling is a floor: what reaches it takes no longer than it must. */
static double share_of(const struct nn_report_row *row, double value)
{
	return row->direction == NN_HIGHER_IS_BETTER ? value / row->ceiling : row->ceiling / value;
}

static void draw_bar(struct nn_html *html, const char *name, double share, const char *class,
		     double top)
{
	double width = NN_CHART_WIDTH * fmin(fmax(share, 0), 1);
	NN_AUTO(free) char *label = nn_asprintf("%s: %s", name, nn_html_part(share).text);

	nn_html_element(html, "text", label, "x", "0", "y", nn_html_number(top + 12).text, NULL);
	nn_html_void(html, "rect", "class", "room", "x", "0", "y", nn_html_number(top + 18).text,
		     "width", nn_html_number(NN_CHART_WIDTH).text, "height",
		     nn_html_number(BAR_HEIGHT).text, NULL);
	nn_html_void(html, "rect", "class", class, "x", "0", "y", nn_html_number(top + 18).text,
		     "width", nn_html_number(width).text, "height", nn_html_number(BAR_HEIGHT).text,
		     NULL);
}

void nn_html_ceiling(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	double shares[] = {share_of(row, row->base_value), share_of(row, row->value)};
	const char *names[] = {row->base_arm, row->arm};
	static const char *const classes[] = {"bar base", "bar arm"};
	NN_AUTO(strbuf) struct nn_strbuf title = NN_STRBUF_INIT;
	NN_AUTO(free) char *box = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < 2; i++) {
		if (!names[i] || !isfinite(shares[i]))
			continue;
		nn_strbuf_addf(&title, "%s%s %s", nr++ ? ", " : "Share of the ceiling: ", names[i],
			       nn_html_part(shares[i]).text);
	}
	if (!nr)
		return;
	box = nn_asprintf("0 0 %d %zu", NN_CHART_WIDTH, nr * BAR_STEP);
	nn_html_open(html, "figure", "class", "chart ceiling", NULL);
	nn_html_open(html, "figcaption", NULL);
	nn_html_textf(html, "Share of the physical %s, %s %s%s%s",
		      row->direction == NN_HIGHER_IS_BETTER ? "ceiling" : "floor",
		      nn_html_value(row->ceiling, NAN).text, unit, row->ceiling_source ? ": " : "",
		      row->ceiling_source ? row->ceiling_source : "");
	nn_html_close(html, "figcaption");
	nn_html_open(html, "svg", "viewBox", box, "role", "img", NULL);
	nn_html_element(html, "title", nn_strbuf_str(&title), NULL);
	nr = 0;
	for (size_t i = 0; i < 2; i++) {
		if (names[i] && isfinite(shares[i]))
			draw_bar(html, names[i], shares[i], classes[i], (double)(nr++ * BAR_STEP));
	}
	nn_html_close(html, "svg");
	nn_html_close(html, "figure");
}
