/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>

#include "harness/base/strbuf.h"
#include "reports/html-forest.h"
#include "reports/html-tables.h"
#include "reports/html-writer.h"
#include "reports/words.h"

/* One file that needs nothing else: no script, no network, no font. */

static const char style_css[] =
#include "reports/html/style.css.inc"
	;

/* The report holds text of guests and devices; should any of it ever become markup, it runs not. */
#define POLICY "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

static void write_head(struct nn_html *html, const struct nn_comparison *c)
{
	NN_AUTO(free) char *title = nn_asprintf("%s: nearnative", c->summary[NN_SUMMARY_NAME]);

	nn_html_open(html, "head", NULL);
	nn_html_void(html, "meta", "charset", "utf-8", NULL);
	nn_html_void(html, "meta", "http-equiv", "Content-Security-Policy", "content", POLICY,
		     NULL);
	nn_html_void(html, "meta", "name", "viewport", "content",
		     "width=device-width, initial-scale=1", NULL);
	nn_html_void(html, "meta", "name", "generator", "content", "nearnative", NULL);
	nn_html_element(html, "title", title, NULL);
	nn_html_constant(html, "<style>\n");
	nn_html_constant(html, style_css);
	nn_html_constant(html, "</style>\n");
	nn_html_close(html, "head");
}

static void write_title(struct nn_html *html, const struct nn_comparison *c)
{
	char *const *summary = c->summary;
	const char *machine = summary[NN_SUMMARY_MACHINE_DESCRIPTION];
	const char *started = summary[NN_SUMMARY_STARTED];

	nn_html_open(html, "header", NULL);
	if (c->banner) {
		const char *colon = strchr(c->banner, ':');
		size_t len = colon ? (size_t)(colon - c->banner) + 1 : 0;

		nn_html_open(html, "p", "class", "banner", "role", "note", NULL);
		nn_html_open(html, "b", NULL);
		nn_html_textf(html, "%.*s", (int)len, c->banner);
		nn_html_close(html, "b");
		nn_html_text(html, c->banner + len);
		nn_html_close(html, "p");
	}
	nn_html_element(html, "h1", summary[NN_SUMMARY_NAME], NULL);
	nn_html_open(html, "p", "class", "lead", NULL);
	nn_html_textf(html, "Campaign %s%s%s%s%s", summary[NN_SUMMARY_STATE],
		      started ? ", started " : "", started ? started : "", machine ? ", on " : "",
		      machine ? machine : "");
	nn_html_close(html, "p");
	nn_html_close(html, "header");
}

static void write_claim(struct nn_html *html, const struct nn_report_claim *claim)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_claim(&sb, claim);
	nn_html_open(html, "li", "class", nn_html_verdict_class(claim->verdict), NULL);
	nn_html_element(html, "span", claim->verdict, "class", "verdict", NULL);
	nn_html_text(html, " ");
	nn_html_element(html, "span", claim->text, NULL);
	nn_html_element(html, "small", nn_strbuf_str(&sb), NULL);
	if (claim->reasons.nr) {
		nn_html_open(html, "ul", NULL);
		for (size_t i = 0; i < claim->reasons.nr; i++)
			nn_html_element(html, "li", claim->reasons.items[i], NULL);
		nn_html_close(html, "ul");
	}
	nn_html_close(html, "li");
}

static void write_claims(struct nn_html *html, const struct nn_comparison *c)
{
	nn_html_element(html, "h2", "Claims", NULL);
	if (!c->nr_claims) {
		nn_html_element(html, "p", "The plan claims nothing.", NULL);
		return;
	}
	nn_html_open(html, "ul", "class", "claims", NULL);
	for (size_t i = 0; i < c->nr_claims; i++)
		write_claim(html, &c->claims[i]);
	nn_html_close(html, "ul");
}

static void write_remarks(struct nn_html *html, const struct nn_comparison *c)
{
	if (!c->remarks.nr)
		return;
	nn_html_element(html, "h2", "Remarks", NULL);
	nn_html_open(html, "ul", "class", "plain", NULL);
	for (size_t i = 0; i < c->remarks.nr; i++)
		nn_html_element(html, "li", c->remarks.items[i], NULL);
	nn_html_close(html, "ul");
}

