/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/detail.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/chart.h"
#include "reports/html/table.h"
#include "reports/words.h"

/* ---- both sides ---- */

/* One figure of a side, as text. */
typedef struct nn_html_figure (*side_fn)(const struct nn_report_row *row, bool is_base);

static const struct nn_report_side *side_of(const struct nn_report_row *row, bool is_base)
{
	return is_base ? &row->base_side : &row->side;
}

static double value_of(const struct nn_report_row *row, bool is_base)
{
	return is_base ? row->base_value : row->value;
}

static double half_width_of(const struct nn_report_row *row, bool is_base)
{
	const struct nn_report_side *side = side_of(row, is_base);

	return nn_html_value_half_width(value_of(row, is_base), side->sd_log, side->boots.nr);
}

static struct nn_html_figure side_value(const struct nn_report_row *row, bool is_base)
{
	return nn_html_value(value_of(row, is_base), half_width_of(row, is_base));
}

static struct nn_html_figure side_trimmed(const struct nn_report_row *row, bool is_base)
{
	return nn_html_value(side_of(row, is_base)->trimmed_value, half_width_of(row, is_base));
}

static struct nn_html_figure side_sd(const struct nn_report_row *row, bool is_base)
{
	return nn_html_part(side_of(row, is_base)->sd_log);
}

static struct nn_html_figure side_variation(const struct nn_report_row *row, bool is_base)
{
	return nn_html_part(side_of(row, is_base)->variation);
}

static struct nn_html_figure side_boots(const struct nn_report_row *row, bool is_base)
{
	return nn_html_count(side_of(row, is_base)->boots.nr);
}

static struct nn_html_figure side_runs(const struct nn_report_row *row, bool is_base)
{
	return nn_html_count(side_of(row, is_base)->nr_runs);
}

static struct nn_html_figure side_samples(const struct nn_report_row *row, bool is_base)
{
	return nn_html_count(side_of(row, is_base)->nr_samples);
}

static struct nn_html_figure side_effective(const struct nn_report_row *row, bool is_base)
{
	double effective = side_of(row, is_base)->effective_samples;

	return nn_html_value(effective, 0.1 * effective);
}

static struct nn_html_figure judged_runs(const struct nn_report_side *side, uint64_t nr)
{
	struct nn_html_figure figure = {NN_EN_DASH};

	if (side->nr_judged)
		(void)snprintf(figure.text, sizeof(figure.text), "%" PRIu64 " of %" PRIu64, nr,
			       side->nr_judged);
	return figure;
}

static struct nn_html_figure side_unsteady(const struct nn_report_row *row, bool is_base)
{
	const struct nn_report_side *side = side_of(row, is_base);

	return judged_runs(side, side->nr_unsteady);
}

static struct nn_html_figure side_warmup(const struct nn_report_row *row, bool is_base)
{
	const struct nn_report_side *side = side_of(row, is_base);

	return judged_runs(side, side->nr_warmup);
}

static struct nn_html_figure side_slowdown(const struct nn_report_row *row, bool is_base)
{
	const struct nn_report_side *side = side_of(row, is_base);

	return judged_runs(side, side->nr_slowdown);
}

static struct nn_html_figure side_outliers(const struct nn_report_row *row, bool is_base)
{
	return nn_html_part(side_of(row, is_base)->outlier_share);
}

static struct nn_html_figure side_drift(const struct nn_report_row *row, bool is_base)
{
	return nn_html_pct(side_of(row, is_base)->drift_pct);
}

static struct nn_html_figure side_drift_p(const struct nn_report_row *row, bool is_base)
{
	return nn_html_p_value(side_of(row, is_base)->drift_p_value);
}

static struct nn_html_figure side_modes(const struct nn_report_row *row, bool is_base)
{
	static const struct nn_html_figure one = {"one"}, two = {"two?"};

	return side_of(row, is_base)->is_bimodal ? two : one;
}

static const struct {
	const char *name;
	side_fn figure;
} side_rows[] = {
	{"geometric mean", side_value},
	{"trimmed by 10 %", side_trimmed},
	{"SD between boots", side_sd},
	{"variation within", side_variation},
	{"boots", side_boots},
	{"runs", side_runs},
	{"iterations", side_samples},
	{"effective per run", side_effective},
	{"unsteady runs", side_unsteady},
	{"runs with a warm-up", side_warmup},
	{"runs that slow down", side_slowdown},
	{"outliers, kept", side_outliers},
	{"drift over blocks", side_drift},
	{"p of the drift", side_drift_p},
	{"modes of boots", side_modes},
};

