/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void numbers_have_four_significant_digits(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0.97, "0.9700"},
		{1, "1.000"},
		{12.4218, "12.42"},
		{204.77, "204.8"},
		{1234.4, "1234"},
		{123456, "123500"},
		{9999999, "10000000"},
		{12345678, "1.235e+07"},
		{0.00012344, "0.0001234"},
		{0.000012344, "1.234e-05"},
		{0, "0.000"},
		{-3.14159, "-3.142"},
		{NAN, NN_EN_DASH},
		{INFINITY, NN_EN_DASH},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_number(&sb, cases[i].value);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

static void interval_without_bounds_is_a_dash(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_words_interval(&sb, (const double[2]){0.951234, 0.98765});
	assert_string_equal(nn_strbuf_str(&sb), "0.9512" NN_EN_DASH "0.9877");
	nn_strbuf_clear(&sb);
	nn_words_interval(&sb, (const double[2]){NAN, 0.98765});
	assert_string_equal(nn_strbuf_str(&sb), NN_EN_DASH);
}

static void units_of_virtual_time_say_so(void **state)
{
	const struct nn_comparison real = {0};
	const struct nn_comparison virtual_time = {.is_virtual_time = true};
	char unit[] = "us";
	const struct nn_report_row row = {.unit = unit};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_words_unit(&sb, &real, &row);
	assert_string_equal(nn_strbuf_str(&sb), "us");
	nn_strbuf_clear(&sb);
	nn_words_unit(&sb, &virtual_time, &row);
	assert_string_equal(nn_strbuf_str(&sb), "virt. us");
}

static void one_thing_is_singular(void **state)
{
	static const struct {
		uint64_t count;
		const char *text;
	} cases[] = {{0, "0 boots"}, {1, "1 boot"}, {2, "2 boots"}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_count(&sb, cases[i].count, "boot");
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

static void width_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(nn_words_width(""), 0);
	assert_int_equal(nn_words_width("a" NN_EN_DASH "b"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_four_significant_digits),
		cmocka_unit_test(interval_without_bounds_is_a_dash),
		cmocka_unit_test(units_of_virtual_time_say_so),
		cmocka_unit_test(one_thing_is_singular),
		cmocka_unit_test(width_counts_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
