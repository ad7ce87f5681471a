/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_facts_virtualization;

/* Programs are asked on the running machine only. */
static void sample(struct recorded *recorded, const char *vmm)
{
	struct nn_sysroot live = NN_SYSROOT_LIVE;

	recorded->collect.sysroot = &live;
	recorded->collect.vmm = vmm;
	assert_int_equal(nn_collector_facts_virtualization.sample(&recorded->collect, NULL), 0);
}

/* It tells QEMU's own version, as a wrapper around QEMU does. */
static void a_wrapper_is_told_by_its_path(void **state)
{
	struct recorded *recorded = *state;
	NN_AUTO(free) char *wrapper = recorded_path(recorded, "/wrapper");

	recorded_write(recorded, "/wrapper", "#!/bin/sh\necho \"QEMU 99 $*\"\necho more\n");
	assert_int_equal(chmod(wrapper, 0755), 0);
	sample(recorded, wrapper);
	assert_fact(recorded, "qemu.program", wrapper);
	assert_fact(recorded, "qemu", "QEMU 99 --version");
}

static void where_nothing_is_run_there_is_no_program(void **state)
{
	sample(*state, NULL);
	assert_fact(*state, "qemu.program", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, recorded_setup, recorded_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_wrapper_is_told_by_its_path),
		TEST(where_nothing_is_run_there_is_no_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
