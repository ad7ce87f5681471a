/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html-tables.h"

#include <inttypes.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/words.h"

const char *nn_html_verdict_class(const char *verdict)
{
	if (!verdict)
		return NULL;
	if (strcmp(verdict, "PROVEN") == 0)
		return "good";
	return strcmp(verdict, "INCONCLUSIVE") == 0 ? "care" : "bad";
}

/* Begin a table with its caption and headings; a heading ending in '#' is above numbers. */
static void begin_table(struct nn_html *html, const char *class, const char *caption,
			const char *const *headings)
{
	nn_html_open(html, "div", "class", "scroll", NULL);
	nn_html_open(html, "table", "class", class, NULL);
	nn_html_element(html, "caption", caption, NULL);
	nn_html_open(html, "thead", NULL);
	nn_html_open(html, "tr", NULL);
	for (size_t i = 0; headings[i]; i++) {
		size_t len = strlen(headings[i]);
		bool is_number = len && headings[i][len - 1] == '#';
		NN_AUTO(free) char *text = nn_strndup(headings[i], is_number ? len - 1 : len);

		nn_html_element(html, "th", text, "scope", "col", "class",
				is_number ? "number" : NULL, NULL);
	}
	nn_html_close(html, "tr");
	nn_html_close(html, "thead");
	nn_html_open(html, "tbody", NULL);
}

static void end_table(struct nn_html *html)
{
	nn_html_close(html, "tbody");
	nn_html_close(html, "table");
	nn_html_close(html, "div");
}

static void cell(struct nn_html *html, const char *label, const char *text)
{
	nn_html_element(html, "td", text, "data-label", label, NULL);
}

static void number_cell(struct nn_html *html, const char *label, const char *text)
{
	nn_html_element(html, "td", text, "data-label", label, "class", "number", NULL);
}

static void count_cell(struct nn_html *html, const char *label, uint64_t count)
{
	NN_AUTO(free) char *text = nn_asprintf("%" PRIu64, count);

	number_cell(html, label, text);
}

static void double_cell(struct nn_html *html, const char *label, double value)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_number(&sb, value);
	number_cell(html, label, nn_strbuf_str(&sb));
}

/* ---- comparisons ---- */

static void verdict_cell(struct nn_html *html, const struct nn_report_row *row,
			 const struct nn_strings *shared)
{
	const char *class = nn_html_verdict_class(row->verdict);
	NN_AUTO(free) char *classes = nn_asprintf("verdict %s", class ? class : "none");

	nn_html_open(html, "td", "data-label", row->arm ? "verdict" : "notes", NULL);
	nn_html_open(html, "span", NULL);
	if (row->arm)
		nn_html_element(html, "span", row->verdict ? row->verdict : "none", "class",
				classes, NULL);
	for (size_t i = 0; i < row->reasons.nr; i++) {
		if (!nn_strings_have(shared, row->reasons.items[i]))
			nn_html_element(html, "span", row->reasons.items[i], "class", "reasons",
					NULL);
	}
	nn_html_close(html, "span");
	nn_html_close(html, "td");
}

static void ratio_cells(struct nn_html *html, const struct nn_report_row *row)
{
	NN_AUTO(strbuf) struct nn_strbuf interval = NN_STRBUF_INIT;

	nn_words_interval(&interval, row->ratio_ci95);
	double_cell(html, row->arm, row->value);
	double_cell(html, "ratio", row->ratio);
	number_cell(html, "95 % interval", nn_strbuf_str(&interval));
}

static void comparison_row(struct nn_html *html, const struct nn_comparison *c,
			   const struct nn_report_row *row, const struct nn_strings *shared)
{
	NN_AUTO(strbuf) struct nn_strbuf unit = NN_STRBUF_INIT;

	nn_words_unit(&unit, c, row);
	nn_html_open(html, "tr", NULL);
	nn_html_element(html, "th", row->workload, "scope", "row", NULL);
	cell(html, "metric", row->metric);
	cell(html, "unit", nn_strbuf_str(&unit));
	cell(html, "better", nn_direction_name(row->direction));
	double_cell(html, row->base_arm, row->base_value);
	if (row->arm)
		ratio_cells(html, row);
	count_cell(html, "boots", row->nr_boots);
	verdict_cell(html, row, shared);
	nn_html_close(html, "tr");
}

