/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/null.c" /* its state, to spoil it */

#include "ci/tests/workloads/drive.h"

static void it_runs_here(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d, "null", "");
	drive_run_well(&d, 3);
	assert_true(d.values[0] > 0);
	drive_release(&d);
}

static void a_clock_that_runs_backwards_is_a_wrong_result(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d, "null", "");
	assert_int_equal(drive_begin(&d, 1), 0);
	((struct null_state *)d.run.state)->nr_backward = 2;
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "the clock went backwards 2 times");
	drive_end(&d);
	drive_release(&d);
}

static void no_section_at_all_is_refused(void **state)
{
	(void)state;
	drive_expect_refusal("null", "sections", "0",
			     "setting 'sections' is 0, expected 1 to 1000000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_runs_here),
		cmocka_unit_test(a_clock_that_runs_backwards_is_a_wrong_result),
		cmocka_unit_test(no_section_at_all_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
