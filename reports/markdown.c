/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/markdown-text.h"
#include "reports/notes.h"
#include "reports/sentences.h"
#include "reports/view.h"
#include "reports/words.h"

/*
 * GitHub flavoured Markdown for a comment on a pull request: verdicts, ratios, and the rest folded
 * away. A comment holds 65,536 characters, so long reports are cut, rows that ask for a look last.
 */
#define MAX_ROWS   120
#define MAX_CLAIMS 40
#define MAX_ITEMS  60

struct page {
	const struct nn_comparison *c;
	struct nn_view view;
	struct nn_strbuf *out;
	struct nn_notes notes;
	bool *is_cut; /* rows by position that have no room */
};

/* ---- pieces ---- */

static void put(struct page *page, const char *markup)
{
	nn_strbuf_add(page->out, markup);
}

static void put_text(struct page *page, const char *text)
{
	nn_markdown_add(page->out, text);
}

/* A table cell; NULL is empty. */
static void put_cell(struct page *page, const char *text)
{
	put(page, "| ");
	if (text)
		put_text(page, text);
	put(page, " ");
}

static void put_number_cell(struct page *page, double value)
{
	put(page, "| ");
	nn_words_number(page->out, value);
	put(page, " ");
}

static void open_details(struct page *page, const char *summary)
{
	nn_strbuf_addf(page->out, "\n<details><summary>%s</summary>\n\n", summary);
}

static void close_details(struct page *page)
{
	put(page, "\n</details>\n");
}

static void put_item(struct page *page, const char *text)
{
	put(page, "- ");
	put_text(page, text);
	put(page, "\n");
}

static void put_more(struct page *page, size_t nr_all, size_t nr_shown)
{
	if (nr_all > nr_shown)
		nn_strbuf_addf(page->out, "\n… and %zu more: see the CSV or JSON report.\n",
			       nr_all - nr_shown);
}

/* ---- title and claims ---- */

static void put_title(struct page *page)
{
	const struct nn_comparison *c = page->c;
	char *const *summary = c->summary;
	const char *name = summary[NN_SUMMARY_NAME] ? summary[NN_SUMMARY_NAME] : c->title;

	put(page, "## nearnative: ");
	put_text(page, name ? name : "comparison");
	put(page, "\n\n");
	if (c->banner) {
		put(page, "> **");
		put_text(page, c->banner);
		put(page, "**\n\n");
	}
	if (summary[NN_SUMMARY_STARTED]) {
		put_text(page, summary[NN_SUMMARY_STARTED]);
		put(page, ", ");
	}
	if (summary[NN_SUMMARY_MACHINE_DESCRIPTION]) {
		put(page, "on ");
		put_text(page, summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
		put(page, ", ");
	}
	nn_words_count(page->out, c->nr_rows, "comparison");
	if (c->nr_campaigns > 1)
		nn_strbuf_addf(page->out, " in %zu campaigns", c->nr_campaigns);
	put(page, c->is_aa ? ", A/A: one arm against itself\n" : "\n");
}

static void put_claim(struct page *page, const struct nn_report_claim *claim)
{
	const struct nn_comparison *c = page->c;
	const double bounds[2] = {claim->lower95, claim->upper95};
	NN_AUTO(strbuf) struct nn_strbuf worst = NN_STRBUF_INIT;

	put(page, "| **");
	nn_words_verdict(page->out, claim->verdict, claim->boots_needed);
	put(page, "** ");
	if (c->nr_campaigns > 1)
		put_cell(page, nn_view_campaign(c, claim->campaign));
	put_cell(page, claim->text);
	if (claim->worst < c->nr_rows)
		nn_sentence_row_name(&worst, &c->rows[claim->worst]);
	put_cell(page, nn_strbuf_str(&worst));
	put(page, "| ");
	nn_words_ratio_interval(page->out, bounds);
	put(page, " | ");
	nn_strbuf_add_double(page->out, claim->margin);
	put(page, " |\n");
}

static void put_claim_reasons(struct page *page, const struct nn_report_claim *claim)
{
	NN_AUTO(strbuf) struct nn_strbuf guard = NN_STRBUF_INIT;

	if (claim->worst < page->c->nr_rows)
		nn_sentence_margin_guard(&guard, &page->c->rows[claim->worst], claim->margin);
	if (!claim->reasons.nr && !claim->is_late && !guard.len)
		return;
	put_item(page, claim->text);
	if (guard.len) {
		put(page, "  ");
		put_item(page, nn_strbuf_str(&guard));
	}
	if (claim->is_late)
		put(page, "  - given after the data: not in the plan whose hash was stored\n");
	for (size_t i = 0; i < claim->reasons.nr; i++) {
		put(page, "  ");
		put_item(page, claim->reasons.items[i]);
	}
}

static void put_claims(struct page *page)
{
	const struct nn_comparison *c = page->c;
	size_t nr_shown = c->nr_claims < MAX_CLAIMS ? c->nr_claims : MAX_CLAIMS;
	bool is_many = c->nr_campaigns > 1;

	if (!c->nr_claims)
		return;
	nn_strbuf_addf(page->out,
		       "\n| Verdict %s| Claim | Rests on | Performance ratio (one-sided "
		       "95 %% bounds) | Margin |\n|---%s|---|---|---|---|\n",
		       is_many ? "| Campaign " : "", is_many ? "|---" : "");
	for (size_t i = 0; i < nr_shown; i++)
		put_claim(page, &c->claims[i]);
	put_more(page, c->nr_claims, nr_shown);
	open_details(page, "Why");
	for (size_t i = 0; i < nr_shown; i++)
		put_claim_reasons(page, &c->claims[i]);
	close_details(page);
}

/* ---- rows ---- */

static bool asks_for_a_look(const struct nn_report_row *row)
{
	return row->verdict && strcmp(row->verdict, "PROVEN") != 0 &&
	       strcmp(row->verdict, "NO REGRESSION") != 0;
}

/* Room goes to rows that ask for a look first. */
static void cut_rows(struct page *page)
{
	size_t nr_room = MAX_ROWS;

	page->is_cut = nn_calloc(page->c->nr_rows + 1, sizeof(*page->is_cut));
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < page->c->nr_rows; i++) {
			const struct nn_report_row *row = nn_view_row(&page->view, i);

			if (asks_for_a_look(row) != (pass == 0))
				continue;
			page->is_cut[i] = !nr_room;
			nr_room -= nr_room > 0;
		}
	}
}

