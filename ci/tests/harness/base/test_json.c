/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/json.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static json_t *parsed(const char *text)
{
	json_t *root = NULL;

	assert_int_equal(nn_json_parse(text, strlen(text), &root, NULL), 0);
	return root;
}

static void bad_text_is_refused_with_its_place(void **state)
{
	struct nn_err err = {0};
	json_t *root = NULL;

	(void)state;
	assert_int_equal(nn_json_parse("{\n \"a\": ]", 9, &root, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "line 2"));
	assert_int_equal(nn_json_parse("{\"a\":1,\"a\":2}", 13, &root, &err), -EBADMSG);
	assert_null(root);
}

static void getters_name_the_member_and_what_was_expected(void **state)
{
	NN_AUTO(json) json_t *root = parsed("{\"n\": -1, \"s\": 3}");
	struct nn_err err = {0};
	const char *s = "untouched";
	uint64_t n = 7;

	(void)state;
	assert_int_equal(nn_json_get_str(root, "s", &s, &err), -EBADMSG);
	assert_string_equal(err.message, "member 's': wrong type, expected a string");
	assert_int_equal(nn_json_get_u64(root, "n", &n, &err), -EBADMSG);
	assert_int_equal(nn_json_get_u64(root, "none", &n, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "'none': missing"));
	assert_string_equal(s, "untouched");
	assert_int_equal(n, 7);
}

static void numbers_round_trip(void **state)
{
	NN_AUTO(json) json_t *array = json_array();
	NN_AUTO(free) char *text = NULL;
	NN_AUTO(json) json_t *back = NULL;

	(void)state;
	(void)json_array_append_new(array, json_real(0.1 + 0.2));
	text = nn_json_text(array);
	back = parsed(text);
	assert_true(json_real_value(json_array_get(back, 0)) == 0.1 + 0.2);
}

static void absent_is_null(void **state)
{
	NN_AUTO(json) json_t *nan = nn_json_real_or_null(NAN);
	NN_AUTO(json) json_t *none = nn_json_str_or_null(NULL);
	NN_AUTO(json) json_t *latin = nn_json_str_or_null("caf\xe9");

	(void)state;
	assert_true(json_is_null(nan));
	assert_true(json_is_null(none));
	assert_string_equal(json_string_value(latin), "caf?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_text_is_refused_with_its_place),
		cmocka_unit_test(getters_name_the_member_and_what_was_expected),
		cmocka_unit_test(numbers_round_trip),
		cmocka_unit_test(absent_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
