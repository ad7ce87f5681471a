/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include <errno.h>

#include "harness/base/array.h"
#include "harness/device/group.h"

#define GPU   "0000:04:00.0"
#define SOUND "0000:04:00.1"
#define PORT  "0000:00:1c.0"

/* A GPU, its sound function with a driver of choice, and their port, in one group. */
static void add_card(const struct tree *tree, const char *sound_driver)
{
	const struct tree_function functions[] = {
		{GPU, "0x030000", "0x10de", "0x2684", "nouveau", "4"},
		{SOUND, "0x040300", "0x10de", "0x22ba", sound_driver, "4"},
		{PORT, "0x060400", "0x8086", "0x3420", "pcieport", "4"},
		{"0000:05:00.0", "0x020000", "0x8086", "0x1533", "igb", "5"},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(functions); i++)
		tree_add_function(tree, &functions[i]);
}

/* What goes along, as "A B", or the message. */
static char *passed(const struct tree *tree, const char *extra_text, int *ret_rc)
{
	NN_AUTO(device) struct nn_device device = {0};
	NN_AUTO(group_extra) struct nn_group_extra extra = {0};
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};

	assert_int_equal(nn_device_read(&tree->root, GPU, &device, NULL), 0);
	if (extra_text)
		assert_int_equal(nn_group_extra_parse(extra_text, &extra, NULL), 0);
	*ret_rc = nn_device_passthrough_set(&tree->root, &device, extra_text ? &extra : NULL, &bdfs,
					    &err);
	nn_strbuf_add(&text, err.message);
	for (size_t i = 0; i < bdfs.nr; i++)
		nn_strbuf_addf(&text, "%s%s", i ? " " : "", bdfs.names[i]);
	return nn_strbuf_detach(&text);
}

static void siblings_that_nobody_here_drives_go_along(void **unused)
{
	const char *const drivers[] = {NULL, "vfio-pci", "pci-stub", "nvgrace-gpu-vfio-pci"};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(drivers); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(free) char *text = NULL;
		int rc;

		tree_init(&tree);
		add_card(&tree, drivers[i]);
		text = passed(&tree, NULL, &rc);
		assert_string_equal(text, GPU " " SOUND);
		assert_int_equal(rc, 0);
	}
}

/* NVIDIA's own driver keeps virtual GPUs and offers them to VFIO itself. */
static void a_sibling_whose_driver_serves_vfio_goes_along(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *text = NULL;
	int rc;

	(void)unused;
	tree_init(&tree);
	add_card(&tree, "nvidia");
	tree_attribute(&tree, SOUND, "vfio-dev/vfio3/dev", "510:3\n");
	text = passed(&tree, NULL, &rc);
	assert_string_equal(text, GPU " " SOUND);
	assert_int_equal(rc, 0);
}

static void a_sibling_with_a_driver_goes_along_only_when_it_is_said(void **unused)
{
	const struct {
		const char *extra;
		int rc;
		const char *text;
	} rows[] = {
		{NULL, -EBUSY,
		 "IOMMU group 4: '" SOUND "' of the same group has driver snd_hda_intel; let it go "
		 "along with the arm's setting extra: \"" SOUND
		 "\" (or extra: group), or unbind it"},
		{"group", 0, GPU " " SOUND},
		{SOUND, 0, GPU " " SOUND},
		{"4:0.1, 04:00.0", 0, GPU " " SOUND},
		{"0000:05:00.0", -EINVAL,
		 "extra '0000:05:00.0' is not in IOMMU group 4 of '" GPU "'"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(free) char *text = NULL;
		int rc;

		tree_init(&tree);
		add_card(&tree, "snd_hda_intel");
		text = passed(&tree, rows[i].extra, &rc);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(rc, rows[i].rc);
	}
}

static void a_sibling_in_use_stays_whatever_is_said(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *text = NULL;
	int rc;

	(void)unused;
	tree_init(&tree);
	add_card(&tree, "snd_hda_intel");
	tree_attribute(&tree, SOUND, "sriov_numvfs", "1\n");
	text = passed(&tree, "group", &rc);
	assert_string_equal(text, "IOMMU group 4: device '" SOUND
				  "' is in use: it has 1 virtual functions enabled");
	assert_int_equal(rc, -EBUSY);
}

/* The kernel refuses a group in which lpc_ich, i2c_i801 or the like has claimed DMA. */
static void a_bridge_with_a_driver_of_its_own_keeps_the_group(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *text = NULL;
	const struct tree_function lpc = {"0000:00:1f.0", "0x060100", "0x8086",
					  "0x2918",       "lpc_ich",  "4"};
	int rc;

	(void)unused;
	tree_init(&tree);
	add_card(&tree, NULL);
	tree_add_function(&tree, &lpc);
	text = passed(&tree, "group", &rc);
	assert_string_equal(text, "IOMMU group 4: bridge '0000:00:1f.0' has driver lpc_ich, which "
				  "keeps the whole group here; unbind it, or use a device of "
				  "another group");
	assert_int_equal(rc, -EBUSY);
}

static void what_may_go_along_is_parsed(void **unused)
{
	const struct {
		const char *text;
		const char *why;
	} bad[] = {
		{"", "expected 'group' or addresses, got ''"},
		{" ,", "expected 'group' or addresses, got ' ,'"},
		{"Group", "expected 'group' or addresses: 'Group' is no PCI address, expected "
			  "domain:bus:device.function such as 0000:01:00.0"},
		{SOUND " sound",
		 "expected 'group' or addresses: 'sound' is no PCI address, expected "
		 "domain:bus:device.function such as 0000:01:00.0"},
	};
	NN_AUTO(group_extra) struct nn_group_extra extra = {0};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bad); i++) {
		struct nn_err err = {0};

		assert_int_equal(nn_group_extra_parse(bad[i].text, &extra, &err), -EINVAL);
		assert_string_equal(err.message, bad[i].why);
		assert_int_equal(extra.bdfs.nr, 0);
	}
	assert_int_equal(nn_group_extra_parse("1:0.1,0000:01:00.1 2:0.0", &extra, NULL), 0);
	assert_false(extra.is_whole_group);
	assert_int_equal(extra.bdfs.nr, 2);
	assert_string_equal(extra.bdfs.names[0], "0000:01:00.1");
}

