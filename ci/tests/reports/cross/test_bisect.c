/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging a candidate by rounds of simulated boots. */
#include "reports/cross/bisect.h"

#include <errno.h>

#include "ci/tests/reports/pair.h"
#include "harness/base/json.h"
#include "reports/cross/cross.h"
#include "reports/judge.h"

#define BISECT_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

static const struct nn_bisect_params defaults = {.threshold = NN_BISECT_THRESHOLD,
						 .max_rounds = NN_BISECT_ROUNDS};

/* A round: the arm "vm" against "native", of one rate and one time. */
static struct sim round_of(double rate, double time, double sd, uint64_t seed)
{
	return (struct sim){
		.nr_blocks = 8,
		.seed = seed,
		.series = {SIM_SERIES("native", "w/rate", "r", NN_HIGHER_IS_BETTER, 200, sd),
			   SIM_SERIES("native", "w/time", "t", NN_LOWER_IS_BETTER, 40, sd),
			   SIM_SERIES("vm", "w/rate", "r", NN_HIGHER_IS_BETTER, 200 * rate, sd),
			   SIM_SERIES("vm", "w/time", "t", NN_LOWER_IS_BETTER, 40 * time, sd)},
	};
}

static enum nn_bisect_outcome add_round(struct pair *pair, struct nn_bisect *bisect,
					const struct sim *sim)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	int64_t campaign = sim_record(pair, sim);
	struct nn_err err = {0};

	sim_must(nn_bisect_read_pair(pair->store, campaign, "native", "vm", &comparison, &err),
		 &err);
	nn_bisect_add_round(bisect, comparison);
	return nn_bisect_judge(bisect);
}

static void outcome_follows_the_worst_row(void **state)
{
	static const struct {
		double rate; /* of the candidate ÷ of the base */
		double time;
		enum nn_bisect_outcome outcome;
	} cases[] = {
		{1, 1, NN_BISECT_GOOD},        {1.2, 0.8, NN_BISECT_GOOD},
		{0.9, 1, NN_BISECT_BAD},       {1, 1.1, NN_BISECT_BAD},
		{1.2, 1.1, NN_BISECT_BAD},     {0.98, 1, NN_BISECT_NEAR},
		{1, 1 / 0.98, NN_BISECT_NEAR},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
		const struct sim sim = round_of(cases[i].rate, cases[i].time, 0.004, 7 + i);
		enum nn_bisect_outcome outcome = add_round(*state, &bisect, &sim);

		if (outcome != cases[i].outcome)
			fail_msg("case %zu: %s", i, nn_bisect_outcome_name(outcome));
		assert_int_equal(nn_bisect_decisive(&bisect, outcome)->outcome, outcome);
	}
}

static void rounds_are_pooled_until_they_tell(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	struct sim sim = round_of(0.97, 1, 0.01, 1);

	sim.nr_blocks = 3;
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_NEAR); /* too few boots */
	assert_true(isnan(bisect.rows[0].p_bad));
	sim = round_of(0.94, 1, 0.004, 2);
	sim.nr_blocks = 20;
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_BAD);
	assert_int_equal(bisect.nr_rounds, 2);
	assert_int_equal(bisect.rows[0].nr, 23);
	assert_int_equal(bisect.rows[0].performance.nr_boots, 23);
}

/* A row that is as often bad by chance as the level allows must not be so at every look. */
static void each_round_has_a_part_of_the_level(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	const struct sim sim = round_of(0.9, 1, 0.004, 3);

	bisect.params.max_rounds = 1000000000;
	bisect.params.threshold = 0.09;
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_NEAR);
	bisect.params.max_rounds = 1;
	assert_int_equal(nn_bisect_judge(&bisect), NN_BISECT_BAD);
}

static void globs_choose_what_is_judged(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	const struct sim sim = round_of(0.5, 1, 0.004, 4);

	bisect.params.workload = "*/time";
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_GOOD);
	assert_int_equal(bisect.nr_rows, 1);
}

static void nothing_to_judge_is_no_verdict(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	const struct sim sim = round_of(1, 1, 0.004, 4);

	bisect.params.metric = "none";
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_UNTOLD);
	assert_null(nn_bisect_decisive(&bisect, NN_BISECT_UNTOLD));
}

static const struct nn_bisect_row *find_row(const struct nn_bisect *bisect, const char *metric)
{
	for (size_t i = 0; i < bisect->nr_rows; i++) {
		if (strcmp(bisect->rows[i].metric, metric) == 0)
			return &bisect->rows[i];
	}
	fail_msg("no row '%s'", metric);
	return NULL;
}

