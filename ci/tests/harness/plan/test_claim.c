/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/plan/plan.h"

static void claims_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		const char *arm;
		const char *base;
		const char *workload;
		const char *metric;
		double margin;
	} cases[] = {
		{"vm >= 97% of native for compute/bandwidth:copy", "vm", "native",
		 "compute/bandwidth", "copy", 0.97},
		{"vm >= 97% of native for *", "vm", "native", "*", "*", 0.97},
		{"  a.b  >=  0.985\tof c-d for iommu/*:p* ", "a.b", "c-d", "iommu/*", "p*", 0.985},
		{"new >= 102.5% of old for null:cost", "new", "old", "null", "cost", 1.025},
		{"vm >= 97% of native", "vm", "native", "*", "*", 0.97},
		{"vm >= 97 % of native", "vm", "native", "*", "*", 0.97},
		{"vm >= 0.97 of native\n", "vm", "native", "*", "*", 0.97},
		{"vm >= 97\t% of native for a:b", "vm", "native", "a", "b", 0.97},
		{"vm>=97% of native", "vm", "native", "*", "*", 0.97},
		{"vm >=97 % of native for a", "vm", "native", "a", "*", 0.97},
		{" vm>= 97% of native for a>=b", "vm", "native", "a>=b", "*", 0.97},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_plan_claim claim = {0};

		assert_int_equal(nn_claim_parse(cases[i].text, &claim, NULL), 0);
		assert_string_equal(claim.text, cases[i].text);
		assert_string_equal(claim.arm, cases[i].arm);
		assert_string_equal(claim.base, cases[i].base);
		assert_string_equal(claim.workload, cases[i].workload);
		assert_string_equal(claim.metric, cases[i].metric);
		assert_true(claim.margin == cases[i].margin);
		nn_claim_release(&claim);
		assert_null(claim.text);
	}
}

static void what_is_no_claim_is_refused_with_the_form_expected(void **state)
{
	static const struct {
		const char *text;
		const char *phrase;
	} cases[] = {
		{"", "is no claim, expected 'ARM >= 97% of BASE [for WORKLOAD[:METRIC]]'"},
		{"vm", "is no claim"},
		{"vm <= 97% of native for *", "is no claim"},
		{"vm >= 97% native", "is no claim"},
		{"vm >= 97% of", "is no claim"},
		{"vm >= 97%", "is no claim"},
		{"vm >= 97% of native for", "is no claim"},
		{"vm >= 97% of native in *", "is no claim"},
		{"vm >= % 97 of native", "is no claim"},
		{"vm>=>=97% of native", "expected a share"},
		{">=97% of native", "is no claim"},
		{"vm=>97% of native", "is no claim"},
		{"vm >= 97 % % of native", "'97%%': expected a share"},
		{"vm >= 97% % of native", "'97%%': expected a share"},
		{"vm >= 97% of native for * and more", "is no claim"},
		{"vm >= % of native for *", "expected a share such as 97% or 0.97"},
		{"vm >= -3% of native for *", "expected a share"},
		{"vm >= 0% of native for *", "the margin is '0%', expected more than 0%"},
		{"vm >= 97 of native for *", "and at most 200%"},
		{"vm >= 97% of native for :copy", "names no workload and metric"},
		{"vm >= 97% of native for a:", "names no workload and metric"},
		{"vm >= 97% of native for a:b:c", "names no workload and metric"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_plan_claim claim = {0};
		struct nn_err err = {0};

		assert_int_equal(nn_claim_parse(cases[i].text, &claim, &err), -EINVAL);
		if (!strstr(err.message, cases[i].phrase))
			fail_msg("'%s': %s", cases[i].text, err.message);
		assert_null(claim.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_taken_apart),
		cmocka_unit_test(what_is_no_claim_is_refused_with_the_form_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
