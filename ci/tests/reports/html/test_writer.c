/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define REPLACEMENT "\xef\xbf\xbd"

static void text_cannot_become_markup(void **state)
{
	static const struct {
		const char *text;
		const char *escaped;
	} cases[] = {
		{"plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
		 "plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
		{"a & b \"c\"", "a &amp; b &quot;c&quot;"},
		{"\x01\x1b[2J", REPLACEMENT REPLACEMENT "[2J"},
		{"\xff\xc3", REPLACEMENT REPLACEMENT},
		{"\xc0\xbc", REPLACEMENT REPLACEMENT},                 /* overlong '<' */
		{"\xed\xa0\x80", REPLACEMENT REPLACEMENT REPLACEMENT}, /* a surrogate */
		{"\xf4\x90\x80\x80", REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT},
		{"\xc2\x9b", REPLACEMENT REPLACEMENT},                 /* C1 control */
		{"\xe2\x80\xae", REPLACEMENT REPLACEMENT REPLACEMENT}, /* turns text around */
		{"\xef\xbf\xbf", REPLACEMENT REPLACEMENT REPLACEMENT}, /* no character */
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
		struct nn_html html = {.out = &out};

		nn_html_text(&html, cases[i].text);
		assert_string_equal(nn_strbuf_str(&out), cases[i].escaped);
	}
}

static void attributes_are_escaped_and_null_ones_left_out(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_html html = {.out = &out};

	(void)state;
	nn_html_element(&html, "td", "x", "title", "\"><b>", "class", NULL, "id", "y", NULL);
	assert_string_equal(nn_strbuf_str(&out),
			    "<td title=\"&quot;&gt;&lt;b&gt;\" id=\"y\">x</td>\n");
	assert_int_equal(html.depth, 0);
}

static void elements_nest(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_html html = {.out = &out};

	(void)state;
	nn_html_open(&html, "p", NULL);
	nn_html_textf(&html, "%d < %d", 1, 2);
	nn_html_void(&html, "br", NULL);
	nn_html_close(&html, "p");
	assert_string_equal(nn_strbuf_str(&out), "<p>1 &lt; 2<br/>\n</p>\n");
}

/* After a link a comma may follow at once; a line end would show as a blank before it. */
static void elements_within_text_add_no_blank(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_html html = {.out = &out};

	(void)state;
	nn_html_element(&html, "a", "x", "href", "#r1", NULL);
	nn_html_text(&html, ", ");
	nn_html_element(&html, "small", "y", NULL);
	assert_string_equal(nn_strbuf_str(&out), "<a href=\"#r1\">x</a>, <small>y</small>");
}

static void numbers_are_short_and_never_markup(void **state)
{
	static const struct {
		double value;
		const char *number;
		const char *percent;
	} cases[] = {
		{0, "0", "0%"},         {0.5, "0.5", "50%"},
		{-0.001, "0", "-0.1%"}, {12.345, "12.35", "1234.5%"},
		{100, "100", "10000%"}, {NAN, "0", "0%"},
		{INFINITY, "0", "0%"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		assert_string_equal(nn_html_number(cases[i].value).text, cases[i].number);
		assert_string_equal(nn_html_percent(cases[i].value).text, cases[i].percent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cannot_become_markup),
		cmocka_unit_test(attributes_are_escaped_and_null_ones_left_out),
		cmocka_unit_test(elements_nest),
		cmocka_unit_test(elements_within_text_add_no_blank),
		cmocka_unit_test(numbers_are_short_and_never_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