static void put_row(struct page *page, const struct nn_report_row *row,
		    const struct nn_strings *shared)
{
	const struct nn_comparison *c = page->c;
	NN_AUTO(strbuf) struct nn_strbuf unit = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf notes = NN_STRBUF_INIT;

	if (c->nr_campaigns > 1) {
		put_cell(page, nn_view_campaign(c, row->campaign));
		put_cell(page, row->arm);
	}
	put_cell(page, row->workload);
	put_cell(page, row->metric);
	nn_words_unit(&unit, c, row);
	put_cell(page, nn_strbuf_str(&unit));
	put(page, row->direction == NN_HIGHER_IS_BETTER ? "\xe2\x86\x91 " : "\xe2\x86\x93 ");
	put_number_cell(page, row->base_value);
	put_number_cell(page, row->value);
	put(page, "| ");
	nn_words_ratio(page->out, row->ratio, row->ratio_ci95);
	put(page, " | ");
	nn_words_ratio_interval(page->out, row->ratio_ci95);
	nn_strbuf_addf(page->out, " | %" PRIu64 " | ", row->nr_boots);
	nn_words_verdict(page->out, row->verdict, nn_view_boots_needed(&page->view, row));
	nn_notes_add_row(&page->notes, row, shared, &notes);
	nn_strbuf_addf(page->out, "%s%s |\n", notes.len ? " " : "", nn_strbuf_str(&notes));
}

static void put_table_head(struct page *page, const struct nn_report_row *first)
{
	bool is_many = page->c->nr_campaigns > 1;

	put(page, is_many ? "| Campaign | Arm " : "");
	put(page, "| Workload | Metric | Unit ");
	put_cell(page, is_many ? "base" : first->base_arm);
	put_cell(page, is_many || !first->arm ? "value" : first->arm);
	put(page,
	    "| Ratio | 95 % interval | Boots | Verdict |\n|---|---|---|--:|--:|--:|---|--:|---|");
	put(page, is_many ? "---|---|\n" : "\n");
}

static void put_table(struct page *page, size_t from, size_t to)
{
	const struct nn_report_row *first = nn_view_row(&page->view, from);
	struct nn_strings shared = {0};

	if (page->c->nr_campaigns <= 1) {
		put(page, "\n### ");
		put_text(page, first->arm ? first->arm : first->base_arm);
		put(page, first->arm ? " against " : " alone");
		put_text(page, first->arm ? first->base_arm : "");
		put(page, "\n");
	}
	put(page, "\n");
	nn_view_shared_reasons(&page->view, from, to, &shared);
	for (size_t i = 0; i < shared.nr; i++) {
		put(page, "Every row: ");
		put_text(page, shared.items[i]);
		put(page, "\n\n");
	}
	put_table_head(page, first);
	for (size_t i = from; i < to; i++) {
		if (!page->is_cut[i])
			put_row(page, nn_view_row(&page->view, i), &shared);
	}
	nn_strings_release(&shared);
}

static void put_rows(struct page *page)
{
	const struct nn_comparison *c = page->c;

	for (size_t from = 0; from < c->nr_rows;) {
		size_t to = c->nr_campaigns > 1 ? c->nr_rows
						: nn_view_group_end(&page->view, from, false);

		put_table(page, from, to);
		from = to;
	}
	if (!c->nr_rows)
		put(page, "\nNothing was measured.\n");
	put_more(page, c->nr_rows, c->nr_rows < MAX_ROWS ? c->nr_rows : MAX_ROWS);
}

