/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/compat.h"
#include "harness/protocol/clock-check.h"

/* Messages once a second, with a constant round trip, from a clock that runs @rate times as fast.
 */
static bool check_clock(double rate, uint64_t seconds, uint64_t rtt_ns,
			struct nn_clock_verdict *verdict)
{
	struct nn_clock_check check = {0};

	for (uint64_t s = 0; s <= seconds; s++) {
		uint64_t own_ns = 5000 + s * NN_NS_PER_S;
		uint64_t agent_ns = (uint64_t)((double)(s * NN_NS_PER_S) * rate);

		nn_clock_check_add(&check, agent_ns, own_ns, s ? rtt_ns : 0);
	}
	return nn_clock_check_verdict(&check, verdict);
}

static const struct rate_case {
	double rate;
	uint64_t seconds;
	uint64_t rtt_ns;
	bool is_mismatch;
} rate_cases[] = {
	{1, 120, NN_NS_PER_MS, false},
	{1.00005, 600, NN_NS_PER_MS, false}, /* within 1e-4 */
	{1.0002, 120, NN_NS_PER_MS, true},   /* fast */
	{0.9998, 120, NN_NS_PER_MS, true},   /* slow */
	{2, 59, NN_NS_PER_MS, false},        /* too short to be judged, however wrong */
	{2, 62, NN_NS_PER_MS, true},
	{1.0002, 120, 10 * NN_NS_PER_MS, false}, /* the round trips could explain it */
};

static void only_a_clear_rate_error_over_a_minute_is_a_mismatch(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rate_cases); i++) {
		const struct rate_case *c = &rate_cases[i];
		struct nn_clock_verdict verdict;

		assert_true(check_clock(c->rate, c->seconds, c->rtt_ns, &verdict));
		assert_int_equal(verdict.is_mismatch, c->is_mismatch);
		assert_true(fabs(verdict.rate_error - (c->rate - 1)) < 1e-8);
		assert_true(fabs(verdict.bound -
				 2.0 * (double)c->rtt_ns / (double)verdict.span_ns) < 1e-12);
	}
}

static void there_is_no_verdict_before_two_round_trips_are_known(void **state)
{
	struct nn_clock_check check = {0};
	struct nn_clock_verdict verdict;

	(void)state;
	assert_false(nn_clock_check_verdict(&check, &verdict));
	nn_clock_check_add(&check, 0, 100, 0);
	nn_clock_check_add(&check, 10, 110, 5);
	assert_false(nn_clock_check_verdict(&check, &verdict));
	nn_clock_check_add(&check, 20, 120, 0); /* the second one's answer was lost */
	assert_false(nn_clock_check_verdict(&check, &verdict));
	nn_clock_check_add(&check, 30, 130, 5);
	assert_true(nn_clock_check_verdict(&check, &verdict));
	assert_true(verdict.span_ns == 20 && verdict.rate_error == 0);
}

static void a_slow_hello_and_a_slow_upload_do_not_loosen_the_bound(void **state)
{
	struct nn_clock_check check = {0};
	struct nn_clock_verdict verdict;

	(void)state;
	nn_clock_check_add(&check, 0, 0, 0);
	nn_clock_check_add(&check, 1 * NN_NS_PER_S, 1 * NN_NS_PER_S, NN_NS_PER_S / 2);
	nn_clock_check_add(&check, 2 * NN_NS_PER_S, 2 * NN_NS_PER_S, NN_NS_PER_MS);
	nn_clock_check_add(&check, 101 * NN_NS_PER_S, 101 * NN_NS_PER_S, NN_NS_PER_MS);
	nn_clock_check_add(&check, 102 * NN_NS_PER_S, 102 * NN_NS_PER_S, NN_NS_PER_MS);
	nn_clock_check_add(&check, 103 * NN_NS_PER_S, 103 * NN_NS_PER_S, NN_NS_PER_S);
	assert_true(nn_clock_check_verdict(&check, &verdict));
	assert_true(verdict.span_ns >= 99 * NN_NS_PER_S);
	assert_true(verdict.bound < 3e-5);
}

static void an_agent_that_begins_anew_is_checked_anew(void **state)
{
	struct nn_clock_check check = {0};
	struct nn_clock_verdict verdict;

	(void)state;
	nn_clock_check_add(&check, 0, 0, 0);
	nn_clock_check_add(&check, 50 * NN_NS_PER_S, 50 * NN_NS_PER_S, 1000);
	nn_clock_check_add(&check, 70 * NN_NS_PER_S, 70 * NN_NS_PER_S, 1000);
	nn_clock_check_add(&check, 1, 80 * NN_NS_PER_S, 0);
	assert_false(nn_clock_check_verdict(&check, &verdict));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_clear_rate_error_over_a_minute_is_a_mismatch),
		cmocka_unit_test(there_is_no_verdict_before_two_round_trips_are_known),
		cmocka_unit_test(a_slow_hello_and_a_slow_upload_do_not_loosen_the_bound),
		cmocka_unit_test(an_agent_that_begins_anew_is_checked_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
