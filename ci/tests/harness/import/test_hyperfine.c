/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

static void every_run_of_a_command_is_an_iteration(void **state)
{
	static const struct expected_value expected[] = {
		{"hyperfine/sleep_0.02", "time", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 0.021665129},
		{"hyperfine/sleep_0.02", "time", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 9,
		 0.021855052},
		{"hyperfine/true", "user_time", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 0.0006422999999999999},
		{"hyperfine/true", "system_time", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 0.0000711},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_hyperfine, "hyperfine-1.15.0.json", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(boot.nr_runs, 3);
	assert_int_equal(nr_values_of(&boot), 3 * 12);
}

static void command_is_one_word_in_the_name_and_whole_in_the_note(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_hyperfine, "hyperfine-1.15.0.json", NULL);

	(void)state;
	assert_string_equal(run_of(&boot, "hyperfine/printf_\"%s\\n\"_a_b")->note,
			    "printf \"%s\\n\" a:b");
}

static void runs_that_end_unlike_the_first_fail_the_command(void **state)
{
	static const struct {
		const char *codes;
		const char *reason;
	} cases[] = {
		{"[0, 0, 0]", NULL},
		{"[1, 1, 1]", NULL},
		{"[null]", NULL},
		{"[]", NULL},
		{"[0, 1, 0]", "1 of 3 runs ended with another status than the first"},
		{"[0, null, 2]", "2 of 3 runs ended with another status than the first"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(free)
		char *text = nn_asprintf("{\"results\": [{\"command\": \"a\", \"times\": [1, 2, 3],"
					 " \"exit_codes\": %s}]}",
					 cases[i].codes);
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_hyperfine, text, NULL);

		assert_outcome(&boot, "hyperfine/a",
			       cases[i].reason ? NN_OUTCOME_FAILED : NN_OUTCOME_OK,
			       cases[i].reason);
	}
}

static void memory_is_read_where_it_was_measured(void **state)
{
	static const struct expected_value expected[] = {
		{"hyperfine/a", "memory", "B", NN_LOWER_IS_BETTER, NN_KIND_COUNT, 1, 4096},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&nn_importer_hyperfine,
			  "{\"results\": [{\"command\": \"a\", \"times\": [1, 2], \"user\": null,"
			  " \"memory_usage_byte\": [2048, null, 4096]}]}",
			  NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_null(sample_of(&boot, "hyperfine/a", "user_time", 0));
}

static void malformed_files_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"{\"results\": [\n{\"command\" \"a\"}]}",
		 "dir/t: JSON line 2 column 14: ':' expected near '\"a\"'"},
		{"not JSON", "dir/t: JSON line 1 column 3: '[' or '{' expected near 'not'"},
		{"{\"results\": {}}", "dir/t: member 'results': wrong type, expected an array"},
		{"{\"results\": []}", "dir/t: no figure in it, expected results of hyperfine"},
		{"{\"results\": [{}]}", "dir/t: member 'command': missing, expected a string"},
		{"{\"results\": [{\"command\": \"a\"}]}",
		 "dir/t: 'a': member 'times': missing, expected an array"},
		{"{\"results\": [{\"command\": \"a\", \"times\": [1, \"2\"]}]}",
		 "dir/t: time of 'a': entry 2 is no number"},
	};

	(void)state;
	assert_malformed(&nn_importer_hyperfine, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_run_of_a_command_is_an_iteration),
		cmocka_unit_test(command_is_one_word_in_the_name_and_whole_in_the_note),
		cmocka_unit_test(runs_that_end_unlike_the_first_fail_the_command),
		cmocka_unit_test(memory_is_read_where_it_was_measured),
		cmocka_unit_test(malformed_files_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
