/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T9: numbers that others published or computed. */
#include "ci/validate/unit-tests.h"

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"

/* cmocka writes a line for each case. */
#define CASE_PASSED "[       OK ]"
#define CASE_FAILED "[  FAILED  ] "

int unit_test_run(struct validate *validate, const char *name, const char *what, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/test_%s", validate->unit_tests, name);
	const char *argv[] = {path, NULL};
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	NN_AUTO(free) char *measured = NULL;
	size_t nr_passed;
	int rc = nn_subprocess_run(&(struct nn_subprocess_spec){.argv = argv}, &result, err);

	if (rc)
		return rc;
	nr_passed = validate_count(nn_strbuf_str(&result.out), CASE_PASSED) +
		    validate_count(nn_strbuf_str(&result.err_out), CASE_PASSED);
	measured = nn_asprintf("%zu cases%s", nr_passed, result.exit_status ? ", not all" : "");
	validate_fact(validate, result.exit_status == 0 && nr_passed > 0, "all cases pass",
		      measured, "%s (test_%s)", what, name);
	return 0;
}

int validate_numbers(struct validate *validate, struct nn_err *err)
{
	static const struct {
		const char *name;
		const char *what;
	} tests[] = {
		{"moments", "mean and SD: NIST reference data sets"},
		{"variance", "variance components: NIST ANOVA, libkalibera"},
		{"distribution", "t, normal, beta, F, noncentral t: R 4.2.2"},
		{"ratio", "paired, Welch, Fieller, TOST, non-inferiority: R 4.2.2"},
		{"ratio-power", "power, boots needed, detectable effect: R 4.2.2"},
		{"rank", "Wilcoxon distributions: R 4.2.2"},
		{"hodges-lehmann", "Hodges-Lehmann estimates and intervals: R 4.2.2"},
		{"quantile", "Harrell-Davis and type 7: R 4.2.2"},
		{"multiple", "Benjamini-Hochberg, Holm: R 4.2.2"},
		{"proportion", "Clopper-Pearson, rule of three: R 4.2.2"},
		{"trend", "autocorrelation, effective sample size, Theil-Sen: R 4.2.2"},
		{"resample", "bootstrap-t: closed forms"},
		{"change", "scores of change points: published check values"},
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(tests); i++)
		rc = unit_test_run(validate, tests[i].name, tests[i].what, err);
	return rc;
}
