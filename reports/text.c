/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/clean.h"
#include "reports/sentences.h"
#include "reports/text-page.h"
#include "reports/words.h"

#define WRAP_WIDTH 98

#define COLOUR_BAD   "\033[31m"
#define COLOUR_GOOD  "\033[32m"
#define COLOUR_CARE  "\033[33m"
#define COLOUR_BOLD  "\033[1m"
#define COLOUR_RESET "\033[0m"

/* So many claims are told one by one; of more (one for each of many campaigns) the count. */
#define MAX_CLAIMS 20

void nn_text_heading(struct nn_text_page *page, const char *text)
{
	nn_strbuf_add(page->out, page->use_colour ? "\n" COLOUR_BOLD : "\n");
	nn_clean_add(page->out, text, strlen(text));
	nn_strbuf_add(page->out, page->use_colour ? COLOUR_RESET "\n" : "\n");
}

/* The bytes of the word at @text; "26 %" is one. */
static size_t word_length(const char *text)
{
	size_t len = strcspn(text, " \n\t");

	return strncmp(text + len, " %", 2) == 0 ? len + 2 + strcspn(text + len + 2, " \n\t") : len;
}

void nn_text_paragraph(struct nn_text_page *page, const char *lead, const char *text)
{
	size_t indent = nn_words_width(lead);
	size_t column = indent;

	nn_strbuf_add(page->out, lead);
	text += strspn(text, " \n\t");
	while (*text) {
		size_t len = word_length(text);
		NN_AUTO(strbuf) struct nn_strbuf word = NN_STRBUF_INIT;
		size_t width;

		nn_clean_add(&word, text, len);
		width = nn_words_width(nn_strbuf_str(&word));
		if (column > indent && column + 1 + width > WRAP_WIDTH) {
			nn_strbuf_addf(page->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			nn_strbuf_addc(page->out, ' ');
			column++;
		}
		nn_strbuf_add(page->out, nn_strbuf_str(&word));
		column += width;
		text += len + strspn(text + len, " \n\t");
	}
	nn_strbuf_rtrim(page->out);
	nn_strbuf_addc(page->out, '\n');
}

const char *nn_text_verdict_colour(const struct nn_text_page *page, const char *verdict)
{
	if (!verdict || !page->use_colour)
		return NULL;
	if (strcmp(verdict, "PROVEN") == 0 || strcmp(verdict, "NO REGRESSION") == 0)
		return COLOUR_GOOD;
	return strcmp(verdict, "INCONCLUSIVE") == 0 ? COLOUR_CARE : COLOUR_BAD;
}

/* ---- the first lines ---- */

static void put_banner(struct nn_text_page *page)
{
	if (!page->comparison->banner)
		return;
	if (page->use_colour)
		nn_strbuf_add(page->out, COLOUR_CARE);
	nn_text_paragraph(page, "!! ", page->comparison->banner);
	if (page->use_colour)
		nn_strbuf_add(page->out, COLOUR_RESET);
	nn_strbuf_addc(page->out, '\n');
}

static void put_campaign(struct nn_text_page *page)
{
	char *const *summary = page->comparison->summary;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "Campaign '%s'", summary[NN_SUMMARY_NAME]);
	if (summary[NN_SUMMARY_STATE])
		nn_strbuf_addf(&sb, " (%s)", summary[NN_SUMMARY_STATE]);
	if (summary[NN_SUMMARY_STARTED])
		nn_strbuf_addf(&sb, ", %s", summary[NN_SUMMARY_STARTED]);
	if (summary[NN_SUMMARY_MACHINE_DESCRIPTION])
		nn_strbuf_addf(&sb, ", on %s", summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
	nn_text_paragraph(page, "", nn_strbuf_str(&sb));
}

static void put_name(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "%s: ", c->title ? c->title : "comparison");
	if (c->source == NN_SOURCE_FILE) {
		nn_words_count(&sb, c->nr_campaigns, "campaign");
		nn_strbuf_add(&sb, ", ");
	}
	nn_words_count(&sb, c->nr_rows, "comparison");
	nn_text_paragraph(page, "", nn_strbuf_str(&sb));
}

