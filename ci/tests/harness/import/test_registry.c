/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

static void names_are_unique_and_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < nn_nr_importers; i++)
		assert_true(strcmp(nn_importers[i - 1]->plugin.name, nn_importers[i]->plugin.name) <
			    0);
}

static void every_importer_says_what_it_reads_and_reads(void **state)
{
	(void)state;
	assert_int_equal(nn_nr_importers, 7);
	for (size_t i = 0; i < nn_nr_importers; i++) {
		const struct nn_plugin *plugin = &nn_importers[i]->plugin;
		const struct nn_importer *found = NULL;

		assert_true(plugin->summary[0]);
		assert_true(plugin->summary[strlen(plugin->summary) - 1] != '.');
		assert_non_null(nn_importers[i]->read);
		assert_int_equal(nn_importer_find(plugin->name, &found, NULL), 0);
		assert_ptr_equal(found, nn_importers[i]);
	}
}

static void unknown_tool_is_refused_with_those_there_are(void **state)
{
	const struct nn_importer *found = NULL;
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_importer_find("iperf", &found, &err), -EINVAL);
	assert_string_equal(
		err.message,
		"unknown tool 'iperf', expected one of clpeak, fio, glmark2, hyperfine, "
		"nvbandwidth, phoronix, stress-ng");
	assert_null(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique_and_sorted),
		cmocka_unit_test(every_importer_says_what_it_reads_and_reads),
		cmocka_unit_test(unknown_tool_is_refused_with_those_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
