/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/users.h"

static void a_function_with_virtual_functions_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &nic);
	tree_attribute(&tree, NIC, "sriov_numvfs", "0\n");
	expect(&tree, NIC, NULL);
	tree_attribute(&tree, NIC, "sriov_numvfs", "4\n");
	expect(&tree, NIC, "it has 4 virtual functions enabled");
}

static void mediated_devices_are_a_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_link(&tree, "/sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001",
		  "../../../devices/pci0000:00/" GPU "/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001");
	expect(&tree, GPU,
	       "mediated device '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001' is a part of it");
}

static void who_forbids_comes_first(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device_users) struct nn_device_users users = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &nic);
	tree_add_member(&tree, "net", NIC, "net", "eth0");
	tree_attribute(&tree, NIC, "net/eth0/flags", "0x1003\n");
	assert_int_equal(nn_device_users(&tree.root, NIC, NULL, &users, NULL), 0);
	assert_int_equal(users.nr, 1);
	assert_null(nn_device_users_first(&users, false));
	nn_device_users_release(&users);
	tree_attribute(&tree, NIC, "sriov_numvfs", "2\n");
	assert_users(&tree, NIC,
		     "!functions sriov_numvfs: it has 2 virtual functions enabled\n"
		     "network eth0: 'eth0' is up, without an address or a route\n");
	assert_int_equal(nn_device_users(&tree.root, NIC, NULL, &users, NULL), 0);
	assert_string_equal(nn_device_users_first(&users, false)->what, "sriov_numvfs");
	assert_int_equal(users.items[0].pid, -1);
	assert_null(users.items[0].comm);
}

/* On any machine that has a disk or a network card on PCI, and was started from one of them. */
static void what_this_very_machine_uses_is_in_use(void **unused)
{
	const struct nn_sysroot live = NN_SYSROOT_LIVE;
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	size_t nr_used = 0;

	(void)unused;
	assert_int_equal(nn_device_list(&live, &bdfs, NULL), 0);
	for (size_t i = 0; i < bdfs.nr; i++) {
		NN_AUTO(device_users) struct nn_device_users users = {0};
		struct nn_err err = {0};

		if (nn_device_users(&live, bdfs.names[i], NULL, &users, &err))
			fail_msg("%s", err.message);
		nr_used += nn_device_users_first(&users, false) != NULL;
	}
	if (!bdfs.nr)
		skip();
	print_message("%zu of %zu functions are in use\n", nr_used, bdfs.nr);
}

static void force_spares_disks_and_functions(void **state)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_err err = {0};

	(void)state;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_add_member(&tree, "net", "0000:01:00.0", "net", "eth0");
	tree_file(&tree, "/proc/net/route",
		  "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
		  "eth0 00000000 0102A8C0 0003 0 0 100 00000000 0 0 0\n");
	assert_int_equal(nn_device_check_unused(&tree.root, "0000:01:00.0", false, &err), -EBUSY);
	assert_int_equal(nn_device_check_unused(&tree.root, "0000:01:00.0", true, NULL), 0);
	tree_file(&tree, "/proc/self/mountinfo", "30 1 259:1 / /d rw - xfs /dev/nvme0n1p1 rw\n");
	assert_int_equal(nn_device_check_unused(&tree.root, "0000:01:00.0", true, &err), -EBUSY);
	assert_string_equal(err.message, "device '0000:01:00.0' is in use: 'nvme0n1p1' is mounted "
					 "on '/d'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_with_virtual_functions_is_in_use),
		cmocka_unit_test(mediated_devices_are_a_use),
		cmocka_unit_test(force_spares_disks_and_functions),
		cmocka_unit_test(who_forbids_comes_first),
		cmocka_unit_test(what_this_very_machine_uses_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
