/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/base/clock.h"
#include "harness/device/device.h"
#include "harness/device/names.h"

static void an_iommu_is_active_only_with_groups(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	assert_false(nn_iommu_is_active(&tree.root));
	tree_folder(&tree, "/sys/kernel/iommu_groups");
	assert_false(nn_iommu_is_active(&tree.root));
	tree_add_nvme(&tree);
	assert_true(nn_iommu_is_active(&tree.root));
}

static void a_function_is_read_whole(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_attribute(&tree, "0000:01:00.0", "current_link_speed", "16.0 GT/s PCIe\n");
	tree_attribute(&tree, "0000:01:00.0", "current_link_width", "4\n");
	tree_attribute(&tree, "0000:01:00.0", "reset_method", "flr bus\n");
	tree_attribute(&tree, "0000:01:00.0", "numa_node", "1\n");
	assert_int_equal(nn_device_read(&tree.root, "1:0.0", &device, NULL), -ENODEV);
	assert_int_equal(nn_device_read(&tree.root, "0000:01:00.0", &device, NULL), 0);
	assert_string_equal(device.bdf, "0000:01:00.0");
	assert_int_equal(device.vendor, 0x1b36);
	assert_int_equal(device.device, 0x10);
	assert_int_equal(device.class_code, 0x010802);
	assert_false(device.is_bridge);
	assert_string_equal(device.driver, "nvme");
	assert_string_equal(device.iommu_group, "7");
	assert_string_equal(device.iommu_type, "DMA-FQ");
	assert_string_equal(device.link.speed, "16.0 GT/s PCIe");
	assert_string_equal(device.link.width, "4");
	assert_null(device.link.max_speed);
	assert_string_equal(device.reset_methods, "flr bus");
	assert_int_equal(device.numa_node, 1);
	assert_int_equal(device.group_members.nr, 1);
	assert_null(device.vendor_name);
}

static void absent_attributes_are_absent(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};
	const struct tree_function bare = {.bdf = "0000:00:05.0",
					   .class_code = "0x00ff00\n",
					   .vendor = "0x1234\n",
					   .device = "0x11e8\n"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &bare);
	assert_int_equal(nn_device_read(&tree.root, bare.bdf, &device, NULL), 0);
	assert_null(device.driver);
	assert_null(device.iommu_group);
	assert_null(device.driver_override);
	assert_null(device.reset_methods);
	assert_null(device.link.speed);
	assert_null(device.power_state);
	assert_null(device.local_cpus);
	assert_null(device.sriov.pf);
	assert_int_equal(device.numa_node, -1);
	assert_int_equal(device.subsystem_vendor, -1);
	assert_int_equal(device.revision, -1);
	assert_int_equal(device.rom_bytes, -1);
	assert_int_equal(device.boot_vga, -1);
	assert_int_equal(device.d3cold_allowed, -1);
	assert_int_equal(device.sriov.total_vfs, -1);
	assert_int_equal(device.config.header_type, -1);
	assert_int_equal(device.config.msix_vectors, -1);
	assert_int_equal(device.group_members.nr, 0);
}

/* As of a function whose driver is asked to let go and does not. */
static void what_is_locked_for_ever_is_absent(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};
	static const char *const locked[] = {"driver_override", "sriov_numvfs"};
	uint64_t started_ns = nn_clock_ns();

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	for (size_t i = 0; i < NN_ARRAY_SIZE(locked); i++) {
		NN_AUTO(free)
		char *path = nn_asprintf("%s/sys/bus/pci/devices/0000:01:00.0/%s", tree.folder,
					 locked[i]);

		(void)unlink(path);
		assert_int_equal(mkfifo(path, 0600), 0);
	}
	assert_int_equal(nn_device_read(&tree.root, "0000:01:00.0", &device, NULL), 0);
	assert_true(nn_clock_ns() - started_ns < 10 * NN_NS_PER_S);
	assert_null(device.driver_override);
	assert_int_equal(device.sriov.nr_vfs, -1);
	assert_string_equal(device.driver, "nvme");
	assert_string_equal(device.iommu_group, "7");
}

