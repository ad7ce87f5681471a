/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/environment.h"

#include <inttypes.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/table.h"
#include "reports/words.h"

/* More than this are left to the other formats: a page must open. */
#define SHOWN_EVENTS 200
#define SHOWN_SKIPS  200

static void write_left_out(struct nn_html *html, size_t nr, size_t nr_shown)
{
	if (nr <= nr_shown)
		return;
	nn_html_open(html, "p", "class", "left-out", NULL);
	nn_html_textf(html, "The other %zu are in the JSON report (--format json).", nr - nr_shown);
	nn_html_close(html, "p");
}

/* ---- skips ---- */

void nn_html_skips(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"workload", "arm",    "outcome",
					       "runs#",    "reason", NULL};

	if (!c->nr_skips)
		return;
	nn_html_element(html, "h2", "Not measured", "id", "skips", NULL);
	nn_html_table_begin(html, "stack", "Runs that gave no figures", headings);
	for (size_t i = 0; i < c->nr_skips && i < SHOWN_SKIPS; i++) {
		const struct nn_report_skip *skip = &c->skips[i];

		nn_html_open(html, "tr", NULL);
		nn_html_row_heading(html, skip->workload);
		nn_html_cell(html, "arm", skip->arm);
		nn_html_cell(html, "outcome", skip->outcome);
		nn_html_count_cell(html, "runs", skip->count);
		nn_html_cell(html, "reason", skip->reason);
		nn_html_close(html, "tr");
	}
	nn_html_table_end(html);
	write_left_out(html, c->nr_skips, SHOWN_SKIPS);
}

/* ---- events ---- */

static void event_row(struct nn_html *html, const struct nn_report_event *event)
{
	NN_AUTO(strbuf) struct nn_strbuf block = NN_STRBUF_INIT;
	NN_AUTO(free) char *class = nn_asprintf("severity %s", event->severity);

	if (event->block)
		nn_words_block(&block, event->block);
	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, event->kind);
	nn_html_element(html, "td", event->severity, "data-label", "severity", "class", class,
			NULL);
	nn_html_cell(html, "arm", event->arm);
	nn_html_number_cell(html, "block", event->block ? nn_strbuf_str(&block) : NULL);
	nn_html_count_cell(html, "times", event->count);
	nn_html_cell(html, "message", event->message);
	nn_html_close(html, "tr");
}

static bool is_severity(const struct nn_report_event *event, enum nn_severity severity)
{
	return strcmp(event->severity, nn_severity_name(severity)) == 0;
}

/* Errors before warnings, each in the order of the comparison. */
static void event_rows(struct nn_html *html, const struct nn_comparison *c)
{
	static const enum nn_severity order[] = {NN_SEVERITY_ERROR, NN_SEVERITY_WARNING,
						 NN_SEVERITY_INFO};
	size_t nr = 0;

	for (size_t s = 0; s < NN_ARRAY_SIZE(order); s++) {
		for (size_t i = 0; i < c->nr_events && nr < SHOWN_EVENTS; i++) {
			if (!is_severity(&c->events[i], order[s]))
				continue;
			event_row(html, &c->events[i]);
			nr++;
		}
	}
}

void nn_html_events(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"kind",   "severity", "arm", "block#",
					       "times#", "message",  NULL};

	nn_html_element(html, "h2", "Events", "id", "events", NULL);
	if (!c->nr_events) {
		nn_html_element(html, "p", "None were recorded.", NULL);
		return;
	}
	nn_html_table_begin(html, "stack", "What happened beside the runs", headings);
	event_rows(html, c);
	nn_html_table_end(html);
	write_left_out(html, c->nr_events, SHOWN_EVENTS);
}

/* ---- time ---- */

static void time_row(struct nn_html *html, const char *what, double seconds, double total_s)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(free)
	char *share = nn_asprintf("%.1f %%", total_s > 0 ? 100 * seconds / total_s : 0.0);

	nn_words_seconds(&sb, seconds);
	nn_html_open(html, "tr", NULL);
	nn_html_row_heading(html, what);
	nn_html_number_cell(html, NULL, nn_strbuf_str(&sb));
	nn_html_number_cell(html, NULL, share);
	nn_html_close(html, "tr");
}

void nn_html_time(struct nn_html *html, const struct nn_comparison *c)
{
	static const char *const headings[] = {"phase", "time#", "share#", NULL};
	double total_s = c->boot_s + c->workloads_s + c->own_s;

	if (c->source != NN_SOURCE_STORE)
		return;
	nn_html_element(html, "h2", "Time spent", "id", "time", NULL);
	nn_html_table_begin(html, "narrow", "Where the time of the campaign went", headings);
	time_row(html, "kernels booting and stopping", c->boot_s, total_s);
	time_row(html, "workloads", c->workloads_s, total_s);
	time_row(html, "nearnative itself", c->own_s, total_s);
	nn_html_table_end(html);
}
