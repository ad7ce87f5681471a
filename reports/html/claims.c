/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/claims.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/notes.h"
#include "reports/html/number.h"
#include "reports/html/table.h"
#include "reports/sentences.h"
#include "reports/words.h"

/* More checked rows than this are left to the JSON report. */
#define SHOWN_CHECKS 120

/* ---- one claim ---- */

static void row_name(struct nn_html *html, const struct nn_html_view *view, size_t index)
{
	NN_AUTO(free) char *link = nn_html_row_link(view, index);
	NN_AUTO(strbuf) struct nn_strbuf name = NN_STRBUF_INIT;

	nn_sentence_row_name(&name, &view->c->rows[index]);
	if (link)
		nn_html_element(html, "a", nn_strbuf_str(&name), "href", link, NULL);
	else
		nn_html_text(html, nn_strbuf_str(&name));
}

static void write_reasons(struct nn_html *html, const struct nn_html_view *view,
			  const struct nn_strings *reasons)
{
	for (size_t i = 0; i < reasons->nr; i++) {
		const char *reason = reasons->items[i];

		if (nn_html_is_noted(view, reason))
			nn_html_note_link(html, view, reason);
		else
			nn_html_element(html, "small", reason, "class", "reason", NULL);
	}
}

static void claim_cell(struct nn_html *html, const struct nn_html_view *view,
		       const struct nn_report_claim *claim)
{
	nn_html_open(html, "th", "scope", "row", NULL);
	nn_html_text(html, claim->text);
	if (view->c->nr_campaigns > 1 && claim->campaign)
		nn_html_textf(html, " (%s)", claim->campaign);
	if (claim->is_late) {
		nn_html_text(html, " ");
		nn_html_element(html, "span", "given after the data", "class", "late", NULL);
	}
	write_reasons(html, view, &claim->reasons);
	nn_html_close(html, "th");
}

static void deciding_cell(struct nn_html *html, const struct nn_html_view *view,
			  const struct nn_report_claim *claim)
{
	nn_html_open(html, "td", "data-label", "decided by", "class",
		     claim->worst < view->c->nr_rows ? NULL : "absent", NULL);
	nn_html_open(html, "span", NULL);
	if (claim->worst < view->c->nr_rows) {
		row_name(html, view, claim->worst);
		if (claim->nr_checks > 1)
			nn_html_textf(html, ", the worst of %zu", claim->nr_checks);
	} else {
		nn_html_text(html, NN_EN_DASH);
	}
	nn_html_close(html, "span");
	nn_html_close(html, "td");
}

static void verdict_cell(struct nn_html *html, const char *verdict)
{
	nn_html_open(html, "td", "data-label", "verdict", NULL);
	nn_html_verdict(html, verdict);
	nn_html_close(html, "td");
}

static void figure_cells(struct nn_html *html, double lower95, double upper95,
			 uint64_t boots_needed)
{
	const double bounds[2] = {lower95, upper95};

	nn_html_number_cell(html, "one-sided 95 % bounds", nn_html_share_range(bounds).text);
	nn_html_number_cell(html, "more boots",
			    boots_needed ? nn_html_count(boots_needed).text : NULL);
}

static void claim_row(struct nn_html *html, const struct nn_html_view *view,
		      const struct nn_report_claim *claim)
{
	nn_html_open(html, "tr", "class", nn_html_verdict_class(claim->verdict), NULL);
	verdict_cell(html, claim->verdict);
	claim_cell(html, view, claim);
	deciding_cell(html, view, claim);
	figure_cells(html, claim->lower95, claim->upper95, claim->boots_needed);
	nn_html_close(html, "tr");
}

/* ---- what the claims cover ---- */

static void check_row(struct nn_html *html, const struct nn_html_view *view,
		      const struct nn_report_claim *claim, const struct nn_report_check *check)
{
	nn_html_open(html, "tr", NULL);
	verdict_cell(html, check->verdict);
	nn_html_open(html, "th", "scope", "row", NULL);
	row_name(html, view, check->row);
	write_reasons(html, view, &check->reasons);
	nn_html_close(html, "th");
	nn_html_cell(html, "claim", claim->text);
	figure_cells(html, check->lower95, check->upper95, check->boots_needed);
	nn_html_close(html, "tr");
}

static void check_rows(struct nn_html *html, const struct nn_html_view *view)
{
	size_t nr = 0;

	for (size_t i = 0; i < view->nr_claims; i++) {
		const struct nn_report_claim *claim = &view->c->claims[view->claims[i]];

		for (size_t k = 0; k < claim->nr_checks && nr < SHOWN_CHECKS; k++, nr++)
			check_row(html, view, claim, &claim->checks[k]);
	}
}

/* A claim about several rows is worth a look at each of them. */
static void write_checks(struct nn_html *html, const struct nn_html_view *view)
{
	static const char *const headings[] = {"verdict",         "row",         "claim",
					       "one-sided 95 %#", "more boots#", NULL};
	bool has_several = false;
	size_t nr = 0;

	for (size_t i = 0; i < view->nr_claims; i++) {
		size_t nr_checks = view->c->claims[view->claims[i]].nr_checks;

		nr += nr_checks;
		has_several = has_several || nr_checks > 1;
	}
	if (!has_several)
		return;
	nn_html_open(html, "details", NULL);
	nn_html_open(html, "summary", NULL);
	nn_html_textf(html, "Every row that the claims cover (%zu): all of a claim's must hold",
		      nr);
	nn_html_close(html, "summary");
	nn_html_table_begin(html, "stack", "What the claims cover", headings);
	check_rows(html, view);
	nn_html_table_end(html);
	if (nr > SHOWN_CHECKS) {
		nn_html_open(html, "p", "class", "left-out", NULL);
		nn_html_textf(html, "The other %zu are in the JSON report (--format json).",
			      nr - SHOWN_CHECKS);
		nn_html_close(html, "p");
	}
	nn_html_close(html, "details");
}

/* ---- all ---- */

static void write_count(struct nn_html *html, const struct nn_html_view *view)
{
	const struct nn_comparison *c = view->c;
	NN_AUTO(free) const char **verdicts = nn_calloc(c->nr_claims, sizeof(*verdicts));
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (view->nr_claims == c->nr_claims)
		return;
	for (size_t i = 0; i < c->nr_claims; i++)
		verdicts[i] = c->claims[i].verdict;
	(void)nn_sentence_verdicts(&sb, verdicts, c->nr_claims); /* there are some */
	nn_html_open(html, "p", NULL);
	nn_html_textf(html,
		      "%zu claims: %s. Below are the %zu that matter most, by verdict and by "
		      "distance from the margin; all are in the JSON report (--format json).",
		      c->nr_claims, nn_strbuf_str(&sb), view->nr_claims);
	nn_html_close(html, "p");
}

void nn_html_claims(struct nn_html *html, const struct nn_html_view *view)
{
	static const char *const headings[] = {"verdict",         "claim",       "decided by",
					       "one-sided 95 %#", "more boots#", NULL};
	const struct nn_comparison *c = view->c;

	nn_html_element(html, "h2", "Claims", "id", "claims", NULL);
	if (!c->nr_claims) {
		nn_html_element(html, "p",
				c->source == NN_SOURCE_STORE ? "The plan claims nothing."
							     : "Nothing is claimed.",
				NULL);
		return;
	}
	write_count(html, view);
	nn_html_table_begin(html, "claims", NULL, headings);
	for (size_t i = 0; i < view->nr_claims; i++)
		claim_row(html, view, &c->claims[view->claims[i]]);
	nn_html_table_end(html);
	write_checks(html, view);
}
