/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"
#include "harness/base/cpu-flags.h"

static void whole_flags_of_the_first_cpu_count(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	assert_false(nn_cpu_has_flag(&tree.root, "fpu"));
	tree_file(&tree, "/proc/cpuinfo",
		  "processor\t: 0\nmodel name\t: a: svm thing\nflags\t\t: fpu vmx nonstop_tsc\n"
		  "bugs\t\t: spectre\n\nprocessor\t: 1\nflags\t\t: fpu svm\n");
	assert_true(nn_cpu_has_flag(&tree.root, "fpu"));
	assert_true(nn_cpu_has_flag(&tree.root, "nonstop_tsc"));
	assert_false(nn_cpu_has_flag(&tree.root, "nonstop"));
	assert_false(nn_cpu_has_flag(&tree.root, "tsc"));
	assert_false(nn_cpu_has_flag(&tree.root, "svm"));
	assert_false(nn_cpu_has_flag(&tree.root, "spectre"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_flags_of_the_first_cpu_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