void nn_html_side_table(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	bool has_base = row->base_side.boots.nr > 0;
	bool has_arm = row->arm && row->side.boots.nr > 0;
	NN_AUTO(free) char *caption = nn_asprintf("What the figures rest on, %s", unit);
	NN_AUTO(free) char *base = nn_asprintf("%s#", row->base_arm);
	NN_AUTO(free) char *arm = nn_asprintf("%s#", row->arm ? row->arm : "");
	const char *headings[] = {"", NULL, NULL, NULL};
	size_t nr = 1;

	if (!has_base && !has_arm)
		return;
	if (has_base)
		headings[nr++] = base;
	if (has_arm)
		headings[nr++] = arm;
	nn_html_table_begin(html, "figures", caption, headings);
	for (size_t i = 0; i < NN_ARRAY_SIZE(side_rows); i++) {
		nn_html_open(html, "tr", NULL);
		nn_html_row_heading(html, side_rows[i].name);
		if (has_base)
			nn_html_number_cell(html, NULL, side_rows[i].figure(row, true).text);
		if (has_arm)
			nn_html_number_cell(html, NULL, side_rows[i].figure(row, false).text);
		nn_html_close(html, "tr");
	}
	nn_html_table_end(html);
}

/* ---- methods ---- */

static void method_row(struct nn_html *html, const char *name, double ratio, const double bounds[2])
{
	static const double unknown[2] = {NAN, NAN};
	const double *known = bounds ? bounds : unknown;

	if (!isfinite(ratio) && !isfinite(known[0]))
		return;
	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, name);
	nn_html_number_cell(html, NULL, nn_html_value(ratio, nn_html_half_width(known)).text);
	nn_html_number_cell(html, NULL, nn_html_range(known).text);
	nn_html_close(html, "tr");
}

/* Without an interval of its own it is shown by the precision of the headline's. */
static void trimmed_row(struct nn_html *html, const struct nn_report_row *row)
{
	double ratio = row->side.trimmed_value / row->base_side.trimmed_value;

	if (!isfinite(ratio))
		return;
	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, "trimmed means");
	nn_html_number_cell(html, NULL,
			    nn_html_value(ratio, nn_html_half_width(row->ratio_ci95)).text);
	nn_html_number_cell(html, NULL, NULL);
	nn_html_close(html, "tr");
}

static void aa_row(struct nn_html *html, const struct nn_report_row *row)
{
	NN_AUTO(free)
	char *name = nn_asprintf("A/A: %s against itself%s%.10s, %" PRIu64 " boots", row->base_arm,
				 row->aa.started ? " on " : "",
				 row->aa.started ? row->aa.started : "", row->aa.nr_boots);

	if (row->aa.campaign)
		method_row(html, name, row->aa.ratio, row->aa.ratio_ci95);
}

static void item(struct nn_html *html, const char *name, const char *value)
{
	if (strcmp(value, NN_EN_DASH) == 0)
		return;
	nn_html_open(html, "div", NULL);
	nn_html_element(html, "dt", name, NULL);
	nn_html_element(html, "dd", value, NULL);
	nn_html_close(html, "div");
}

static void write_items(struct nn_html *html, const struct nn_report_row *row)
{
	NN_AUTO(free)
	char *p = nn_asprintf("%s (%s)", nn_html_p_value(row->p_value).text,
			      nn_html_p_value(row->p_adjusted).text);
	NN_AUTO(free)
	char *equivalent = nn_asprintf("\xc2\xb1%s", nn_html_pct(row->equivalent_within_pct).text);

	nn_html_open(html, "dl", "class", "items", NULL);
	if (isfinite(row->p_value))
		item(html, "p (adjusted for all rows)", p);
	item(html, "smallest change that would show", nn_html_pct(row->mde_pct).text);
	if (isfinite(row->equivalent_within_pct))
		item(html, "equivalent within", equivalent);
	nn_html_close(html, "dl");
}

void nn_html_method_table(struct nn_html *html, const struct nn_report_row *row)
{
	static const char *const headings[] = {"", "ratio#", "95 % interval#", NULL};
	NN_AUTO(free) char *caption = nn_asprintf("%s \xc3\xb7 %s", row->arm, row->base_arm);

	nn_html_table_begin(html, "figures", caption, headings);
	method_row(html, row->method ? row->method : "estimate", row->ratio, row->ratio_ci95);
	method_row(html, "bootstrap-t", NAN, row->ratio_ci95_bootstrap_t);
	method_row(html, "Hodges\xe2\x80\x93Lehmann", row->hodges_lehmann,
		   row->hodges_lehmann_ci95);
	trimmed_row(html, row);
	aa_row(html, row);
	nn_html_table_end(html);
	write_items(html, row);
}

