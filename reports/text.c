/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "reports/words.h"

#define WRAP_WIDTH 98
#define GAP        2
#define UP         "\xe2\x86\x91" /* ↑ */
#define DOWN       "\xe2\x86\x93" /* ↓ */

#define COLOUR_BAD   "\033[31m"
#define COLOUR_GOOD  "\033[32m"
#define COLOUR_CARE  "\033[33m"
#define COLOUR_BOLD  "\033[1m"
#define COLOUR_RESET "\033[0m"

enum column { WORKLOAD, METRIC, UNIT, BASE, ARM, RATIO, INTERVAL, BOOTS, VERDICT, NR_COLUMNS };

struct page {
	const struct nn_comparison *c;
	struct nn_strbuf *out;
	bool use_colour;
	struct nn_strings notes; /* reasons, told once below the tables and referred to by number */
};

struct line {
	char *cells[NR_COLUMNS];
	const char *colour; /* of the verdict, or NULL */
};

struct table {
	struct line *lines;
	size_t nr, cap;
	size_t widths[NR_COLUMNS];
	bool is_lone;             /* of one arm alone: no columns to compare in */
	struct nn_strings shared; /* reasons told once above the table */
};

static void heading(struct page *page, const char *text)
{
	nn_strbuf_addc(page->out, '\n');
	if (page->use_colour)
		nn_strbuf_addf(page->out, COLOUR_BOLD "%s" COLOUR_RESET "\n", text);
	else
		nn_strbuf_addf(page->out, "%s\n", text);
}

