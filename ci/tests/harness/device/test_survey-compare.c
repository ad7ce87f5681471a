/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include <errno.h>

#include "harness/base/json.h"
#include "harness/device/survey-compare.h"
#include "harness/device/survey.h"

static void read_board(const char *name, struct nn_board_side *ret_side)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(survey) struct nn_survey survey = {0};
	NN_AUTO(json) json_t *json = NULL;
	const struct nn_survey_machine machine = {.fingerprint = name, .description = name};
	struct nn_err err = {0};

	tree_init(&tree);
	board_play(&tree, name);
	assert_int_equal(nn_survey_read(&tree.root, &survey, NULL), 0);
	json = nn_survey_json(&survey, &machine, NULL);
	if (nn_board_side_read(json, ret_side, &err))
		fail_msg("%s", err.message);
}

static const struct nn_card *card_at(const struct nn_board_side *side, const char *bdf)
{
	for (size_t i = 0; i < side->nr; i++) {
		if (strcmp(side->cards[i].bdf, bdf) == 0)
			return &side->cards[i];
	}
	fail_msg("there is no card at %s", bdf);
	return NULL;
}

static void functions_of_a_slot_are_one_card(void **unused)
{
	NN_AUTO(board_side) struct nn_board_side side = {0};

	(void)unused;
	read_board("lab-group", &side);
	assert_int_equal(side.nr, 8);
	assert_int_equal(side.nr_cards, 8);
	assert_int_equal(card_at(&side, "0000:01:00.0")->functions.nr, 2);
	assert_true(card_at(&side, "0000:01:00.0")->is_alone);
	assert_string_equal(card_at(&side, "0000:01:00.0")->id, "1b36:0010");
	assert_string_equal(side.lines[NN_LINE_CARDS], "8 of 8 (100 %)");
	assert_string_equal(side.lines[NN_LINE_PORTS], "1");
	assert_string_equal(side.lines[NN_LINE_OVERRIDE], "no");
	assert_string_equal(side.lines[NN_LINE_IOMMU], "Intel VT-d, lazy");
}

static void who_shares_a_group_is_named(void **unused)
{
	NN_AUTO(board_side) struct nn_board_side side = {0};
	const struct nn_card *card;

	(void)unused;
	read_board("lab-board", &side);
	card = card_at(&side, "0000:08:01.0");
	assert_false(card->is_alone);
	assert_int_equal(card->with.nr, 1);
	assert_non_null(strstr(card->with.names[0], "0000:08:02.0 "));
	/* A bridge in the group is no company. */
	assert_true(card_at(&side, "0000:02:00.0")->is_alone);
}

static void virtual_functions_are_cards_of_their_own(void **unused)
{
	NN_AUTO(board_side) struct nn_board_side side = {0};

	(void)unused;
	read_board("lab-sriov", &side);
	assert_int_equal(side.nr, 8);
	assert_int_equal(card_at(&side, "0000:01:00.2")->functions.nr, 1);
}

/* Equal devices find each other before those that are merely of one kind. */
static void cards_are_paired_by_device_then_by_kind(void **unused)
{
	struct nn_card cards_a[] = {
		{.bdf = (char *)"a0", .class_code = (char *)"010802", .id = (char *)"1:1"},
		{.bdf = (char *)"a1", .class_code = (char *)"010802", .id = (char *)"2:2"},
		{.bdf = (char *)"a2", .class_code = (char *)"030000", .id = (char *)"9:9"},
	};
	struct nn_card cards_b[] = {
		{.bdf = (char *)"b0", .class_code = (char *)"010802", .id = (char *)"2:2"},
		{.bdf = (char *)"b1", .class_code = (char *)"010801", .id = (char *)"3:3"},
		{.bdf = (char *)"b2", .class_code = (char *)"020000", .id = (char *)"9:9"},
	};
	const struct nn_board_side a = {.cards = cards_a, .nr = 3};
	const struct nn_board_side b = {.cards = cards_b, .nr = 3};
	NN_AUTO(boards) struct nn_boards boards = {0};

	(void)unused;
	nn_boards_compare(&a, &b, &boards);
	assert_int_equal(boards.nr_pairs, 2);
	assert_int_equal(boards.pairs[0].a, 0);
	assert_int_equal(boards.pairs[0].b, 1);
	assert_int_equal(boards.pairs[1].a, 1);
	assert_int_equal(boards.pairs[1].b, 0);
	assert_int_equal(boards.nr_only_a, 1);
	assert_int_equal(boards.only_a[0], 2);
	assert_int_equal(boards.nr_only_b, 1);
	assert_int_equal(boards.only_b[0], 2);
}

