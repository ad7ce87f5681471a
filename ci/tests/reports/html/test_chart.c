/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/chart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct nn_html_axis fitted(double low, double high, double log_from)
{
	struct nn_html_axis axis = NN_HTML_AXIS_INIT;

	nn_html_axis_include(&axis, low);
	nn_html_axis_include(&axis, high);
	nn_html_axis_fit(&axis, 5, log_from);
	return axis;
}

static void ticks_are_round_and_few(void **state)
{
	static const struct {
		double low;
		double high;
		double log_from;
		const char *first;
		const char *last;
	} cases[] = {
		{6231, 6812, 0, "6200", "6800"},  {0.0112, 0.0149, 0, "0.011", "0.015"},
		{-1.2, 3.4, 0, "0", "2"},         {5, 5, 0, "4.98", "5.02"},
		{0, 0, 0, "-0.05", "0.05"},       {12, 950, 10, "10", "1000"},
		{1e-3, 2e4, 10, "0.01", "10000"}, {3e8, 9e8, 0, "4.0e+08", "8.0e+08"},
		{1, 1e12, 10, "100", "1.0e+11"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_html_axis axis = fitted(cases[i].low, cases[i].high, cases[i].log_from);

		assert_true(axis.nr_ticks >= 2 && axis.nr_ticks <= 8);
		assert_string_equal(nn_html_axis_label(&axis, axis.ticks[0]).text, cases[i].first);
		assert_string_equal(nn_html_axis_label(&axis, axis.ticks[axis.nr_ticks - 1]).text,
				    cases[i].last);
	}
}

static void values_lie_within_and_in_order(void **state)
{
	struct nn_html_axis linear = fitted(10, 20, 0);
	struct nn_html_axis logarithmic = fitted(1, 1e4, 10);

	(void)state;
	assert_false(linear.is_log);
	assert_true(logarithmic.is_log);
	assert_true(fabs(nn_html_axis_at(&linear, 15) - 0.5) < 1e-12);
	assert_true(fabs(nn_html_axis_at(&logarithmic, 100) - 0.5) < 1e-12);
	assert_true(nn_html_axis_at(&linear, 10) > 0 && nn_html_axis_at(&linear, 20) < 1);
	assert_true(nn_html_axis_at(&linear, -1e9) == 0);
	assert_true(nn_html_axis_at(&linear, 1e9) == 1);
	assert_true(isfinite(nn_html_axis_at(&logarithmic, -5)));
	assert_true(isfinite(nn_html_axis_at(&linear, NAN)));
}

static void an_axis_of_nothing_is_unusable(void **state)
{
	struct nn_html_axis axis = NN_HTML_AXIS_INIT;

	(void)state;
	nn_html_axis_include(&axis, NAN);
	nn_html_axis_include(&axis, INFINITY);
	assert_false(nn_html_axis_is_usable(&axis));
	nn_html_axis_include(&axis, 3);
	assert_true(nn_html_axis_is_usable(&axis));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ticks_are_round_and_few),
		cmocka_unit_test(values_lie_within_and_in_order),
		cmocka_unit_test(an_axis_of_nothing_is_unusable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