static void put_arms(struct nn_text_page *page)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	for (size_t i = 0; i < page->comparison->nr_arms; i++) {
		const struct nn_report_arm *arm = &page->comparison->arms[i];

		nn_strbuf_addf(&sb, "%s%s", i ? ", " : "Arms: ", arm->name);
		if (arm->nr_boots) {
			nn_strbuf_add(&sb, ": ");
			nn_words_count(&sb, arm->nr_boots, arm->nr_sessions ? "session" : "boot");
		}
		if (arm->target)
			nn_strbuf_addf(&sb, " (%s)", arm->target);
	}
	if (sb.len)
		nn_text_paragraph(page, "", nn_strbuf_str(&sb));
}

static void put_device(struct nn_text_page *page)
{
	char *const *summary = page->comparison->summary;
	const char *before = summary[NN_SUMMARY_DRIVER_BEFORE];
	const char *after = summary[NN_SUMMARY_DRIVER_AFTER];
	NN_AUTO(free) char *text = NULL;

	if (!summary[NN_SUMMARY_DEVICE])
		return;
	text = nn_asprintf("Device: %s, driver before: %s, after: %s", summary[NN_SUMMARY_DEVICE],
			   before ? before : "none", after ? after : "none");
	nn_text_paragraph(page, "", text);
}

static void put_title(struct nn_text_page *page)
{
	put_banner(page);
	if (page->comparison->summary[NN_SUMMARY_NAME])
		put_campaign(page);
	else
		put_name(page);
	put_arms(page);
	put_device(page);
	if (page->comparison->is_aa)
		nn_text_paragraph(
			page, "",
			"A/A: one arm against itself. An interval that leaves out 1 tells "
			"of a bias between first and second, not of a difference.");
}

/* ---- claims ---- */

static void put_claim(struct nn_text_page *page, const struct nn_report_claim *claim)
{
	const struct nn_comparison *c = page->comparison;
	const char *colour = nn_text_verdict_colour(page, claim->verdict);
	NN_AUTO(strbuf) struct nn_strbuf verdict = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_verdict(&verdict, claim->verdict, claim->boots_needed);
	nn_strbuf_addf(page->out, "  %s%s%s  ", colour ? colour : "", nn_strbuf_str(&verdict),
		       colour ? COLOUR_RESET : "");
	if (c->nr_campaigns > 1) {
		const char *campaign = nn_view_campaign(c, claim->campaign);

		nn_clean_add(page->out, campaign, strlen(campaign));
		nn_strbuf_add(page->out, ": ");
	}
	nn_clean_add(page->out, claim->text, strlen(claim->text));
	nn_strbuf_addc(page->out, '\n');
	nn_sentence_claim(&sb, c, claim);
	nn_text_paragraph(page, "      ", nn_strbuf_str(&sb));
	nn_strbuf_clear(&sb);
	if (isfinite(claim->lower95) && claim->worst < c->nr_rows &&
	    nn_sentence_margin_guard(&sb, &c->rows[claim->worst], claim->margin))
		nn_text_paragraph(page, "      ", nn_strbuf_str(&sb));
	if (claim->is_late)
		nn_text_paragraph(page, "      ",
				  "given after the data: not in the plan whose hash was stored");
	for (size_t r = 0; r < claim->reasons.nr; r++)
		nn_text_paragraph(page, "      - ", claim->reasons.items[r]);
}

/* Claims of one text, one for each campaign. */
static void put_claim_count(struct nn_text_page *page, const char *text)
{
	const struct nn_comparison *c = page->comparison;
	NN_AUTO(free) const char **verdicts = nn_calloc(c->nr_claims, sizeof(*verdicts));
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_claims; i++) {
		if (strcmp(c->claims[i].text, text) == 0)
			verdicts[nr++] = c->claims[i].verdict;
	}
	nn_strbuf_addf(&sb, "%s: ", text);
	nn_sentence_verdicts(&sb, verdicts, nr);
	nn_text_paragraph(page, "  ", nn_strbuf_str(&sb));
}

static void put_claims(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;
	NN_AUTO(notes) struct nn_notes texts = {0};

	if (c->nr_claims)
		nn_text_heading(page, "Claims");
	for (size_t i = 0; i < c->nr_claims; i++) {
		if (c->nr_campaigns <= 1 || c->nr_claims <= MAX_CLAIMS)
			put_claim(page, &c->claims[i]);
		else
			(void)nn_notes_number(&texts,
					      c->claims[i].text); /* for its list of texts */
	}
	for (size_t i = 0; i < texts.nr; i++)
		put_claim_count(page, texts.texts[i]);
}