static void begin_pairing(struct nn_html *html, const struct nn_report_row *first)
{
	NN_AUTO(free) char *base = nn_asprintf("%s#", first->base_arm);
	NN_AUTO(free) char *arm = nn_asprintf("%s#", first->arm);
	NN_AUTO(free)
	char *caption =
		nn_asprintf("%s against %s: geometric means over boots; ratio = %s \xc3\xb7 "
			    "%s with its 95 %% interval from paired boots",
			    first->arm, first->base_arm, first->arm, first->base_arm);
	const char *const headings[] = {"workload", "metric",  "unit",   "better",
					base,       arm,       "ratio#", "95 % interval#",
					"boots#",   "verdict", NULL};

	begin_table(html, "stack", caption, headings);
}

static void begin_lone(struct nn_html *html, const struct nn_report_row *first)
{
	NN_AUTO(free) char *base = nn_asprintf("%s#", first->base_arm);
	NN_AUTO(free)
	char *caption = nn_asprintf("%s alone: geometric means over boots", first->base_arm);
	const char *const headings[] = {"workload", "metric", "unit",  "better",
					base,       "boots#", "notes", NULL};

	begin_table(html, "stack", caption, headings);
}

static void pairing_table(struct nn_html *html, const struct nn_comparison *c,
			  const struct nn_report_row *first)
{
	struct nn_strings shared = {0};

	nn_comparison_shared_reasons(c, first, &shared);
	for (size_t i = 0; i < shared.nr; i++) {
		nn_html_open(html, "p", "class", "shared", NULL);
		nn_html_element(html, "b", "Every row:", NULL);
		nn_html_textf(html, " %s", shared.items[i]);
		nn_html_close(html, "p");
	}
	if (first->arm)
		begin_pairing(html, first);
	else
		begin_lone(html, first);
	for (size_t i = 0; i < c->nr_rows; i++) {
		if (nn_report_row_is_alike(&c->rows[i], first))
			comparison_row(html, c, &c->rows[i], &shared);
	}
	end_table(html);
	nn_strings_release(&shared);
}

void nn_html_comparison_tables(struct nn_html *html, const struct nn_comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++) {
		if (nn_comparison_is_first(c, i))
			pairing_table(html, c, &c->rows[i]);
	}
	if (!c->nr_rows)
		nn_html_element(html, "p", "Nothing was measured.", NULL);
}

/* ---- facts ---- */

/* Names of all arms' facts, each once, in the order of the first arm that has them. */
static void fact_names(const struct nn_comparison *c, struct nn_strings *ret_names)
{
	for (size_t a = 0; a < c->nr_arms; a++) {
		const struct nn_pairs *facts = &c->arms[a].facts;

		for (size_t i = 0; i < facts->nr; i++)
			nn_strings_add(ret_names, nn_strdup(facts->items[i].name));
	}
}

static bool fact_differs(const struct nn_comparison *c, const char *name)
{
	const char *first = nn_pairs_get(&c->arms[0].facts, name);

	if (first && strstr(first, " | "))
		return true;
	for (size_t a = 1; a < c->nr_arms; a++) {
		const char *other = nn_pairs_get(&c->arms[a].facts, name);

		if (!first != !other || (first && strcmp(first, other) != 0))
			return true;
	}
	return false;
}

static void differing_facts(struct nn_html *html, const struct nn_comparison *c,
			    const struct nn_strings *names)
{
	NN_AUTO(free) const char **headings = nn_calloc(c->nr_arms + 2, sizeof(*headings));

	headings[0] = "fact";
	for (size_t a = 0; a < c->nr_arms; a++)
		headings[a + 1] = c->arms[a].name;
	begin_table(html, "facts", "What differs between the arms, or between boots of one arm",
		    headings);
	for (size_t i = 0; i < names->nr; i++) {
		if (!fact_differs(c, names->items[i]))
			continue;
		nn_html_open(html, "tr", "class", "differs", NULL);
		nn_html_element(html, "th", names->items[i], "scope", "row", NULL);
		for (size_t a = 0; a < c->nr_arms; a++) {
			const char *value = nn_pairs_get(&c->arms[a].facts, names->items[i]);

			nn_html_element(html, "td", value ? value : NN_EN_DASH, "class", "mono",
					NULL);
		}
		nn_html_close(html, "tr");
	}
	end_table(html);
}