static void a_missing_function_is_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_device device = {0};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	assert_int_equal(nn_device_read(&tree.root, "0000:09:00.0", &device, &err), -ENODEV);
	assert_string_equal(err.message, "there is no PCI device '0000:09:00.0'");
	assert_int_equal(nn_device_read(&tree.root, "nvme0", &device, &err), -EINVAL);
	assert_non_null(strstr(err.message, "'nvme0' is no PCI address"));
}

/* Three NVMe controllers, two of one kind, and a bridge in the group of the last. */
static void add_three(const struct tree *tree)
{
	const struct tree_function functions[] = {
		{"0000:02:00.0", "0x010802", "0x1b36", "0x0010", "nvme", "2"},
		{"0000:03:00.0", "0x010802", "0x144d", "0xa80a", "nvme", "3"},
		{"0000:04:00.0", "0x010802", "0x1b36", "0x0010", "nvme", "4"},
		{"0000:04:00.1", "0x040300", "0x1b36", "0x0011", NULL, "4"},
		{"0000:00:1c.0", "0x060400", "0x8086", "0x3420", "pcieport", "4"},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(functions); i++)
		tree_add_function(tree, &functions[i]);
}

static void identities_resolve_in_address_order(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_device_id id = {.vendor = 0x1b36, .device = 0x10, .class_code = 0x010802};
	struct nn_err err = {0};
	char bdf[NN_BDF_CAP];

	(void)unused;
	tree_init(&tree);
	add_three(&tree);
	assert_int_equal(nn_device_resolve(&tree.root, &id, bdf, NULL), 0);
	assert_string_equal(bdf, "0000:02:00.0");
	id.index = 1;
	assert_int_equal(nn_device_resolve(&tree.root, &id, bdf, NULL), 0);
	assert_string_equal(bdf, "0000:04:00.0");
	id.index = 2;
	assert_int_equal(nn_device_resolve(&tree.root, &id, bdf, &err), -ENODEV);
	assert_string_equal(err.message,
			    "no PCI device 1b36:0010 of class 010802 with index 2 (2 match)");
	assert_string_equal(bdf, "0000:04:00.0");
}

static void an_address_wins_over_an_identity(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_device_id id = {.bdf = "0000:03:00.0", .vendor = 0x1b36, .device = 0x10};
	char bdf[NN_BDF_CAP];

	(void)unused;
	tree_init(&tree);
	add_three(&tree);
	assert_int_equal(nn_device_resolve(&tree.root, &id, bdf, NULL), 0);
	assert_string_equal(bdf, "0000:03:00.0");
	(void)snprintf(id.bdf, sizeof(id.bdf), "0000:09:00.0");
	assert_int_equal(nn_device_resolve(&tree.root, &id, bdf, NULL), -ENODEV);
}

static void an_identity_is_looked_up_where_only_the_address_is_given(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_device_id id = {.bdf = "0000:02:00.0"};
	struct nn_device_id absent = {.bdf = "0000:09:00.0"};
	struct nn_device_id known = {.bdf = "0000:02:00.0", .vendor = 0x8086};
	struct nn_device_id none = {0};

	(void)unused;
	tree_init(&tree);
	add_three(&tree);
	assert_true(nn_device_is_given(&id));
	nn_device_identify(&tree.root, &id);
	assert_int_equal(id.vendor, 0x1b36);
	assert_int_equal(id.device, 0x10);
	assert_int_equal(id.class_code, 0x010802);
	nn_device_identify(&tree.root, &absent);
	assert_int_equal(absent.vendor, 0);
	assert_true(nn_device_is_given(&absent));
	nn_device_identify(&tree.root, &known);
	assert_int_equal(known.vendor, 0x8086);
	assert_int_equal(known.device, 0);
	nn_device_identify(&tree.root, &none);
	assert_false(nn_device_is_given(&none));
}

static void a_block_device_is_the_whole_disk(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *nvme = NULL;
	NN_AUTO(free) char *multipath = NULL;

	(void)unused;
	tree_init(&tree);
	add_three(&tree);
	tree_add_nvme(&tree);
	tree_add_member(&tree, "block", "0000:02:00.0", "nvme/nvme1", "nvme1c1n2");
	nvme = nn_device_block_name(&tree.root, "0000:01:00.0");
	assert_string_equal(nvme, "nvme0n1");
	multipath = nn_device_block_name(&tree.root, "0000:02:00.0");
	assert_string_equal(multipath, "nvme1n2");
	assert_null(nn_device_block_name(&tree.root, "0000:03:00.0"));
}

