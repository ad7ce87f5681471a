/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/telemetry/cpu.h"

#include <errno.h>
#include <unistd.h>

#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_telemetry_cpu;

static void times_are_taken_apart(void **state)
{
	static const struct {
		const char *text;
		struct nn_cpu_times times;
	} cases[] = {
		/* guest time stands in user, guest_nice in nice as well: both are taken out */
		{"cpu  100 20 30 400 5 6 7 8 40 10\ncpu0 1 1 1 1\nintr 9\nctxt 1234\n",
		 {.user = 70, .system = 43, .steal = 8, .guest = 50, .context_switches = 1234}},
		{"cpu  100 20 30 400\nctxt 7\n",
		 {.user = 120, .system = 30, .context_switches = 7}},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_cpu_times times;
		struct nn_err err = {0};

		assert_int_equal(nn_cpu_times_parse(cases[i].text, &times, &err), 0);
		assert_memory_equal(&times, &cases[i].times, sizeof(times));
	}
}

static void text_without_times_is_refused(void **state)
{
	static const char *const texts[] = {"", "cpu0 1 2 3 4\n", "cpu  1 2 3\n", "cpu  a b\n"};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		struct nn_cpu_times times;
		struct nn_err err = {0};

		assert_int_equal(nn_cpu_times_parse(texts[i], &times, &err), -EBADMSG);
		assert_string_equal(err.message, "/proc/stat: no 'cpu' line with times");
	}
}

static void samples_are_seconds_since_the_sample_before(void **state)
{
	struct recorded *recorded = *state;
	const struct nn_collector *cpu = &nn_collector_telemetry_cpu;
	struct nn_err err = {0};

	if (sysconf(_SC_CLK_TCK) != 100)
		skip(); /* the numbers below are for the usual USER_HZ */
	recorded_write(recorded, "/proc/stat", "cpu  100 0 50 0 0 0 0 10 0 0\nctxt 5\n");
	assert_int_equal(cpu->probe(&recorded->collect, &err), 0);
	assert_int_equal(cpu->start(&recorded->collect, &err), 0);
	recorded_write(recorded, "/proc/stat", "cpu  250 0 50 0 0 25 0 9 0 0\nctxt 12\n");
	assert_int_equal(cpu->sample(&recorded->collect, &err), 0);
	/* steal ran backwards, so nothing is said of it */
	assert_string_equal(nn_strbuf_str(&recorded->telemetry),
			    "cpu.user 1.5 s\ncpu.system 0.25 s\ncpu.guest 0 s\n"
			    "cpu.context-switches 7 1\n");
	cpu->stop(&recorded->collect);
	cpu->stop(&recorded->collect);
}

static void machine_without_proc_is_unsupported_with_the_reason(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	assert_int_equal(nn_collector_telemetry_cpu.probe(&recorded->collect, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.message, "/proc/stat"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_taken_apart),
		cmocka_unit_test(text_without_times_is_refused),
		cmocka_unit_test_setup_teardown(samples_are_seconds_since_the_sample_before,
						recorded_setup, recorded_teardown),
		cmocka_unit_test_setup_teardown(machine_without_proc_is_unsupported_with_the_reason,
						recorded_setup, recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