static void groups_are_read_with_their_regions(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(iommu_group) struct nn_iommu_group group = {0};
	NN_AUTO(name_list) struct nn_name_list ids = {0};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree, NULL);
	tree_folder(&tree, "/sys/kernel/iommu_groups/10");
	tree_file(&tree, "/sys/kernel/iommu_groups/4/reserved_regions",
		  "0x00000000000a0000 0x00000000000bffff direct\n"
		  "nonsense\n"
		  "0x00000000fee00000 0x00000000feefffff msi\n");
	assert_int_equal(nn_iommu_group_read(&tree.root, "4", &group, NULL), 0);
	assert_string_equal(group.type, "DMA-FQ");
	assert_int_equal(group.members.nr, 3);
	assert_int_equal(group.nr_regions, 2);
	assert_string_equal(group.regions[0].type, "direct");
	assert_int_equal(group.regions[0].end, 0xbffff);
	assert_string_equal(group.regions[1].type, "msi");
	assert_int_equal(nn_iommu_group_read(&tree.root, "6", &group, &err), -ENOENT);
	assert_string_equal(err.message, "there is no IOMMU group '6'");
	assert_int_equal(nn_iommu_group_list(&tree.root, &ids, NULL), 0);
	assert_int_equal(ids.nr, 3);
	assert_string_equal(ids.names[2], "10");
}

/* Recorded: two NVMe functions, an NVMe beside a network card, an NVMe beside an idle function. */
static void the_labs_groups_follow_the_rule(void **unused)
{
	const struct {
		const char *bdf;
		const char *extra;
		const char *set;
		const char *sibling;
	} rows[] = {
		{"0000:01:00.0", NULL, NULL, "'0000:01:00.1' of the same group has driver nvme"},
		{"0000:01:00.0", "group", "0000:01:00.0 0000:01:00.1", NULL},
		{"0000:02:00.0", NULL, NULL, "'0000:02:00.1' of the same group has driver e1000e"},
		{"0000:03:00.0", NULL, "0000:03:00.0 0000:03:00.1", NULL},
		{"0000:00:07.0", NULL, "0000:00:07.0", NULL},
	};
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-group");
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(device) struct nn_device device = {0};
		NN_AUTO(group_extra) struct nn_group_extra extra = {0};
		NN_AUTO(name_list) struct nn_name_list bdfs = {0};
		NN_AUTO(strbuf) struct nn_strbuf set = NN_STRBUF_INIT;
		struct nn_err err = {0};

		if (rows[i].extra)
			assert_int_equal(nn_group_extra_parse(rows[i].extra, &extra, NULL), 0);
		assert_int_equal(nn_device_read(&tree.root, rows[i].bdf, &device, NULL), 0);
		assert_int_equal(
			nn_device_passthrough_set(&tree.root, &device, &extra, &bdfs, &err),
			rows[i].set ? 0 : -EBUSY);
		for (size_t b = 0; b < bdfs.nr; b++)
			nn_strbuf_addf(&set, "%s%s", b ? " " : "", bdfs.names[b]);
		assert_string_equal(nn_strbuf_str(&set), rows[i].set ? rows[i].set : "");
		if (rows[i].sibling)
			assert_non_null(strstr(err.message, rows[i].sibling));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siblings_that_nobody_here_drives_go_along),
		cmocka_unit_test(a_sibling_whose_driver_serves_vfio_goes_along),
		cmocka_unit_test(a_sibling_with_a_driver_goes_along_only_when_it_is_said),
		cmocka_unit_test(a_sibling_in_use_stays_whatever_is_said),
		cmocka_unit_test(a_bridge_with_a_driver_of_its_own_keeps_the_group),
		cmocka_unit_test(what_may_go_along_is_parsed),
		cmocka_unit_test(groups_are_read_with_their_regions),
		cmocka_unit_test(the_labs_groups_follow_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