/* The class decides while the header cannot be read; NVSwitch is a bridge by name only. */
static void bridges_are_told_by_header_and_class(void **unused)
{
	const struct {
		const char *class_code;
		int header; /* -1: not readable */
		bool is_bridge;
	} rows[] = {
		{"0x060400", -1, true},  {"0x060000", 0, true}, {"0x060100", 0, true},
		{"0x068000", 0, false},  {"0x068000", 1, true}, {"0x010802", 0, false},
		{"0x010802", -1, false}, {"0x0b4000", 1, true},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(device) struct nn_device device = {0};
		const struct tree_function function = {
			"0000:05:00.0", rows[i].class_code, "0x10de", "0x1af1", NULL, NULL};
		char space[65];

		tree_init(&tree);
		tree_add_function(&tree, &function);
		memset(space, 'x', 64);
		space[64] = '\0';
		if (rows[i].header >= 0) {
			NN_AUTO(free)
			char *path = nn_asprintf("%s/sys/bus/pci/devices/0000:05:00.0/config",
						 tree.folder);
			FILE *file = fopen(path, "we");

			space[0x0e] = (char)rows[i].header;
			assert_non_null(file);
			assert_int_equal(fwrite(space, 1, 64, file), 64);
			assert_int_equal(fclose(file), 0);
		}
		assert_int_equal(nn_device_read(&tree.root, function.bdf, &device, NULL), 0);
		assert_int_equal(device.is_bridge, rows[i].is_bridge);
	}
}

static void all_functions_are_read_in_order(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(devices) struct nn_devices devices = {0};

	(void)unused;
	tree_init(&tree);
	add_three(&tree);
	tree_link(&tree, "/sys/bus/pci/devices/0000:02:00.1", "gone"); /* it left just now */
	assert_int_equal(nn_devices_read(&tree.root, &devices, NULL), 0);
	assert_int_equal(devices.nr, 5);
	assert_string_equal(devices.items[0].bdf, "0000:00:1c.0");
	assert_string_equal(devices.items[4].bdf, "0000:04:00.1");
}

static void functions_of_a_slot_are_told(void **unused)
{
	(void)unused;
	assert_true(nn_device_same_slot("0000:01:00.0", "0000:01:00.7"));
	assert_false(nn_device_same_slot("0000:01:00.0", "0000:01:01.0"));
	assert_false(nn_device_same_slot("0000:01:00.0", "0001:01:00.0"));
}

static void names_come_from_pci_ids(void **unused)
{
	struct nn_device devices[] = {{.vendor = 0x8086, .device = 0x100e, .class_code = 0x010802},
				      {.vendor = 0xfffe, .device = 0x1}};

	(void)unused;
	nn_device_names_lookup(devices, 2);
	if (!devices[0].vendor_name) {
		print_message("skipped: no pci.ids on this machine\n");
		skip();
	}
	assert_string_equal(devices[0].vendor_name, "Intel Corporation");
	assert_non_null(strstr(devices[0].device_name, "82540EM"));
	assert_null(devices[1].device_name);
	assert_string_equal(devices[0].class_name, "Non-Volatile memory controller (NVM Express)");
	nn_device_release(&devices[0]);
	nn_device_release(&devices[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_iommu_is_active_only_with_groups),
		cmocka_unit_test(a_function_is_read_whole),
		cmocka_unit_test(absent_attributes_are_absent),
		cmocka_unit_test(what_is_locked_for_ever_is_absent),
		cmocka_unit_test(a_missing_function_is_named),
		cmocka_unit_test(identities_resolve_in_address_order),
		cmocka_unit_test(an_address_wins_over_an_identity),
		cmocka_unit_test(an_identity_is_looked_up_where_only_the_address_is_given),
		cmocka_unit_test(a_block_device_is_the_whole_disk),
		cmocka_unit_test(bridges_are_told_by_header_and_class),
		cmocka_unit_test(all_functions_are_read_in_order),
		cmocka_unit_test(functions_of_a_slot_are_told),
		cmocka_unit_test(names_come_from_pci_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
