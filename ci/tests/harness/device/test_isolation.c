/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/base/array.h"
#include "harness/device/isolation.h"

static void compute(const struct tree *tree, struct nn_devices *ret_devices,
		    struct nn_isolation *ret_isolation)
{
	assert_int_equal(nn_devices_read(&tree->root, ret_devices, NULL), 0);
	nn_isolation_compute(ret_devices, ret_isolation);
}

static void assert_names(const struct nn_name_list *list, const char *expected)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	for (size_t i = 0; i < list->nr; i++)
		nn_strbuf_addf(&text, "%s%s", i ? " " : "", list->names[i]);
	assert_string_equal(nn_strbuf_str(&text), expected);
}

/*
 * Linux 6.1 grouped these boards; what we expect of their ports must be what it did: a port without
 * ACS, functions of one slot, a switch without ACS, a bridge to conventional PCI, virtual
 * functions.
 */
static void the_kernels_groups_are_expected(void **unused)
{
	const struct {
		const char *name;
		size_t counts[7]; /* functions bridges endpoints alone groups cards cards-alone */
		const char *largest;
		const char *open_ports;
	} rows[] = {
		{"lab-sriov", {11, 3, 8, 8, 11, 8, 8}, "2", ""},
		{"lab-group", {16, 5, 11, 5, 12, 8, 8}, "10", "0000:00:05.0"},
		{"lab-board",
		 {21, 10, 11, 9, 16, 11, 9},
		 "15",
		 "0000:00:06.0 0000:04:00.0 0000:04:01.0"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(devices) struct nn_devices devices = {0};
		NN_AUTO(isolation) struct nn_isolation isolation = {0};

		tree_init(&tree);
		board_play(&tree, rows[i].name);
		compute(&tree, &devices, &isolation);
		assert_true(isolation.is_acs_known);
		assert_names(&isolation.split_apart, "");
		assert_names(&isolation.open_ports, rows[i].open_ports);
		assert_int_equal(isolation.nr_functions, rows[i].counts[0]);
		assert_int_equal(isolation.nr_bridges, rows[i].counts[1]);
		assert_int_equal(isolation.nr_endpoints, rows[i].counts[2]);
		assert_int_equal(isolation.nr_alone, rows[i].counts[3]);
		assert_int_equal(isolation.nr_groups, rows[i].counts[4]);
		assert_int_equal(isolation.nr_cards, rows[i].counts[5]);
		assert_int_equal(isolation.nr_cards_alone, rows[i].counts[6]);
		assert_int_equal(isolation.nr_ungrouped, 0);
		if (isolation.nr_largest > 1)
			assert_string_equal(isolation.largest, rows[i].largest);
	}
}

static void move_to_group(const struct tree *tree, const char *bdf, const char *from,
			  const char *to)
{
	NN_AUTO(free) char *own = nn_asprintf("/sys/bus/pci/devices/%s/iommu_group", bdf);
	NN_AUTO(free) char *target = nn_asprintf("../../../kernel/iommu_groups/%s", to);
	NN_AUTO(free)
	char *gone =
		nn_asprintf("%s/sys/kernel/iommu_groups/%s/devices/%s", tree->folder, from, bdf);
	NN_AUTO(free) char *here = nn_asprintf("/sys/kernel/iommu_groups/%s/devices/%s", to, bdf);

	assert_int_equal(unlink(gone), 0);
	tree_link(tree, own, target);
	tree_link(tree, here, "../../../../devices");
}

/* What pcie_acs_override= does: functions that nothing keeps apart have groups of their own. */
static void groups_finer_than_acs_are_noticed(void **unused)
{
	const struct {
		const char *name;
		const char *bdf;
		const char *group;
		const char *split;
	} rows[] = {
		{"lab-group", "0000:01:00.1", "10", "0000:01:00.1"}, /* of one slot */
		{"lab-group", "0000:02:00.1", "2", "0000:02:00.1"},
		{"lab-board", "0000:02:00.0", "3", "0000:02:00.0"},  /* behind a port without ACS */
		{"lab-board", "0000:05:00.0", "13", "0000:05:00.0"}, /* a switch */
		{"lab-board", "0000:08:02.0", "15", "0000:08:02.0"}, /* conventional PCI */
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(devices) struct nn_devices devices = {0};
		NN_AUTO(isolation) struct nn_isolation isolation = {0};

		tree_init(&tree);
		board_play(&tree, rows[i].name);
		move_to_group(&tree, rows[i].bdf, rows[i].group, "99");
		compute(&tree, &devices, &isolation);
		assert_names(&isolation.split_apart, rows[i].split);
	}
}

/* Coarser groups are the kernel's right: a newer one sees more ways between devices. */
static void groups_coarser_than_acs_are_no_matter(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(devices) struct nn_devices devices = {0};
	NN_AUTO(isolation) struct nn_isolation isolation = {0};

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	move_to_group(&tree, "0000:01:00.0", "11", "13");
	compute(&tree, &devices, &isolation);
	assert_names(&isolation.split_apart, "");
	assert_int_equal(isolation.nr_cards_alone, 7);
	assert_int_equal(isolation.nr_largest, 2);
	assert_string_equal(isolation.largest, "13");
}

static void what_others_may_not_read_is_not_known(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(devices) struct nn_devices devices = {0};
	NN_AUTO(isolation) struct nn_isolation isolation = {0};
	NN_AUTO(free) char *path = NULL;

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-group");
	path = nn_asprintf("%s/sys/bus/pci/devices/0000:02:00.0/config", tree.folder);
	assert_int_equal(truncate(path, 64), 0);
	compute(&tree, &devices, &isolation);
	assert_false(isolation.is_acs_known);
	assert_int_equal(isolation.open_ports.nr, 0);
	assert_int_equal(isolation.nr_cards_alone, 8);
}

static void without_groups_nothing_is_isolated(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(devices) struct nn_devices devices = {0};
	NN_AUTO(isolation) struct nn_isolation isolation = {0};
	const struct tree_function functions[] = {
		{"0000:01:00.0", "0x010802", "0x1b36", "0x0010", NULL, NULL},
		{"0000:01:00.1", "0x040300", "0x1b36", "0x0011", NULL, NULL},
	};

	(void)unused;
	tree_init(&tree);
	compute(&tree, &devices, &isolation);
	assert_int_equal(isolation.nr_functions, 0);
	assert_false(isolation.is_acs_known);
	tree_add_function(&tree, &functions[0]);
	tree_add_function(&tree, &functions[1]);
	compute(&tree, &devices, &isolation);
	assert_int_equal(isolation.nr_ungrouped, 2);
	assert_int_equal(isolation.nr_cards, 1);
	assert_int_equal(isolation.nr_cards_alone, 0);
	assert_null(isolation.largest);
}

/* A capability that is absent needs no control, but for those that must be there. */
static void ports_isolate_with_what_the_kernel_asks_for(void **unused)
{
	const struct {
		int type;
		int is_multifunction;
		int capability;
		int control;
		bool isolates;
	} rows[] = {
		{NN_PCIE_ROOT_PORT, 0, 0x1f, 0x1d, true},
		{NN_PCIE_ROOT_PORT, 0, 0x1f, 0x1c, false},
		{NN_PCIE_ROOT_PORT, 0, 0x00, 0x00, true}, /* hard-wired */
		{NN_PCIE_ROOT_PORT, 0, -1, -1, false},
		{NN_PCIE_DOWNSTREAM_PORT, 1, 0x5f, 0x1d, true},
		{NN_PCIE_UPSTREAM_PORT, 0, -1, -1, true},
		{NN_PCIE_ENDPOINT, 0, -1, -1, true},
		{NN_PCIE_ENDPOINT, 1, -1, -1, false},
		{NN_PCIE_ENDPOINT, 1, 0x0c, 0x0c, true},
		{NN_PCIE_TO_PCI_BRIDGE, 0, 0x1f, 0x1f, false},
		{-1, 0, -1, -1, false},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		const struct nn_device device = {
			.config = {.has_capabilities = true,
				   .pcie_type = rows[i].type,
				   .is_multifunction = rows[i].is_multifunction,
				   .acs_capability = rows[i].capability,
				   .acs_control = rows[i].control}};

		assert_int_equal(nn_device_isolates(&device), rows[i].isolates);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_groups_are_expected),
		cmocka_unit_test(groups_finer_than_acs_are_noticed),
		cmocka_unit_test(groups_coarser_than_acs_are_no_matter),
		cmocka_unit_test(what_others_may_not_read_is_not_known),
		cmocka_unit_test(without_groups_nothing_is_isolated),
		cmocka_unit_test(ports_isolate_with_what_the_kernel_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
