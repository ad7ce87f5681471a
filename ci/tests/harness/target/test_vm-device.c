/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/plan.h"
#include "harness/target/vm-device.h"

#define TYPE "/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-2"

static void rig_mediated(struct rig *rig)
{
	rig_init(rig);
	rig->plan.device = (struct nn_plan_device){
		.kind = NN_PLAN_MEDIATED, .name = (char *)"mtty", .type = (char *)"mtty-2"};
	tree_file(&rig->tree, TYPE "/create", "");
	tree_file(&rig->tree, TYPE "/device_api", "vfio-pci\n");
	tree_file(&rig->tree, TYPE "/available_instances", "1\n");
}

static void expect_answer(const struct rig *rig, const char *message)
{
	struct nn_err err = {0};
	const struct nn_vm_settings settings = plain();
	int rc = nn_vm_device_check(&rig->tree.root, &rig->plan, &settings, &err);

	assert_string_equal(err.message, message);
	assert_int_equal(rc, message[0] ? -ENOTSUP : 0);
}

static void check_wants_a_type_that_is_offered_and_left(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_mediated(&rig);
	expect_answer(&rig, "");
	tree_file(&rig.tree, TYPE "/available_instances", "0\n");
	expect_answer(&rig, "the plan's device: 'mtty' has no instance of type 'mtty-2' left");
	tree_file(&rig.tree, TYPE "/device_api", "vfio-ccw\n");
	expect_answer(&rig, "the plan's device: type 'mtty-2' of 'mtty' is no PCI device but "
			    "'vfio-ccw'");
	rig.plan.device.type = (char *)"mtty-9";
	expect_answer(&rig, "the plan's device: 'mtty' offers no mediated device of type 'mtty-9'; "
			    "`nearnative devices` lists what there is");
	rig.plan.device.name = (char *)"nobody";
	expect_answer(&rig,
		      "the plan's device: 'nobody' offers no mediated device of type 'mtty-9'; "
		      "`nearnative devices` lists what there is");
}

/* A driver need not tell how many more it can make, nor by which interface. */
static void what_a_driver_does_not_tell_is_no_obstacle(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	rig.plan.device = (struct nn_plan_device){
		.kind = NN_PLAN_MEDIATED, .name = (char *)"mtty", .type = (char *)"mtty-2"};
	tree_file(&rig.tree, TYPE "/create", "");
	expect_answer(&rig, "");
}

static void a_mediated_device_is_journalled_and_the_guest_gets_its_address(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	struct nn_binding binding = {0};
	struct nn_vm_device device = {0};
	const struct nn_vm_settings settings = plain();

	(void)unused;
	rig_mediated(&rig);
	binding = (struct nn_binding){.root = &rig.tree.root, .journal = &rig.notes.journal};
	assert_int_equal(nn_vm_device_prepare(&rig.boot, &settings, &binding, &device, NULL), 0);
	assert_string_equal(device.mediated, TEST_UUID);
	assert_int_equal(device.functions.nr, 0);
	assert_string_equal(rig.boot.device.bdf, "0000:01:00.0");
	assert_int_equal(rig.boot.device.vendor, 0);
	assert_int_equal(nn_binding_apply(&binding, NN_NS_PER_S, NULL), 0);
	assert_string_equal(nn_strbuf_str(&rig.notes.text),
			    "open 1 mediated-device " TEST_UUID " -> 'mtty mtty-2' {}\ndone 1\n");
	nn_vm_device_release(&device);
	nn_binding_release(&binding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_wants_a_type_that_is_offered_and_left),
		cmocka_unit_test(what_a_driver_does_not_tell_is_no_obstacle),
		cmocka_unit_test(a_mediated_device_is_journalled_and_the_guest_gets_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
