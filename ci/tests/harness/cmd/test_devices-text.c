/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/cmd/devices-rows.h"
#include "harness/cmd/devices-text.h"

#define MDEV_TYPE(parent, id) "/sys/class/mdev_bus/" parent "/mdev_supported_types/" id

static void read_board(const char *name, struct nn_survey *ret_survey)
{
	NN_AUTO(tree) struct tree tree = {0};

	tree_init(&tree);
	board_play(&tree, name);
	assert_int_equal(nn_survey_read(&tree.root, ret_survey, NULL), 0);
}

static void assert_has(const struct nn_strbuf *text, const char *phrase)
{
	if (!strstr(nn_strbuf_str(text), phrase))
		fail_msg("'%s' is not in:\n%s", phrase, nn_strbuf_str(text));
}

static void no_line_is_too_wide(void **unused)
{
	const char *const boards[] = {"lab-board", "lab-group", "lab-sriov"};

	(void)unused;
	for (size_t b = 0; b < NN_ARRAY_SIZE(boards); b++) {
		NN_AUTO(survey) struct nn_survey survey = {0};
		NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
		char *rest;

		read_board(boards[b], &survey);
		nn_devices_text(&survey, &text);
		for (size_t i = 0; i < survey.devices.nr; i++)
			nn_devices_text_one(&survey, i, &text);
		rest = text.data;
		while (rest) {
			const char *line = strsep(&rest, "\n");
			size_t len = strlen(line);

			if (len > NN_DEVICES_COLUMNS || (len && line[len - 1] == ' '))
				fail_msg("%zu columns, or a blank at the end: '%s'", len, line);
		}
	}
}

static void functions_stand_under_their_groups(void **unused)
{
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)unused;
	read_board("lab-group", &survey);
	nn_devices_text(&survey, &text);
	assert_has(&text, "IOMMU group 2, DMA-FQ\n  0000:00:05.0  ");
	assert_has(&text,
		   "driver nvme, link 2.5 GT/s x1 of at most 2.5 GT/s x1, reset by flr bus\n"
		   "                can be assigned: no, because '0000:02:00.1' of the same group "
		   "has driver e1000e;\n");
	assert_has(&text, "can be assigned: yes\n");
	assert_has(&text, "yes, but it cannot be reset");
	assert_has(&text, "\nBoard isolation\n"
			  "  functions           16 in 12 groups; endpoints 11, bridges 5\n"
			  "  isolated cards      8 of 8 share no group with another card (100 %)\n"
			  "  endpoints alone     5 of 11, most are in group 10: 2\n"
			  "  IOMMU               Intel VT-d, default domains lazy\n"
			  "  interrupt remapping on\n"
			  "  ports without ACS   0000:00:05.0\n"
			  "  ACS override        no: the groups are what the ports' ACS allows\n"
			  "  kernel              6.1.0-56-amd64, with intel_iommu=on\n");
}

static void an_override_is_told(void **unused)
{
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)unused;
	read_board("lab-board", &survey);
	(void)nn_name_list_add_once(&survey.isolation.split_apart, "0000:02:00.0");
	nn_devices_text(&survey, &text);
	assert_has(&text, "ACS override        not asked for, yet these have groups of their own");
	nn_strbuf_clear(&text);
	survey.board.acs_override = nn_asprintf("downstream");
	survey.nr_hidden = 3;
	nn_devices_text(&survey, &text);
	assert_has(&text, "ACS override        yes, pcie_acs_override=downstream");
	assert_has(&text, "not seen            3 processes of others");
}

static void one_function_is_told_whole(void **unused)
{
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	size_t at;

	(void)unused;
	read_board("lab-sriov", &survey);
	assert_int_equal(nn_survey_find(&survey, "0000:01:00.0", &at, NULL), 0);
	nn_devices_text_one(&survey, at, &text);
	assert_has(&text, "\n  id                  1b36:0010, subsystem 1af4:1100, revision 02\n");
	assert_has(&text, "\n  ports above it      0000:00:04.0\n");
	assert_has(&text, "\n  BAR 0               16 KiB of memory, 64-bit, at 0x");
	assert_has(&text, "\n  virtual functions   2 of 2 enabled, 0000:01:00.1, 0000:01:00.2\n");
	assert_has(&text, "\n  used by             it has 2 virtual functions enabled\n");
	assert_has(&text, "\n  can be assigned     no\n    no, because       it has 2 virtual");
}

/* What was not read is not told as absent. */
static void a_sleeping_function_is_told_as_such(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	size_t at;

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	tree_file(&tree, "/sys/bus/pci/devices/0000:01:00.0/power_state", "D3cold\n");
	assert_int_equal(nn_survey_read(&tree.root, &survey, NULL), 0);
	assert_int_equal(nn_survey_find(&survey, "0000:01:00.0", &at, NULL), 0);
	nn_devices_text_one(&survey, at, &text);
	assert_has(&text, "\n  interrupts          not known (it sleeps in D3cold)\n");
	assert_null(strstr(nn_strbuf_str(&text), "FLR"));
	assert_has(&text, "\n  power               D3cold, active, D3cold allowed\n");
}

static void mediated_devices_stand_under_their_parents(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf one = NN_STRBUF_INIT;
	size_t at;

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-board");
	tree_file(&tree, MDEV_TYPE("0000:01:00.0", "a-1") "/device_api", "vfio-ccw\n");
	tree_file(&tree, MDEV_TYPE("mtty", "mtty-1") "/name", "Single port serial\n");
	tree_file(&tree, MDEV_TYPE("mtty", "mtty-1") "/available_instances", "24\n");
	tree_file(&tree, MDEV_TYPE("mtty", "mtty-2") "/available_instances", "0\n");
	assert_int_equal(nn_survey_read(&tree.root, &survey, NULL), 0);
	nn_devices_text(&survey, &text);
	assert_has(&text,
		   "\nmediated devices that can be made\n"
		   "  0000:01:00.0  a-1, how many are available is not known, no PCI device: "
		   "vfio-ccw\n"
		   "  mtty          mtty-1, Single port serial, 24 available\n"
		   "                mtty-2, 0 available\n"
		   "\nBoard isolation\n");
	assert_int_equal(nn_survey_find(&survey, "0000:01:00.0", &at, NULL), 0);
	nn_devices_text_one(&survey, at, &one);
	assert_has(&one, "  mediated devices    a-1 (how many are available is not known)\n");
}

static void long_and_foreign_text_is_tamed(void **unused)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)unused;
	nn_devices_row(&text, 2, 4, "a", "evil \033[2J\nname");
	assert_null(strchr(nn_strbuf_str(&text), '\033'));
	nn_strbuf_clear(&text);
	nn_devices_row(&text, 2, 4, "ab",
		       "one two three four five six seven eight nine ten eleven twelve thirteen "
		       "fourteen fifteen sixteen");
	assert_string_equal(nn_strbuf_str(&text),
			    "  ab  one two three four five six seven eight nine ten eleven twelve "
			    "thirteen fourteen fifteen\n      sixteen\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_too_wide),
		cmocka_unit_test(functions_stand_under_their_groups),
		cmocka_unit_test(an_override_is_told),
		cmocka_unit_test(one_function_is_told_whole),
		cmocka_unit_test(a_sleeping_function_is_told_as_such),
		cmocka_unit_test(mediated_devices_stand_under_their_parents),
		cmocka_unit_test(long_and_foreign_text_is_tamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