/* ---- what stands below the tables ---- */

static void put_aggregates(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;

	for (size_t i = 0; c->nr_campaigns <= 1 && i < c->nr_aggregates; i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		if (!nn_sentence_aggregate(&sb, &c->aggregates[i]))
			continue;
		nn_strbuf_addc(page->out, '\n');
		nn_text_paragraph(page, "", nn_strbuf_str(&sb));
	}
}

/* The last line, which a terminal still shows: how many rows there are of each verdict. */
static void put_verdict_count(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;
	NN_AUTO(free) const char **verdicts = nn_calloc(c->nr_rows + 1, sizeof(*verdicts));
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (c->source == NN_SOURCE_STORE || !c->nr_rows)
		return;
	for (size_t i = 0; i < c->nr_rows; i++)
		verdicts[i] = c->rows[i].verdict;
	nn_words_count(&sb, c->nr_rows, "comparison");
	nn_strbuf_add(&sb, ": ");
	nn_sentence_verdicts(&sb, verdicts, c->nr_rows);
	nn_strbuf_addc(page->out, '\n');
	nn_text_paragraph(page, "", nn_strbuf_str(&sb));
}

static void put_remarks(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;

	if (c->remarks.nr)
		nn_text_heading(page, "Remarks");
	for (size_t i = 0; i < c->remarks.nr; i++)
		nn_text_paragraph(page, "  - ", c->remarks.items[i]);
}

static void put_skips(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;

	if (c->nr_skips)
		nn_text_heading(page, "Not measured");
	for (size_t i = 0; i < c->nr_skips; i++) {
		const struct nn_report_skip *skip = &c->skips[i];
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(&sb, "%s in %s, %s (", skip->workload, skip->arm, skip->outcome);
		nn_words_count(&sb, skip->count, "run");
		nn_strbuf_addf(&sb, "): %s", skip->reason ? skip->reason : "no reason recorded");
		nn_text_paragraph(page, "  - ", nn_strbuf_str(&sb));
	}
}

static void put_events(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;

	if (c->nr_events)
		nn_text_heading(page, "Events");
	for (size_t i = 0; i < c->nr_events; i++) {
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
		nn_text_paragraph(page, "  - ", nn_strbuf_str(&sb));
	}
}

static void put_time(struct nn_text_page *page)
{
	const struct nn_comparison *c = page->comparison;
	const double total_s = c->boot_s + c->workloads_s + c->own_s;
	const struct {
		const char *what;
		double seconds;
	} rows[] = {
		{"kernels booting and stopping", c->boot_s},
		{"workloads", c->workloads_s},
		{"nearnative itself", c->own_s},
	};

	if (!(total_s > 0))
		return;
	nn_text_heading(page, "Where the time went");
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_seconds(&sb, rows[i].seconds);
		nn_strbuf_addf(page->out, "  %-30s %12s  ", rows[i].what, nn_strbuf_str(&sb));
		nn_strbuf_clear(&sb);
		nn_words_fixed(&sb, 100 * rows[i].seconds / total_s, 1);
		nn_strbuf_addf(page->out, "%5s %%\n", nn_strbuf_str(&sb));
	}
}

static int text_render(const struct nn_comparison *c, const struct nn_report_style *style,
		       struct nn_strbuf *out, struct nn_err *err)
{
	struct nn_text_page page = {
		.comparison = c, .out = out, .use_colour = style && style->use_colour};

	(void)err;
	nn_view_init(&page.view, c);
	put_title(&page);
	put_claims(&page);
	nn_text_rows(&page);
	put_aggregates(&page);
	nn_text_row_by_row(&page);
	put_remarks(&page);
	put_skips(&page);
	put_events(&page);
	put_time(&page);
	put_verdict_count(&page);
	nn_notes_release(&page.notes);
	nn_view_release(&page.view);
	return 0;
}

const struct nn_report nn_report_text = {
	.plugin = {.name = "text", .summary = "tables for a terminal"},
	.extension = "txt",
	.render = text_render,
};
