/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <math.h>

static struct nn_decision decision_of(const struct fixture *f, const char *metric)
{
	return (struct nn_decision){.key = {.machine = "f1",
					    .arm = "vm",
					    .workload = "null",
					    .metric = metric,
					    .unit = "s"},
				    .campaign = f->campaign,
				    .detector = "e-divisive/1",
				    .parameters = "alpha=1",
				    .p_value = 1.0 / 3,
				    .effect_log = -0.01,
				    .before = 10,
				    .after = 9.9};
}

static void assert_decisions(struct fixture *f, const struct nn_series_key *key,
			     const char *expected)
{
	struct nn_strbuf lines = NN_STRBUF_INIT;

	free(fixture_sql(f, "UPDATE decision SET decided = 'then'"));
	assert_ok(f, nn_store_each_decision(f->store, key, fixture_collect, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines), expected);
	nn_strbuf_release(&lines);
}

static void decision_comes_back_as_it_was_made(void **state)
{
	struct fixture *f = *state;
	struct nn_decision decision = decision_of(f, "cost");
	bool is_new = false;

	free(fixture_sql(f, "UPDATE campaign SET uuid = 'u' || id"));
	assert_ok(f, nn_store_decision_add(f->store, &decision, &is_new, &f->err));
	assert_true(is_new);
	assert_sql(f, "SELECT decided LIKE '20__-__-__T__:__:__.___Z' FROM decision", "1");
	assert_decisions(f, NULL,
			 "f1|vm|null|cost|s|u1|e-divisive/1|alpha=1|0.3333333333333333|-0.01|10|"
			 "9.9|then|1|NULL\n");
}

static void decision_is_never_rewritten(void **state)
{
	struct fixture *f = *state;
	struct nn_decision decision = decision_of(f, "cost");
	bool is_new = false;

	assert_ok(f, nn_store_decision_add(f->store, &decision, NULL, &f->err));
	decision.p_value = 0.9;
	decision.parameters = "alpha=2";
	is_new = true;
	assert_ok(f, nn_store_decision_add(f->store, &decision, &is_new, &f->err));
	assert_false(is_new);
	assert_sql(f, "SELECT parameters FROM decision", "alpha=1");
	decision.detector = "e-divisive/2";
	assert_ok(f, nn_store_decision_add(f->store, &decision, &is_new, &f->err));
	assert_true(is_new);
	assert_sql(f, "SELECT count(*) FROM decision", "2");
}

static void figures_that_are_none_are_absent(void **state)
{
	struct fixture *f = *state;
	struct nn_decision decision = decision_of(f, "cost");

	free(fixture_sql(f, "UPDATE campaign SET uuid = 'u' || id"));
	decision.p_value = NAN;
	decision.effect_log = NAN;
	assert_ok(f, nn_store_decision_add(f->store, &decision, NULL, &f->err));
	assert_decisions(
		f, NULL,
		"f1|vm|null|cost|s|u1|e-divisive/1|alpha=1|NULL|NULL|10|9.9|then|1|NULL\n");
}

static void decisions_of_one_series_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct nn_machine_row other = {.fingerprint = "f2"};
	struct nn_decision later = decision_of(f, "cost");
	struct nn_decision earlier = decision_of(f, "cost");
	struct nn_decision of_other_metric = decision_of(f, "rate");
	struct nn_decision of_other_machine = decision_of(f, "cost");

	earlier.campaign = fixture_add_campaign(f, "again");
	of_other_machine.key.machine = "f2";
	assert_ok(f, nn_store_machine(f->store, &other, &f->machine, &f->err));
	free(fixture_sql(f,
			 "UPDATE campaign SET uuid = 'u' || id, started = '2025-0' || (5 - id)"));
	assert_ok(f, nn_store_decision_add(f->store, &of_other_machine, NULL, &f->err));
	assert_ok(f, nn_store_decision_add(f->store, &of_other_metric, NULL, &f->err));
	assert_ok(f, nn_store_decision_add(f->store, &later, NULL, &f->err));
	assert_ok(f, nn_store_decision_add(f->store, &earlier, NULL, &f->err));
#define FIGURES "|e-divisive/1|alpha=1|0.3333333333333333|-0.01|10|9.9|then|"
	assert_decisions(f, &later.key,
			 "f1|vm|null|cost|s|u2" FIGURES "2|NULL\nf1|vm|null|cost|s|u1" FIGURES
			 "1|NULL\n");
	assert_decisions(
		f, NULL,
		"f1|vm|null|cost|s|u2" FIGURES "2|NULL\nf1|vm|null|cost|s|u1" FIGURES "1|NULL\n"
		"f1|vm|null|rate|s|u1" FIGURES "1|NULL\nf2|vm|null|cost|s|u1" FIGURES "1|NULL\n");
	later.key.unit = "ms";
	assert_decisions(f, &later.key, "");
}

static void settings_tell_series_apart(void **state)
{
	static const char *const settings[] = {NULL, "memory=1GiB", "memory=8GiB"};
	struct fixture *f = *state;
	struct nn_decision decision = decision_of(f, "cost");

	free(fixture_sql(f, "UPDATE campaign SET uuid = 'u' || id"));
	for (size_t i = 0; i < 6; i++) {
		bool is_new = false;

		decision.key.settings = settings[i % 3];
		assert_ok(f, nn_store_decision_add(f->store, &decision, &is_new, &f->err));
		assert_int_equal(is_new, i < 3);
	}
	assert_decisions(f, &decision.key,
			 "f1|vm|null|cost|s|u1" FIGURES "1|NULL\n"
			 "f1|vm|null|cost|s|u1" FIGURES "1|memory=1GiB\n"
			 "f1|vm|null|cost|s|u1" FIGURES "1|memory=8GiB\n");
}

static void decision_needs_its_machine_and_campaign(void **state)
{
	struct fixture *f = *state;
	struct nn_decision decision = decision_of(f, "cost");

	decision.key.machine = "f9";
	assert_int_equal(nn_store_decision_add(f->store, &decision, NULL, &f->err), -ENOENT);
	assert_message(f, "add decision on vm null:cost: database");
	assert_message(f, "has no machine 'f9'");
	decision = decision_of(f, "cost");
	decision.campaign = 99;
	assert_int_equal(nn_store_decision_add(f->store, &decision, NULL, &f->err), -ENOENT);
	assert_message(f, "FOREIGN KEY");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(decision_comes_back_as_it_was_made),
		TEST(decision_is_never_rewritten),
		TEST(figures_that_are_none_are_absent),
		TEST(decisions_of_one_series_are_told_apart),
		TEST(settings_tell_series_apart),
		TEST(decision_needs_its_machine_and_campaign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