static void write_comparisons(struct nn_html *html, const struct nn_comparison *c)
{
	nn_html_element(html, "h2", "Comparisons", NULL);
	nn_html_forest(html, c);
	nn_html_comparison_tables(html, c);
}

static void write_environment(struct nn_html *html, const struct nn_comparison *c)
{
	nn_html_element(html, "h2", "Environment", NULL);
	nn_html_open(html, "ul", "class", "plain", NULL);
	for (size_t i = 0; i < c->nr_arms; i++) {
		const struct nn_report_arm *arm = &c->arms[i];
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_html_open(html, "li", NULL);
		nn_words_count(&sb, arm->nr_boots, arm->nr_sessions ? "session" : "boot");
		nn_html_textf(html, "%s: target %s, %s, %" PRIu64 " failed", arm->name, arm->target,
			      nn_strbuf_str(&sb), arm->nr_failed_boots);
		nn_html_close(html, "li");
	}
	nn_html_close(html, "ul");
	if (c->nr_arms)
		nn_html_fact_tables(html, c);
}

static void write_rest(struct nn_html *html, const struct nn_comparison *c)
{
	if (c->nr_skips) {
		nn_html_element(html, "h2", "Not measured", NULL);
		nn_html_skip_table(html, c);
	}
	nn_html_element(html, "h2", "Events", NULL);
	if (c->nr_events)
		nn_html_event_table(html, c);
	else
		nn_html_element(html, "p", "None were recorded.", NULL);
	nn_html_element(html, "h2", "Time spent", NULL);
	nn_html_time_table(html, c);
}

static void write_term(struct nn_html *html, const char *name, const char *value)
{
	nn_html_element(html, "dt", name, NULL);
	nn_html_open(html, "dd", NULL);
	nn_html_element(html, "code", value ? value : "none", NULL);
	nn_html_close(html, "dd");
}

static void write_reproduction(struct nn_html *html, const struct nn_comparison *c)
{
	char *const *summary = c->summary;

	nn_html_element(html, "h2", "How to reproduce it", NULL);
	nn_html_element(html, "p",
			"The same plan (compare its hash) with the same seed gives the same order "
			"of arms, workloads and inputs. Every number above can be recomputed from "
			"the samples in the database.",
			NULL);
	nn_html_open(html, "dl", NULL);
	write_term(html, "campaign", summary[NN_SUMMARY_UUID]);
	write_term(html, "plan, SHA-256", summary[NN_SUMMARY_PLAN_HASH]);
	write_term(html, "seed", summary[NN_SUMMARY_SEED]);
	write_term(html, "nearnative build", summary[NN_SUMMARY_BUILD_ID]);
	write_term(html, "machine", summary[NN_SUMMARY_MACHINE]);
	write_term(html, "device", summary[NN_SUMMARY_DEVICE]);
	if (summary[NN_SUMMARY_DEVICE]) {
		write_term(html, "its driver before", summary[NN_SUMMARY_DRIVER_BEFORE]);
		write_term(html, "its driver after", summary[NN_SUMMARY_DRIVER_AFTER]);
	}
	nn_html_close(html, "dl");
}

static int html_render(const struct nn_comparison *c, const struct nn_report_style *style,
		       struct nn_strbuf *out, struct nn_err *err)
{
	struct nn_html html = {.out = out};

	(void)style;
	(void)err;
	nn_html_constant(&html, "<!DOCTYPE html>\n");
	nn_html_open(&html, "html", "lang", "en", NULL);
	write_head(&html, c);
	nn_html_open(&html, "body", NULL);
	write_title(&html, c);
	nn_html_open(&html, "main", NULL);
	write_claims(&html, c);
	write_remarks(&html, c);
	write_comparisons(&html, c);
	write_environment(&html, c);
	write_rest(&html, c);
	write_reproduction(&html, c);
	nn_html_close(&html, "main");
	nn_html_close(&html, "body");
	nn_html_close(&html, "html");
	return 0;
}

const struct nn_report nn_report_html = {
	.plugin = {.name = "html", .summary = "one self-contained page for a browser or printer"},
	.extension = "html",
	.render = html_render,
};