/* ---- tails ---- */

static bool has_tails(const struct nn_report_row *row)
{
	for (size_t i = 0; i < NN_NR_TAILS; i++) {
		if (isfinite(row->tails[i].base_value) || isfinite(row->tails[i].value))
			return true;
	}
	return false;
}

static void tail_row(struct nn_html *html, const struct nn_report_row *row,
		     const struct nn_report_tail *tail)
{
	NN_AUTO(free) char *name = nn_asprintf("%g %%", 100 * tail->probability);
	double precision = nn_html_half_width(tail->ratio_ci95) / tail->ratio;

	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, name);
	if (!isfinite(tail->base_value) && !isfinite(tail->value)) {
		nn_html_element(html, "td", tail->reason ? tail->reason : NN_EN_DASH, "colspan",
				row->arm ? "4" : "1", "class", "reason", NULL);
	} else {
		nn_html_number_cell(
			html, NULL,
			nn_html_value(tail->base_value, precision * tail->base_value).text);
		if (row->arm) {
			nn_html_number_cell(
				html, NULL,
				nn_html_value(tail->value, precision * tail->value).text);
			nn_html_number_cell(html, NULL, nn_html_range(tail->ratio_ci95).text);
			nn_html_number_cell(html, NULL, nn_html_p_value(tail->p_adjusted).text);
		}
	}
	nn_html_close(html, "tr");
}

void nn_html_tail_table(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	NN_AUTO(free)
	char *caption = nn_asprintf("Tails: this share of iterations stays below, %s", unit);
	NN_AUTO(free) char *base = nn_asprintf("%s#", row->base_arm);
	NN_AUTO(free) char *arm = nn_asprintf("%s#", row->arm ? row->arm : "");
	const char *headings[] = {"", base, arm, "ratio, 95 %#", "p adj.#", NULL};

	if (!has_tails(row))
		return;
	if (!row->arm)
		headings[2] = NULL;
	nn_html_table_begin(html, "figures tails", caption, headings);
	for (size_t i = 0; i < NN_NR_TAILS; i++)
		tail_row(html, row, &row->tails[i]);
	nn_html_table_end(html);
}

/* ---- boots ---- */

static void boot_rows(struct nn_html *html, const struct nn_comparison *c,
		      const struct nn_report_side *side, const char *arm)
{
	for (size_t i = 0; i < side->boots.nr; i++) {
		const struct nn_cell *cell = &side->boots.items[i];
		const struct nn_digest *digest = &cell->digest;
		NN_AUTO(free) char *block = nn_html_block(c, cell->block);
		double wide = digest->variation * fabs(digest->mean) / 2;

		nn_html_open(html, "tr", NULL);
		nn_html_element(html, "th", block, "scope", "row", "class", "number", NULL);
		nn_html_cell(html, NULL, arm);
		nn_html_number_cell(html, NULL, nn_html_value(digest->mean, wide).text);
		nn_html_number_cell(html, NULL, nn_html_value(digest->curve[10], wide).text);
		nn_html_number_cell(html, NULL, nn_html_value(digest->curve[19], wide).text);
		nn_html_number_cell(html, NULL, nn_html_count(digest->nr_runs).text);
		nn_html_number_cell(html, NULL, nn_html_count(digest->nr_samples).text);
		nn_html_close(html, "tr");
	}
}

void nn_html_boot_table(struct nn_html *html, const struct nn_comparison *c,
			const struct nn_report_row *row, const char *unit)
{
	static const char *const headings[] = {"block#", "arm",   "mean#",       "median#",
					       "95 %#",  "runs#", "iterations#", NULL};
	size_t nr = row->base_side.boots.nr + row->side.boots.nr;
	NN_AUTO(free) char *caption = nn_asprintf("Boots, %s", unit);

	if (!nr)
		return;
	nn_html_open(html, "details", NULL);
	nn_html_open(html, "summary", NULL);
	nn_html_textf(html, "The %zu %s one by one", nr, nr == 1 ? "boot" : "boots");
	nn_html_close(html, "summary");
	nn_html_table_begin(html, "wide", caption, headings);
	boot_rows(html, c, &row->base_side, row->base_arm);
	if (row->arm)
		boot_rows(html, c, &row->side, row->arm);
	nn_html_table_end(html);
	nn_html_close(html, "details");
}
