/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/download.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/rich.h"
#include "harness/base/strbuf.h"

static char *section(struct nn_comparison *c)
{
	NN_AUTO(html_view) struct nn_html_view view;
	struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_html html = {.out = &out};

	nn_html_view_init(&view, c);
	nn_html_download(&html, &view);
	return nn_strbuf_detach(&out);
}

/* The target of the link, which must hold nothing but what a link may. */
static char *link_of(const char *text)
{
	const char *start = strstr(text, "href=\"data:");
	const char *end;

	assert_non_null(start);
	start += strlen("href=\"");
	end = strchr(start, '"');
	assert_non_null(end);
	for (const char *c = start; c < end; c++)
		assert_true(isalnum((unsigned char)*c) || strchr("-_.~,:/%;=", *c));
	return nn_strndup(start, (size_t)(end - start));
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c - 'A' + 10;
}

static char *decoded(const char *link)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	for (const char *c = strchr(link, ',') + 1; *c; c++) {
		if (*c == '%') {
			nn_strbuf_addc(&sb, (char)(hex(c[1]) << 4 | hex(c[2])));
			c += 2;
		} else {
			nn_strbuf_addc(&sb, *c);
		}
	}
	return nn_strbuf_detach(&sb);
}

static size_t count(const char *text, const char *part)
{
	size_t nr = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		nr++;
	return nr;
}

static void link_holds_each_boot_once(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	NN_AUTO(free) char *text = section(c);
	NN_AUTO(free) char *link = link_of(text);
	NN_AUTO(free) char *csv = decoded(link);
	size_t nr_lone = 2;
	size_t nr = (2 * c->nr_rows - nr_lone) * RICH_BLOCKS;
	NN_AUTO(free) char *sentence = nn_asprintf("Download %zu boot values", nr);

	(void)state;
	assert_non_null(strstr(text, sentence));
	assert_non_null(strstr(text, "download=\"nearnative-demo-boots.csv\""));
	assert_int_equal(count(csv, "\r\n"), nr + 1);
	assert_int_equal(
		strncmp(csv,
			"campaign,arm,block,boot,run,iteration,workload,metric,unit,"
			"direction,value\r\n" SAMPLE_CAMPAIGN ",native,0,",
			strlen("campaign,arm,block,boot,run,iteration,workload,metric,unit,"
			       "direction,value\r\n" SAMPLE_CAMPAIGN ",native,0,")),
		0);
	assert_non_null(strstr(csv, ",compute/launch-latency,roundtrip,us,lower,"));
}

/* The base of several arms is in several rows and once in the file. */
static void base_of_several_arms_is_there_once(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	size_t nr_before, nr_after;
	struct nn_report_row *row;

	(void)state;
	{
		NN_AUTO(free) char *text = section(c);
		NN_AUTO(free) char *link = link_of(text);
		NN_AUTO(free) char *csv = decoded(link);

		nr_before = count(csv, ",native,");
	}
	row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);
	rich_fill_row(row, &rich_rows[0], 0);
	free(row->arm);
	row->arm = nn_strdup("vm-hugepages");
	{
		NN_AUTO(free) char *text = section(c);
		NN_AUTO(free) char *link = link_of(text);
		NN_AUTO(free) char *csv = decoded(link);

		nr_after = count(csv, ",native,");
		assert_int_equal(count(csv, ",vm-hugepages,"), RICH_BLOCKS);
	}
	assert_int_equal(nr_after, nr_before);
}

static void foreign_text_stays_in_its_field(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	free(c->rows[0].metric);
	c->rows[0].metric = nn_strdup("=cmd|'/c calc'!A1,\"x\"\r\nnext");

	NN_AUTO(free) char *text = section(c);
	NN_AUTO(free) char *link = link_of(text);
	NN_AUTO(free) char *csv = decoded(link);

	assert_non_null(strstr(csv, ",\"'=cmd|'/c calc'!A1,\"\"x\"\"  next\","));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(link, "<"));
}

static void without_boots_there_is_no_section(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(free) char *text = section(c);

	(void)state;
	assert_string_equal(text, "");
}

/* Browsers refuse links beyond 2 MiB: what does not fit is counted. */
static void link_stays_within_what_browsers_take(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	for (uint64_t block = 0; block < 30000; block++) {
		struct nn_cell *cell =
			NN_ARRAY_APPEND(c->rows[4].side.boots.items, c->rows[4].side.boots.nr,
					c->rows[4].side.boots.cap);

		*cell = (struct nn_cell){.arm = 1, .block = 100 + block};
		cell->boot = nn_strdup("00000000-0000-4000-8000-000000000000");
		cell->digest.mean = 10;
	}

	NN_AUTO(free) char *text = section(c);
	NN_AUTO(free) char *link = link_of(text);

	assert_true(strlen(link) < 2 * 1024 * 1024);
	assert_non_null(strstr(text, "more did not fit into the link"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_holds_each_boot_once),
		cmocka_unit_test(base_of_several_arms_is_there_once),
		cmocka_unit_test(foreign_text_stays_in_its_field),
		cmocka_unit_test(without_boots_there_is_no_section),
		cmocka_unit_test(link_stays_within_what_browsers_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
