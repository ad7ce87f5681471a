/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/history.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/history/build.h"
#include "reports/history/chart.h"
#include "reports/html/head.h"
#include "reports/html/number.h"
#include "reports/html/table.h"
#include "reports/html/writer.h"
#include "reports/words.h"

#define ARROW "\xe2\x86\x92" /* → */

/* Rows of a table of points: the latest ones. */
#define MAX_ROWS 100

/* Changes in the table at the top, and series with a chart; more are a matter for JSON. */
#define MAX_CHANGES 200
#define MAX_CHARTS  120

struct page {
	struct nn_html html;
	const struct nn_history *history;
};

static char *series_name(const struct nn_history_series *series)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "%s %s:%s", series->key.arm, series->key.workload, series->key.metric);
	if (series->is_told_by_settings) {
		nn_strbuf_add(&sb, ", settings ");
		nn_history_words_settings(&sb, series);
	}
	return nn_strbuf_detach(&sb);
}

/* ---- tables ---- */

static void words_cell(struct page *page, const char *label, const struct nn_strbuf *sb)
{
	nn_html_cell(&page->html, label, nn_strbuf_str(sb));
}

static void write_effect(struct page *page, const struct nn_history_series *series,
			 const struct nn_history_change *change)
{
	bool is_worse = nn_history_performance(series, change->effect_log) < 1;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_history_words_effect(&sb, series, change->effect_log);
	nn_html_element(&page->html, "span", nn_strbuf_str(&sb), "class",
			is_worse ? "verdict bad" : "verdict good", NULL);
}

static void effect_cell(struct page *page, const struct nn_history_series *series,
			const struct nn_history_change *change)
{
	nn_html_open(&page->html, "td", "data-label", "Effect", NULL);
	write_effect(page, series, change);
	nn_html_close(&page->html, "td");
}

static void p_cell(struct page *page, const struct nn_history_change *change)
{
	NN_AUTO(free)
	char *text = isfinite(change->p_adjusted)
			     ? nn_asprintf("%s (%s)", nn_html_p_value(change->p_value).text,
					   nn_html_p_value(change->p_adjusted).text)
			     : nn_strdup(nn_html_p_value(change->p_value).text);

	nn_html_cell(&page->html, "p (adjusted)", text);
}

/* In the narrow column of a series; the table of all changes has them as cells. */
static void write_change(struct page *page, const struct nn_history_series *series,
			 const struct nn_history_change *change)
{
	NN_AUTO(free) char *versions = nn_history_change_name(series, change->index);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_html_open(&page->html, "li", NULL);
	nn_html_textf(&page->html, "%s: ", versions);
	write_effect(page, series, change);
	nn_strbuf_add(&sb, " (");
	nn_words_number(&sb, change->before);
	nn_strbuf_add(&sb, " " ARROW " ");
	nn_history_words_value(&sb, series, change->after);
	nn_strbuf_add(&sb, "), between ");
	nn_history_words_campaign(&sb, page->history, series,
				  change->index ? change->index - 1 : SIZE_MAX);
	nn_strbuf_add(&sb, " and ");
	nn_history_words_campaign(&sb, page->history, series, change->index);
	nn_strbuf_add(&sb, "; ");
	nn_history_words_state(&sb, series, change);
	nn_html_text(&page->html, nn_strbuf_str(&sb));
	nn_html_close(&page->html, "li");
}

static void write_changes(struct page *page, const struct nn_history_series *series)
{
	if (!series->nr_changes)
		return;
	nn_html_open(&page->html, "ul", "class", "remarks", NULL);
	for (size_t i = 0; i < series->nr_changes; i++)
		write_change(page, series, &series->changes[i]);
	nn_html_close(&page->html, "ul");
}

static void write_point(struct page *page, const struct nn_history_series *series, size_t i)
{
	const struct nn_history_point *point = &series->points[i];
	const double bounds[] = {nn_history_level(point, -1), nn_history_level(point, 1)};
	double width = (bounds[1] - bounds[0]) / 2;
	NN_AUTO(strbuf) struct nn_strbuf name = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf version = NN_STRBUF_INIT;

	nn_history_words_campaign(&name, page->history, series, i);
	nn_history_words_version(&version, series, i);
	nn_html_open(&page->html, "tr", NULL);
	nn_html_row_heading(&page->html, nn_strbuf_str(&name));
	words_cell(page, "Version", &version);
	nn_html_number_cell(
		&page->html, "Mean",
		nn_html_value(nn_history_level(point, 0), width > 0 ? width : NAN).text);
	nn_html_number_cell(&page->html, "95 % interval",
			    isfinite(point->se_log) ? nn_html_range(bounds).text : NULL);
	nn_html_count_cell(&page->html, "Boots", point->nr_boots);
	nn_html_close(&page->html, "tr");
}

