/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/detail.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/notes.h"
#include "reports/html/number.h"
#include "reports/html/points.h"
#include "reports/html/table.h"
#include "reports/sentences.h"
#include "reports/words.h"

static void write_key(struct nn_html *html, const struct nn_report_row *row)
{
	nn_html_open(html, "p", "class", "key", NULL);
	if (row->base_side.boots.nr)
		nn_html_element(html, "span", row->base_arm, "class", "base", NULL);
	if (row->arm && row->side.boots.nr)
		nn_html_element(html, "span", row->arm, "class", "arm", NULL);
	if (isfinite(row->margin))
		nn_html_element(html, "span", "margin", "class", "margin", NULL);
	nn_html_close(html, "p");
}

static void write_heading(struct nn_html *html, const struct nn_report_row *row, const char *unit)
{
	nn_html_open(html, "header", NULL);
	nn_html_open(html, "h4", NULL);
	nn_html_text(html, row->metric);
	nn_html_open(html, "small", NULL);
	nn_html_textf(html, " %s, %s is better", unit, nn_direction_name(row->direction));
	nn_html_close(html, "small");
	nn_html_close(html, "h4");
	nn_html_verdict(html, row->verdict);
	write_key(html, row);
	nn_html_close(html, "header");
}

static void add_boots(struct nn_strbuf *sb, const struct nn_report_row *row)
{
	if (row->is_paired)
		nn_words_count(sb, row->nr_boots, "pair");
	else
		nn_strbuf_addf(sb, "%zu and %zu", row->base_side.boots.nr, row->side.boots.nr);
	nn_strbuf_add(sb, row->is_paired ? " of boots" : " boots (not paired)");
}

/* "vm reaches 98.9 % of native's performance (95 % interval …)", in one sentence or two. */
static void write_sentence(struct nn_html *html, const struct nn_report_row *row)
{
	NN_AUTO(strbuf) struct nn_strbuf difference = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!row->arm || !isfinite(row->performance_ratio))
		return;
	nn_strbuf_addf(&sb, "%s reaches %s of the performance of %s", row->arm,
		       nn_html_share(row->performance_ratio, row->performance_ci95).text,
		       row->base_arm);
	if (isfinite(row->performance_ci95[0]))
		nn_strbuf_addf(&sb, ", 95 %% interval %s",
			       nn_html_share_range(row->performance_ci95).text);
	nn_strbuf_add(&sb, ", from ");
	add_boots(&sb, row);
	nn_strbuf_addf(&sb, "%s%s", row->method ? " by " : "", row->method ? row->method : "");
	if (nn_sentence_difference(&difference, row))
		nn_strbuf_addf(&sb, ": %s", nn_strbuf_str(&difference));
	nn_strbuf_addc(&sb, '.');
	if (isfinite(row->margin))
		nn_strbuf_addf(&sb, " The claim asks for %s.", nn_html_pct(100 * row->margin).text);
	nn_html_element(html, "p", nn_strbuf_str(&sb), "class", "sentence", NULL);
}

static size_t nr_rows_with(const struct nn_html_view *view, const char *reason)
{
	size_t nr = 0;

	for (size_t i = 0; i < view->nr; i++)
		nr += nn_strings_have(&nn_html_view_row(view, i)->reasons, reason);
	return nr;
}

/* What is said of several rows stands once below the plot. */
static void write_shared_reasons(struct nn_html *html, const struct nn_html_view *view,
				 const struct nn_report_row *row)
{
	bool is_open = false;

	for (size_t i = 0; i < row->reasons.nr; i++) {
		if (nr_rows_with(view, row->reasons.items[i]) < 2)
			continue;
		if (!is_open) {
			nn_html_open(html, "li", NULL);
			nn_html_text(html, "see note");
		}
		is_open = true;
		nn_html_note_link(html, view, row->reasons.items[i]);
	}
	if (is_open)
		nn_html_close(html, "li");
}