static void put_verdict_count(struct page *page)
{
	const struct nn_comparison *c = page->c;
	NN_AUTO(free) const char **verdicts = nn_calloc(c->nr_rows + 1, sizeof(*verdicts));

	for (size_t i = 0; i < c->nr_rows; i++)
		verdicts[i] = c->rows[i].verdict;
	if (c->nr_campaigns <= 1)
		return;
	put(page, "\n");
	nn_sentence_verdicts(page->out, verdicts, c->nr_rows);
	put(page, "\n");
}

/* ---- what is folded away ---- */

static void put_notes(struct page *page)
{
	size_t nr_shown = page->notes.nr < MAX_ITEMS ? page->notes.nr : MAX_ITEMS;

	if (!nr_shown)
		return;
	open_details(page, "Notes");
	for (size_t i = 0; i < nr_shown; i++) {
		nn_strbuf_addf(page->out, "%zu. ", i + 1);
		put_text(page, page->notes.texts[i]);
		put(page, "\n");
	}
	put_more(page, page->notes.nr, nr_shown);
	close_details(page);
}

static void put_row_by_row(struct page *page)
{
	const struct nn_comparison *c = page->c;
	bool has_any = false;

	for (size_t i = 0; c->nr_rows <= MAX_ITEMS && i < c->nr_rows; i++) {
		const struct nn_report_row *row = nn_view_row(&page->view, i);
		NN_AUTO(free) char *name = nn_view_row_name(&page->view, row);
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(&sb, "%s: ", name);
		if (!(row->is_lone || nn_view_is_trusted(c, row)) || !nn_sentence_row(&sb, row))
			continue;
		if (!has_any)
			open_details(page, "Row by row (p adjusted for the number of rows; MDE: "
					   "smallest change seen with power 0.8)");
		has_any = true;
		put_item(page, nn_strbuf_str(&sb));
	}
	if (has_any)
		close_details(page);
}

static void put_aggregates(struct page *page)
{
	for (size_t i = 0; page->c->nr_campaigns <= 1 && i < page->c->nr_aggregates; i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		if (!nn_sentence_aggregate(&sb, &page->c->aggregates[i]))
			continue;
		put(page, "\n");
		put_text(page, nn_strbuf_str(&sb));
		put(page, "\n");
	}
}

static void put_skips(struct page *page)
{
	const struct nn_comparison *c = page->c;
	size_t nr_shown = c->nr_skips < MAX_ITEMS ? c->nr_skips : MAX_ITEMS;

	if (!nr_shown)
		return;
	open_details(page, "Not measured");
	for (size_t i = 0; i < nr_shown; i++) {
		const struct nn_report_skip *skip = &c->skips[i];
		NN_AUTO(free)
		char *text =
			nn_asprintf("%s in %s, %s: %s", skip->workload, skip->arm, skip->outcome,
				    skip->reason ? skip->reason : "no reason recorded");

		put_item(page, text);
	}
	put_more(page, c->nr_skips, nr_shown);
	close_details(page);
}

static void put_events(struct page *page)
{
	const struct nn_comparison *c = page->c;
	size_t nr_shown = c->nr_events < MAX_ITEMS ? c->nr_events : MAX_ITEMS;

	if (!nr_shown)
		return;
	open_details(page, "Events");
	for (size_t i = 0; i < nr_shown; i++) {
		const struct nn_report_event *event = &c->events[i];
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(&sb, "%s %s", event->severity, event->kind);
		if (event->arm)
			nn_strbuf_addf(&sb, " in %s", event->arm);
		if (event->block) {
			nn_strbuf_add(&sb, ", block ");
			nn_words_block(&sb, event->block);
		}
		if (event->count > 1)
			nn_strbuf_addf(&sb, ", %" PRIu64 " times", event->count);
		nn_strbuf_addf(&sb, ": %s", event->message);
		put_item(page, nn_strbuf_str(&sb));
	}
	put_more(page, c->nr_events, nr_shown);
	close_details(page);
}

static void put_remarks(struct page *page)
{
	const struct nn_strings *remarks = &page->c->remarks;

	if (!remarks->nr)
		return;
	open_details(page, "Remarks");
	for (size_t i = 0; i < remarks->nr; i++)
		put_item(page, remarks->items[i]);
	close_details(page);
}

static int markdown_render(const struct nn_comparison *c, const struct nn_report_style *style,
			   struct nn_strbuf *out, struct nn_err *err)
{
	struct page page = {.c = c, .out = out};

	(void)style;
	(void)err;
	nn_view_init(&page.view, c);
	cut_rows(&page);
	put_title(&page);
	put_claims(&page);
	put_rows(&page);
	put_verdict_count(&page);
	put_aggregates(&page);
	put_notes(&page);
	put_row_by_row(&page);
	put_remarks(&page);
	put_skips(&page);
	put_events(&page);
	free(page.is_cut);
	nn_notes_release(&page.notes);
	nn_view_release(&page.view);
	return 0;
}

const struct nn_report nn_report_markdown = {
	.plugin = {.name = "markdown", .summary = "for a comment on a pull request"},
	.extension = "md",
	.render = markdown_render,
};
