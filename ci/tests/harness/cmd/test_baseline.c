/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/cmd/drive.h"

extern const struct nn_command nn_command_baseline_set;

static const struct sim five_boots = {
	.nr_blocks = 5,
	.seed = 1,
	.series = {SIM_SERIES("native", "null", "cost", NN_LOWER_IS_BETTER, 10, 0.01)},
};

/* The campaign that @name stands for; -ENOENT. */
static int find(struct pair *pair, const char *name, int64_t *ret_campaign)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	int rc;

	pair_open(pair);
	rc = nn_store_baseline_find(pair->store, name, &campaign, NULL);
	*ret_campaign = campaign.id;
	pair_close(pair);
	return rc;
}

static void the_latest_campaign_becomes_the_baseline(void **state)
{
	int64_t latest, found;

	(void)sim_record(*state, &five_boots);
	latest = sim_record(*state, &five_boots);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, baseline_set, false, "stable");

	drive_expect(&drive, 0, "baseline 'stable' is campaign 'nightly' (");
	assert_int_equal(find(*state, "stable", &found), 0);
	assert_int_equal(found, latest);
}

static void only_campaigns_that_bear_a_verdict_are_taken(void **state)
{
	static const struct {
		const char *state;
		uint64_t nr_blocks;
		const char *log;
	} cases[] = {
		{"interrupted", 5, "is interrupted and not done, --force takes it all the same"},
		{"failed", 5, "is failed and not done"},
		{"done", 4, "arm 'native' has 4 of at least 5 boots that a verdict needs"},
	};
	int64_t found;

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct sim sim = five_boots;

		sim.state = cases[i].state;
		sim.nr_blocks = cases[i].nr_blocks;
		(void)sim_record(*state, &sim);
		NN_AUTO(drive) struct drive refused = DRIVE(*state, baseline_set, false, "stable");

		drive_expect(&refused, 2, cases[i].log);
	}
	assert_true(find(*state, "stable", &found) != 0);
	NN_AUTO(drive)
	struct drive forced = DRIVE(*state, baseline_set, false, "--force", "stable");

	drive_expect(&forced, 0, NULL);
	assert_int_equal(find(*state, "stable", &found), 0);
}

static void names_are_such_as_scripts_can_spell(void **state)
{
	static const char *const wrong[] = {"", "a b", "campaign:x", "a\nb", "\xc3\xa4"};

	(void)sim_record(*state, &five_boots);
	for (size_t i = 0; i < NN_ARRAY_SIZE(wrong); i++) {
		NN_AUTO(drive) struct drive drive = DRIVE(*state, baseline_set, false, wrong[i]);

		drive_expect(&drive, 2, "expected letters, digits and ._/+-");
	}
}

static void unknown_campaigns_and_missing_databases_are_told_apart(void **state)
{
	struct pair *pair = *state;

	NN_AUTO(drive) struct drive missing = DRIVE(pair, baseline_set, false, "stable");

	drive_expect(&missing, 3, "results.db");
	(void)sim_record(pair, &five_boots);
	NN_AUTO(drive) struct drive unknown = DRIVE(pair, baseline_set, false, "stable", "nix");

	drive_expect(&unknown, 2, "has no campaign 'nix'");
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(the_latest_campaign_becomes_the_baseline),
		PAIR_TEST(only_campaigns_that_bear_a_verdict_are_taken),
		PAIR_TEST(names_are_such_as_scripts_can_spell),
		PAIR_TEST(unknown_campaigns_and_missing_databases_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
