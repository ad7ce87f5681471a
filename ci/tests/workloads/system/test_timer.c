/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/system/timer.c" /* its state, to spoil it */

#include "ci/tests/workloads/drive.h"

static void begin_short(struct drive *d)
{
	drive_init(d, "system/timer", "");
	drive_set(d, "interval", "100us");
	drive_set(d, "count", "5");
	assert_int_equal(drive_begin(d, 2), 0);
}

static void it_runs_here(void **state)
{
	struct drive d;

	(void)state;
	begin_short(&d);
	assert_int_equal(d.workload->verify(&d.run, &d.err), 0);
	assert_int_not_equal(d.run.checksum, 0);
	assert_true(d.values[0] >= 0 && d.values[1] >= d.values[0]);
	drive_end(&d);
	drive_release(&d);
}

static void wakeups_too_early_or_too_few_are_wrong_results(void **state)
{
	struct timer_state *timer;
	struct drive d;

	(void)state;
	begin_short(&d);
	timer = d.run.state;
	timer->nr_early = 1;
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "1 of 10 wake-ups came early");
	timer->nr_early = 0;
	timer->nr_wakeups--;
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "9 wake-ups, expected 10");
	drive_end(&d);
	drive_release(&d);
}

static void the_timer_slack_is_put_back(void **state)
{
	int before = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
	struct drive d;

	(void)state;
	begin_short(&d);
	assert_int_equal(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), 1);
	drive_end(&d);
	assert_int_equal(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), before);
	drive_release(&d);
}

static void settings_out_of_range_are_refused(void **state)
{
	(void)state;
	drive_expect_refusal("system/timer", "interval", "2s",
			     "setting 'interval' is 2000000000, expected 1 to 1000000000");
	drive_expect_refusal("system/timer", "count", "0",
			     "setting 'count' is 0, expected 1 to 1000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_runs_here),
		cmocka_unit_test(wakeups_too_early_or_too_few_are_wrong_results),
		cmocka_unit_test(the_timer_slack_is_put_back),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
