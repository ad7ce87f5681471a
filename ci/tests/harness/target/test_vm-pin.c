/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/target/vm-pin.h"

/* Two nodes of four cores of two threads; CPUs are numbered thread by thread of each core. */
#define TWO_NODES "numa:2 core:4 pu:2"

static void cores_are_chosen_near_the_device(void **unused)
{
	const struct {
		struct nn_pin_wish wish;
		const char *pins;
		const char *emulator;
	} rows[] = {
		/* a core each; the first core near the device is left for QEMU */
		{{TWO_NODES, "8-15", 2, 1}, "0:10,1:12", "8-9"},
		{{TWO_NODES, NULL, 2, 1}, "0:2,1:4", "0-1"},
		/* a guest's threads are a core's threads */
		{{TWO_NODES, "8-15", 4, 2}, "0:10,1:11,2:12,3:13", "8-9"},
		/* all near cores are taken: QEMU goes to a far one */
		{{TWO_NODES, "8-15", 4, 1}, "0:8,1:10,2:12,3:14", "0-1"},
		/* more than the near node has */
		{{TWO_NODES, "8-15", 5, 1}, "0:8,1:10,2:12,3:14,4:0", "2-3"},
		/* every core has a vCPU: QEMU shares them by their other threads */
		{{TWO_NODES, "8-15", 8, 1},
		 "0:8,1:10,2:12,3:14,4:0,5:2,6:4,7:6",
		 "1,3,5,7,9,11,13,15"},
		/* more vCPUs than cores: threads are used, then QEMU gets the rest of them */
		{{"core:2 pu:2", NULL, 3, 1}, "0:0,1:1,2:2", "3"},
		/* and beside the vCPUs when there is no rest */
		{{"core:2 pu:2", NULL, 4, 1}, "0:0,1:1,2:2,3:3", "0-3"},
		{{"core:1 pu:1", NULL, 1, 1}, "0:0", "0"},
		/* cores that lack threads cannot mirror the guest's */
		{{"core:4 pu:1", NULL, 2, 2}, "0:1,1:2", "0"},
		/* a list that is none means that all are near */
		{{"core:4 pu:1", "", 1, 1}, "0:1", "0"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
		NN_AUTO(free) char *text = NULL;
		struct nn_err err = {0};

		assert_int_equal(nn_vm_pins_choose(&rows[i].wish, &pins, &err), 0);
		text = nn_vm_pins_text(&pins.vcpus);
		assert_string_equal(text, rows[i].pins);
		assert_string_equal(pins.emulator, rows[i].emulator);
		assert_string_equal(pins.iothreads, rows[i].emulator);
	}
}

static void more_vcpus_than_cpus_are_refused(void **unused)
{
	const struct nn_pin_wish wish = {"core:2 pu:2", NULL, 5, 1};
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_vm_pins_choose(&wish, &pins, &err), -ENOTSUP);
	assert_string_equal(err.message, "5 CPUs are wanted, but there are only 4");
	assert_int_equal(pins.vcpus.nr, 0);
}

/* On the machine that runs the test, which has fewer. */
static void a_choice_that_fails_is_the_settings(void **unused)
{
	const struct nn_sysroot nowhere = {.prefix = "/nonexistent"};
	const struct nn_vm_settings settings = {.pin = "auto", .vcpus = 100000};
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	const char *start = "'pin: auto': 100000 CPUs are wanted, but there are only ";
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_vm_pins_resolve(&nowhere, &settings, NULL, &pins, &err), -ENOTSUP);
	assert_int_equal(strncmp(err.message, start, strlen(start)), 0);
}

