/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void each_layer_puts_what_it_knows_in_front(void **state)
{
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_err_errno(&err, EBUSY, "bind '%s'", "0000:01:00.0"), -EBUSY);
	assert_int_equal(nn_err_prefix(&err, "boot arm '%s'", "vm"), -EBUSY);
	assert_string_equal(err.message,
			    "boot arm 'vm': bind '0000:01:00.0': Device or resource busy");
	assert_int_equal(err.code, -EBUSY);
}

static void nobody_need_want_the_message(void **state)
{
	(void)state;
	assert_int_equal(nn_err_set(NULL, -EINVAL, "x"), -EINVAL);
	assert_int_equal(nn_err_errno(NULL, EIO, "x"), -EIO);
	assert_true(nn_err_prefix(NULL, "x") < 0);
}

static void long_messages_are_cut_and_terminated(void **state)
{
	struct nn_err err = {0};
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)nn_err_set(&err, -EIO, "%s", text);
	(void)nn_err_prefix(&err, "%s", "first");
	assert_int_equal(strlen(err.message), NN_ERR_MESSAGE_CAP - 1);
	assert_memory_equal(err.message, "first: x", 8);
}

static void what_a_message_quotes_stays_in_its_line(void **state)
{
	struct nn_err err = {0};

	(void)state;
	(void)nn_err_set(&err, -EINVAL, "'%s'", "a\x1b[2J\nb\x7f é");
	assert_string_equal(err.message, "'a [2J b  é'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_layer_puts_what_it_knows_in_front),
		cmocka_unit_test(nobody_need_want_the_message),
		cmocka_unit_test(long_messages_are_cut_and_terminated),
		cmocka_unit_test(what_a_message_quotes_stays_in_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
