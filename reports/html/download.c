/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/download.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>

#include "harness/base/strbuf.h"
#include "reports/clean.h"

/* Browsers take data: links up to about 2 MiB. */
#define LINK_CAP (1536 * 1024)

#define CSV_TYPE   "data:text/csv;charset=utf-8,"
#define CSV_HEADER "campaign,arm,block,boot,run,iteration,workload,metric,unit,direction,value\r\n"

/* The text of a link while it grows; bytes are percent-encoded as they come. */
struct link {
	struct nn_strbuf uri;
	size_t nr_boots;
	size_t nr_left_out;
};

static void put(struct nn_strbuf *uri, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (isalnum(byte) || strchr("-_.~,:/", byte)) {
			nn_strbuf_addc(uri, (char)byte);
		} else {
			nn_strbuf_addc(uri, '%');
			nn_strbuf_addc(uri, digits[byte >> 4]);
			nn_strbuf_addc(uri, digits[byte & 15]);
		}
	}
}

/*
 * A quoted field: RFC 4180. A spreadsheet would take a text that begins like a formula for one, and
 * agents write texts, so that an apostrophe goes before it.
 */
static void put_field(struct nn_strbuf *uri, const char *text)
{
	NN_AUTO(free) char *clean = nn_clean_text(text ? text : "");
	NN_AUTO(strbuf) struct nn_strbuf field = NN_STRBUF_INIT;
	bool is_quoted = strpbrk(clean, ",\"\r\n ") != NULL;

	if (is_quoted)
		nn_strbuf_addc(&field, '"');
	if (*clean && strchr("=+-@", *clean))
		nn_strbuf_addc(&field, '\'');
	for (const char *c = clean; *c; c++) {
		if (*c == '"')
			nn_strbuf_addc(&field, '"');
		nn_strbuf_addc(&field, *c);
	}
	if (is_quoted)
		nn_strbuf_addc(&field, '"');
	put(uri, nn_strbuf_str(&field));
	put(uri, ",");
}

static void put_boot(struct nn_strbuf *uri, const struct nn_report_row *row, const char *arm,
		     const struct nn_cell *cell)
{
	NN_AUTO(free) char *block = nn_asprintf("%" PRIu64, cell->block);
	NN_AUTO(strbuf) struct nn_strbuf value = NN_STRBUF_INIT;

	put_field(uri, row->campaign);
	put_field(uri, arm);
	put_field(uri, block);
	put_field(uri, cell->boot);
	put_field(uri, "0");
	put_field(uri, "0");
	put_field(uri, row->workload);
	put_field(uri, row->metric);
	put_field(uri, row->unit);
	put_field(uri, nn_direction_name(row->direction));
	nn_strbuf_add_double(&value, cell->digest.mean);
	nn_strbuf_add(&value, "\r\n");
	put(uri, nn_strbuf_str(&value));
}

static void put_side(struct link *link, const struct nn_report_row *row, const char *arm,
		     const struct nn_report_side *side)
{
	for (size_t i = 0; i < side->boots.nr; i++) {
		if (!isfinite(side->boots.items[i].digest.mean))
			continue;
		if (link->uri.len >= LINK_CAP) {
			link->nr_left_out++;
			continue;
		}
		put_boot(&link->uri, row, arm, &side->boots.items[i]);
		link->nr_boots++;
	}
}

/* Has a row before @place the same metric of the same arm? A base arm is one of several rows. */
static bool is_there(const struct nn_html_view *view, size_t place, const char *arm)
{
	const struct nn_report_row *row = nn_html_view_row(view, place);

	for (size_t i = 0; i < place; i++) {
		const struct nn_report_row *other = nn_html_view_row(view, i);

		if (strcmp(other->workload, row->workload) == 0 &&
		    strcmp(other->metric, row->metric) == 0 &&
		    strcmp(other->unit, row->unit) == 0 &&
		    strcmp(other->campaign ? other->campaign : "",
			   row->campaign ? row->campaign : "") == 0 &&
		    (strcmp(other->base_arm, arm) == 0 ||
		     (other->arm && strcmp(other->arm, arm) == 0)))
			return true;
	}
	return false;
}

static void put_rows(struct link *link, const struct nn_html_view *view)
{
	nn_strbuf_add(&link->uri, CSV_TYPE);
	put(&link->uri, CSV_HEADER);
	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);

		if (!is_there(view, i, row->base_arm))
			put_side(link, row, row->base_arm, &row->base_side);
		if (row->arm && !is_there(view, i, row->arm))
			put_side(link, row, row->arm, &row->side);
	}
}

/* A name for the file out of foreign text. */
static char *file_name(const struct nn_comparison *c)
{
	const char *name = c->title ? c->title : c->summary[NN_SUMMARY_NAME];
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_add(&sb, "nearnative-");
	for (size_t i = 0; name && name[i] && i < 60; i++) {
		unsigned char byte = (unsigned char)name[i];

		nn_strbuf_addc(&sb, isalnum(byte) || byte == '_' ? (char)byte : '-');
	}
	nn_strbuf_add(&sb, "-boots.csv");
	return nn_strbuf_detach(&sb);
}

void nn_html_download(struct nn_html *html, const struct nn_html_view *view)
{
	struct link link = {.nr_boots = 0};
	NN_AUTO(free) char *name = file_name(view->c);
	NN_AUTO(free) char *text = NULL;

	put_rows(&link, view);
	if (link.nr_boots) {
		nn_html_element(html, "h2", "Raw data", "id", "data", NULL);
		nn_html_open(html, "p", NULL);
		text = nn_asprintf("Download %zu boot values (CSV)", link.nr_boots);
		nn_html_element(html, "a", text, "download", name, "href", nn_strbuf_str(&link.uri),
				NULL);
		nn_html_text(html, ": one row for each boot of the comparisons above, for "
				   "'nearnative analyse' or any other program.");
		if (link.nr_left_out)
			nn_html_textf(html, " %zu more did not fit into the link.",
				      link.nr_left_out);
		if (view->c->source != NN_SOURCE_FILE)
			nn_html_text(html, " Every single iteration is in the database: "
					   "'nearnative db export'.");
		nn_html_close(html, "p");
	}
	nn_strbuf_release(&link.uri);
}
