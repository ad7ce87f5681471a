/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/target/within.h"

struct gate {
	sem_t opened;
	sem_t passed;
};

static void pass(void *arg)
{
	struct gate *gate = arg;

	(void)sem_wait(&gate->opened);
	(void)sem_post(&gate->passed);
}

static void a_call_that_comes_back_is_done(void **unused)
{
	struct gate gate;

	(void)unused;
	(void)sem_init(&gate.opened, 0, 1);
	(void)sem_init(&gate.passed, 0, 0);
	assert_true(nn_run_within(10 * NN_NS_PER_S, pass, &gate));
	assert_int_equal(sem_trywait(&gate.passed), 0);
}

static void a_call_that_does_not_is_left_behind(void **unused)
{
	struct gate gate;
	uint64_t started_ns = nn_clock_ns();

	(void)unused;
	(void)sem_init(&gate.opened, 0, 0);
	(void)sem_init(&gate.passed, 0, 0);
	assert_false(nn_run_within(20 * NN_NS_PER_MS, pass, &gate));
	assert_true(nn_clock_ns() - started_ns >= 19 * NN_NS_PER_MS);
	/* It still runs; let it end before its argument goes. */
	(void)sem_post(&gate.opened);
	assert_int_equal(sem_wait(&gate.passed), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_comes_back_is_done),
		cmocka_unit_test(a_call_that_does_not_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
