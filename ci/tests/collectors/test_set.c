/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/collectors/recorded.h"

static void descriptors_are_complete_and_sorted(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_collectors; i++) {
		const struct nn_collector *collector = nn_collectors[i];

		assert_non_null(collector->plugin.name);
		assert_non_null(collector->plugin.summary);
		assert_non_null(collector->probe);
		assert_non_null(collector->sample);
		assert_int_not_equal(collector->sides & NN_SIDE_BOTH, 0);
		if (i)
			assert_true(strcmp(nn_collectors[i - 1]->plugin.name,
					   collector->plugin.name) < 0);
	}
}

static void unusable_collector_becomes_a_fact(void **state)
{
	struct recorded *recorded = *state;
	struct nn_collector_set *set = nn_collector_set_start(NN_SIDE_SYSTEM, &recorded->collect);
	const char *value = nn_pairs_get(&recorded->facts, "collector.events/kernel-log");

	assert_non_null(value);
	assert_string_equal(value, "unavailable: open /dev/kmsg: No such file or directory");
	/* the tree has no /proc/stat, so nothing is left that has a period */
	assert_int_equal(nn_collector_set_period_ms(set), 0);
	nn_collector_set_stop(set);
}

static void failing_collector_is_dropped_with_a_fact_and_the_others_go_on(void **state)
{
	struct recorded *recorded = *state;
	struct nn_collector_set *set;
	const char *value;

	recorded_write(recorded, "/proc/stat", "cpu  1 2 3 4\nctxt 5\n");
	set = nn_collector_set_start(NN_SIDE_SYSTEM, &recorded->collect);
	assert_int_equal(nn_collector_set_period_ms(set), 1000);
	recorded_write(recorded, "/proc/stat", "garbage\n");
	nn_collector_set_sample(set, NN_COLLECT_TELEMETRY);
	value = nn_pairs_get(&recorded->facts, "collector.telemetry/cpu");
	assert_non_null(value);
	assert_string_equal(value, "failed: /proc/stat: no 'cpu' line with times");
	assert_int_equal(nn_collector_set_period_ms(set), 0);
	nn_collector_set_sample(set, NN_COLLECT_TELEMETRY);
	nn_collector_set_sample(set, NN_COLLECT_FACTS);
	assert_fact(recorded, "build", "build-1");
	nn_collector_set_stop(set);
}

static void host_collectors_stay_on_the_host_side(void **state)
{
	struct recorded *recorded = *state;
	struct nn_collector_set *set;

	recorded_write(recorded, "/sys/module/kvm_amd/parameters/nested", "1\n");
	set = nn_collector_set_start(NN_SIDE_SYSTEM, &recorded->collect);
	nn_collector_set_sample(set, NN_COLLECT_FACTS);
	assert_fact(recorded, "kvm.amd.nested", NULL);
	nn_collector_set_stop(set);
	set = nn_collector_set_start(NN_SIDE_HOST, &recorded->collect);
	nn_collector_set_sample(set, NN_COLLECT_FACTS);
	assert_fact(recorded, "kvm.amd.nested", "1");
	nn_collector_set_stop(set);
}

static void this_machine_gives_facts_and_cpu_times(void **state)
{
	struct recorded *recorded = *state;
	const struct nn_sysroot live = NN_SYSROOT_LIVE;
	struct nn_collector_set *set;

	recorded->collect.sysroot = &live;
	set = nn_collector_set_start(NN_SIDE_HOST, &recorded->collect);
	nn_collector_set_sample(set, NN_COLLECT_FACTS);
	nn_collector_set_sample(set, NN_COLLECT_TELEMETRY);
	nn_collector_set_sample(set, NN_COLLECT_EVENTS);
	assert_non_null(nn_pairs_get(&recorded->facts, "kernel.release"));
	assert_non_null(nn_pairs_get(&recorded->facts, "hypervisor"));
	assert_non_null(strstr(nn_strbuf_str(&recorded->telemetry), "cpu.user "));
	nn_collector_set_stop(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_complete_and_sorted),
		cmocka_unit_test_setup_teardown(unusable_collector_becomes_a_fact, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(
			failing_collector_is_dropped_with_a_fact_and_the_others_go_on,
			recorded_setup, recorded_teardown),
		cmocka_unit_test_setup_teardown(host_collectors_stay_on_the_host_side,
						recorded_setup, recorded_teardown),
		cmocka_unit_test_setup_teardown(this_machine_gives_facts_and_cpu_times,
						recorded_setup, recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
