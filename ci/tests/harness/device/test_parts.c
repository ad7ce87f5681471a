/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/device/device.h"

#define GPU "0000:02:00.0"

static const struct tree_function gpu = {GPU, "0x030000", "0x10de", "0x2684", NULL, "8"};

static void bars_and_rom_are_read(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_attribute(&tree, GPU, "resource",
		       "0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
		       "0x0000007800000000 0x0000007bffffffff 0x000000000014220c\n"
		       "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		       "0x0000000000000000 0x0000000001ffffff 0x000000002014220c\n"
		       "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		       "0x000000000000f000 0x000000000000f07f 0x0000000000040101\n"
		       "0x00000000f7000000 0x00000000f707ffff 0x0000000000046200\n"
		       "0x0000000000001000 0x0000000000001fff 0x0000000000040200\n");
	tree_attribute(&tree, GPU, "resource1_resize", "0000000000007fc0\n");
	tree_attribute(&tree, GPU, "rom", "");
	assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
	assert_int_equal(device.nr_bars, 4);
	assert_int_equal(device.bars[0].index, 0);
	assert_int_equal(device.bars[0].size_bytes, 16 << 20);
	assert_true(device.bars[0].is_memory && device.bars[0].is_assigned);
	assert_false(device.bars[0].is_64bit || device.bars[0].is_prefetchable);
	assert_int_equal(device.bars[0].resizable_mib, 0);
	assert_int_equal(device.bars[1].index, 1);
	assert_true(device.bars[1].start == 0x7800000000);
	assert_true(device.bars[1].size_bytes == 16ULL << 30);
	assert_true(device.bars[1].is_64bit && device.bars[1].is_prefetchable);
	assert_int_equal(device.bars[1].resizable_mib, 0x7fc0);
	assert_int_equal(device.bars[2].index, 3);
	assert_false(device.bars[2].is_assigned);
	assert_int_equal(device.bars[3].index, 5);
	assert_false(device.bars[3].is_memory);
	assert_int_equal(device.rom_bytes, 512 << 10);
	assert_int_equal(device.rom_readable, 1);
}

static void odd_resources_are_left_out(void **unused)
{
	const char *const texts[] = {
		"",
		"0x0\n",
		"one two three\n",
		"0x2000 0x1000 0x200\n", /* it ends before it begins */
		"0x0000000000000000 0x0000000000000fff\n"
		"0x10000000000000000 0x0000000000000fff 0x200\n",
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(device) struct nn_device device = {0};

		tree_init(&tree);
		tree_add_function(&tree, &gpu);
		tree_attribute(&tree, GPU, "resource", texts[i]);
		assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
		assert_int_equal(device.nr_bars, 0);
		assert_int_equal(device.rom_bytes, -1);
		assert_int_equal(device.rom_readable, -1);
	}
}

/* Before Linux 5.15 there is `reset` but no `reset_method`; an empty one means that all are off. */
static void a_reset_is_known_with_and_without_its_methods(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
	assert_false(device.can_reset);
	nn_device_release(&device);
	tree_attribute(&tree, GPU, "reset", "");
	assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
	assert_true(device.can_reset);
	assert_null(device.reset_methods);
	nn_device_release(&device);
	tree_attribute(&tree, GPU, "reset_method", "\n");
	assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
	assert_false(device.can_reset);
	nn_device_release(&device);
	tree_attribute(&tree, GPU, "reset_method", "flr bus\n");
	assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
	assert_true(device.can_reset);
	assert_string_equal(device.reset_methods, "flr bus");
}

static void virtual_functions_and_their_owner_know_each_other(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device pf = {0};
	NN_AUTO(device) struct nn_device vf = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-sriov");
	assert_int_equal(nn_device_read(&tree.root, "0000:01:00.0", &pf, NULL), 0);
	assert_int_equal(pf.sriov.total_vfs, 2);
	assert_int_equal(pf.sriov.nr_vfs, 2);
	assert_int_equal(pf.sriov.autoprobe, 0);
	assert_int_equal(pf.sriov.vfs.nr, 2);
	assert_string_equal(pf.sriov.vfs.names[1], "0000:01:00.2");
	assert_null(pf.sriov.pf);
	assert_int_equal(nn_device_read(&tree.root, "0000:01:00.2", &vf, NULL), 0);
	assert_string_equal(vf.sriov.pf, "0000:01:00.0");
	assert_int_equal(vf.sriov.total_vfs, -1);
	assert_int_equal(vf.sriov.vfs.nr, 0);
	assert_string_equal(vf.reset_methods, "flr");
	assert_string_equal(nn_device_port(&vf), "0000:00:04.0");
	assert_string_equal(vf.uplink.max_speed, "16.0 GT/s PCIe");
	assert_string_equal(vf.uplink.max_width, "32");
}

static void mediated_types_are_listed(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_file(&tree, "/sys/class/mdev_bus/" GPU "/mdev_supported_types/nvidia-63/name",
		  "GRID P4-1Q\n");
	tree_file(&tree,
		  "/sys/class/mdev_bus/" GPU "/mdev_supported_types/nvidia-63/available_instances",
		  "8\n");
	tree_file(&tree, "/sys/class/mdev_bus/" GPU "/mdev_supported_types/nvidia-64/device_api",
		  "vfio-pci\n");
	assert_int_equal(nn_device_read(&tree.root, GPU, &device, NULL), 0);
	assert_int_equal(device.mdev_types.nr, 2);
	assert_string_equal(device.mdev_types.items[0].id, "nvidia-63");
	assert_string_equal(device.mdev_types.items[0].name, "GRID P4-1Q");
	assert_int_equal(device.mdev_types.items[0].nr_available, 8);
	assert_null(device.mdev_types.items[0].api);
	assert_int_equal(device.mdev_types.items[1].nr_available, -1);
	assert_string_equal(device.mdev_types.items[1].api, "vfio-pci");
}

static void the_path_leads_from_the_root_down(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device) struct nn_device device = {0};
	const char *const path[] = {"0000:00:07.0", "0000:03:00.0", "0000:04:01.0"};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	assert_int_equal(nn_device_read(&tree.root, "0000:06:00.0", &device, NULL), 0);
	assert_int_equal(device.path.nr, NN_ARRAY_SIZE(path));
	for (size_t i = 0; i < NN_ARRAY_SIZE(path); i++)
		assert_string_equal(device.path.names[i], path[i]);
	assert_string_equal(nn_device_port(&device), "0000:04:01.0");
	assert_true(device.bars[device.nr_bars - 1].size_bytes == 8ULL << 30);
	nn_device_release(&device);
	assert_int_equal(nn_device_read(&tree.root, "0000:00:05.0", &device, NULL), 0);
	assert_null(nn_device_port(&device));
	assert_null(device.uplink.speed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_and_rom_are_read),
		cmocka_unit_test(odd_resources_are_left_out),
		cmocka_unit_test(a_reset_is_known_with_and_without_its_methods),
		cmocka_unit_test(virtual_functions_and_their_owner_know_each_other),
		cmocka_unit_test(mediated_types_are_listed),
		cmocka_unit_test(the_path_leads_from_the_root_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
