/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/workload.h"

static bool is_lower_word(const char *text, const char *extra)
{
	for (; *text; text++) {
		if (!islower((unsigned char)*text) && !isdigit((unsigned char)*text) &&
		    !strchr(extra, *text))
			return false;
	}
	return true;
}

static void names_are_unique_sorted_paths(void **state)
{
	(void)state;
	assert_true(nn_nr_workloads > 0);
	for (size_t i = 0; i < nn_nr_workloads; i++) {
		const char *name = nn_workloads[i]->plugin.name;

		assert_true(name[0] && is_lower_word(name, "/-"));
		assert_ptr_equal(nn_workload_find(name), nn_workloads[i]);
		if (i)
			assert_true(strcmp(nn_workloads[i - 1]->plugin.name, name) < 0);
	}
	assert_null(nn_workload_find("compute/none"));
}

static void every_workload_says_what_it_is_and_exposes(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_workloads; i++) {
		const struct nn_workload *workload = nn_workloads[i];
		const char *summary = workload->plugin.summary;

		assert_true(summary[0] && summary[strlen(summary) - 1] != '.');
		assert_true(workload->exposes[0] != '\0');
		assert_true(workload->default_iterations > 0);
		assert_true(workload->default_warmup > 0);
	}
}

static void mandatory_hooks_are_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_workloads; i++) {
		const struct nn_workload *workload = nn_workloads[i];

		if (workload->plugin.unavailable)
			continue;
		assert_true(workload->probe && workload->iterate && workload->verify);
		assert_true(!workload->setup == !workload->teardown);
	}
}

static void metrics_have_a_unit_and_a_name_of_their_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_workloads; i++) {
		const struct nn_workload *workload = nn_workloads[i];

		assert_true(workload->nr_metrics > 0);
		for (size_t m = 0; m < workload->nr_metrics; m++) {
			const struct nn_metric *metric = &workload->metrics[m];
			bool is_time = metric->kind == NN_KIND_TIME;

			assert_true(metric->name[0] && metric->unit[0]);
			assert_null(strchr(metric->name, ' '));
			assert_true(is_time == (metric->direction == NN_LOWER_IS_BETTER));
			for (size_t k = 0; k < m; k++)
				assert_string_not_equal(metric->name, workload->metrics[k].name);
		}
	}
}

static void settings_are_documented_sorted_and_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_workloads; i++) {
		const struct nn_plugin *plugin = &nn_workloads[i]->plugin;
		const char *previous = "";

		for (const struct nn_setting *s = plugin->settings; s && s->name; s++) {
			struct nn_err err = {0};

			assert_true(is_lower_word(s->name, "_"));
			assert_true(strcmp(previous, s->name) < 0);
			assert_true(s->help[0] && s->help[strlen(s->help) - 1] != '.');
			assert_non_null(s->default_text);
			if (nn_plugin_check_setting(plugin, s->name, s->default_text, &err))
				fail_msg("%s", err.message);
			previous = s->name;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique_sorted_paths),
		cmocka_unit_test(every_workload_says_what_it_is_and_exposes),
		cmocka_unit_test(mandatory_hooks_are_there),
		cmocka_unit_test(metrics_have_a_unit_and_a_name_of_their_own),
		cmocka_unit_test(settings_are_documented_sorted_and_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
