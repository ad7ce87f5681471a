/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include <errno.h>

#include "harness/base/json.h"
#include "harness/device/survey.h"

#define MDEV_TYPE(parent, id) "/sys/class/mdev_bus/" parent "/mdev_supported_types/" id

static const struct nn_survey_machine machine = {
	.fingerprint = "f00d", .description = "board", .is_emulated = true};

/* The member at "a/b/0/c" of the survey's JSON, which must be there. */
static const json_t *at(const json_t *json, const char *path)
{
	NN_AUTO(free) char *copy = nn_asprintf("%s", path);
	char *rest = copy;

	while (rest) {
		const char *step = strsep(&rest, "/");
		uint64_t index;

		if (json_is_array(json) && nn_parse_u64(step, &index, NULL) == 0)
			json = json_array_get(json, index);
		else
			json = json_object_get(json, step);
		if (!json)
			fail_msg("there is no '%s' of '%s'", step, path);
	}
	return json;
}

static json_t *survey_json(const char *name, const char *only)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(survey) struct nn_survey survey = {0};

	tree_init(&tree);
	board_play(&tree, name);
	assert_int_equal(nn_survey_read(&tree.root, &survey, NULL), 0);
	return nn_survey_json(&survey, &machine, only);
}

static void a_board_becomes_json(void **unused)
{
	NN_AUTO(json) json_t *json = survey_json("lab-sriov", NULL);

	(void)unused;
	assert_string_equal(json_string_value(at(json, "schema")), "nearnative.devices/1");
	assert_string_equal(json_string_value(at(json, "machine/fingerprint")), "f00d");
	assert_true(json_is_true(at(json, "machine/emulated")));
	assert_string_equal(json_string_value(at(json, "board/policy")), "lazy");
	assert_true(json_is_true(at(json, "board/interrupt_remapping")));
	assert_int_equal(json_integer_value(at(json, "isolation/cards_alone")), 8);
	assert_int_equal(json_array_size(at(json, "isolation/ports_without_acs")), 0);
	assert_int_equal(json_array_size(at(json, "groups")), 11);
	assert_string_equal(json_string_value(at(json, "groups/10/id")), "10");
	assert_int_equal(json_array_size(at(json, "devices")), 11);
	assert_string_equal(json_string_value(at(json, "devices/8/bdf")), "0000:01:00.0");
	assert_string_equal(json_string_value(at(json, "devices/8/vendor")), "1b36");
	assert_string_equal(json_string_value(at(json, "devices/8/class")), "010802");
	assert_string_equal(json_string_value(at(json, "devices/8/pcie_type")), "endpoint");
	assert_string_equal(json_string_value(at(json, "devices/8/path/0")), "0000:00:04.0");
	assert_int_equal(json_integer_value(at(json, "devices/8/bars/0/bytes")), 16384);
	assert_string_equal(json_string_value(at(json, "devices/8/reset/methods/1")), "bus");
	assert_int_equal(json_integer_value(at(json, "devices/8/sriov/enabled")), 2);
	assert_true(json_is_false(at(json, "devices/8/sriov/autoprobe")));
	assert_string_equal(json_string_value(at(json, "devices/9/physical_function")),
			    "0000:01:00.0");
	assert_string_equal(json_string_value(at(json, "devices/8/users/0/kind")), "functions");
	assert_string_equal(json_string_value(at(json, "devices/8/assignable/verdict")), "no");
	assert_string_equal(json_string_value(at(json, "devices/8/assignable/reasons/0/kind")),
			    "user");
	assert_string_equal(json_string_value(at(json, "devices/9/assignable/verdict")), "yes");
}

static void what_is_absent_is_null(void **unused)
{
	NN_AUTO(json) json_t *json = survey_json("lab-board", "0000:00:05.0");

	(void)unused;
	assert_int_equal(json_array_size(at(json, "devices")), 1);
	assert_int_equal(json_array_size(at(json, "groups")), 1);
	assert_string_equal(json_string_value(at(json, "devices/0/bdf")), "0000:00:05.0");
	assert_int_equal(json_integer_value(at(json, "isolation/functions")), 21);
	assert_true(json_is_null(at(json, "devices/0/driver")));
	assert_true(json_is_null(at(json, "devices/0/link")));
	assert_true(json_is_null(at(json, "devices/0/numa_node")));
	assert_true(json_is_null(at(json, "devices/0/boot_vga")));
	assert_true(json_is_null(at(json, "devices/0/sriov")));
	assert_true(json_is_null(at(json, "devices/0/pcie_type")));
	assert_true(json_is_null(at(json, "devices/0/reset/methods")));
	assert_true(json_is_false(at(json, "devices/0/reset/own")));
	assert_int_equal(json_integer_value(at(json, "devices/0/msi")), 1);
	assert_int_equal(json_integer_value(at(json, "devices/0/msix")), 0);
	assert_true(json_is_null(at(json, "board/acs_override")));
}

static void parents_of_mediated_devices_are_listed(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(json) json_t *all = NULL;
	NN_AUTO(json) json_t *one = NULL;

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, MDEV_TYPE("0000:00:02.0", "i915-GVTg_V5_4") "/name", "GVTg\n");
	tree_file(&tree, MDEV_TYPE("mtty", "mtty-2") "/available_instances", "12\n");
	assert_int_equal(nn_survey_read(&tree.root, &survey, NULL), 0);
	all = nn_survey_json(&survey, &machine, NULL);
	assert_int_equal(json_array_size(at(all, "mdev_parents")), 2);
	assert_string_equal(json_string_value(at(all, "mdev_parents/1/parent")), "mtty");
	assert_string_equal(json_string_value(at(all, "mdev_parents/1/types/0/id")), "mtty-2");
	assert_int_equal(json_integer_value(at(all, "mdev_parents/1/types/0/available")), 12);
	assert_true(json_is_null(at(all, "mdev_parents/0/types/0/available")));
	one = nn_survey_json(&survey, &machine, "0000:00:02.0");
	assert_int_equal(json_array_size(at(one, "mdev_parents")), 1);
}

static void the_same_state_gives_the_same_text(void **unused)
{
	NN_AUTO(json) json_t *first = survey_json("lab-group", NULL);
	NN_AUTO(json) json_t *second = survey_json("lab-group", NULL);
	NN_AUTO(free) char *a = nn_json_text(first);
	NN_AUTO(free) char *b = nn_json_text(second);

	(void)unused;
	assert_string_equal(a, b);
}

static void a_machine_without_pci_has_an_empty_survey(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(json) json_t *json = NULL;
	struct nn_err err = {0};
	size_t i = 7;

	(void)unused;
	tree_init(&tree);
	assert_int_equal(nn_survey_read(&tree.root, &survey, NULL), 0);
	json = nn_survey_json(&survey, &machine, NULL);
	assert_int_equal(json_array_size(at(json, "devices")), 0);
	assert_true(json_is_null(at(json, "isolation/ports_without_acs")));
	assert_true(json_is_null(at(json, "isolation/largest_group")));
	assert_int_equal(nn_survey_find(&survey, "0000:01:00.0", &i, &err), -ENODEV);
	assert_string_equal(err.message, "there is no PCI device '0000:01:00.0'");
	assert_int_equal(i, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_becomes_json),
		cmocka_unit_test(what_is_absent_is_null),
		cmocka_unit_test(parents_of_mediated_devices_are_listed),
		cmocka_unit_test(the_same_state_gives_the_same_text),
		cmocka_unit_test(a_machine_without_pci_has_an_empty_survey),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
