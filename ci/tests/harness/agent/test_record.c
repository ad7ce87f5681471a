/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/agent/record.h"
#include "harness/base/clock.h"

static void what_is_absent_or_no_number_is_not_recorded(void **state)
{
	struct nn_record record = {.zero_ns = nn_clock_ns()};
	const struct nn_sink sink = nn_record_sink(&record);

	(void)state;
	sink.fact(sink.user, "kernel", "6.1");
	sink.fact(sink.user, "board", NULL);
	sink.telemetry(sink.user, "clock", "MHz", NAN);
	sink.telemetry(sink.user, "clock", "MHz", INFINITY);
	sink.telemetry(sink.user, "clock", "MHz", 3000);
	assert_int_equal(record.facts.nr, 1);
	assert_string_equal(nn_pairs_get(&record.facts, "kernel"), "6.1");
	assert_int_equal(record.telemetry.nr, 1);
	assert_true(record.telemetry.items[0].value == 3000);
	assert_true(record.telemetry.items[0].elapsed_ns < 60 * NN_NS_PER_S);
	nn_record_clear(&record);
	assert_int_equal(record.telemetry.nr + record.facts.nr + record.events.nr, 0);
}

static void what_is_beyond_the_bounds_becomes_one_event(void **state)
{
	struct nn_record record = {.zero_ns = nn_clock_ns()};
	const struct nn_sink sink = nn_record_sink(&record);

	(void)state;
	for (size_t i = 0; i < NN_RECORD_POINTS_MAX + 2; i++)
		sink.telemetry(sink.user, "busy", "%", 1);
	for (size_t i = 0; i < NN_RECORD_EVENTS_MAX + 1; i++)
		sink.event(sink.user, NN_SEVERITY_INFO, "aer", "corrected");
	nn_record_close(&record);
	assert_int_equal(record.telemetry.nr, NN_RECORD_POINTS_MAX);
	assert_int_equal(record.events.nr, NN_RECORD_EVENTS_MAX + 1);
	assert_string_equal(record.events.items[NN_RECORD_EVENTS_MAX].kind, "dropped");
	assert_string_equal(record.events.items[NN_RECORD_EVENTS_MAX].message,
			    "3 points and events above the agent's bounds were dropped");
	nn_record_clear(&record);
}

static void facts_that_come_during_a_run_become_events(void **state)
{
	struct nn_record record = {.zero_ns = nn_clock_ns()};
	const struct nn_sink sink = nn_record_sink(&record);

	(void)state;
	sink.fact(sink.user, "collector.telemetry/cpu", "unavailable: read '/proc/stat'");
	nn_record_close(&record);
	assert_int_equal(record.facts.nr, 0);
	assert_int_equal(record.events.nr, 1);
	assert_int_equal(record.events.items[0].severity, NN_SEVERITY_WARNING);
	assert_string_equal(record.events.items[0].message,
			    "collector.telemetry/cpu: unavailable: read '/proc/stat'");
	nn_record_clear(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_absent_or_no_number_is_not_recorded),
		cmocka_unit_test(what_is_beyond_the_bounds_becomes_one_event),
		cmocka_unit_test(facts_that_come_during_a_run_become_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