static void what_the_candidate_lacks_cannot_be_told(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct sim sim = round_of(1, 1, 0.004, 5);

	sim.series[3] = (struct sim_series){0};
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_UNTOLD);
	nn_bisect_words_row(&sb, find_row(&bisect, "t"));
	assert_text(nn_strbuf_str(&sb), "w/time:t of vm against native: 'vm' did not measure it");
}

static void what_only_the_candidate_has_is_left_out(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	struct sim sim = round_of(1, 1, 0.004, 5);

	sim.series[1] = sim.series[0];
	sim.series[1].workload = "w/another";
	sim.series[2].workload = "w/another";
	sim.series[0] = sim.series[1];
	sim.series[1] = sim.series[2];
	sim.series[2] = sim.series[3];
	sim.series[3] = (struct sim_series){0};
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_GOOD);
	assert_int_equal(bisect.nr_rows, 1);
}

static void doubts_forbid_a_verdict(void **state)
{
	static const struct {
		const char *fact;
		bool is_emulated;
		const char *reason;
	} cases[] = {
		{NULL, true, "emulated: "},
		{"vm build=agent-2", false, "the agent's build differs"},
		/* of a session and a VM: a claim on the metal */
		{"native hypervisor=KVMKVMKVM", false, "no bare metal: "},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
		struct sim sim = round_of(1, 1, 0.004, 6);

		sim.fingerprint = cases[i].is_emulated ? "e0e0" : NULL;
		sim.is_emulated = cases[i].is_emulated;
		sim.facts[0] = cases[i].fact;
		assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_UNTOLD);
		assert_true(find_row(&bisect, "r")->doubts.nr > 0);
		assert_text(find_row(&bisect, "r")->doubts.items[0], cases[i].reason);
	}
}

static void a_slow_row_is_bad_whatever_another_lacks(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	struct sim sim = round_of(0.8, 1, 0.004, 5);

	sim.series[3] = (struct sim_series){0};
	assert_int_equal(add_round(*state, &bisect, &sim), NN_BISECT_BAD);
	assert_string_equal(nn_bisect_decisive(&bisect, NN_BISECT_BAD)->metric, "r");
}

/* ---- against a baseline ---- */

static enum nn_bisect_outcome add_cross(struct pair *pair, struct nn_bisect *bisect,
					int64_t baseline, int64_t candidate)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	NN_AUTO(cross_side) struct nn_cross_side *a = NULL;
	NN_AUTO(cross_side) struct nn_cross_side *b = NULL;
	struct nn_strings arms = {0};
	struct nn_err err = {0};

	nn_strings_add(&arms, nn_strdup("vm"));
	sim_must(nn_cross_side_new(pair->store, baseline, "A", &a, &err), &err);
	sim_must(nn_cross_side_new(pair->store, candidate, "B", &b, &err), &err);
	sim_must(nn_cross_new(a, b, &arms, &comparison, &err), &err);
	nn_strings_release(&arms);
	nn_bisect_add_round(bisect, comparison);
	return nn_bisect_judge(bisect);
}

static void the_baseline_counts_once(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	const struct sim sims[] = {round_of(1, 1, 0.004, 1), round_of(1, 1, 0.004, 2),
				   round_of(1, 1, 0.004, 3), round_of(0.8, 1, 0.004, 4)};
	int64_t ids[NN_ARRAY_SIZE(sims)];

	for (size_t i = 0; i < NN_ARRAY_SIZE(sims); i++)
		ids[i] = sim_record(*state, &sims[i]);
	assert_int_equal(add_cross(*state, &bisect, ids[0], ids[1]), NN_BISECT_GOOD);
	assert_int_equal(add_cross(*state, &bisect, ids[0], ids[2]), NN_BISECT_GOOD);
	assert_int_equal(find_row(&bisect, "r")->nr_base, 8);
	assert_int_equal(find_row(&bisect, "r")->nr, 16);
	assert_false(find_row(&bisect, "r")->is_paired);
	nn_bisect_release(&bisect);
	bisect.params = defaults;
	assert_int_equal(add_cross(*state, &bisect, ids[0], ids[3]), NN_BISECT_BAD);
}

static void programs_get_every_row(void **state)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = defaults};
	const struct sim sim = round_of(1, 1.1, 0.004, 8);
	NN_AUTO(json) json_t *rows = NULL;

	(void)add_round(*state, &bisect, &sim);
	rows = nn_bisect_json(&bisect);
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(nn_json_opt_str(json_array_get(rows, 0), "outcome"), "good");
	assert_string_equal(nn_json_opt_str(json_array_get(rows, 1), "outcome"), "bad");
}