static void common_facts(struct nn_html *html, const struct nn_comparison *c,
			 const struct nn_strings *names, size_t nr_common)
{
	const char *const headings[] = {"fact", c->nr_arms == 1 ? c->arms[0].name : "every arm",
					NULL};

	nn_html_open(html, "details", NULL);
	nn_html_open(html, "summary", NULL);
	if (c->nr_arms == 1)
		nn_html_textf(html, "%zu %s", nr_common, nr_common == 1 ? "fact" : "facts");
	else
		nn_html_textf(html, "%zu %s the same in every arm", nr_common,
			      nr_common == 1 ? "fact is" : "facts are");
	nn_html_close(html, "summary");
	begin_table(html, "facts", "The same in every boot", headings);
	for (size_t i = 0; i < names->nr; i++) {
		if (fact_differs(c, names->items[i]))
			continue;
		nn_html_open(html, "tr", NULL);
		nn_html_element(html, "th", names->items[i], "scope", "row", NULL);
		nn_html_element(html, "td", nn_pairs_get(&c->arms[0].facts, names->items[i]),
				"class", "mono", NULL);
		nn_html_close(html, "tr");
	}
	end_table(html);
	nn_html_close(html, "details");
}

void nn_html_fact_tables(struct nn_html *html, const struct nn_comparison *c)
{
	struct nn_strings names = {0};
	size_t nr_different = 0;

	fact_names(c, &names);
	for (size_t i = 0; i < names.nr; i++)
		nr_different += fact_differs(c, names.items[i]);
	if (nr_different)
		differing_facts(html, c, &names);
	if (nr_different < names.nr)
		common_facts(html, c, &names, names.nr - nr_different);
	if (!names.nr)
		nn_html_element(html, "p", "No facts were recorded.", NULL);
	nn_strings_release(&names);
}

/* ---- the small tables ---- */

void nn_html_skip_table(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"workload", "arm",    "outcome",
					       "runs#",    "reason", NULL};

	begin_table(html, "stack", "Runs that gave no figures", headings);
	for (size_t i = 0; i < c->nr_skips; i++) {
		const struct nn_report_skip *skip = &c->skips[i];

		nn_html_open(html, "tr", NULL);
		nn_html_element(html, "th", skip->workload, "scope", "row", NULL);
		cell(html, "arm", skip->arm);
		cell(html, "outcome", skip->outcome);
		count_cell(html, "runs", skip->count);
		cell(html, "reason", skip->reason ? skip->reason : NN_EN_DASH);
		nn_html_close(html, "tr");
	}
	end_table(html);
}

void nn_html_event_table(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"kind",   "severity", "arm", "block#",
					       "times#", "message",  NULL};

	begin_table(html, "stack", "What happened beside the runs", headings);
	for (size_t i = 0; i < c->nr_events; i++) {
		const struct nn_report_event *event = &c->events[i];

		nn_html_open(html, "tr", NULL);
		nn_html_element(html, "th", event->kind, "scope", "row", NULL);
		cell(html, "severity", event->severity);
		cell(html, "arm", event->arm ? event->arm : NN_EN_DASH);
		number_cell(html, "block", event->block ? event->block : NN_EN_DASH);
		count_cell(html, "times", event->count);
		cell(html, "message", event->message);
		nn_html_close(html, "tr");
	}
	end_table(html);
}

static void time_row(struct nn_html *html, const char *what, double seconds, double total_s)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(free)
	char *share = nn_asprintf("%.1f %%", total_s > 0 ? 100 * seconds / total_s : 0.0);

	nn_words_seconds(&sb, seconds);
	nn_html_open(html, "tr", NULL);
	nn_html_element(html, "th", what, "scope", "row", NULL);
	number_cell(html, "time", nn_strbuf_str(&sb));
	number_cell(html, "share", share);
	nn_html_close(html, "tr");
}

void nn_html_time_table(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"phase", "time#", "share#", NULL};
	double total_s = c->boot_s + c->workloads_s + c->own_s;

	begin_table(html, NULL, "Where the time of the campaign went", headings);
	time_row(html, "kernels booting and stopping", c->boot_s, total_s);
	time_row(html, "workloads", c->workloads_s, total_s);
	time_row(html, "nearnative itself", c->own_s, total_s);
	end_table(html);
}
