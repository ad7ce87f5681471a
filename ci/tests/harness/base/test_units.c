/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/units.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef int (*parse_u64_fn)(const char *text, uint64_t *ret_value, struct nn_err *err);

static void units_accept_what_people_write(void **state)
{
	static const struct {
		parse_u64_fn parse;
		const char *text;
		uint64_t wanted;
	} cases[] = {
		{nn_parse_bytes, "16GiB", 17179869184},
		{nn_parse_bytes, "4096B", 4096},
		{nn_parse_bytes, "1.5 KiB", 1536},
		{nn_parse_bytes, "2MB", 2000000},
		{nn_parse_duration_ns, "30s", 30000000000},
		{nn_parse_duration_ns, "1.5ms", 1500000},
		{nn_parse_duration_ns, "2min", 120000000000},
		{nn_parse_u64, "0x10", 16},
		{nn_parse_u64, "18446744073709551615", UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		uint64_t value = 0;

		assert_int_equal(cases[i].parse(cases[i].text, &value, NULL), 0);
		assert_int_equal(value, cases[i].wanted);
	}
}

static void numbers_are_refused_that_a_double_would_lose(void **state)
{
	static const char *const lost[] = {"1e999", "-1e999", "1e-400", "-0.1e-500", "nan", "inf"};
	static const struct {
		const char *text;
		double wanted;
	} kept[] = {{"0", 0}, {"0e-500", 0}, {"-0.000", 0}, {"1e-310", 1e-310}, {"1e308", 1e308}};
	double value = 7;

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(lost); i++)
		assert_int_equal(nn_parse_double(lost[i], &value, NULL), -EINVAL);
	assert_true(value == 7);
	for (size_t i = 0; i < NN_ARRAY_SIZE(kept); i++) {
		assert_int_equal(nn_parse_double(kept[i].text, &value, NULL), 0);
		assert_true(value == kept[i].wanted);
	}
}

static void units_refuse_anything_else_and_say_what_was_expected(void **state)
{
	static const struct {
		parse_u64_fn parse;
		const char *text;
		const char *phrase;
	} cases[] = {
		{nn_parse_bytes, "16", "expected a size"},
		{nn_parse_bytes, "16 gigs", "expected a size"},
		{nn_parse_bytes, "-1GiB", "expected a size"},
		{nn_parse_bytes, "1.5B", "not a whole number"},
		{nn_parse_bytes, "99999999999TiB", "too large"},
		{nn_parse_bytes, "", "expected a size"},
		{nn_parse_duration_ns, "30", "expected a time"},
		{nn_parse_duration_ns, "1.2.3s", "expected a time"},
		{nn_parse_u64, "-1", "no whole number"},
		{nn_parse_u64, " 1", "no whole number"},
		{nn_parse_u64, "18446744073709551616", "no whole number"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_err err = {0};
		uint64_t value = 42;

		assert_int_equal(cases[i].parse(cases[i].text, &value, &err), -EINVAL);
		assert_non_null(strstr(err.message, cases[i].phrase));
		assert_int_equal(value, 42); /* failure leaves outputs alone */
	}
}

static void shares_are_percentages_or_plain_numbers(void **state)
{
	double share = 0;

	(void)state;
	assert_int_equal(nn_parse_share("97%", &share, NULL), 0);
	assert_float_equal(share, 0.97, 1e-15);
	assert_int_equal(nn_parse_share("0.5", &share, NULL), 0);
	assert_float_equal(share, 0.5, 0);
	assert_int_equal(nn_parse_share("97 percent", &share, NULL), -EINVAL);
}

static void sizes_and_times_are_written_for_people(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add_bytes(&sb, 64 << 20);
	nn_strbuf_addc(&sb, '|');
	nn_strbuf_add_bytes(&sb, 4097);
	nn_strbuf_addc(&sb, '|');
	nn_strbuf_add_duration(&sb, 850000000);
	nn_strbuf_addc(&sb, '|');
	nn_strbuf_add_duration(&sb, 185000000000);
	assert_string_equal(nn_strbuf_str(&sb), "64 MiB|4097 B|850 ms|3 min 5 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_accept_what_people_write),
		cmocka_unit_test(numbers_are_refused_that_a_double_would_lose),
		cmocka_unit_test(units_refuse_anything_else_and_say_what_was_expected),
		cmocka_unit_test(shares_are_percentages_or_plain_numbers),
		cmocka_unit_test(sizes_and_times_are_written_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
