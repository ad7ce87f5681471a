/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/claims.h"
#include "reports/html/detail.h"
#include "reports/html/download.h"
#include "reports/html/environment.h"
#include "reports/html/forest.h"
#include "reports/html/head.h"
#include "reports/html/telemetry.h"
#include "reports/html/writer.h"
#include "reports/words.h"

/* What the page is about: a campaign's name, a file, two campaigns. */
static const char *subject(const struct nn_comparison *c)
{
	if (c->title)
		return c->title;
	return c->summary[NN_SUMMARY_NAME] ? c->summary[NN_SUMMARY_NAME] : "comparison";
}

static void write_banner(struct nn_html *html, const struct nn_comparison *c)
{
	const char *colon;
	size_t len;

	if (!c->banner)
		return;
	colon = strchr(c->banner, ':');
	len = colon ? (size_t)(colon - c->banner) + 1 : 0;
	nn_html_open(html, "p", "class", "banner", "role", "note", NULL);
	nn_html_open(html, "b", NULL);
	nn_html_textf(html, "%.*s", (int)len, c->banner);
	nn_html_close(html, "b");
	nn_html_text(html, c->banner + len);
	nn_html_close(html, "p");
}

/* "2025-11-22T15:34:00Z" for people; what has another form stays as it is. */
static void write_time(struct nn_html *html, const char *stamp)
{
	if (strlen(stamp) >= 16 && stamp[10] == 'T')
		nn_html_textf(html, ", %.10s %.5s UTC", stamp, stamp + 11);
	else
		nn_html_textf(html, ", %s", stamp);
}

