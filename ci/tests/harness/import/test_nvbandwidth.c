/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

#define FILE_OF(tests) "{\"nvbandwidth\": {\"testcases\": [" tests "], \"version\": \"v0.8\"}}"
#define PASSED(name, description, matrix)                                       \
	"{\"name\": \"" name                                                    \
	"\", \"status\": \"Passed\", \"bandwidth_description\": \"" description \
	"\", \"bandwidth_matrix\": " matrix ", \"sum\": 3}"

static void cells_have_their_units_and_directions(void **state)
{
	static const struct expected_value expected[] = {
		{"nvbandwidth/host_to_device_memcpy_ce", "bandwidth_row0_col0", "GB/s",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 26.0314},
		{"nvbandwidth/host_to_device_memcpy_ce", "bandwidth_row0_col1", "GB/s",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 25.9437},
		{"nvbandwidth/host_to_device_memcpy_ce", "bandwidth_sum", "GB/s",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 51.9751},
		{"nvbandwidth/device_to_device_memcpy_read_ce", "bandwidth_row1_col0", "GB/s",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 276.192},
		{"nvbandwidth/host_device_latency_sm", "latency_row0_col1", "ns",
		 NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 655.012},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_nvbandwidth, "nvbandwidth-0.8.json", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	/* 2 + 2 + 2 cells and 3 sums of bandwidths, 2 latencies whose sum means nothing */
	assert_int_equal(nr_values_of(&boot), 11);
	assert_null(sample_of(&boot, "nvbandwidth/host_device_latency_sm", "latency_sum", 0));
	assert_fact(&boot, "tool", "nvbandwidth v0.8");
	assert_fact(&boot, "nvidia.driver", "570.86.15");
	assert_fact(&boot, "cuda.runtime", "12080");
}

static void tests_that_did_not_pass_say_why(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_nvbandwidth, "nvbandwidth-0.8.json", NULL);

	(void)state;
	assert_outcome(&boot, "nvbandwidth/all_to_one_write_ce", NN_OUTCOME_SKIPPED, "Waived");
	assert_outcome(&boot, "nvbandwidth/host_to_all_memcpy_ce", NN_OUTCOME_BROKEN,
		       "CUDA_ERROR_OUT_OF_MEMORY in memcpy");
}

static void single_cell_is_called_by_what_it_measures(void **state)
{
	static const struct expected_value expected[] = {
		{"nvbandwidth/a", "bandwidth", "GB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 12.5},
		{"nvbandwidth/a", "bandwidth", "GB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 1, 13},
		{"nvbandwidth/b", "latency", "ns", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 650},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&nn_importer_nvbandwidth,
			  FILE_OF(PASSED("a", "bandwidth (GB/s) ", "[[\"12.5\"]]") ", " PASSED(
				  "a", "bandwidth (GB/s)",
				  "[[13]]") ", " PASSED("b", "latency (ns)", "[[\"650\"]]")),
			  NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(nr_values_of(&boot), 3);
}

static void error_of_the_run_explains_the_test_that_it_ended(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_text(
		&nn_importer_nvbandwidth,
		"{\"nvbandwidth\": {\"error\": \"[CUDA_ERROR_X] lost\", \"testcases\": [" PASSED(
			"a", "bandwidth (GB/s)",
			"[[1]]") ", {\"name\": \"b\", \"status\": \"Running\"}]}}",
		NULL);

	(void)state;
	assert_outcome(&boot, "nvbandwidth/a", NN_OUTCOME_OK, NULL);
	assert_outcome(&boot, "nvbandwidth/b", NN_OUTCOME_BROKEN, "[CUDA_ERROR_X] lost");
}

static void malformed_files_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"{\n\"nvbandwidth\": {\n}",
		 "dir/t: JSON line 3 column 1: '}' expected near end of file"},
		{"{}", "dir/t: member 'nvbandwidth': missing, expected an object"},
		{"{\"nvbandwidth\": {\"error\": \"no devices\"}}",
		 "dir/t: nvbandwidth failed: no devices"},
		{"{\"nvbandwidth\": {}}", "dir/t: member 'testcases': missing, expected an array"},
		{FILE_OF("{\"name\": \"a\", \"status\": \"Waived\"}"),
		 "dir/t: no figure in it, expected results of nvbandwidth"},
		{FILE_OF("{\"name\": \"a\"}"),
		 "dir/t: a test case: member 'status': missing, expected a string"},
		{FILE_OF("{\"name\": \"a\", \"status\": \"Passed\"}"),
		 "dir/t: test case 'a': member 'bandwidth_description': missing, expected a string"},
		{FILE_OF(PASSED("a", "bandwidth (mph)", "[[1]]")),
		 "dir/t: test case 'a': 'bandwidth (mph)' ends in no known unit, expected (GB/s) or "
		 "(ns)"},
		{FILE_OF(PASSED("a", "bandwidth", "[[1]]")),
		 "dir/t: test case 'a': 'bandwidth' ends in no known unit, expected (GB/s) or (ns)"},
		{FILE_OF(PASSED("a", "bandwidth (GB/s)", "[1]")),
		 "dir/t: test case 'a': row 0 of the matrix is no array"},
		{FILE_OF(PASSED("a", "bandwidth (GB/s)", "[[\"1\", \"fast\"]]")),
		 "dir/t: test case 'a': bandwidth_row0_col1 is 'fast', expected a number or N/A"},
		{FILE_OF(PASSED("a", "bandwidth (GB/s)", "[[null]]")),
		 "dir/t: test case 'a': bandwidth is 'no text', expected a number or N/A"},
	};

	(void)state;
	assert_malformed(&nn_importer_nvbandwidth, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_have_their_units_and_directions),
		cmocka_unit_test(tests_that_did_not_pass_say_why),
		cmocka_unit_test(single_cell_is_called_by_what_it_measures),
		cmocka_unit_test(error_of_the_run_explains_the_test_that_it_ended),
		cmocka_unit_test(malformed_files_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
