/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/target/kvm-probe.h"

#define PREFIX "KVM does not work: "

/* Whatever this machine has, the answer comes in time and a refusal has its reason. */
static void the_probe_ends_with_an_answer(void **unused)
{
	uint64_t started_ns = nn_clock_ns();
	struct nn_err err = {0};
	int rc = nn_kvm_probe(NN_KVM_PROBE_DEADLINE_NS, &err);

	(void)unused;
	assert_true(nn_clock_ns() - started_ns < NN_KVM_PROBE_DEADLINE_NS + 3 * NN_NS_PER_S);
	if (rc == 0) {
		assert_string_equal(err.message, "");
		return;
	}
	assert_int_equal(rc, -ENOTSUP);
	assert_int_equal(strncmp(err.message, PREFIX, strlen(PREFIX)), 0);
	assert_true(strlen(err.message) > strlen(PREFIX));
}

static void no_time_is_a_hang(void **unused)
{
	struct nn_err err = {0};

	(void)unused;
	/* The child needs longer than no time at all to be born. */
	assert_int_equal(nn_kvm_probe(0, &err), -ENOTSUP);
	assert_string_equal(err.message, PREFIX "a vCPU hung for 0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_probe_ends_with_an_answer),
		cmocka_unit_test(no_time_is_a_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
