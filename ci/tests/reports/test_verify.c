/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Campaigns are recorded as the runner does it, from a plan that the plan's parser has read. Then
 * the database is altered by hand, or not.
 */
#include "ci/tests/reports/scene.h"

#include "harness/cmd/claims.h"
#include "harness/cmd/command.h"
#include "harness/plan/plan.h"

#define HEAD                                  \
	"name: pair\n"                        \
	"arms:\n"                             \
	"  - {name: native, target: local}\n" \
	"  - {name: vm, target: libvirt}\n"   \
	"workloads:\n"                        \
	"  - {name: iommu/nvme-read}\n"       \
	"  - {name: iommu/nvme-latency}\n"    \
	"  - {name: a/workload/of/long/ago}\n"

#define CLAIM "vm >= 97% of native for iommu/nvme-read"
#define PLAN  HEAD "claims: [\"" CLAIM "\"]\n"

static const struct nn_claim_request late_claim = {.text = "vm >= 90% of native",
						   .arm = "vm",
						   .base = "native",
						   .workload = "*",
						   .metric = "*",
						   .margin = 0.9};
static const struct nn_claim_requests late_claims = {&late_claim, 1};

/* ---- a campaign and what is changed in it ---- */

static int accept_name(const char *name NN_UNUSED, struct nn_err *err NN_UNUSED)
{
	return 0;
}

static int accept_setting(const char *owner NN_UNUSED, const char *name NN_UNUSED,
			  const char *text NN_UNUSED, struct nn_err *err NN_UNUSED)
{
	return 0;
}

static const struct nn_plan_catalog catalog = {
	.check_workload = accept_name,
	.check_workload_setting = accept_setting,
	.check_target = accept_name,
	.check_target_setting = accept_setting,
};

/* The rows that the runner derives from the plan. */
static void store_terms(struct scene *scene, const struct nn_plan *plan)
{
	struct nn_err err = {0};

	for (size_t i = 0; i < plan->nr_claims; i++) {
		const struct nn_plan_claim *claim = &plan->claims[i];

		must(nn_store_claim_add(scene->store, scene->campaign, claim->text, claim->arm,
					claim->base, claim->workload, claim->metric, claim->margin,
					&err),
		     &err);
	}
	must(nn_sql_execute(scene->store, &err,
			    "UPDATE campaign SET base_arm = ?, allow_emulated = ?, is_aa = ?,"
			    " seed = ? WHERE id = ?",
			    "sbbui", plan->base, plan->allow_emulated, plan->is_aa,
			    plan->seed ? plan->seed : 4711, scene->campaign),
	     &err);
}

/* Six boots of two arms, whose VM reaches 99 %, by @text, which the parser must know. */
static void record(struct scene *scene, const char *text)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};
	struct boots pair[2];

	must(nn_plan_parse(text, "plan", &catalog, &plan, &err), &err);
	scene_begin(scene, false);
	scene->plan = text;
	store_terms(scene, plan);
	two_arms(pair, 0.99, 6);
	record_pair(scene, pair);
	nn_comparison_free(scene_compare(scene)); /* stores the plan as well */
}

static struct nn_comparison *reopen_changed(struct scene *scene, const char *change)
{
	struct nn_err err = {0};

	must(nn_sql_script(scene->store, change, &err), &err);
	return scene_reopen(scene, NULL);
}

static size_t count_changes(const struct nn_comparison *comparison)
{
	size_t nr = 0;

	for (size_t i = 0; i < comparison->remarks.nr; i++)
		nr += strstr(comparison->remarks.items[i], "changed later") != NULL;
	for (size_t i = 0; i < comparison->nr_claims; i++) {
		const struct nn_strings *reasons = &comparison->claims[i].reasons;

		for (size_t r = 0; r < reasons->nr; r++)
			nr += strstr(reasons->items[r], "changed later") != NULL;
	}
	return nr;
}

static void assert_all_invalid(const struct nn_comparison *comparison)
{
	for (size_t i = 0; i < comparison->nr_claims; i++)
		assert_string_equal(comparison->claims[i].verdict, "INVALID");
}

/* ---- tests ---- */

