/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/text-page.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/sentences.h"
#include "reports/text-table.h"
#include "reports/words.h"

#define UP   "\xe2\x86\x91" /* ↑ */
#define DOWN "\xe2\x86\x93" /* ↓ */

#define DIRECTIONS UP " higher is better, " DOWN " lower is better"

/* So many rows are explained one by one; more are a matter for the CSV or JSON report. */
#define MAX_EXPLAINED 60

/* So many notes are told of a file of many campaigns. */
#define MAX_NOTES 40

enum column {
	CAMPAIGN,
	WORKLOAD,
	METRIC,
	UNIT,
	ARMS,
	BASE,
	ARM,
	RATIO,
	INTERVAL,
	BETWEEN,
	WITHIN,
	BOOTS,
	P_ADJUSTED,
	VERDICT,
};

/* ---- cells ---- */

static char *number_cell(double value)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_number(&sb, value);
	return nn_strbuf_detach(&sb);
}

static char *pct_cell(double pct)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_pct(&sb, pct);
	return nn_strbuf_detach(&sb);
}

static char *unit_cell(const struct nn_text_page *page, const struct nn_report_row *row)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_unit(&sb, page->comparison, row);
	nn_strbuf_add(&sb, row->direction == NN_HIGHER_IS_BETTER ? " " UP : " " DOWN);
	return nn_strbuf_detach(&sb);
}

static char *p_cell(double p_value)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	if (isnan(p_value))
		nn_strbuf_add(&sb, NN_EN_DASH);
	else if (p_value < 0.0001)
		nn_strbuf_add(&sb, "<0.0001");
	else
		nn_words_fixed(&sb, p_value, 4);
	return nn_strbuf_detach(&sb);
}

/* "INCONCLUSIVE (+7 boots) [1,3]": the verdict and the numbers of the notes. */
static char *verdict_cell(struct nn_text_page *page, const struct nn_report_row *row,
			  const struct nn_strings *shared, bool is_lone)
{
	uint64_t boots_needed = nn_view_boots_needed(&page->view, row);
	struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!is_lone)
		nn_strbuf_addf(&sb, "%s ", row->verdict ? row->verdict : NN_EN_DASH);
	if (boots_needed)
		nn_strbuf_addf(&sb, "(+%" PRIu64 " %s) ", boots_needed,
			       boots_needed == 1 ? "boot" : "boots");
	nn_notes_add_row(&page->notes, row, shared, &sb);
	nn_strbuf_rtrim(&sb);
	return nn_strbuf_detach(&sb);
}

static void add_figures(const struct nn_report_row *row, struct nn_text_line *line)
{
	struct nn_strbuf ratio = NN_STRBUF_INIT;
	struct nn_strbuf interval = NN_STRBUF_INIT;

	nn_words_ratio(&ratio, row->ratio, row->ratio_ci95);
	nn_words_ratio_interval(&interval, row->ratio_ci95);
	line->cells[BASE] = number_cell(row->base_value);
	line->cells[ARM] = number_cell(row->value);
	line->cells[RATIO] = nn_strbuf_detach(&ratio);
	line->cells[INTERVAL] = nn_strbuf_detach(&interval);
	line->cells[BETWEEN] = pct_cell(100 * row->base_side.sd_log);
	line->cells[WITHIN] = pct_cell(100 * row->base_side.variation);
	line->cells[BOOTS] = nn_asprintf("%" PRIu64, row->nr_boots);
	line->cells[P_ADJUSTED] = p_cell(row->p_adjusted);
}

/* ---- one campaign: a table for each pair of arms ---- */

static char *pair_title(const struct nn_report_row *first)
{
	if (!first->arm)
		return nn_asprintf("%s alone (" DIRECTIONS ")", first->base_arm);
	return nn_asprintf("%s against %s (ratio = %s \xc3\xb7 %s; " DIRECTIONS ")", first->arm,
			   first->base_arm, first->arm, first->base_arm);
}