/* White space and control characters of foreign text must not break lines or colours. */
static void add_clean(struct nn_strbuf *sb, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		nn_strbuf_addc(sb, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
}

/* Write @text after @lead, broken at blanks; following lines are indented like the text. */
static void paragraph(struct page *page, const char *lead, const char *text)
{
	size_t indent = nn_words_width(lead);
	size_t column = indent;

	nn_strbuf_add(page->out, lead);
	text += strspn(text, " \n\t");
	while (*text) {
		size_t len = strcspn(text, " \n\t");
		NN_AUTO(strbuf) struct nn_strbuf word = NN_STRBUF_INIT;
		size_t width;

		add_clean(&word, text, len);
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

static const char *verdict_colour(const char *verdict)
{
	if (!verdict)
		return NULL;
	if (strcmp(verdict, "PROVEN") == 0)
		return COLOUR_GOOD;
	return strcmp(verdict, "INCONCLUSIVE") == 0 ? COLOUR_CARE : COLOUR_BAD;
}

/* ---- tables ---- */

static size_t note_number(struct page *page, const char *reason)
{
	nn_strings_add(&page->notes, nn_strdup(reason));
	for (size_t i = 0; i < page->notes.nr; i++) {
		if (strcmp(page->notes.items[i], reason) == 0)
			return i + 1;
	}
	return 0;
}

/* "INVALID [1,3]": the verdict, or a dash, and the numbers of the reasons below the tables. */
static char *verdict_cell(struct page *page, const struct table *table,
			  const struct nn_report_row *row)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;
	bool is_open = false;

	if (!table->is_lone)
		nn_strbuf_addf(&sb, "%s ", row->verdict ? row->verdict : NN_EN_DASH);
	for (size_t i = 0; i < row->reasons.nr; i++) {
		const char *reason = row->reasons.items[i];

		if (nn_strings_have(&table->shared, reason))
			continue;
		nn_strbuf_addf(&sb, "%c%zu", is_open ? ',' : '[', note_number(page, reason));
		is_open = true;
	}
	if (is_open)
		nn_strbuf_addc(&sb, ']');
	nn_strbuf_rtrim(&sb);
	return nn_strbuf_detach(&sb);
}

static char *number_cell(double value)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_number(&sb, value);
	return nn_strbuf_detach(&sb);
}

static struct line *add_line(struct table *table)
{
	return NN_ARRAY_APPEND(table->lines, table->nr, table->cap);
}

static void add_header(struct table *table, const char *base, const char *arm)
{
	struct line *line = add_line(table);
	const char *const texts[NR_COLUMNS] = {
		[WORKLOAD] = "workload",
		[METRIC] = "metric",
		[UNIT] = "unit",
		[BASE] = base,
		[ARM] = arm,
		[RATIO] = "ratio",
		[INTERVAL] = "95 % interval",
		[BOOTS] = "boots",
		[VERDICT] = table->is_lone ? "notes" : "verdict",
	};

	for (size_t i = 0; i < NR_COLUMNS; i++)
		line->cells[i] = nn_strdup(texts[i] ? texts[i] : "");
}

static void add_row(struct page *page, struct table *table, const struct nn_report_row *row)
{
	struct line *line = add_line(table);
	struct nn_strbuf unit = NN_STRBUF_INIT;
	struct nn_strbuf interval = NN_STRBUF_INIT;

	nn_words_unit(&unit, page->c, row);
	nn_strbuf_add(&unit, row->direction == NN_HIGHER_IS_BETTER ? " " UP : " " DOWN);
	nn_words_interval(&interval, row->ratio_ci95);
	line->cells[WORKLOAD] = nn_strdup(row->workload);
	line->cells[METRIC] = nn_strdup(row->metric);
	line->cells[UNIT] = nn_strbuf_detach(&unit);
	line->cells[BASE] = number_cell(row->base_value);
	line->cells[ARM] = number_cell(row->value);
	line->cells[RATIO] = number_cell(row->ratio);
	line->cells[INTERVAL] = nn_strbuf_detach(&interval);
	line->cells[BOOTS] = nn_asprintf("%" PRIu64, row->nr_boots);
	line->cells[VERDICT] = verdict_cell(page, table, row);
	line->colour = verdict_colour(row->verdict);
}

static bool is_number_column(size_t column)
{
	return column >= BASE && column <= BOOTS;
}

static bool is_shown(const struct table *table, size_t column)
{
	return !table->is_lone || (column != ARM && column != RATIO && column != INTERVAL);
}

static void put_line(struct page *page, const struct table *table, const struct line *line)
{
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const char *text = line->cells[i];
		int pad = (int)(table->widths[i] - nn_words_width(text));
		bool is_coloured = page->use_colour && i == VERDICT && line->colour;

		if (!is_shown(table, i))
			continue;
		if (is_number_column(i))
			nn_strbuf_addf(page->out, "%*s", pad, "");
		if (is_coloured)
			nn_strbuf_addf(page->out, "%s%s" COLOUR_RESET, line->colour, text);
		else
			add_clean(page->out, text, strlen(text));
		if (!is_number_column(i))
			nn_strbuf_addf(page->out, "%*s", pad, "");
		nn_strbuf_addf(page->out, "%*s", GAP, "");
	}
	nn_strbuf_rtrim(page->out);
	nn_strbuf_addc(page->out, '\n');
}

static void put_rule(struct page *page, const struct table *table)
{
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		for (size_t n = 0; is_shown(table, i) && n < table->widths[i]; n++)
			nn_strbuf_add(page->out, "\xe2\x94\x80"); /* ─ */
		if (i + 1 < NR_COLUMNS && is_shown(table, i))
			nn_strbuf_addf(page->out, "%*s", GAP, "");
	}
	nn_strbuf_addc(page->out, '\n');
}

static void put_table(struct page *page, struct table *table)
{
	for (size_t l = 0; l < table->nr; l++) {
		for (size_t i = 0; i < NR_COLUMNS; i++) {
			size_t width = nn_words_width(table->lines[l].cells[i]);

			if (width > table->widths[i])
				table->widths[i] = width;
		}
	}
	for (size_t l = 0; l < table->nr; l++) {
		put_line(page, table, &table->lines[l]);
		if (l == 0)
			put_rule(page, table);
	}
}

