/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/strbuf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void empty_buffer_is_an_empty_string(void **state)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	assert_string_equal(nn_strbuf_str(&sb), "");
	nn_strbuf_release(&sb);
}

static void room_that_stays_unused_is_an_empty_string(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	(void)nn_strbuf_reserve(&sb, 4096);
	assert_string_equal(nn_strbuf_str(&sb), "");
}

static void appending_keeps_what_was_there(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		nn_strbuf_addf(&sb, "%d,", i);
	assert_int_equal(sb.len, 3890);
	assert_memory_equal(nn_strbuf_str(&sb), "0,1,2,", 6);
	assert_string_equal(nn_strbuf_str(&sb) + sb.len - 8, "998,999,");
}

static void doubles_read_back_as_the_same_double(void **state)
{
	static const double values[] = {0.1,   1.0 / 3, 1e300, 5e-324, 123456789.123456789,
					-0.25, 97.0,    1e-9};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_add_double(&sb, values[i]);
		assert_true(strtod(nn_strbuf_str(&sb), NULL) == values[i]);
	}
}

static void short_doubles_stay_short(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add_double(&sb, 0.1);
	assert_string_equal(nn_strbuf_str(&sb), "0.1");
}

static void controls_become_blanks_but_for_those_that_are_meant(void **state)
{
	char text[] = "a\tb\nc\033[1md\x7f \xc3\xa4";

	(void)state;
	nn_blank_controls(text, "\n\t");
	assert_string_equal(text, "a\tb\nc [1md  \xc3\xa4");
	nn_blank_controls(text, "");
	assert_string_equal(text, "a b c [1md  \xc3\xa4");
}

static void detached_string_leaves_an_empty_buffer(void **state)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(free) char *text = NULL;

	(void)state;
	nn_strbuf_add(&sb, "text \n\t");
	nn_strbuf_rtrim(&sb);
	text = nn_strbuf_detach(&sb);
	assert_string_equal(text, "text");
	assert_int_equal(sb.len, 0);
	assert_string_equal(nn_strbuf_str(&sb), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_buffer_is_an_empty_string),
		cmocka_unit_test(room_that_stays_unused_is_an_empty_string),
		cmocka_unit_test(appending_keeps_what_was_there),
		cmocka_unit_test(doubles_read_back_as_the_same_double),
		cmocka_unit_test(short_doubles_stay_short),
		cmocka_unit_test(controls_become_blanks_but_for_those_that_are_meant),
		cmocka_unit_test(detached_string_leaves_an_empty_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
