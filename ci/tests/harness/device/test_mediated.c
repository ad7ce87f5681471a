/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include "harness/device/mediated.h"

#define GPU "0000:00:02.0"

static void add_type(const struct tree *tree, const char *parent, const char *id,
		     const char *attribute, const char *text)
{
	NN_AUTO(free)
	char *path = nn_asprintf(NN_MDEV_PARENTS "/%s/mdev_supported_types/%s/%s", parent, id,
				 attribute);

	tree_file(tree, path, text);
}

static void a_host_without_parents_offers_nothing(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(mdev_parents) struct nn_mdev_parents parents = {0};
	NN_AUTO(mdev_types) struct nn_mdev_types types = {0};

	(void)unused;
	tree_init(&tree);
	assert_int_equal(nn_mdev_parents_read(&tree.root, &parents, NULL), 0);
	assert_int_equal(parents.nr, 0);
	nn_mdev_types_read(&tree.root, GPU, &types);
	assert_int_equal(types.nr, 0);
	assert_null(nn_mdev_types_find(&types, "mtty-1"));
}

static void parents_need_not_be_pci_functions(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(mdev_parents) struct nn_mdev_parents parents = {0};
	const struct nn_mdev_type *type;

	(void)unused;
	tree_init(&tree);
	add_type(&tree, "mtty", "mtty-2", "name", "Dual port serial\n");
	add_type(&tree, "mtty", "mtty-2", "device_api", "vfio-pci\n");
	add_type(&tree, "mtty", "mtty-2", "available_instances", "12\n");
	add_type(&tree, "mtty", "mtty-1", "available_instances", "none\n");
	add_type(&tree, GPU, "i915-GVTg_V5_4", "available_instances", "0\n");
	tree_folder(&tree, NN_MDEV_PARENTS "/bare");
	assert_int_equal(nn_mdev_parents_read(&tree.root, &parents, NULL), 0);
	assert_int_equal(parents.nr, 3);
	assert_string_equal(parents.items[0].name, GPU);
	assert_int_equal(parents.items[0].types.items[0].nr_available, 0);
	assert_string_equal(parents.items[1].name, "bare");
	assert_int_equal(parents.items[1].types.nr, 0);
	assert_string_equal(parents.items[2].types.items[0].id, "mtty-1");
	assert_null(parents.items[2].types.items[0].name);
	assert_int_equal(parents.items[2].types.items[0].nr_available, -1);
	type = nn_mdev_types_find(&parents.items[2].types, "mtty-2");
	assert_non_null(type);
	assert_string_equal(type->name, "Dual port serial");
	assert_string_equal(type->api, NN_MDEV_API);
	assert_int_equal(type->nr_available, 12);
	assert_null(nn_mdev_types_find(&parents.items[2].types, "mtty"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_without_parents_offers_nothing),
		cmocka_unit_test(parents_need_not_be_pci_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
