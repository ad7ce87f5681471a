/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/environment.h"

#include <inttypes.h>

#include "harness/base/array.h"
#include "reports/html/table.h"
#include "reports/words.h"

/* ---- arms ---- */

static void arm_row(struct nn_html *html, const struct nn_report_arm *arm)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_count(&sb, arm->nr_boots, arm->nr_sessions ? "session" : "boot");
	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, arm->name);
	nn_html_cell(html, "reached by", arm->target);
	nn_html_cell(html, "measured in", nn_strbuf_str(&sb));
	nn_html_count_cell(html, "failed boots", arm->nr_failed_boots);
	nn_html_close(html, "tr");
}

static void arm_table(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"arm", "reached by", "measured in", "failed boots#",
					       NULL};

	nn_html_table_begin(html, "stack", "Arms", headings);
	for (size_t i = 0; i < c->nr_arms; i++)
		arm_row(html, &c->arms[i]);
	nn_html_table_end(html);
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

static void fact_cell(struct nn_html *html, const char *label, const char *value)
{
	nn_html_element(html, "td", value ? value : NN_EN_DASH, "data-label", label, "class",
			"mono", NULL);
}

static void differing_facts(struct nn_html *html, const struct nn_comparison *c,
			    const struct nn_strings *names)
{
	NN_AUTO(free) const char **headings = nn_calloc(c->nr_arms + 2, sizeof(*headings));

	headings[0] = "fact";
	for (size_t a = 0; a < c->nr_arms; a++)
		headings[a + 1] = c->arms[a].name;
	nn_html_table_begin(html, "stack facts",
			    "What differs between the arms, or between boots of one arm (a | b)",
			    headings);
	for (size_t i = 0; i < names->nr; i++) {
		if (!fact_differs(c, names->items[i]))
			continue;
		nn_html_open(html, "tr", NULL);
		nn_html_row_heading(html, names->items[i]);
		for (size_t a = 0; a < c->nr_arms; a++)
			fact_cell(html, c->arms[a].name,
				  nn_pairs_get(&c->arms[a].facts, names->items[i]));
		nn_html_close(html, "tr");
	}
	nn_html_table_end(html);
}

static void common_facts(struct nn_html *html, const struct nn_comparison *c,
			 const struct nn_strings *names, size_t nr_common)
{
	const char *const headings[] = {"fact", c->nr_arms == 1 ? c->arms[0].name : "every arm",
					NULL};

	nn_html_open(html, "details", NULL);
	nn_html_open(html, "summary", NULL);
	nn_html_textf(html, "%zu %s", nr_common, nr_common == 1 ? "fact" : "facts");
	if (c->nr_arms > 1)
		nn_html_textf(html, " %s the same in every arm", nr_common == 1 ? "is" : "are");
	nn_html_close(html, "summary");
	nn_html_table_begin(html, "stack facts common", "The same in every boot", headings);
	for (size_t i = 0; i < names->nr; i++) {
		if (fact_differs(c, names->items[i]))
			continue;
		nn_html_open(html, "tr", NULL);
		nn_html_row_heading(html, names->items[i]);
		fact_cell(html, NULL, nn_pairs_get(&c->arms[0].facts, names->items[i]));
		nn_html_close(html, "tr");
	}
	nn_html_table_end(html);
	nn_html_close(html, "details");
}

static void fact_tables(struct nn_html *html, const struct nn_comparison *c)
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

void nn_html_environment(struct nn_html *html, const struct nn_comparison *c)
{
	nn_html_element(html, "h2", "Environment", "id", "environment", NULL);
	if (!c->nr_arms)
		return;
	arm_table(html, c);
	fact_tables(html, c);
}
