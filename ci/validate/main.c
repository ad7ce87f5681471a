/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage: validate [--only T4]… [--markdown FILE] NEARNATIVE UNIT_TESTS
 * NEARNATIVE is the built program, UNIT_TESTS the folder of built unit tests of harness/stats.
 * Exit status: 0 when all demands are met, 1 when one is missed, 2 for wrong usage.
 */
#include "ci/validate/validate.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/compat.h"
#include "harness/base/options.h"

struct options {
	struct nn_option_list only;
	const char *markdown;
};

static const struct nn_option option_table[] = {
	NN_OPTION("only", NN_OPTION_LIST, struct options, only, "TEST",
		  "carry out this test only; may be given several times"),
	NN_OPTION("markdown", NN_OPTION_STRING, struct options, markdown, "FILE",
		  "write the findings there as a table too"),
	NN_OPTION_END,
};

static const struct {
	const char *name;
	validate_fn run;
} tests[] = {
	{"T1", validate_coverage},      {"T2", validate_verdict_size},
	{"T3", validate_verdict_power}, {"T4", validate_gate_alarms},
	{"T5", validate_gate_power},    {"T6", validate_drift},
	{"T7", validate_modes},         {"T8", validate_detector},
	{"T9", validate_numbers},       {"T10", validate_determinism},
	{"T11", validate_naive_trap},   {"T13", validate_refusals},
};

static bool is_wanted(const struct nn_option_list *only, const char *name)
{
	for (size_t i = 0; i < only->nr; i++) {
		if (strcmp(only->values[i], name) == 0)
			return true;
	}
	return only->nr == 0;
}

static void run_tests(struct validate *validate, const struct nn_option_list *only)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(tests); i++) {
		uint64_t started_ns = nn_clock_ns();
		struct nn_err err = {0};

		if (!is_wanted(only, tests[i].name))
			continue;
		validate->test = tests[i].name;
		if (tests[i].run(validate, &err))
			validate_broken(validate, &err);
		(void)fprintf(stderr, "%s took %.0f s\n", tests[i].name,
			      (double)(nn_clock_ns() - started_ns) / NN_NS_PER_S);
	}
}

static int count(const struct validate *validate)
{
	size_t nrs[] = {[FINDING_PASSED] = 0, [FINDING_FAILED] = 0, [FINDING_TOLD] = 0};

	for (size_t i = 0; i < validate->nr_findings; i++)
		nrs[validate->findings[i].kind]++;
	(void)printf("%zu passed, %zu failed\n", nrs[FINDING_PASSED], nrs[FINDING_FAILED]);
	return nrs[FINDING_FAILED] || !nrs[FINDING_PASSED] ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	(void)remove(path); /* what stays behind is in the folder for temporary files */
	return 0;
}

static int usage(const char *message)
{
	(void)fprintf(stderr, "validate: %s\n", message);
	(void)fprintf(stderr, "usage: validate [--only TEST]... [--markdown FILE] NEARNATIVE "
			      "UNIT_TESTS\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct validate validate = {.folder = "/tmp/nn-validate-XXXXXX"};
	struct nn_operands operands = {0};
	struct options options = {0};
	struct nn_err err = {0};
	int status;

	if (nn_options_parse(option_table, argc - 1, argv + 1, &options, &operands, &err))
		return usage(err.message);
	if (operands.nr != 2)
		return usage("expected the program and the folder of its unit tests");
	validate.nearnative = operands.values[0];
	validate.unit_tests = operands.values[1];
	if (!mkdtemp(validate.folder))
		return usage(strerror(errno));
	run_tests(&validate, &options.only);
	status = count(&validate);
	if (options.markdown && validate_write_markdown(&validate, options.markdown, &err)) {
		(void)fprintf(stderr, "validate: %s\n", err.message);
		status = EXIT_FAILURE;
	}
	(void)nftw(validate.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	validate_release(&validate);
	free(options.only.values);
	free(operands.values);
	return status;
}