static void add_pair_columns(struct nn_text_table *table, const struct nn_report_row *first)
{
	nn_text_table_column(table, METRIC, nn_strdup("metric"), false);
	nn_text_table_column(table, UNIT, nn_strdup("unit"), false);
	nn_text_table_column(table, BASE, nn_strdup(first->base_arm), true);
	if (first->arm) {
		nn_text_table_column(table, ARM, nn_strdup(first->arm), true);
		nn_text_table_column(table, RATIO, nn_strdup("ratio"), true);
		nn_text_table_column(table, INTERVAL, nn_strdup("95 % interval"), true);
	} else {
		nn_text_table_column(table, BETWEEN, nn_strdup("SD between boots"), true);
		nn_text_table_column(table, WITHIN, nn_strdup("within"), true);
	}
	nn_text_table_column(table, BOOTS, nn_strdup("boots"), true);
	nn_text_table_column(table, VERDICT, nn_strdup(first->arm ? "verdict" : "notes"), false);
}

static void add_pair_row(struct nn_text_page *page, struct nn_text_table *table,
			 const struct nn_report_row *row, const struct nn_strings *shared)
{
	struct nn_text_line *line = nn_text_table_line(table);

	line->cells[METRIC] = nn_asprintf("  %s", row->metric);
	line->cells[UNIT] = unit_cell(page, row);
	add_figures(row, line);
	line->cells[VERDICT] = verdict_cell(page, row, shared, !row->arm);
	line->colour = nn_text_verdict_colour(page, row->verdict);
}

static void put_pair(struct nn_text_page *page, size_t from, size_t to)
{
	const struct nn_report_row *first = nn_view_row(&page->view, from);
	NN_AUTO(text_table) struct nn_text_table table = {0};
	NN_AUTO(free) char *title = pair_title(first);
	struct nn_strings shared = {0};
	const char *workload = NULL;

	nn_text_heading(page, title);
	nn_view_shared_reasons(&page->view, from, to, &shared);
	for (size_t i = 0; i < shared.nr; i++)
		nn_text_paragraph(page, "every row: ", shared.items[i]);
	add_pair_columns(&table, first);
	for (size_t i = from; i < to; i++) {
		const struct nn_report_row *row = nn_view_row(&page->view, i);

		if (!workload || strcmp(workload, row->workload) != 0)
			nn_text_table_line(&table)->heading = nn_strdup(row->workload);
		workload = row->workload;
		add_pair_row(page, &table, row, &shared);
	}
	nn_text_table_put(&table, page->out);
	nn_strings_release(&shared);
}

/* ---- many campaigns: one line a row ---- */

/* What all rows have in common is told once above the table. */
struct common {
	const char *workload, *metric, *unit, *base_arm, *arm; /* NULL: rows differ */
};

static void keep_common(const char **ret_common, const char *text)
{
	if (*ret_common && (!text || strcmp(*ret_common, text) != 0))
		*ret_common = NULL;
}

static struct common find_common(const struct nn_comparison *comparison)
{
	const struct nn_report_row *first = &comparison->rows[0];
	struct common common = {first->workload, first->metric, first->unit, first->base_arm,
				first->arm};

	for (size_t i = 1; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		keep_common(&common.workload, row->workload);
		keep_common(&common.metric, row->metric);
		keep_common(&common.unit, row->unit);
		keep_common(&common.base_arm, row->base_arm);
		keep_common(&common.arm, row->arm);
	}
	return common;
}

static bool has_common_arms(const struct common *common)
{
	return common->base_arm && common->arm;
}

static void put_common(struct nn_text_page *page, const struct common *common)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_add(&sb, "every row: ");
	if (has_common_arms(common))
		nn_strbuf_addf(&sb, "%s against %s, ", common->arm, common->base_arm);
	if (common->workload)
		nn_strbuf_addf(&sb, "workload %s, ", common->workload);
	if (common->metric)
		nn_strbuf_addf(&sb, "metric %s, ", common->metric);
	nn_strbuf_add(&sb, "ratio = arm \xc3\xb7 base; " DIRECTIONS "; p adj.: "
			   "Benjamini" NN_EN_DASH "Hochberg within the campaign");
	nn_text_paragraph(page, "", nn_strbuf_str(&sb));
}