static void write_points(struct page *page, const struct nn_history_series *series)
{
	static const char *const headings[] = {"Campaign",       "Version", "Mean#",
					       "95 % interval#", "Boots#",  NULL};
	size_t first = series->nr > MAX_ROWS ? series->nr - MAX_ROWS : 0;
	NN_AUTO(free) char *caption = NULL;

	if (!series->nr)
		return;
	caption = first ? nn_asprintf("The latest %d of %zu campaigns; --format json has all",
				      MAX_ROWS, series->nr)
			: nn_asprintf("Means in %s", nn_history_unit(series));
	nn_html_open(&page->html, "details", NULL);
	nn_html_element(&page->html, "summary", "Campaign by campaign", NULL);
	nn_html_table_begin(&page->html, "wide", caption, headings);
	for (size_t i = first; i < series->nr; i++)
		write_point(page, series, i);
	nn_html_table_end(&page->html);
	nn_html_close(&page->html, "details");
}

/* ---- series ---- */

static void write_sentence(struct page *page, struct nn_strbuf *sb, const char *class)
{
	if (sb->len)
		nn_html_element(&page->html, "p", nn_strbuf_str(sb), "class", class, NULL);
	nn_strbuf_clear(sb);
}

static void write_series_heading(struct page *page, const struct nn_history_series *series)
{
	struct nn_html *html = &page->html;

	nn_html_open(html, "h4", NULL);
	nn_html_text(html, series->key.metric);
	nn_html_open(html, "small", NULL);
	nn_html_textf(html, " %s, %s is better", nn_history_unit(series),
		      nn_direction_name(series->direction));
	nn_html_close(html, "small");
	nn_html_close(html, "h4");
}

static void write_series(struct page *page, size_t i)
{
	const struct nn_history_series *series = &page->history->series[i];
	NN_AUTO(free) char *id = nn_asprintf("s%zu", i);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf quiet = NN_STRBUF_INIT;

	nn_html_open(&page->html, "div", "id", id, NULL);
	write_series_heading(page, series);
	nn_history_words_extent(&sb, page->history, series);
	nn_history_words_quiet(&quiet, series);
	if (quiet.len)
		nn_strbuf_addf(&sb, "; %s", nn_strbuf_str(&quiet));
	write_sentence(page, &sb, "scale");
	write_changes(page, series);
	nn_history_words_suspicion(&sb, page->history, series);
	write_sentence(page, &sb, "flag");
	nn_history_chart(&page->html, page->history, series);
	write_points(page, series);
	nn_html_close(&page->html, "div");
}

static void write_machine(struct page *page, const struct nn_history_series *series)
{
	nn_html_open(&page->html, "h2", NULL);
	nn_html_text(&page->html,
		     series->machine_description ? series->machine_description : "Machine");
	nn_html_open(&page->html, "small", NULL);
	nn_html_textf(&page->html, " %s", series->key.machine);
	nn_html_close(&page->html, "small");
	nn_html_close(&page->html, "h2");
}

/* Series of one workload, arm and settings stand side by side as far as the page is wide. */
static bool is_together(const struct nn_history_series *a, const struct nn_history_series *b)
{
	/* texts are kept once each */
	return a->key.machine == b->key.machine && a->key.arm == b->key.arm &&
	       a->key.workload == b->key.workload && a->key.settings == b->key.settings;
}

static void write_settings(struct page *page, size_t first, size_t end)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	bool is_told = false;

	for (size_t i = first; i < end; i++)
		is_told |= page->history->series[i].is_told_by_settings;
	if (!is_told)
		return;
	nn_strbuf_add(&sb, "Settings: ");
	nn_history_words_settings(&sb, &page->history->series[first]);
	write_sentence(page, &sb, "scale");
}

static void write_group(struct page *page, size_t first, size_t end)
{
	const struct nn_history_series *series = &page->history->series[first];
	const struct nn_series_key *before = first ? &series[-1].key : NULL;

	if (!before || strcmp(before->machine, series->key.machine) != 0)
		write_machine(page, series);
	nn_html_open(&page->html, "section", "class", "workload", NULL);
	nn_html_open(&page->html, "h3", NULL);
	nn_html_text(&page->html, series->key.workload);
	nn_html_open(&page->html, "small", NULL);
	nn_html_textf(&page->html, " %s", series->key.arm);
	nn_html_close(&page->html, "small");
	nn_html_close(&page->html, "h3");
	write_settings(page, first, end);
	nn_html_open(&page->html, "article", NULL);
	nn_html_open(&page->html, "div", "class", "grid", NULL);
	for (size_t i = first; i < end; i++)
		write_series(page, i);
	nn_html_close(&page->html, "div");
	nn_html_close(&page->html, "article");
	nn_html_close(&page->html, "section");
}

static void write_all_series(struct page *page)
{
	const struct nn_history *history = page->history;
	size_t nr = history->nr_series < MAX_CHARTS ? history->nr_series : MAX_CHARTS;

	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr; end++) {
			if (!is_together(&history->series[i], &history->series[end]))
				break;
		}
		write_group(page, i, end);
	}
	if (nr < history->nr_series) {
		nn_html_open(&page->html, "p", "class", "left-out", NULL);
		nn_html_textf(&page->html,
			      "%zu more series are left out here: --arm, --workload, --metric and "
			      "--machine choose some, --format json has all.",
			      history->nr_series - nr);
		nn_html_close(&page->html, "p");
	}
}

/* ---- overview ---- */