static void pairs_are_taken_apart(void **unused)
{
	const struct {
		const char *text;
		const char *normal; /* NULL: refused */
		const char *message;
	} rows[] = {
		{"0:2,1:3", "0:2,1:3", ""},
		{"1:3,0:2", "0:2,1:3", ""},
		{"0:2-3,1:4", "0:2-3,1:4", ""},
		{"0:2", NULL, "no CPU for vCPU 1"},
		{"0:2,1:3,2:4", NULL, "vCPU 2 of 2"},
		{"0:2,0:3", NULL, "vCPU 0 twice"},
		{"2,3", NULL,
		 "'2,3', expected none, auto or pairs of vCPU and host CPU such as 0:2,1:3"},
		{"0:x,1:3", NULL,
		 "'0:x,1:3', expected none, auto or pairs of vCPU and host CPU such as 0:2,1:3"},
		{"0:", NULL,
		 "'0:', expected none, auto or pairs of vCPU and host CPU such as 0:2,1:3"},
		{"0:2,1:4294967296", NULL,
		 "'0:2,1:4294967296', expected none, auto or pairs of vCPU and host CPU such as 0:2,1:3"},
		{"0:2,1:0-4000000000", NULL,
		 "'0:2,1:0-4000000000', expected none, auto or pairs of vCPU and host CPU such as "
		 "0:2,1:3"},
		{"-1:2", NULL,
		 "'-1:2', expected none, auto or pairs of vCPU and host CPU such as 0:2,1:3"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(name_list) struct nn_name_list vcpus = {0};
		NN_AUTO(free) char *normal = NULL;
		struct nn_err err = {0};
		int rc = nn_vm_pins_parse(rows[i].text, 2, &vcpus, &err);

		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(rc, rows[i].normal ? 0 : -EINVAL);
		normal = nn_vm_pins_text(&vcpus);
		assert_string_equal(normal, rows[i].normal ? rows[i].normal : "none");
	}
}

static void lists_are_written_as_linux_does(void **unused)
{
	const struct {
		const char *text;
		const char *normal;
	} rows[] = {
		{"0,1,2", "0-2"}, {"8,0-3", "0-3,8"}, {"5", "5"},      {"3-1", NULL},  {"", NULL},
		{"0-", NULL},     {"3-4-7", NULL},    {"1,9-2", NULL}, {"1,,2", NULL}, {"1,", NULL},
		{"0x3", NULL},    {" 1", NULL},       {"all", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(free) char *normal = NULL;
		int rc = nn_cpu_list_normal(rows[i].text, &normal, NULL);

		assert_int_equal(rc, rows[i].normal ? 0 : -EINVAL);
		if (rows[i].normal)
			assert_string_equal(normal, rows[i].normal);
	}
	assert_true(nn_cpu_list_covers("0-7", "2,4-5"));
	assert_false(nn_cpu_list_covers("0-3", "3-4"));
	assert_false(nn_cpu_list_covers("0-3", "?"));
}

static void lists_of_the_plan_go_first(void **unused)
{
	const struct nn_sysroot nowhere = {.prefix = "/nonexistent"};
	const struct nn_vm_settings settings = {
		.vcpus = 1, .pin = "0:7", .emulator_pin = "3,2", .iothread_pin = "4"};
	const struct nn_vm_settings loose = {.vcpus = 1, .pin = "none"};
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	NN_AUTO(vm_pins) struct nn_vm_pins none = {0};

	(void)unused;
	assert_int_equal(nn_vm_pins_resolve(&nowhere, &settings, NULL, &pins, NULL), 0);
	assert_string_equal(pins.vcpus.names[0], "7");
	assert_string_equal(pins.emulator, "2-3");
	assert_string_equal(pins.iothreads, "4");
	assert_int_equal(nn_vm_pins_resolve(&nowhere, &loose, NULL, &none, NULL), 0);
	assert_int_equal(none.vcpus.nr, 0);
	assert_null(none.emulator);
	assert_null(none.iothreads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cores_are_chosen_near_the_device),
		cmocka_unit_test(more_vcpus_than_cpus_are_refused),
		cmocka_unit_test(a_choice_that_fails_is_the_settings),
		cmocka_unit_test(pairs_are_taken_apart),
		cmocka_unit_test(lists_are_written_as_linux_does),
		cmocka_unit_test(lists_of_the_plan_go_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