static void write_lead(struct nn_html *html, const struct nn_comparison *c)
{
	char *const *summary = c->summary;

	nn_html_open(html, "p", "class", "lead", NULL);
	switch (c->source) {
	case NN_SOURCE_FILE:
		nn_html_textf(html, "Figures of a file, %zu %s", c->nr_campaigns,
			      c->nr_campaigns == 1 ? "campaign" : "campaigns");
		break;
	case NN_SOURCE_CROSS:
		nn_html_text(html, "Two campaigns side by side");
		break;
	case NN_SOURCE_STORE:
		nn_html_textf(html, "Campaign %s",
			      summary[NN_SUMMARY_STATE] ? summary[NN_SUMMARY_STATE] : "");
		if (summary[NN_SUMMARY_STARTED])
			write_time(html, summary[NN_SUMMARY_STARTED]);
		if (summary[NN_SUMMARY_MACHINE_DESCRIPTION])
			nn_html_textf(html, ", on %s", summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
		if (summary[NN_SUMMARY_DEVICE])
			nn_html_textf(html, ", device %s", summary[NN_SUMMARY_DEVICE]);
		break;
	}
	nn_html_close(html, "p");
	if (c->is_aa)
		nn_html_element(html, "p",
				"A/A: one arm is measured against itself. What differs here is "
				"noise, and shows how small a difference this machine can tell.",
				"class", "aa", NULL);
}

static void write_contents(struct nn_html *html, const struct nn_html_view *view)
{
	const struct nn_comparison *c = view->c;
	const struct {
		const char *link;
		const char *name;
		bool is_there;
	} parts[] = {
		{"#claims", "Claims", true},
		{"#performance", "Performance", true},
		{"#workloads", "Workloads", view->nr_detailed > 0},
		{"#environment", "Environment", c->source != NN_SOURCE_FILE},
		{"#events", "Events", c->source != NN_SOURCE_FILE},
		{"#telemetry", "Telemetry", c->nr_telemetry > 0},
		{"#reproduce", "Reproduce", true},
	};

	nn_html_open(html, "nav", "aria-label", "parts of this report", NULL);
	for (size_t i = 0; i < NN_ARRAY_SIZE(parts); i++) {
		if (parts[i].is_there)
			nn_html_element(html, "a", parts[i].name, "href", parts[i].link, NULL);
	}
	nn_html_close(html, "nav");
}

static void write_title(struct nn_html *html, const struct nn_html_view *view)
{
	nn_html_open(html, "header", "class", "page", NULL);
	write_banner(html, view->c);
	nn_html_element(html, "h1", subject(view->c), NULL);
	write_contents(html, view);
	write_lead(html, view->c);
	nn_html_close(html, "header");
}

static void write_remarks(struct nn_html *html, const struct nn_comparison *c)
{
	if (!c->remarks.nr)
		return;
	nn_html_element(html, "h2", "Remarks", "id", "remarks", NULL);
	nn_html_open(html, "ul", "class", "plain", NULL);
	for (size_t i = 0; i < c->remarks.nr; i++)
		nn_html_element(html, "li", c->remarks.items[i], NULL);
	nn_html_close(html, "ul");
}

static void write_term(struct nn_html *html, const char *name, const char *value)
{
	if (!value)
		return;
	nn_html_element(html, "dt", name, NULL);
	nn_html_open(html, "dd", NULL);
	nn_html_element(html, "code", value, NULL);
	nn_html_close(html, "dd");
}

static void write_stored(struct nn_html *html, char *const *summary)
{
	const char *before = summary[NN_SUMMARY_DRIVER_BEFORE];
	const char *after = summary[NN_SUMMARY_DRIVER_AFTER];

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
	if (summary[NN_SUMMARY_DEVICE]) {
		write_term(html, "device", summary[NN_SUMMARY_DEVICE]);
		write_term(html, "its driver before", before ? before : "none");
		write_term(html, "its driver after", after ? after : "none");
	}
	nn_html_close(html, "dl");
}

static void write_reproduction(struct nn_html *html, const struct nn_comparison *c)
{
	nn_html_element(html, "h2", "How to reproduce it", "id", "reproduce", NULL);
	if (c->source == NN_SOURCE_STORE)
		write_stored(html, c->summary);
	else
		nn_html_element(html, "p",
				"The same input gives the same bytes: resampling is seeded by the "
				"names of campaign, workload and metric.",
				NULL);
}

static void write_main(struct nn_html *html, const struct nn_html_view *view)
{
	const struct nn_comparison *c = view->c;

	nn_html_open(html, "main", NULL);
	nn_html_claims(html, view);
	nn_html_forest(html, view);
	write_remarks(html, c);
	nn_html_details(html, view);
	nn_html_skips(html, c);
	if (c->source != NN_SOURCE_FILE) {
		nn_html_environment(html, c);
		nn_html_events(html, c);
	}
	nn_html_telemetry(html, c);
	nn_html_time(html, c);
	nn_html_download(html, view);
	write_reproduction(html, c);
	nn_html_close(html, "main");
}

static int html_render(const struct nn_comparison *c, const struct nn_report_style *style,
		       struct nn_strbuf *out, struct nn_err *err)
{
	struct nn_html html = {.out = out};
	NN_AUTO(html_view) struct nn_html_view view;
	NN_AUTO(free) char *title = nn_asprintf("%s: nearnative", subject(c));

	(void)style;
	(void)err;
	nn_html_view_init(&view, c);
	nn_html_constant(&html, "<!DOCTYPE html>\n");
	nn_html_open(&html, "html", "lang", "en", NULL);
	nn_html_head(&html, title);
	nn_html_open(&html, "body", NULL);
	nn_html_element(&html, "a", "Skip to the claims", "class", "skip", "href", "#claims", NULL);
	write_title(&html, &view);
	write_main(&html, &view);
	nn_html_element(&html, "footer",
			"Made by nearnative " NN_VERSION
			". This page runs no script and loads nothing.",
			NULL);
	nn_html_close(&html, "body");
	nn_html_close(&html, "html");
	return 0;
}

const struct nn_report nn_report_html = {
	.plugin = {.name = "html", .summary = "one self-contained page for a browser or printer"},
	.extension = "html",
	.render = html_render,
};
