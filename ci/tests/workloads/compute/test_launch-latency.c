/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/compute/launch-latency.c" /* its state, to spoil it */

#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/leaks.h"

#define NAME "compute/launch-latency"

/* Skips the test where there is no OpenCL device at all; PoCL counts as one. */
static void begin_small(struct drive *d)
{
	drive_init(d, NAME, "");
	drive_set(d, "launches", "10");
	if (d->workload->probe(&d->run, &d->err)) {
		print_message("skipped: %s\n", d->err.message);
		drive_release(d);
		skip();
	}
}

static void it_runs_here(void **state)
{
	struct drive d;

	(void)state;
	begin_small(&d);
	drive_run_well(&d, 3);
	assert_true(d.run.note[0] != '\0');
	drive_release(&d);
}

static void a_launch_that_did_not_happen_is_a_wrong_result(void **state)
{
	struct drive d;

	(void)state;
	begin_small(&d);
	assert_int_equal(drive_begin(&d, 2), 0);
	((struct launch_state *)d.run.state)->nr_launches++;
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "the device counted 20 launches, expected 21");
	drive_end(&d);
	drive_release(&d);
}

static void settings_out_of_range_are_refused(void **state)
{
	(void)state;
	drive_expect_refusal(NAME, "launches", "0",
			     "setting 'launches' is 0, expected 1 to 100000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_runs_here),
		cmocka_unit_test(a_launch_that_did_not_happen_is_a_wrong_result),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
