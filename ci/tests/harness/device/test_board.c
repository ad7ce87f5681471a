/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/device/board.h"

static void a_recorded_board_is_read(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(board) struct nn_board board = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-sriov");
	nn_board_read(&tree.root, &board);
	assert_string_equal(board.kernel, "6.1.0-56-amd64");
	assert_string_equal(board.iommu, "Intel VT-d");
	assert_string_equal(board.policy, "lazy");
	assert_int_equal(board.interrupt_remapping, 1);
	assert_int_equal(board.unsafe_interrupts, 0);
	assert_null(board.acs_override);
	assert_int_equal(board.options.nr, 1);
	assert_string_equal(board.options.names[0], "intel_iommu=on");
}

static void a_machine_that_says_nothing_is_not_known(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(board) struct nn_board board = {0};

	(void)unused;
	tree_init(&tree);
	nn_board_read(&tree.root, &board);
	assert_null(board.kernel);
	assert_null(board.iommu);
	assert_null(board.policy);
	assert_int_equal(board.interrupt_remapping, -1);
	assert_int_equal(board.unsafe_interrupts, -1);
	assert_int_equal(board.options.nr, 0);
}

static void policies_follow_from_the_types_of_groups(void **unused)
{
	const struct {
		const char *types[3];
		const char *policy;
	} rows[] = {
		{{"DMA-FQ", "DMA-FQ", "DMA-FQ"}, "lazy"},  {{"DMA", "unknown", NULL}, "strict"},
		{{"identity", NULL, NULL}, "passthrough"}, {{"DMA", "identity", NULL}, "mixed"},
		{{"blocked", NULL, NULL}, NULL},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(board) struct nn_board board = {0};

		tree_init(&tree);
		for (int t = 0; t < 3 && rows[i].types[t]; t++) {
			NN_AUTO(free)
			char *path = nn_asprintf("/sys/kernel/iommu_groups/%d/type", t);

			tree_file(&tree, path, rows[i].types[t]);
		}
		nn_board_read(&tree.root, &board);
		assert_string_equal(board.iommu, "unknown");
		if (rows[i].policy)
			assert_string_equal(board.policy, rows[i].policy);
		else
			assert_null(board.policy);
	}
}

static void words_to_the_kernel_are_kept(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(board) struct nn_board board = {0};

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/proc/cmdline",
		  "root=/dev/sda1 quiet iommu=pt pcie_acs_override=downstream,multifunction "
		  "iommu.strict=1 secret=x\n");
	tree_file(&tree, "/proc/interrupts", " 24: 5 PCI-MSI 0-edge nvme\n");
	tree_file(&tree, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n");
	nn_board_read(&tree.root, &board);
	assert_string_equal(board.acs_override, "downstream,multifunction");
	assert_int_equal(board.options.nr, 3);
	assert_string_equal(board.options.names[2], "iommu.strict=1");
	assert_int_equal(board.interrupt_remapping, 0);
	assert_int_equal(board.unsafe_interrupts, 1);
}

static void kinds_of_iommus_have_names(void **unused)
{
	const char *const rows[][2] = {{"dmar0", "Intel VT-d"},           {"ivhd0", "AMD-Vi"},
				       {"smmu3.0x10", "Arm SMMUv3"},      {"smmu.0x10", "Arm SMMU"},
				       {"virtio-iommu0", "virtio-iommu"}, {"ipmmu0", "ipmmu0"}};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(board) struct nn_board board = {0};
		NN_AUTO(free) char *path = nn_asprintf("/sys/class/iommu/%s", rows[i][0]);

		tree_init(&tree);
		tree_folder(&tree, path);
		tree_folder(&tree, "/sys/kernel/iommu_groups/0");
		nn_board_read(&tree.root, &board);
		assert_string_equal(board.iommu, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_board_is_read),
		cmocka_unit_test(a_machine_that_says_nothing_is_not_known),
		cmocka_unit_test(policies_follow_from_the_types_of_groups),
		cmocka_unit_test(words_to_the_kernel_are_kept),
		cmocka_unit_test(kinds_of_iommus_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