/* ---- a baseline that no candidate could be told from ---- */

/* What is wrong with a campaign as the baseline of @arm; NULL: nothing. */
static char *unfit(struct pair *pair, const struct sim *sim, const char *arm,
		   const struct nn_bisect_params *params)
{
	NN_AUTO(cross_side) struct nn_cross_side *a = NULL;
	NN_AUTO(cross_side) struct nn_cross_side *b = NULL;
	NN_AUTO(comparison) struct nn_comparison *round = NULL;
	int64_t campaign = sim_record(pair, sim);
	struct nn_strings arms = {0};
	struct nn_err err = {0};
	int rc;

	nn_strings_add(&arms, nn_strdup(arm));
	sim_must(nn_cross_side_new(pair->store, campaign, "A", &a, &err), &err);
	sim_must(nn_cross_side_new(pair->store, campaign, "B", &b, &err), &err);
	sim_must(nn_cross_new(a, b, &arms, &round, &err), &err);
	rc = nn_bisect_check_baseline(params, round, &arms, &err);
	nn_strings_release(&arms);
	assert_true(rc == 0 || rc == -ENOTSUP);
	return rc ? nn_strdup(err.message) : NULL;
}

static void a_fit_baseline_is_taken(void **state)
{
	static const char *const arms[] = {"vm", "native", "vm/native"};
	const struct sim sim = round_of(1, 1, 0.3, 4); /* scatter is a matter of more rounds */

	for (size_t i = 0; i < NN_ARRAY_SIZE(arms); i++)
		assert_null(unfit(*state, &sim, arms[i], &defaults));
}

static void an_unfit_baseline_is_told(void **state)
{
	static const struct {
		const char *arm;
		const char *message;
		uint64_t nr_blocks;
		uint64_t nr_values; /* of the vm's time */
		double mean;        /* of it */
		bool is_emulated;
	} cases[] = {
		{"vm", "w/rate:r of vm: fewer than 5 boots: 4", 4, 0, 40, false},
		{"vm", "w/time:t of vm: fewer than 5 boots: 3", 8, 3, 40, false},
		{"vm/native", "w/time:t of vm/native: fewer than 5 boots: 3", 8, 3, 40, false},
		{"vm", "w/time:t of vm: a value is zero or negative", 8, 0, -1, false},
		{"vm", "vm: no finished boot measured anything that is judged", 0, 0, 40, false},
		{"vm", "w/rate:r of vm: emulated: recorded of the machine", 8, 0, 40, true},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct sim sim = round_of(1, 1, 0.01, 4);

		sim.nr_blocks = cases[i].nr_blocks;
		sim.is_emulated = cases[i].is_emulated;
		sim.series[3].nr_values = cases[i].nr_values;
		sim.series[3].mean = cases[i].mean;
		sim.series[3].otherwise = NN_OUTCOME_SKIPPED;
		NN_AUTO(free) char *message = unfit(*state, &sim, cases[i].arm, &defaults);

		assert_non_null(message);
		assert_text(message, cases[i].message);
	}
}

static void only_what_is_judged_need_be_fit(void **state)
{
	const struct nn_bisect_params rate = {.threshold = 0.02, .max_rounds = 3, .metric = "r"};
	const struct nn_bisect_params none = {.threshold = 0.02, .max_rounds = 3, .metric = "x"};
	struct sim sim = round_of(1, 1, 0.01, 4);

	sim.series[3].nr_values = 3;
	sim.series[3].otherwise = NN_OUTCOME_SKIPPED;
	assert_null(unfit(*state, &sim, "vm", &rate));
	NN_AUTO(free) char *message = unfit(*state, &sim, "vm", &none);

	assert_string_equal(message, "vm: no finished boot measured anything that is judged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BISECT_TEST(outcome_follows_the_worst_row),
		BISECT_TEST(rounds_are_pooled_until_they_tell),
		BISECT_TEST(each_round_has_a_part_of_the_level),
		BISECT_TEST(globs_choose_what_is_judged),
		BISECT_TEST(nothing_to_judge_is_no_verdict),
		BISECT_TEST(what_the_candidate_lacks_cannot_be_told),
		BISECT_TEST(what_only_the_candidate_has_is_left_out),
		BISECT_TEST(doubts_forbid_a_verdict),
		BISECT_TEST(a_slow_row_is_bad_whatever_another_lacks),
		BISECT_TEST(the_baseline_counts_once),
		BISECT_TEST(programs_get_every_row),
		BISECT_TEST(a_fit_baseline_is_taken),
		BISECT_TEST(an_unfit_baseline_is_told),
		BISECT_TEST(only_what_is_judged_need_be_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