static void an_untouched_plan_is_not_accused_however_it_is_spelt(void **state)
{
	static const char *const plans[] = {
		PLAN,
		HEAD "claims: [\"vm >= 0.97 of native\"]\n",
		HEAD "claims: [\"vm >= 97 % of native\"]\n",
		HEAD "claims: ['vm  >=  97.000000123%  of native for iommu/*:throughput']\n",
		HEAD "claims:\n  - vm >= 97% of native\n    for iommu/nvme-read:throughput\n",
		HEAD "claims:\n  - >-\n    vm >= 97% of native\n    for iommu/*\n",
		HEAD "claims: [\"vm >= 97%\\x20of\\x20native for iommu/nvme-read\"]\n",
		HEAD "claims: [\"" CLAIM "\", \"" CLAIM "\", \"vm >= 96% of native\"]\n",
		HEAD "claims: [\"" CLAIM "\"]\ndesign: {base: native, seed: 9007199254740991}\n",
		HEAD "claims: [\"" CLAIM "\"]\nallow_emulated: yes\n",
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(plans); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		record(own, plans[i]);
		comparison = scene_reopen(own, NULL);
		assert_int_equal(count_changes(comparison), 0);
		assert_true(comparison->nr_claims > 0);
		for (size_t c = 0; c < comparison->nr_claims; c++)
			assert_string_equal(comparison->claims[c].verdict, "PROVEN");
		assert_false(comparison->is_unverified);
		assert_int_equal(nn_claims_exit(comparison), NN_EXIT_OK);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void a_plan_without_claims_is_not_accused(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	record(scene, HEAD);
	comparison = scene_reopen(scene, NULL);
	assert_int_equal(count_changes(comparison), 0);
	assert_int_equal(comparison->nr_claims, 0);
	assert_int_equal(nn_claims_exit(comparison), NN_EXIT_OK);
}

static void imported_figures_never_had_a_plan(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	scene->plan = "";
	two_arms(pair, 0.99, 6);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_int_equal(count_changes(comparison), 0);
	assert_false(comparison->is_unverified);
}

static void imported_figures_have_no_claims_and_allow_nothing(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, true);
	scene_claim(scene, "*", 0.97);
	scene->plan = "";
	two_arms(pair, 0.99, 6);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_reason(&comparison->claims[0].reasons, "makes no such claim");
	assert_reason(&comparison->remarks,
		      "allow_emulated is stored as 'yes', the plan says 'no'");
	assert_all_invalid(comparison);
}

/* Each of these is a change that the database shows, and the first claim says which. */
static void a_later_change_is_reported(void **state)
{
	static const struct {
		const char *change;
		const char *reason;
		size_t nr_claims; /* of the report */
	} cases[] = {
		{"UPDATE claim SET margin = 0.5",
		 "changed later: the margin is stored as 0.5, the plan's claim names 0.97", 1},
		{"UPDATE claim SET arm = 'native', base = 'vm'",
		 "changed later: it is stored as about arm 'native' against 'vm' for "
		 "iommu/nvme-read:*, in the plan about 'vm' against 'native' for iommu/nvme-read:*",
		 1},
		{"UPDATE claim SET workload = '*'", "for *:*, in the plan about", 1},
		{"UPDATE claim SET metric = 'throughput'", "iommu/nvme-read:throughput, in the", 1},
		{"UPDATE claim SET text = 'vm >= 97% of native', workload = '*'",
		 "makes no such claim", 2},
		{"UPDATE claim SET text = 'vm >= 97% of native for iommu/nvme'",
		 "makes no such claim", 2},
		{"UPDATE claim SET text = 'vm >= 50% of native', margin = 0.5",
		 "makes no such claim", 2},
		{"UPDATE claim SET text = ''", "makes no such claim", 2},
		{"DELETE FROM claim", "makes this claim, the database has it no more", 1},
		{"UPDATE campaign SET allow_emulated = 1",
		 "changed later: allow_emulated is stored as 'yes', the plan says 'no'", 1},
		{"UPDATE campaign SET is_aa = 1", "(design.aa) is stored as 'yes', the plan says",
		 1},
		{"UPDATE campaign SET base_arm = 'vm'",
		 "changed later: the base is stored as 'vm', the plan says 'native'", 1},
		{"UPDATE campaign SET seed = 43",
		 "changed later: the seed is stored as '43', the plan says '42'", 1},
		{"UPDATE arm SET target = 'remote' WHERE name = 'native'",
		 "changed later: the target of arm 'native' is stored as 'remote', the plan says "
		 "'local'",
		 1},
		{"UPDATE arm SET name = 'other' WHERE name = 'vm'",
		 "changed later: arm 'other' is not in the plan", 1},
		{"UPDATE campaign SET plan_text = ''", "does not match the hash", 1},
		{"UPDATE campaign SET plan_text = replace(plan_text, '97', '50')",
		 "does not match the hash", 1},
		{"UPDATE campaign SET plan_hash = ''", "does not match the hash", 1},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		record(own, PLAN "design: {seed: 42}\n");
		comparison = reopen_changed(own, cases[i].change);
		assert_int_equal(comparison->nr_claims, cases[i].nr_claims);
		assert_reason(&comparison->claims[0].reasons, cases[i].reason);
		assert_all_invalid(comparison);
		assert_true(comparison->is_unverified);
		assert_int_equal(nn_claims_exit(comparison), NN_EXIT_NO_VERDICT);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void one_claim_of_several_is_missed_or_one_too_many(void **state)
{
	static const struct {
		const char *change;
		size_t nr_claims, altered;
		const char *reason;
	} cases[] = {
		{"DELETE FROM claim WHERE id = 1", 2, 1, "has it no more"},
		{"INSERT INTO claim (campaign, text, arm, base, workload, metric, margin)"
		 " SELECT campaign, text, arm, base, workload, metric, margin FROM claim"
		 " WHERE id = 1",
		 3, 2, "makes no such claim"},
		{"UPDATE claim SET margin = 0.9 WHERE id = 2", 2, 1, "the margin is stored as 0.9"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		record(own, HEAD "claims: [\"" CLAIM "\", \"vm >= 96% of native\"]\n");
		comparison = reopen_changed(own, cases[i].change);
		assert_int_equal(comparison->nr_claims, cases[i].nr_claims);
		for (size_t c = 0; c < comparison->nr_claims; c++)
			assert_string_equal(comparison->claims[c].verdict,
					    c == cases[i].altered ? "INVALID" : "PROVEN");
		assert_reason(&comparison->claims[cases[i].altered].reasons, cases[i].reason);
		assert_int_equal(nn_claims_exit(comparison), NN_EXIT_NO_VERDICT);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void without_a_claim_a_change_is_a_remark_and_no_check_passes(void **state)
{
	static const struct {
		const char *change;
		const char *remark;
	} cases[] = {
		{"UPDATE campaign SET allow_emulated = 1", "allow_emulated is stored as 'yes'"},
		{"UPDATE campaign SET plan_text = ''; DELETE FROM claim",
		 "does not match the hash"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		record(own, HEAD);
		comparison = reopen_changed(own, cases[i].change);
		assert_int_equal(comparison->nr_claims, 0);
		assert_reason(&comparison->remarks, cases[i].remark);
		assert_int_equal(nn_claims_exit(comparison), NN_EXIT_NO_VERDICT);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void emulation_that_the_plan_forbids_stays_forbidden(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	record(scene, PLAN);
	comparison = reopen_changed(scene, "UPDATE machine SET is_emulated = 1;"
					   "UPDATE campaign SET allow_emulated = 1");
	assert_false(comparison->allow_emulated);
	assert_reason(&comparison->claims[0].reasons, "changed later: allow_emulated");
	assert_reason(&comparison->claims[0].reasons, "emulated: ");
}

static void a_late_claim_is_not_missed_in_the_plan_but_void_in_a_changed_campaign(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *untouched = NULL;
	NN_AUTO(comparison) struct nn_comparison *changed = NULL;
	struct nn_err err = {0};

	record(scene, PLAN);
	untouched = scene_reopen(scene, &late_claims);
	assert_int_equal(count_changes(untouched), 0);
	assert_string_equal(untouched->claims[1].verdict, "PROVEN");
	must(nn_sql_script(scene->store, "UPDATE campaign SET allow_emulated = 1", &err), &err);
	changed = scene_reopen(scene, &late_claims);
	assert_true(changed->claims[1].is_late);
	assert_string_equal(changed->claims[1].verdict, "INVALID");
}

/* Another version wrote this plan. Nobody is accused, and nothing is proven of it either. */
static void a_plan_that_is_not_understood_cannot_be_verified(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	record(scene, PLAN);
	scene->plan = PLAN "weather: fine\n";
	scene_store_plan(scene);
	comparison = scene_reopen(scene, &late_claims);
	assert_int_equal(count_changes(comparison), 0);
	assert_string_equal(comparison->claims[0].verdict, "INVALID");
	assert_reason(&comparison->claims[0].reasons,
		      "cannot be verified: this version does not understand the plan that was "
		      "stored before the first boot (plan:10: unknown key 'weather'");
	assert_reason(&comparison->remarks, "the claims cannot be verified: ");
	assert_string_equal(comparison->claims[1].verdict, "PROVEN");
	assert_int_equal(nn_claims_exit(comparison), NN_EXIT_NO_VERDICT);
}

static void an_aa_campaign_has_its_double_in_the_plan(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	record(scene, HEAD);
	scene->plan = HEAD "design: {aa: native}\n";
	scene_store_plan(scene);
	comparison = reopen_changed(scene, "UPDATE campaign SET is_aa = 1;"
					   "UPDATE arm SET name = 'native-again', target = 'local'"
					   " WHERE name = 'vm'");
	assert_int_equal(count_changes(comparison), 0);
	assert_false(comparison->is_unverified);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(an_untouched_plan_is_not_accused_however_it_is_spelt),
		SCENE_TEST(a_plan_without_claims_is_not_accused),
		SCENE_TEST(imported_figures_never_had_a_plan),
		SCENE_TEST(imported_figures_have_no_claims_and_allow_nothing),
		SCENE_TEST(a_later_change_is_reported),
		SCENE_TEST(one_claim_of_several_is_missed_or_one_too_many),
		SCENE_TEST(without_a_claim_a_change_is_a_remark_and_no_check_passes),
		SCENE_TEST(emulation_that_the_plan_forbids_stays_forbidden),
		SCENE_TEST(a_late_claim_is_not_missed_in_the_plan_but_void_in_a_changed_campaign),
		SCENE_TEST(a_plan_that_is_not_understood_cannot_be_verified),
		SCENE_TEST(an_aa_campaign_has_its_double_in_the_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