static void write_overview_row(struct page *page, size_t i, const struct nn_history_change *change)
{
	const struct nn_history_series *series = &page->history->series[i];
	NN_AUTO(free) char *name = series_name(series);
	NN_AUTO(free) char *versions = nn_history_change_name(series, change->index);
	NN_AUTO(free) char *link = nn_asprintf("#s%zu", i);
	NN_AUTO(strbuf) struct nn_strbuf state = NN_STRBUF_INIT;
	struct nn_html *html = &page->html;

	nn_history_words_state(&state, series, change);
	nn_html_open(html, "tr", NULL);
	nn_html_open(html, "th", "scope", "row", NULL);
	nn_html_element(html, "a", name, "href", i < MAX_CHARTS ? link : NULL, NULL);
	nn_html_close(html, "th");
	nn_html_cell(html, "Version", versions);
	effect_cell(page, series, change);
	p_cell(page, change);
	words_cell(page, "Decision", &state);
	nn_html_close(html, "tr");
}

static size_t count_changes(const struct nn_history *history)
{
	size_t nr = 0;

	for (size_t i = 0; i < history->nr_series; i++)
		nr += history->series[i].nr_changes;
	return nr;
}

static void write_overview(struct page *page)
{
	static const char *const headings[] = {"Series",       "Version",  "Effect",
					       "p (adjusted)", "Decision", NULL};
	const struct nn_history *history = page->history;
	size_t nr_all = count_changes(history), nr = 0;
	NN_AUTO(free) char *caption = NULL;

	nn_html_element(&page->html, "h2", "Changes", "id", "claims", NULL);
	if (!nr_all) {
		nn_html_element(&page->html, "p", "No change was found.", NULL);
		return;
	}
	if (nr_all > MAX_CHANGES)
		caption = nn_asprintf("The first %d of %zu", MAX_CHANGES, nr_all);
	nn_html_table_begin(&page->html, "stack", caption, headings);
	for (size_t i = 0; i < history->nr_series; i++) {
		const struct nn_history_series *series = &history->series[i];

		for (size_t k = 0; k < series->nr_changes && nr < MAX_CHANGES; k++, nr++)
			write_overview_row(page, i, &series->changes[k]);
	}
	nn_html_table_end(&page->html);
}

static void write_suspicions(struct page *page)
{
	const struct nn_history *history = page->history;
	bool is_open = false;

	for (size_t i = 0; i < history->nr_series; i++) {
		const struct nn_history_series *series = &history->series[i];
		NN_AUTO(free) char *name = series_name(series);
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		if (!series->suspicion.index)
			continue;
		if (!is_open)
			nn_html_open(&page->html, "ul", "class", "remarks", NULL);
		is_open = true;
		nn_history_words_suspicion(&sb, history, series);
		nn_html_open(&page->html, "li", "class", "flag", NULL);
		nn_html_textf(&page->html, "%s: %s", name, nn_strbuf_str(&sb));
		nn_html_close(&page->html, "li");
	}
	if (is_open)
		nn_html_close(&page->html, "ul");
}

static void write_banner(struct page *page)
{
	for (size_t i = 0; i < page->history->nr_series; i++) {
		if (!page->history->series[i].is_emulated)
			continue;
		nn_html_open(&page->html, "p", "class", "banner", "role", "note", NULL);
		nn_html_element(&page->html, "b", "EMULATED MACHINE:", NULL);
		nn_html_text(&page->html, " some figures here show that the pipeline works, not "
					  "how fast passthrough is.");
		nn_html_close(&page->html, "p");
		return;
	}
}

void nn_history_html(const struct nn_history *history, const char *name, struct nn_strbuf *out)
{
	struct page page = {.html = {.out = out}, .history = history};
	struct nn_html *html = &page.html;
	NN_AUTO(free) char *title = nn_asprintf("History of %s: nearnative", name);
	NN_AUTO(free) char *heading = nn_asprintf("History of %s", name);
	NN_AUTO(strbuf) struct nn_strbuf lead = NN_STRBUF_INIT;

	nn_history_words_summary(&lead, history);
	nn_strbuf_addf(&lead, ". Versions are the fact %s.", history->version_fact);
	nn_html_constant(html, "<!DOCTYPE html>\n");
	nn_html_open(html, "html", "lang", "en", NULL);
	nn_html_head(html, title);
	nn_html_open(html, "body", NULL);
	nn_html_element(html, "a", "Skip to the changes", "class", "skip", "href", "#claims", NULL);
	nn_html_open(html, "header", "class", "page", NULL);
	write_banner(&page);
	nn_html_element(html, "h1", heading, NULL);
	nn_html_element(html, "p", nn_strbuf_str(&lead), "class", "lead", NULL);
	nn_html_close(html, "header");
	nn_html_open(html, "main", NULL);
	write_overview(&page);
	write_suspicions(&page);
	write_all_series(&page);
	nn_html_close(html, "main");
	nn_html_element(html, "footer",
			"Made by nearnative " NN_VERSION
			". This page runs no script and loads nothing.",
			NULL);
	nn_html_close(html, "body");
	nn_html_close(html, "html");
}