static void write_remarks(struct nn_html *html, const struct nn_html_view *view,
			  const struct nn_report_row *row)
{
	NN_AUTO(strbuf) struct nn_strbuf guard = NN_STRBUF_INIT;
	bool has_guard = nn_sentence_guard(&guard, row);

	if (!row->flags.nr && !row->reasons.nr && !has_guard)
		return;
	nn_html_open(html, "ul", "class", "remarks", NULL);
	write_shared_reasons(html, view, row);
	for (size_t i = 0; i < row->reasons.nr; i++) {
		if (nr_rows_with(view, row->reasons.items[i]) < 2)
			nn_html_element(html, "li", row->reasons.items[i], NULL);
	}
	for (size_t i = 0; i < row->flags.nr; i++)
		nn_html_element(html, "li", row->flags.items[i], "class", "flag", NULL);
	if (has_guard)
		nn_html_element(html, "li", nn_strbuf_str(&guard), NULL);
	nn_html_close(html, "ul");
}

static void write_article(struct nn_html *html, const struct nn_html_view *view, size_t place)
{
	const struct nn_report_row *row = nn_html_view_row(view, place);
	NN_AUTO(strbuf) struct nn_strbuf unit = NN_STRBUF_INIT;
	NN_AUTO(free) char *id = nn_asprintf("r%zu", view->places[place].row);

	nn_words_unit(&unit, view->c, row);
	nn_html_open(html, "article", "id", id, NULL);
	write_heading(html, row, nn_strbuf_str(&unit));
	write_sentence(html, row);
	write_remarks(html, view, row);
	nn_html_open(html, "div", "class", "grid", NULL);
	nn_html_open(html, "div", NULL);
	nn_html_points(html, view->c, row, nn_strbuf_str(&unit));
	if (row->arm && isfinite(row->ratio))
		nn_html_method_table(html, row);
	nn_html_close(html, "div");
	nn_html_open(html, "div", NULL);
	nn_html_distribution(html, row, nn_strbuf_str(&unit));
	nn_html_tail_table(html, row, nn_strbuf_str(&unit));
	nn_html_ceiling(html, row, nn_strbuf_str(&unit));
	nn_html_close(html, "div");
	nn_html_open(html, "div", NULL);
	nn_html_side_table(html, row, nn_strbuf_str(&unit));
	nn_html_close(html, "div");
	nn_html_close(html, "div");
	nn_html_boot_table(html, view->c, row, nn_strbuf_str(&unit));
	nn_html_close(html, "article");
}

static void write_section_heading(struct nn_html *html, const struct nn_html_view *view,
				  const struct nn_report_row *row)
{
	NN_AUTO(free) char *pairing = nn_html_pairing_name(row);

	nn_html_open(html, "h3", NULL);
	if (view->c->nr_campaigns > 1 && row->campaign)
		nn_html_textf(html, "%s: ", row->campaign);
	nn_html_text(html, row->workload);
	if (view->has_pairings) {
		nn_html_open(html, "small", NULL);
		nn_html_textf(html, " %s", pairing);
		nn_html_close(html, "small");
	}
	nn_html_close(html, "h3");
}

static void write_left_out(struct nn_html *html, const struct nn_html_view *view)
{
	if (view->nr_detailed == view->c->nr_rows)
		return;
	nn_html_open(html, "p", "class", "left-out", NULL);
	nn_html_textf(
		html,
		"Of %zu comparisons the %zu that matter most are shown in detail; the figures "
		"of all of them, boot by boot, are in the JSON and CSV reports (--format json, "
		"--format csv).",
		view->c->nr_rows, view->nr_detailed);
	nn_html_close(html, "p");
}

void nn_html_details(struct nn_html *html, const struct nn_html_view *view)
{
	const struct nn_report_row *before = NULL;

	if (!view->nr_detailed)
		return;
	nn_html_element(html, "h2", "Workload by workload", "id", "workloads", NULL);
	write_left_out(html, view);
	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);

		if (!view->places[i].is_detailed)
			continue;
		if (!nn_html_is_same_workload(before, row)) {
			if (before)
				nn_html_close(html, "section");
			nn_html_open(html, "section", "class", "workload", NULL);
			write_section_heading(html, view, row);
		}
		write_article(html, view, i);
		before = row;
	}
	nn_html_close(html, "section");
}
