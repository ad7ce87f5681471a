/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_events_throttle;

#define CPU(n) "/sys/devices/system/cpu/cpu" #n "/thermal_throttle/"

static void a_machine_that_does_not_count_is_skipped(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	recorded_write(recorded, "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "x\n");
	assert_int_equal(nn_collector_events_throttle.probe(&recorded->collect, &err), -EOPNOTSUPP);
	assert_string_equal(err.message, "no processor counts its throttling");
}

static void only_what_is_new_is_told(void **state)
{
	struct recorded *recorded = *state;
	const struct nn_collector *throttle = &nn_collector_events_throttle;

	recorded_write(recorded, CPU(0) "core_throttle_count", "7\n");
	recorded_write(recorded, CPU(0) "package_throttle_count", "2\n");
	recorded_write(recorded, CPU(12) "core_throttle_count", "0\n");
	assert_int_equal(throttle->probe(&recorded->collect, NULL), 0);
	assert_int_equal(throttle->start(&recorded->collect, NULL), 0);
	assert_int_equal(throttle->sample(&recorded->collect, NULL), 0);
	assert_int_equal(recorded->nr_events, 0);
	recorded_write(recorded, CPU(0) "core_throttle_count", "8\n");
	recorded_write(recorded, CPU(12) "core_throttle_count", "2\n");
	assert_int_equal(throttle->sample(&recorded->collect, NULL), 0);
	assert_int_equal(throttle->sample(&recorded->collect, NULL), 0);
	assert_string_equal(nn_strbuf_str(&recorded->events),
			    "warning throttle processors throttled 3 times, packages 0 times\n");
	/* Off line: its count is gone, which is no throttling. */
	recorded_write(recorded, CPU(12) "core_throttle_count", "0\n");
	assert_int_equal(throttle->sample(&recorded->collect, NULL), 0);
	assert_int_equal(recorded->nr_events, 1);
	throttle->stop(&recorded->collect);
	assert_null(recorded->collect.state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_machine_that_does_not_count_is_skipped,
						recorded_setup, recorded_teardown),
		cmocka_unit_test_setup_teardown(only_what_is_new_is_told, recorded_setup,
						recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
