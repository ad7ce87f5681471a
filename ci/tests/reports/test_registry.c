/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void descriptors_are_complete_and_sorted(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_reports; i++) {
		assert_non_null(nn_reports[i]->plugin.name);
		assert_non_null(nn_reports[i]->plugin.summary);
		assert_non_null(nn_reports[i]->extension);
		assert_non_null(nn_reports[i]->render);
		if (i)
			assert_true(strcmp(nn_reports[i - 1]->plugin.name,
					   nn_reports[i]->plugin.name) < 0);
	}
}

static void reports_are_found_by_their_name(void **state)
{
	static const char *const names[] = {"bencher",  "csv",         "github-action-benchmark",
					    "html",     "json",        "junit",
					    "markdown", "openmetrics", "text"};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++)
		assert_string_equal(nn_report_find(names[i])->plugin.name, names[i]);
	assert_null(nn_report_find("pdf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_complete_and_sorted),
		cmocka_unit_test(reports_are_found_by_their_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