static void add_flat_columns(struct nn_text_table *table, const struct common *common)
{
	nn_text_table_column(table, CAMPAIGN, nn_strdup("campaign"), false);
	if (!common->workload)
		nn_text_table_column(table, WORKLOAD, nn_strdup("workload"), false);
	if (!common->metric)
		nn_text_table_column(table, METRIC, nn_strdup("metric"), false);
	nn_text_table_column(table, UNIT, nn_strdup("unit"), false);
	if (!has_common_arms(common))
		nn_text_table_column(table, ARMS, nn_strdup("arms"), false);
	nn_text_table_column(table, BASE, nn_strdup(common->base_arm ? common->base_arm : "base"),
			     true);
	nn_text_table_column(table, ARM, nn_strdup(common->arm ? common->arm : "arm"), true);
	nn_text_table_column(table, RATIO, nn_strdup("ratio"), true);
	nn_text_table_column(table, INTERVAL, nn_strdup("95 % interval"), true);
	nn_text_table_column(table, BOOTS, nn_strdup("boots"), true);
	nn_text_table_column(table, P_ADJUSTED, nn_strdup("p adj."), true);
	nn_text_table_column(table, VERDICT, nn_strdup("verdict"), false);
}

static void add_flat_row(struct nn_text_page *page, struct nn_text_table *table,
			 const struct nn_report_row *row, const struct nn_strings *shared)
{
	struct nn_text_line *line = nn_text_table_line(table);

	line->cells[CAMPAIGN] = nn_strdup(nn_view_campaign(page->comparison, row->campaign));
	line->cells[WORKLOAD] = nn_strdup(row->workload);
	line->cells[METRIC] = nn_strdup(row->metric);
	line->cells[UNIT] = unit_cell(page, row);
	line->cells[ARMS] = row->arm ? nn_asprintf("%s \xc3\xb7 %s", row->arm, row->base_arm)
				     : nn_strdup(row->base_arm);
	add_figures(row, line);
	line->cells[VERDICT] = verdict_cell(page, row, shared, false);
	line->colour = nn_text_verdict_colour(page, row->verdict);
}

static void put_flat(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;
	const struct common common = find_common(c);
	NN_AUTO(text_table) struct nn_text_table table = {0};
	struct nn_strings shared = {0};

	nn_text_heading(page, "Comparisons");
	put_common(page, &common);
	nn_view_shared_reasons(&page->view, 0, c->nr_rows, &shared);
	for (size_t i = 0; i < shared.nr; i++)
		nn_text_paragraph(page, "every row: ", shared.items[i]);
	add_flat_columns(&table, &common);
	for (size_t i = 0; i < c->nr_rows; i++)
		add_flat_row(page, &table, nn_view_row(&page->view, i), &shared);
	nn_text_table_put(&table, page->out);
	nn_strings_release(&shared);
}

/* ---- what stands below the tables ---- */

static void put_notes(struct nn_text_page *page)
{
	size_t nr = page->notes.nr;

	if (page->comparison->nr_campaigns > 1 && nr > MAX_NOTES)
		nr = MAX_NOTES;
	if (nr)
		nn_strbuf_addc(page->out, '\n');
	for (size_t i = 0; i < nr; i++) {
		NN_AUTO(free) char *lead = nn_asprintf("  [%zu] ", i + 1);

		nn_text_paragraph(page, lead, page->notes.texts[i]);
	}
	if (nr < page->notes.nr)
		nn_strbuf_addf(page->out, "  and %zu more notes: see --format csv or json\n",
			       page->notes.nr - nr);
}

void nn_text_rows(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;

	if (!c->nr_rows) {
		nn_text_heading(page, "Comparisons");
		nn_text_paragraph(page, "  ", "nothing was measured");
		return;
	}
	if (c->nr_campaigns > 1)
		put_flat(page);
	for (size_t from = 0; c->nr_campaigns <= 1 && from < c->nr_rows;) {
		size_t to = nn_view_group_end(&page->view, from, false);

		put_pair(page, from, to);
		from = to;
	}
	put_notes(page);
}

void nn_text_row_by_row(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;
	bool has_title = false;

	for (size_t i = 0; c->nr_rows <= MAX_EXPLAINED && i < c->nr_rows; i++) {
		const struct nn_report_row *row = nn_view_row(&page->view, i);
		NN_AUTO(free) char *name = nn_view_row_name(&page->view, row);
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(&sb, "%s: ", name);
		/* of a row that is not to be trusted, what the arm against itself gave is still
		 * told */
		if (!(row->is_lone || nn_view_is_trusted(c, row) ? nn_sentence_row(&sb, row)
								 : nn_sentence_aa(&sb, row)))
			continue;
		if (!has_title)
			nn_text_heading(page, "Row by row (p adjusted for the number of rows; MDE: "
					      "smallest change seen with power 0.8)");
		has_title = true;
		nn_text_paragraph(page, "  - ", nn_strbuf_str(&sb));
	}
}