static void table_release(struct table *table)
{
	for (size_t l = 0; l < table->nr; l++) {
		for (size_t i = 0; i < NR_COLUMNS; i++)
			free(table->lines[l].cells[i]);
	}
	free(table->lines);
	nn_strings_release(&table->shared);
}

static char *pairing_title(const struct nn_report_row *first)
{
	if (!first->arm)
		return nn_asprintf("%s alone (" UP " higher is better, " DOWN " lower is better)",
				   first->base_arm);
	return nn_asprintf("%s against %s (ratio = %s \xc3\xb7 %s; " UP " higher is better, " DOWN
			   " lower is better)",
			   first->arm, first->base_arm, first->arm, first->base_arm);
}

static void put_pairing(struct page *page, const struct nn_report_row *first)
{
	const struct nn_comparison *c = page->c;
	NN_AUTO(free) char *title = pairing_title(first);
	struct table table = {.is_lone = !first->arm};

	heading(page, title);
	nn_comparison_shared_reasons(c, first, &table.shared);
	for (size_t i = 0; i < table.shared.nr; i++)
		paragraph(page, "every row: ", table.shared.items[i]);
	add_header(&table, first->base_arm, first->arm);
	for (size_t i = 0; i < c->nr_rows; i++) {
		if (nn_report_row_is_alike(&c->rows[i], first))
			add_row(page, &table, &c->rows[i]);
	}
	put_table(page, &table);
	table_release(&table);
}

static void put_comparisons(struct page *page)
{
	const struct nn_comparison *c = page->c;

	for (size_t i = 0; i < c->nr_rows; i++) {
		if (nn_comparison_is_first(c, i))
			put_pairing(page, &c->rows[i]);
	}
	if (!c->nr_rows) {
		heading(page, "Comparisons");
		paragraph(page, "  ", "nothing was measured");
	}
	if (page->notes.nr)
		nn_strbuf_addc(page->out, '\n');
	for (size_t i = 0; i < page->notes.nr; i++) {
		NN_AUTO(free) char *lead = nn_asprintf("  [%zu] ", i + 1);

		paragraph(page, lead, page->notes.items[i]);
	}
}

/* ---- what stands around the tables ---- */

