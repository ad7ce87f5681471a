/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/notes.h"

#include "harness/base/clock.h"
#include "harness/device/sriov.h"

#define PF "0000:02:00.0"

static void add_pf(const struct tree *tree, const char *driver)
{
	const struct tree_function pf = {PF, "0x010802", "0x1b36", "0x0010", driver, "8"};

	tree_add_function(tree, &pf);
	tree_attribute(tree, PF, "sriov_totalvfs", "300\n");
	tree_attribute(tree, PF, "sriov_numvfs", "0\n");
	tree_attribute(tree, PF, "sriov_offset", "1\n");
	tree_attribute(tree, PF, "sriov_stride", "2\n");
}

static void assert_refused(const struct tree *tree, const char *pf, uint64_t vf, int code,
			   const char *message)
{
	struct nn_err err = {0};

	assert_int_equal(nn_sriov_check(&tree->root, pf, vf, &err), code);
	assert_string_equal(err.message, message);
}

static void what_stands_in_the_way_is_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function plain = {"0000:03:00.0", "0x010802", "0x1b36",
					    "0x0010",       "nvme",     "9"};

	(void)unused;
	tree_init(&tree);
	assert_refused(&tree, PF, 0, -ENODEV, "there is no PCI device '" PF "'");
	add_pf(&tree, NULL);
	tree_add_function(&tree, &plain);
	assert_refused(&tree, plain.bdf, 0, -ENOTSUP, "'0000:03:00.0' has no SR-IOV capability");
	assert_refused(&tree, PF, 300, -ENOTSUP,
		       "'" PF "' can have 300 virtual functions, so there is no number 300 (the "
		       "first is 0)");
	assert_refused(&tree, PF, 0, -ENOTSUP,
		       "'" PF "' has no driver, which its virtual functions need");
	tree_bind(&tree, PF, "nvme");
	assert_int_equal(nn_sriov_check(&tree.root, PF, 299, NULL), 0);
	tree_attribute(&tree, PF, "sriov_numvfs", "2\n");
	assert_int_equal(nn_sriov_check(&tree.root, PF, 1, NULL), 0);
	assert_refused(&tree, PF, 2, -EBUSY,
		       "'" PF "' has 2 virtual functions enabled already, too few for number 2; "
		       "disable them first");
}

static void addresses_count_on_over_slots_and_buses(void **unused)
{
	static const struct {
		uint64_t vf;
		const char *bdf;
	} cases[] = {{0, "0000:02:00.1"},
		     {3, "0000:02:00.7"},
		     {4, "0000:02:01.1"},
		     {127, "0000:02:1f.7"},
		     {128, "0000:03:00.1"}};
	NN_AUTO(tree) struct tree tree = {0};
	char bdf[NN_BDF_CAP];

	(void)unused;
	tree_init(&tree);
	add_pf(&tree, "nvme");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(nn_sriov_address(&tree.root, PF, cases[i].vf, bdf, NULL), 0);
		assert_string_equal(bdf, cases[i].bdf);
	}
	/* Once it is enabled the kernel says where it is. */
	tree_link(&tree, "/sys/devices/pci0000:00/" PF "/virtfn0", "../0000:02:10.0");
	assert_int_equal(nn_sriov_address(&tree.root, PF, 0, bdf, NULL), 0);
	assert_string_equal(bdf, "0000:02:10.0");
}

static void functions_are_enabled_up_to_the_one_that_is_wanted(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(notes) struct notes notes = {0};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};

	(void)unused;
	tree_init(&tree);
	notes_init(&notes);
	add_pf(&tree, "nvme");
	nn_sriov_plan(&binding, PF, 1, false);
	nn_sriov_plan(&binding, PF, 2, true);
	assert_int_equal(binding.nr, 2);
	assert_string_equal(binding.steps[0].wanted, "2");
	assert_string_equal(binding.steps[1].wanted, "3 probed");
	tree_attribute(&tree, PF, "sriov_numvfs", "4\n");
	nn_sriov_plan(&binding, PF, 3, false);
	assert_int_equal(binding.nr, 2); /* somebody enabled it already */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_in_the_way_is_named),
		cmocka_unit_test(addresses_count_on_over_slots_and_buses),
		cmocka_unit_test(functions_are_enabled_up_to_the_one_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
