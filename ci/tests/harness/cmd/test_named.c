/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A campaign or baseline that is not there ends every command that is told one the same way. */
#include "ci/tests/harness/cmd/drive.h"

extern const struct nn_command nn_command_baseline_set;
extern const struct nn_command nn_command_compare;
extern const struct nn_command nn_command_db_export;
extern const struct nn_command nn_command_gate;
extern const struct nn_command nn_command_report;
extern const struct nn_command nn_command_resume;

static const struct sim there = {
	.name = "there",
	.nr_blocks = 1,
	.seed = 1,
	.series = {SIM_SERIES("native", "null", "cost", NN_LOWER_IS_BETTER, 10, 0.01)},
};

struct naming {
	const struct nn_command *command;
	const char *const arguments[4];
	const char *log;
};

static void expect_usage(struct pair *pair, const struct naming *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		NN_AUTO(drive)
		struct drive drive =
			drive_command(pair, cases[i].command, cases[i].arguments, false);

		drive_expect(&drive, NN_EXIT_USAGE, cases[i].log);
	}
}

static void an_unknown_name_is_usage_for_every_command(void **state)
{
	static const struct naming cases[] = {
		{&nn_command_report, {"nix"}, "has no campaign 'nix'"},
		{&nn_command_resume, {"nix"}, "has no campaign 'nix'"},
		{&nn_command_db_export, {"nix"}, "has no campaign 'nix'"},
		{&nn_command_baseline_set, {"stable", "nix"}, "has no campaign 'nix'"},
		{&nn_command_compare, {"nix", "there"}, "has no campaign 'nix'"},
		{&nn_command_compare, {"there", "nix"}, "has no campaign 'nix'"},
		{&nn_command_gate, {"nix"}, "has no baseline 'nix'"},
		{&nn_command_gate, {"campaign:nix"}, "has no campaign 'nix'"},
		{&nn_command_gate, {"campaign:there", "--campaign", "nix"}, "no campaign 'nix'"},
	};

	(void)sim_record(*state, &there);
	expect_usage(*state, cases, NN_ARRAY_SIZE(cases));
}

static void the_latest_of_none_is_usage_for_every_command(void **state)
{
	static const struct naming cases[] = {
		{&nn_command_report, {NULL}, "has no campaign"},
		{&nn_command_resume, {NULL}, "has no campaign"},
		{&nn_command_db_export, {NULL}, "has no campaign"},
		{&nn_command_baseline_set, {"stable"}, "has no campaign"},
	};

	pair_open(*state);
	expect_usage(*state, cases, NN_ARRAY_SIZE(cases));
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(an_unknown_name_is_usage_for_every_command),
		PAIR_TEST(the_latest_of_none_is_usage_for_every_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