static void the_comparison_becomes_json(void **unused)
{
	NN_AUTO(board_side) struct nn_board_side a = {0};
	NN_AUTO(board_side) struct nn_board_side b = {0};
	NN_AUTO(boards) struct nn_boards boards = {0};
	NN_AUTO(json) json_t *json = NULL;
	json_t *pair;

	(void)unused;
	read_board("lab-group", &a);
	read_board("lab-board", &b);
	nn_boards_compare(&a, &b, &boards);
	json = nn_boards_json(&boards);
	assert_string_equal(nn_json_opt_str(json, "schema"), "nearnative.boards/1");
	assert_string_equal(nn_json_opt_str(json_object_get(json, "b"), "isolated_cards"),
			    "9 of 11 (82 %)");
	pair = json_array_get(json_object_get(json, "pairs"), 0);
	assert_true(json_is_true(json_object_get(pair, "same_device")));
	assert_string_equal(nn_json_opt_str(json_object_get(pair, "a"), "id"), "1234:11e8");
	assert_int_equal(json_array_size(json_object_get(json, "only_a")), boards.nr_only_a);
	assert_int_equal(json_array_size(json_object_get(json, "only_b")), boards.nr_only_b);
}

/* It may come from anywhere. */
static void what_is_no_survey_is_refused(void **unused)
{
	const struct {
		const char *json;
		const char *why;
	} rows[] = {
		{"{}", "schema"},
		{"{\"schema\": \"nearnative.report/1\"}",
		 "no survey of devices: its schema is 'nearnative.report/1', expected "
		 "'nearnative.devices/1'"},
		{"{\"schema\": \"nearnative.devices/1\", \"machine\": 7}", "machine"},
		{"{\"schema\": \"nearnative.devices/1\", \"machine\": {}, \"board\": {},"
		 " \"isolation\": {\"functions\": -1}}",
		 "functions"},
		{"{\"schema\": \"nearnative.devices/1\", \"machine\": {}, \"board\": {},"
		 " \"isolation\": {\"functions\": 1, \"groups\": 1, \"cards\": 1, \"cards_alone\": 1,"
		 " \"endpoints\": 1, \"endpoints_alone\": 1, \"largest_endpoints\": 1},"
		 " \"devices\": [{\"bdf\": \"here\", \"vendor\": \"1\", \"device\": \"1\","
		 " \"class\": \"0\"}], \"groups\": []}",
		 "'here' is no PCI address"},
		{"{\"schema\": \"nearnative.devices/1\", \"machine\": {}, \"board\": {},"
		 " \"isolation\": {\"functions\": 1, \"groups\": 1, \"cards\": 1, \"cards_alone\": 1,"
		 " \"endpoints\": 1, \"endpoints_alone\": 1, \"largest_endpoints\": 1},"
		 " \"devices\": [7], \"groups\": []}",
		 "bdf"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(json) json_t *json = NULL;
		struct nn_board_side side = {0};
		struct nn_err err = {0};

		assert_int_equal(nn_json_parse(rows[i].json, strlen(rows[i].json), &json, NULL), 0);
		assert_int_equal(nn_board_side_read(json, &side, &err), -EBADMSG);
		if (!strstr(err.message, rows[i].why))
			fail_msg("'%s' is not in '%s'", rows[i].why, err.message);
		assert_null(side.cards);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_of_a_slot_are_one_card),
		cmocka_unit_test(who_shares_a_group_is_named),
		cmocka_unit_test(virtual_functions_are_cards_of_their_own),
		cmocka_unit_test(cards_are_paired_by_device_then_by_kind),
		cmocka_unit_test(the_comparison_becomes_json),
		cmocka_unit_test(what_is_no_survey_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
