/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/device/assignability.h"

#define NVME "0000:01:00.0"

/* "no: !kind object: text\n…", ! before reasons that forbid. */
static char *judged(const struct tree *tree, const char *bdf, const char *extra_text)
{
	NN_AUTO(device) struct nn_device device = {0};
	NN_AUTO(assignability) struct nn_assignability result = {0};
	NN_AUTO(group_extra) struct nn_group_extra extra = {0};
	const struct nn_assignability_given given = {.extra = &extra};
	struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};

	if (extra_text)
		assert_int_equal(nn_group_extra_parse(extra_text, &extra, NULL), 0);
	assert_int_equal(nn_device_read(&tree->root, bdf, &device, NULL), 0);
	if (nn_device_assignability(&tree->root, &device, extra_text ? &given : NULL, &result,
				    &err))
		fail_msg("%s", err.message);
	nn_strbuf_addf(&text, "%s", nn_assignable_name(result.verdict));
	for (size_t i = 0; i < result.nr; i++)
		nn_strbuf_addf(&text, "\n%s%s %s: %s", result.reasons[i].forbids ? "!" : "",
			       nn_obstacle_name(result.reasons[i].obstacle),
			       result.reasons[i].object, result.reasons[i].text);
	return nn_strbuf_detach(&text);
}

#define assert_judged(tree, bdf, extra, expected)                               \
	do {                                                                    \
		NN_AUTO(free) char *judgement = judged((tree), (bdf), (extra)); \
		assert_string_equal(judgement, (expected));                     \
	} while (0)

static void change(const struct tree *tree, const char *bdf, const char *name, const char *text)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/bus/pci/devices/%s/%s", bdf, name);

	tree_file(tree, path, text);
}

static void the_labs_boards_are_judged(void **unused)
{
	const struct {
		const char *board;
		const char *bdf;
		const char *extra;
		const char *expected;
	} rows[] = {
		{"lab-board", NVME, NULL, "yes"},
		{"lab-board", "0000:00:04.0", NULL, "no\n!bridge 0000:00:04.0: it is a bridge"},
		{"lab-board", "0000:00:05.0", NULL,
		 "with warnings\nreset 0000:00:05.0: it cannot be reset: a second start of a VM with "
		 "it may fail"},
		{"lab-board", "0000:02:00.0", NULL, "yes"},
		/* It has no reset of its own, but all of its bus goes along. */
		{"lab-board", "0000:08:02.0", NULL, "yes"},
		{"lab-group", NVME, NULL,
		 "no\n!sibling 0000:01:00.1: '0000:01:00.1' of the same group has driver nvme; let "
		 "it go along with the arm's setting extra: \"0000:01:00.1\" (or extra: group), or "
		 "unbind it"},
		{"lab-group", NVME, "group", "yes"},
		{"lab-group", "0000:03:00.0", NULL, "yes"},
		{"lab-sriov", NVME, NULL,
		 "no\n!user sriov_numvfs: it has 2 virtual functions enabled"},
		{"lab-sriov", "0000:01:00.1", NULL, "yes"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};

		tree_init(&tree);
		board_play(&tree, rows[i].board);
		assert_judged(&tree, rows[i].bdf, rows[i].extra, rows[i].expected);
	}
}

static void a_use_of_a_neighbour_that_goes_along_forbids(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-group");
	change(&tree, "0000:03:00.1", "sriov_numvfs", "1\n");
	assert_judged(&tree, "0000:03:00.0", NULL,
		      "no\n!user sriov_numvfs: its neighbour '0000:03:00.1' is in use: it has 1 "
		      "virtual functions enabled");
}

static void without_an_iommu_nothing_is_isolated(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function bare = {NVME, "0x010802", "0x1b36", "0x0010", NULL, NULL};
	const struct tree_function other = {"0000:02:00.0", "0x020000", "0x8086",
					    "0x1533",       NULL,       "1"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &bare);
	change(&tree, NVME, "reset", "");
	assert_judged(&tree, NVME, NULL, "no\n!iommu iommu: no IOMMU is active on this machine");
	tree_add_function(&tree, &other); /* one is active, but not for all */
	assert_judged(&tree, NVME, NULL, "no\n!group " NVME ": it is in no IOMMU group");
}

static void memory_that_the_firmware_reserved_forbids(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	tree_file(&tree, "/sys/kernel/iommu_groups/11/reserved_regions",
		  "0x00000000000a0000 0x00000000000bffff direct-relaxable\n"
		  "0x00000000fee00000 0x00000000feefffff msi\n");
	assert_judged(&tree, NVME, NULL, "yes");
	tree_file(&tree, "/sys/kernel/iommu_groups/11/reserved_regions",
		  "0x000000007d000000 0x000000007f7fffff direct\n");
	assert_judged(&tree, NVME, NULL,
		      "no\n!region 0x7d000000-0x7f7fffff: the firmware reserved "
		      "0x7d000000-0x7f7fffff for devices of its group (RMRR)");
}

