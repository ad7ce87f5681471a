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

/* Two digits of half the width, but no more than four decimals and no fewer than one. */
static void ratio_has_the_digits_that_its_interval_makes_sense_of(void **state)
{
	static const struct {
		double ratio;
		double bounds[2];
		const char *text;
		const char *interval;
	} cases[] = {
		{0.99812345, {0.99412345, 1.00212345}, "0.9981", "0.9941" NN_EN_DASH "1.0021"},
		{0.99812345, {0.95, 1.05}, "0.998", "0.950" NN_EN_DASH "1.050"},
		{3.339, {2.564, 4.348}, "3.34", "2.56" NN_EN_DASH "4.35"},
		{1.14, {0.11, 11.4}, "1.1", "0.1" NN_EN_DASH "11.4"},
		{1, {1, 1}, "1.0000", "1.0000" NN_EN_DASH "1.0000"},
		{1.0000012, {1.0000011, 1.0000013}, "1.0000", "1.0000" NN_EN_DASH "1.0000"},
		{0.97, {NAN, 1}, "0.9700", NN_EN_DASH},
		{NAN, {NAN, NAN}, NN_EN_DASH, NN_EN_DASH},
		{12345.6, {12000, 13000}, "12350", "12000" NN_EN_DASH "13000"},
		{0.00123, {0.00122, 0.00124}, "0.001230", "0.001220" NN_EN_DASH "0.001240"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_ratio(&sb, cases[i].ratio, cases[i].bounds);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
		nn_strbuf_clear(&sb);
		nn_words_ratio_interval(&sb, cases[i].bounds);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].interval);
	}
}

static void percentages_have_two_significant_digits(void **state)
{
	static const struct {
		double pct;
		const char *text;
	} cases[] = {{0.6512, "0.65 %"}, {0.996, "1.0 %"},    {3.14159, "3.1 %"},
		     {9.96, "10 %"},     {25.88, "26 %"},     {0, "0.00 %"},
		     {-2.34, "-2.3 %"},  {308383, "> 999 %"}, {NAN, NN_EN_DASH}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_pct(&sb, cases[i].pct);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

static void p_values_do_not_round_to_zero_or_to_the_level(void **state)
{
	static const struct {
		double p_value;
		const char *text;
	} cases[] = {{1e-9, "p < 0.0001"},  {0.0003, "p = 0.0003"}, {0.0499, "p = 0.0499"},
		     {0.41234, "p = 0.41"}, {1, "p = 1.00"},        {NAN, ""}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_p(&sb, cases[i].p_value);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

static void verdict_tells_the_boots_that_are_missing(void **state)
{
	static const struct {
		const char *verdict;
		uint64_t boots_needed;
		const char *text;
	} cases[] = {{"PROVEN", 0, "PROVEN"},
		     {"INCONCLUSIVE", 7, "INCONCLUSIVE (7 more boots)"},
		     {"INCONCLUSIVE", 1, "INCONCLUSIVE (1 more boot)"},
		     {NULL, 0, NN_EN_DASH}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_verdict(&sb, cases[i].verdict, cases[i].boots_needed);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

static void blocks_count_from_one(void **state)
{
	static const struct {
		const char *stored;
		const char *text;
	} cases[] = {{"0", "1"}, {"9", "10"}, {"?", "?"}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_block(&sb, cases[i].stored);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

/* In rising order: each is compared with all behind it, both ways, so the order is total. */
static void names_sort_by_the_sizes_in_them(void **state)
{
	static const char *const sorted[] = {
		"",
		"campaign-2",
		"campaign-10",
		"kernel-6.1",
		"kernel-6.9",
		"kernel-6.12",
		"latency",
		"latency_max",
		"map",
		"map-4KiB",
		"map-64KiB",
		"map-512KiB",
		"map-1024KiB",
		"map-1MiB",
		"map-2MiB",
		"map-1GiB",
		"map_4KiB",
		"p50",
		"p95",
		"p99",
		"p999",
		"wait-100us",
		"wait-1ms",
		"wait-1s",
		"x64bit",
		"x128bit",
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(sorted); i++) {
		assert_int_equal(nn_words_compare(sorted[i], sorted[i]), 0);
		for (size_t j = i + 1; j < NN_ARRAY_SIZE(sorted); j++) {
			if (nn_words_compare(sorted[i], sorted[j]) >= 0 ||
			    nn_words_compare(sorted[j], sorted[i]) <= 0)
				fail_msg("'%s' does not sort before '%s'", sorted[i], sorted[j]);
		}
	}
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

static void seconds_are_told_whatever_a_database_says(void **state)
{
	static const struct {
		double seconds;
		const char *words;
	} cases[] = {
		{1.5, "1.5 s"},
		{7384, "2 h 3 min"},
		{-3, "0 us"},
		{NAN, "0 us"},
		{27670116110.6, "2777777 h 46 min"},
		{INFINITY, "2777777 h 46 min"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_words_seconds(&sb, cases[i].seconds);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_are_told_whatever_a_database_says),
		cmocka_unit_test(numbers_have_four_significant_digits),
		cmocka_unit_test(interval_without_bounds_is_a_dash),
		cmocka_unit_test(ratio_has_the_digits_that_its_interval_makes_sense_of),
		cmocka_unit_test(percentages_have_two_significant_digits),
		cmocka_unit_test(p_values_do_not_round_to_zero_or_to_the_level),
		cmocka_unit_test(verdict_tells_the_boots_that_are_missing),
		cmocka_unit_test(blocks_count_from_one),
		cmocka_unit_test(names_sort_by_the_sizes_in_them),
		cmocka_unit_test(units_of_virtual_time_say_so),
		cmocka_unit_test(one_thing_is_singular),
		cmocka_unit_test(width_counts_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
