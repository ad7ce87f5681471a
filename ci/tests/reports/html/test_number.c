/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/compat.h"
#include "reports/words.h"

static void value_has_the_digits_that_its_interval_supports(void **state)
{
	static const struct {
		double value;
		double half_width;
		const char *text;
	} cases[] = {
		{12.41834, 0.031, "12.418"}, {12.41834, 0.31, "12.42"},
		{12.41834, 3.1, "12.4"},     {12.41834, 31, "12"},
		{123456.7, 1200, "123457"},  {0.97312, 0.0123, "0.973"},
		{0.97312, 1e-9, "0.973120"}, {12.41834, NAN, "12.42"},
		{12.41834, 0, "12.42"},      {NAN, 0.1, NN_EN_DASH},
		{INFINITY, 0.1, NN_EN_DASH},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_string_equal(nn_html_value(cases[i].value, cases[i].half_width).text,
				    cases[i].text);
}

static void ratio_is_told_in_percent_by_its_interval(void **state)
{
	static const struct {
		double ratio;
		double bounds[2];
		const char *share;
		const char *range;
	} cases[] = {
		{0.97312, {0.9611, 0.9852}, "97.3 %", "96.1 to 98.5 %"},
		{0.99641, {0.99461, 0.99822}, "99.64 %", "99.46 to 99.82 %"},
		{0.37, {0.23, 0.6}, "37 %", "23 to 60 %"},
		{1.02, {NAN, NAN}, "102.0 %", NN_EN_DASH},
		{NAN, {NAN, NAN}, NN_EN_DASH, NN_EN_DASH},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		assert_string_equal(nn_html_share(cases[i].ratio, cases[i].bounds).text,
				    cases[i].share);
		assert_string_equal(nn_html_share_range(cases[i].bounds).text, cases[i].range);
	}
}

static void small_p_values_are_bounded(void **state)
{
	static const struct {
		double p;
		const char *text;
	} cases[] = {
		{0.5, "0.50"},         {0.0312, "0.031"}, {0.00123, "0.0012"},
		{0.00004, "< 0.0001"}, {NAN, NN_EN_DASH},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_string_equal(nn_html_p_value(cases[i].p).text, cases[i].text);
}

static void short_figures_have_no_zeros_behind(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0"}, {0.01, "0.01"}, {856.73, "856.7"}, {21180, "21180"}, {NAN, NN_EN_DASH},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_string_equal(nn_html_short(cases[i].value).text, cases[i].text);
}

static void precision_of_an_arm_follows_its_boots(void **state)
{
	(void)state;
	assert_true(fabs(nn_html_value_half_width(100, 0.01, 4) - 1) < 1e-12);
	assert_true(isnan(nn_html_value_half_width(100, 0.01, 0)));
	assert_true(isnan(nn_html_value_half_width(100, NAN, 4)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_has_the_digits_that_its_interval_supports),
		cmocka_unit_test(ratio_is_told_in_percent_by_its_interval),
		cmocka_unit_test(small_p_values_are_bounded),
		cmocka_unit_test(short_figures_have_no_zeros_behind),
		cmocka_unit_test(precision_of_an_arm_follows_its_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
