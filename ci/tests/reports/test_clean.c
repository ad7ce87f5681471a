/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/clean.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/compat.h"

#define REPLACED "\xef\xbf\xbd"

static void text_keeps_only_what_nothing_obeys(void **state)
{
	static const struct {
		const char *text;
		const char *clean;
	} cases[] = {
		{"plain", "plain"},
		{"", ""},
		{"two\nlines\tand\r\nmore", "two lines and  more"},
		{"\033[31mred\a", REPLACED "[31mred" REPLACED},
		{"\x7f", REPLACED},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		 "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"\xff\xfe", REPLACED REPLACED},
		{"cut \xe2\x82", "cut " REPLACED REPLACED},
		{"\xc0\xaf", REPLACED REPLACED},                           /* overlong '/' */
		{"\xe0\x80\xaf", REPLACED REPLACED REPLACED},              /* the same */
		{"\xed\xa0\x80", REPLACED REPLACED REPLACED},              /* a surrogate */
		{"\xf4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED}, /* beyond U+10FFFF */
		{"\xc2\x9b"
		 "31m",
		 REPLACED REPLACED "31m"}, /* CSI as a C1 control */
		{"a\xe2\x80\xae"
		 "b",
		 "a" REPLACED REPLACED REPLACED "b"},         /* right to left */
		{"\xe2\x81\xa6", REPLACED REPLACED REPLACED}, /* isolate */
		{"\xe2\x80\xa8", REPLACED REPLACED REPLACED}, /* line separator */
		{"\xef\xbf\xbe", REPLACED REPLACED REPLACED}, /* noncharacter */
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(free) char *clean = nn_clean_text(cases[i].text);

		assert_string_equal(clean, cases[i].clean);
	}
	assert_null(nn_clean_text(NULL));
}

static void length_ends_where_it_is_told(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_clean_add(&sb, "abcdef", 3);
	nn_clean_add(&sb, "\xc3\xa9", 1); /* half a character */
	assert_string_equal(nn_strbuf_str(&sb), "abc" REPLACED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_keeps_only_what_nothing_obeys),
		cmocka_unit_test(length_ends_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
