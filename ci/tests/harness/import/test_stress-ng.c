/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

static void figures_of_the_yaml_have_their_units_and_directions(void **state)
{
	static const struct expected_value expected[] = {
		{"stress-ng/cpu", "bogo-ops", "operations", NN_HIGHER_IS_BETTER, NN_KIND_COUNT, 0,
		 3010},
		{"stress-ng/cpu", "bogo-ops-per-second-real-time", "1/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 1504.752993},
		{"stress-ng/vm", "bogo-ops-per-second-usr-sys-time", "1/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 70358.085238},
		{"stress-ng/switch", "nanosecs-per-context-switch-pipe-method", "ns",
		 NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 41238.399867},
		{"stress-ng/matrix", "prod-matrix-ops-per-sec", "1/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 608.512046},
		{"stress-ng/cache", "cache-ops-per-second", "1/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 655367216.876347},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_stress_ng, "stress-ng-0.15.06.yaml", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(boot.nr_runs, 5);
	assert_int_equal(nr_values_of(&boot), 5 * 3 + 1 + 3 + 14);
	assert_fact(&boot, "tool", "stress-ng 0.15.06");
	assert_fact(&boot, "kernel.release", "6.18.44-fc-v669");
}

static void printed_and_yaml_give_the_same_metrics(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot yaml =
		read_fixture(&nn_importer_stress_ng, "stress-ng-0.15.06.yaml", NULL);
	NN_AUTO(import_boot)
	struct nn_import_boot printed =
		read_fixture(&nn_importer_stress_ng, "stress-ng-0.15.06.txt", NULL);

	(void)state;
	assert_int_equal(nr_values_of(&printed), nr_values_of(&yaml));
	for (size_t i = 0; i < yaml.nr_runs; i++) {
		const struct nn_import_run *run = &yaml.runs[i];

		for (size_t k = 0; k < run->samples.nr; k++) {
			const struct nn_sample *sample = &run->samples.items[k];
			const struct nn_sample *other =
				sample_of(&printed, run->workload, sample->metric, 0);

			assert_non_null(other);
			assert_string_equal(other->unit, sample->unit);
			assert_int_equal(other->direction, sample->direction);
			assert_true(fabs(other->value - sample->value) <= 0.0051);
		}
	}
}

static void printed_by_older_versions_is_read_up_to_its_summary(void **state)
{
	static const struct expected_value expected[] = {
		{"stress-ng/cpu", "bogo-ops-per-second-real-time", "1/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 1504.75},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_text(
		&nn_importer_stress_ng,
		"stress-ng: info:  [7] dispatching hogs: 1 cpu\n"
		"stress-ng: info:  [7] stressor       bogo ops real time  usr time  sys time   "
		"bogo ops/s     bogo ops/s\n"
		"stress-ng: info:  [7]                           (secs)    (secs)    (secs)   "
		"(real time) (usr+sys time)\n"
		"stress-ng: info:  [7] cpu                3010      2.00      2.00      0.00      "
		"1504.75        1504.93\n"
		"stress-ng: info:  [7] for a 2.00s run time:\n"
		"stress-ng: info:  [7]       4.00s available CPU time\n",
		NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(nr_values_of(&boot), 3);
}

static void names_tell_what_is_better_or_the_figure_is_left_out(void **state)
{
	static const struct {
		const char *name;
		const char *unit; /* NULL: left out */
		enum nn_direction direction;
	} cases[] = {
		{"microsecs-per-clone", "us", NN_LOWER_IS_BETTER},
		{"nanosecs-to-start-a-pthread", "ns", NN_LOWER_IS_BETTER},
		{"picosecs-per-nop-instruction", "ps", NN_LOWER_IS_BETTER},
		{"ns-duration-per-sched_yield-call", "ns", NN_LOWER_IS_BETTER},
		{"MB-per-sec-pipe-write-rate", "MB/s", NN_HIGHER_IS_BETTER},
		{"MB-sec-read-rate", "MB/s", NN_HIGHER_IS_BETTER},
		{"GB-per-sec-best-read-rate", "GB/s", NN_HIGHER_IS_BETTER},
		{"forks-per-sec", "1/s", NN_HIGHER_IS_BETTER},
		{"created-zombies-per-stressor", NULL, NN_HIGHER_IS_BETTER},
		{"exec-time", NULL, NN_HIGHER_IS_BETTER},
		{"max-rss", NULL, NN_HIGHER_IS_BETTER},
		{"wall-clock-time", NULL, NN_HIGHER_IS_BETTER},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(free)
		char *text = nn_asprintf("metrics:\n  - stressor: a\n    bogo-ops: 1\n    %s: 2\n",
					 cases[i].name);
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_stress_ng, text, NULL);
		const struct nn_import_run *run = run_of(&boot, "stress-ng/a");

		assert_int_equal(run->samples.nr, cases[i].unit ? 2 : 1);
		if (!cases[i].unit)
			continue;
		assert_string_equal(run->samples.items[1].unit, cases[i].unit);
		assert_int_equal(run->samples.items[1].direction, cases[i].direction);
	}
}

static void malformed_files_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"---\nsystem-info:\n\tcpus: 2\n", "dir/t:3: a tab indents this line, expected "
						   "spaces (YAML has no tabs)"},
		{"times:\n  run-time: 1\n",
		 "dir/t:1: no list 'metrics', expected the --yaml file of a run with --metrics"},
		{"a: b\nmetrics: none\n",
		 "dir/t:2: no list 'metrics', expected the --yaml file of a run with --metrics"},
		{"metrics: []\n", "dir/t: no figure in it, expected results of stress-ng"},
		{"metrics:\n  - bogo-ops: 3\n", "dir/t:2: no member 'stressor', expected its name"},
		{"metrics:\n  - stressor: a\n    bogo-ops: many\n", "dir/t:3: 'many' is no number"},
		{"stress-ng: info:  [7] dispatching hogs: 1 cpu\n",
		 "dir/t: no figure in it, expected results of stress-ng"},
		{"stress-ng: metrc: [7] stressor  bogo ops\nstress-ng: metrc: [7] cpu 1 2 3\n",
		 "dir/t:2: 'cpu 1 2 3' has 4 columns, expected at least 7"},
		{"stress-ng: metrc: [7] stressor  bogo ops\nstress-ng: metrc: [7] cpu a 2 3 4 5 6\n",
		 "dir/t:2: 'a' is no number"},
	};

	(void)state;
	assert_malformed(&nn_importer_stress_ng, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_the_yaml_have_their_units_and_directions),
		cmocka_unit_test(printed_and_yaml_give_the_same_metrics),
		cmocka_unit_test(printed_by_older_versions_is_read_up_to_its_summary),
		cmocka_unit_test(names_tell_what_is_better_or_the_figure_is_left_out),
		cmocka_unit_test(malformed_files_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