static void interrupts_must_be_remapped_or_allowed(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	tree_file(&tree, "/proc/interrupts", " 24: 5 PCI-MSI 0-edge nvme\n");
	assert_judged(&tree, NVME, NULL,
		      "no\n!interrupts interrupt remapping: interrupts are not remapped, and "
		      "vfio_iommu_type1 does not allow that (allow_unsafe_interrupts)");
	tree_file(&tree, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n");
	assert_judged(&tree, NVME, NULL,
		      "with warnings\ninterrupts interrupt remapping: interrupts are not remapped: "
		      "a VM could forge them");
	tree_file(&tree, "/proc/interrupts", " 24: 5 GICv3 0-edge nvme\n");
	assert_judged(&tree, NVME, NULL, "yes");
}

static void vfios_denylist_forbids_until_it_is_lifted(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function engine = {NVME, "0x0b4000", "0x8086", "0x37c8", NULL, "1"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &engine);
	change(&tree, NVME, "reset_method", "flr\n");
	assert_judged(&tree, NVME, NULL,
		      "no\n!denylist " NVME ": vfio-pci refuses 8086:37c8 (its denylist)");
	tree_file(&tree, "/sys/module/vfio_pci/parameters/disable_denylist", "Y\n");
	assert_judged(&tree, NVME, NULL, "yes");
}

static void a_short_link_is_a_warning(void **unused)
{
	const struct {
		const char *speed;
		const char *width;
		const char *port_speed; /* at most */
		const char *text;       /* or NULL */
	} rows[] = {
		{"16.0 GT/s PCIe\n", "4\n", "16.0 GT/s PCIe\n", NULL},
		{"16.0 GT/s PCIe\n", "2\n", "16.0 GT/s PCIe\n", "16 GT/s x2, could be 16 GT/s x4"},
		{"2.5 GT/s PCIe\n", "4\n", "16.0 GT/s PCIe\n", "2.5 GT/s x4, could be 16 GT/s x4"},
		/* The slot cannot do more. */
		{"8.0 GT/s PCIe\n", "4\n", "8.0 GT/s PCIe\n", NULL},
		{"2.5 GT/s PCIe\n", "4\n", "8.0 GT/s PCIe\n", "2.5 GT/s x4, could be 8 GT/s x4"},
		{"Unknown\n", "0\n", "8.0 GT/s PCIe\n", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(device) struct nn_device device = {0};
		NN_AUTO(free) char *text = NULL;

		tree_init(&tree);
		board_play(&tree, "lab-board");
		change(&tree, NVME, "current_link_speed", rows[i].speed);
		change(&tree, NVME, "current_link_width", rows[i].width);
		change(&tree, NVME, "max_link_speed", "16.0 GT/s PCIe\n");
		change(&tree, NVME, "max_link_width", "4\n");
		change(&tree, "0000:00:04.0", "max_link_speed", rows[i].port_speed);
		assert_int_equal(nn_device_read(&tree.root, NVME, &device, NULL), 0);
		assert_int_equal(nn_device_link_is_short(&device, &text), rows[i].text != NULL);
		if (rows[i].text)
			assert_string_equal(text, rows[i].text);
		else
			assert_judged(&tree, NVME, NULL, "yes");
	}
}

/* Sorted by weight, then kind: the same state gives the same text. */
static void all_reasons_are_given(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	change(&tree, "0000:00:05.0", "sriov_numvfs", "3\n");
	change(&tree, "0000:00:05.0", "boot_vga", "1\n");
	change(&tree, "0000:00:05.0", "class", "0x030000\n");
	assert_judged(&tree, "0000:00:05.0", NULL,
		      "no\n!user sriov_numvfs: it has 3 virtual functions enabled\n"
		      "!user boot_vga: it is the display that the firmware booted on\n"
		      "reset 0000:00:05.0: it cannot be reset: a second start of a VM with it may "
		      "fail");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_labs_boards_are_judged),
		cmocka_unit_test(a_use_of_a_neighbour_that_goes_along_forbids),
		cmocka_unit_test(without_an_iommu_nothing_is_isolated),
		cmocka_unit_test(memory_that_the_firmware_reserved_forbids),
		cmocka_unit_test(interrupts_must_be_remapped_or_allowed),
		cmocka_unit_test(vfios_denylist_forbids_until_it_is_lifted),
		cmocka_unit_test(a_short_link_is_a_warning),
		cmocka_unit_test(all_reasons_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