static void put_title(struct page *page)
{
	char *const *summary = page->c->summary;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (page->c->banner) {
		if (page->use_colour)
			nn_strbuf_add(page->out, COLOUR_CARE);
		paragraph(page, "!! ", page->c->banner);
		if (page->use_colour)
			nn_strbuf_add(page->out, COLOUR_RESET);
		nn_strbuf_addc(page->out, '\n');
	}
	nn_strbuf_addf(&sb, "Campaign '%s' (%s)", summary[NN_SUMMARY_NAME],
		       summary[NN_SUMMARY_STATE]);
	if (summary[NN_SUMMARY_STARTED])
		nn_strbuf_addf(&sb, ", %s", summary[NN_SUMMARY_STARTED]);
	if (summary[NN_SUMMARY_MACHINE_DESCRIPTION])
		nn_strbuf_addf(&sb, ", on %s", summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
	paragraph(page, "", nn_strbuf_str(&sb));
	nn_strbuf_clear(&sb);
	for (size_t i = 0; i < page->c->nr_arms; i++) {
		const struct nn_report_arm *arm = &page->c->arms[i];

		nn_strbuf_addf(&sb, "%s%s: ", i ? ", " : "Arms: ", arm->name);
		nn_words_count(&sb, arm->nr_boots, arm->nr_sessions ? "session" : "boot");
		nn_strbuf_addf(&sb, " (%s)", arm->target);
	}
	if (sb.len)
		paragraph(page, "", nn_strbuf_str(&sb));
	if (summary[NN_SUMMARY_DEVICE]) {
		const char *before = summary[NN_SUMMARY_DRIVER_BEFORE];
		const char *after = summary[NN_SUMMARY_DRIVER_AFTER];

		nn_strbuf_clear(&sb);
		nn_strbuf_addf(&sb, "Device: %s, driver before: %s, after: %s",
			       summary[NN_SUMMARY_DEVICE], before ? before : "none",
			       after ? after : "none");
		paragraph(page, "", nn_strbuf_str(&sb));
	}
}

static void put_claims(struct page *page)
{
	if (page->c->nr_claims)
		heading(page, "Claims");
	for (size_t i = 0; i < page->c->nr_claims; i++) {
		const struct nn_report_claim *claim = &page->c->claims[i];
		const char *colour = page->use_colour ? verdict_colour(claim->verdict) : NULL;
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(page->out, "  %s%s%s%*s", colour ? colour : "", claim->verdict,
			       colour ? COLOUR_RESET : "",
			       (int)(14 - nn_words_width(claim->verdict)), "");
		add_clean(page->out, claim->text, strlen(claim->text));
		nn_strbuf_addc(page->out, '\n');
		nn_words_claim(&sb, claim);
		paragraph(page, "                ", nn_strbuf_str(&sb));
		for (size_t r = 0; r < claim->reasons.nr; r++)
			paragraph(page, "                - ", claim->reasons.items[r]);
	}
}

static void put_remarks(struct page *page)
{
	if (page->c->remarks.nr)
		heading(page, "Remarks");
	for (size_t i = 0; i < page->c->remarks.nr; i++)
		paragraph(page, "  - ", page->c->remarks.items[i]);
}

static void put_skips(struct page *page)
{
	if (page->c->nr_skips)
		heading(page, "Not measured");
	for (size_t i = 0; i < page->c->nr_skips; i++) {
		const struct nn_report_skip *skip = &page->c->skips[i];
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(&sb, "%s in %s, %s (", skip->workload, skip->arm, skip->outcome);
		nn_words_count(&sb, skip->count, "run");
		nn_strbuf_addf(&sb, "): %s", skip->reason ? skip->reason : "no reason recorded");
		paragraph(page, "  - ", nn_strbuf_str(&sb));
	}
}

static void put_events(struct page *page)
{
	if (page->c->nr_events)
		heading(page, "Events");
	for (size_t i = 0; i < page->c->nr_events; i++) {
		const struct nn_report_event *event = &page->c->events[i];
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_addf(&sb, "%s %s", event->severity, event->kind);
		if (event->arm)
			nn_strbuf_addf(&sb, " in %s", event->arm);
		if (event->block)
			nn_strbuf_addf(&sb, ", block %s", event->block);
		if (event->count > 1)
			nn_strbuf_addf(&sb, ", %" PRIu64 " times", event->count);
		nn_strbuf_addf(&sb, ": %s", event->message);
		paragraph(page, "  - ", nn_strbuf_str(&sb));
	}
}

static void put_time(struct page *page)
{
	const struct nn_comparison *c = page->c;
	const double total_s = c->boot_s + c->workloads_s + c->own_s;
	const struct {
		const char *what;
		double seconds;
	} rows[] = {
		{"kernels booting and stopping", c->boot_s},
		{"workloads", c->workloads_s},
		{"nearnative itself", c->own_s},
	};

	heading(page, "Where the time went");
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_seconds(&sb, rows[i].seconds);
		nn_strbuf_addf(page->out, "  %-30s %12s  %5.1f %%\n", rows[i].what,
			       nn_strbuf_str(&sb),
			       total_s > 0 ? 100 * rows[i].seconds / total_s : 0.0);
	}
}

static int text_render(const struct nn_comparison *c, const struct nn_report_style *style,
		       struct nn_strbuf *out, struct nn_err *err)
{
	struct page page = {.c = c, .out = out, .use_colour = style && style->use_colour};

	(void)err;
	put_title(&page);
	put_comparisons(&page);
	put_claims(&page);
	put_remarks(&page);
	put_skips(&page);
	put_events(&page);
	put_time(&page);
	nn_strings_release(&page.notes);
	return 0;
}

const struct nn_report nn_report_text = {
	.plugin = {.name = "text", .summary = "tables for a terminal"},
	.extension = "txt",
	.render = text_render,
};
