/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/comparison.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/scene.h"

static void claims_are_proven_refuted_or_open(void **state)
{
	static const struct {
		double share;
		double margin;
		const char *verdict;
	} cases[] = {
		{0.99, 0.97, "PROVEN"}, {0.90, 0.97, "REFUTED"}, {0.9705, 0.97, "INCONCLUSIVE"}};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		struct boots pair[2];
		void *own = NULL;

		(void)state;
		assert_int_equal(scene_setup(&own), 0);
		two_arms(pair, cases[i].share, 6);
		scene_begin(own, false);
		scene_claim(own, "iommu/*", cases[i].margin);
		record_pair(own, pair);
		comparison = scene_compare(own);
		assert_string_equal(comparison->claims[0].verdict, cases[i].verdict);
		assert_string_equal(row_of(comparison, "vm")->verdict, cases[i].verdict);
		assert_int_equal(row_of(comparison, "vm")->nr_boots, 6);
		if (strcmp(cases[i].verdict, "INCONCLUSIVE") == 0)
			assert_true(comparison->claims[0].boots_needed > 0);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void ratio_is_of_geometric_means_over_paired_boots(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];
	const struct nn_report_row *row;

	scene_begin(scene, false);
	two_arms(pair, 0.9, 5);
	pair[1].values[3] = NAN;
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	row = row_of(comparison, "vm");
	assert_int_equal(row->nr_boots, 4);
	assert_float_equal(row->ratio, row->value / row->base_value, 1e-12);
	assert_float_equal(row->ratio, 0.9 * pow(1.0 * 1.002 * 0.998 * 0.999, 0.25), 1e-9);
	assert_true(row->ratio_ci95[0] < row->ratio && row->ratio < row->ratio_ci95[1]);
	assert_reason(&row->reasons, "missing pairs: only 4 of 5 blocks have a value in both arms");
	assert_reason(&row->reasons, "fewer than 5 boots: 4");
	assert_null(row->verdict);
}

static void times_are_turned_so_that_higher_is_better(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];
	const struct nn_report_row *row;

	scene_begin(scene, false);
	two_arms(pair, 1.25, 6);
	pair[0].direction = pair[1].direction = NN_LOWER_IS_BETTER;
	scene_claim(scene, "*", 0.97);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	row = row_of(comparison, "vm");
	assert_float_equal(row->performance_ratio, 1 / row->ratio, 1e-12);
	assert_float_equal(row->performance_ci95[0], 1 / row->ratio_ci95[1], 1e-12);
	assert_true(row->performance_lower95 < row->performance_ratio);
	assert_true(row->performance_ratio < row->performance_upper95);
	/* slower by a quarter */
	assert_string_equal(comparison->claims[0].verdict, "REFUTED");
}

static void compare_reports_inconclusive_below_five_boots(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.5, 4);
	scene_claim(scene, "*", 0.97);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_string_equal(comparison->claims[0].verdict, "INCONCLUSIVE");
	assert_reason(&comparison->claims[0].reasons, "fewer than 5 boots");
	assert_string_equal(row_of(comparison, "vm")->verdict, "INCONCLUSIVE");
}

static void one_boot_has_no_interval(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.99, 1);
	scene_claim(scene, "*", 0.97);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_true(isfinite(row_of(comparison, "vm")->ratio));
	assert_true(isnan(row_of(comparison, "vm")->ratio_ci95[0]));
	assert_string_equal(comparison->claims[0].verdict, "INCONCLUSIVE");
	assert_int_equal(comparison->claims[0].boots_needed, 4);
}

/* Each of these makes figures worth nothing, and the reason says which. */
static void figures_in_doubt_are_invalid_with_the_reason(void **state)
{
	static const struct {
		const char *reason;
		struct boots change; /* of the VM arm */
	} cases[] = {
		{"emulated: CPUID says TCG", {.fact = "emulated=yes: CPUID says TCG"}},
		{"software device: llvmpipe: no statement", {.is_software = true}},
		{"results differ", {.checksum = 78}},
		{"the agent's build differs: build-1 in 'native', build-2 in 'vm'",
		 {.build = "build-2"}},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		struct boots pair[2];
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		scene_begin(own, false);
		two_arms(pair, 0.99, 5);
		pair[1].fact = cases[i].change.fact;
		pair[1].is_software = cases[i].change.is_software;
		pair[1].build = cases[i].change.build;
		if (cases[i].change.checksum)
			pair[1].checksum = cases[i].change.checksum;
		scene_claim(own, "*", 0.97);
		record_pair(own, pair);
		comparison = scene_compare(own);
		assert_string_equal(row_of(comparison, "vm")->verdict, "INVALID");
		assert_reason(&row_of(comparison, "vm")->reasons, cases[i].reason);
		assert_string_equal(comparison->claims[0].verdict, "INVALID");
		assert_reason(&comparison->claims[0].reasons, cases[i].reason);
		assert_int_equal(comparison->claims[0].boots_needed, 0);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void clock_mismatch_of_one_boot_is_invalid(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.99, 5);
	record_pair(scene, pair);
	/* row ids count from 1: the last boot is the VM's in the last block */
	must(nn_store_boot_clock(scene->store, 10, 3e-3, 1e-5, 90 * NN_NS_PER_S, true, &err), &err);
	comparison = scene_compare(scene);
	assert_string_equal(row_of(comparison, "vm")->verdict, "INVALID");
	assert_reason(&row_of(comparison, "vm")->reasons, "clock mismatch: the clock of arm 'vm'");
}

static void allowed_emulation_keeps_its_banner_and_gives_verdicts(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, true);
	two_arms(pair, 0.99, 5);
	pair[0].fact = "emulated=yes: CPUID says TCG";
	scene_claim(scene, "*", 0.9);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_true(comparison->is_emulated);
	assert_non_null(comparison->banner);
	assert_non_null(strstr(comparison->banner, "CPUID says TCG"));
	assert_string_equal(comparison->claims[0].verdict, "PROVEN");
}

static void claim_is_as_good_as_its_worst_row(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.99, 5);
	scene_claim(scene, "*", 0.97);
	scene_claim(scene, "iommu/*", 0.97);
	scene_claim(scene, "graphics/*", 0.97);
	record_pair(scene, pair);
	/* a second workload in the same boots: ids 1–5 are native's, 6–10 the VM's */
	for (size_t arm = 0; arm < 2; arm++) {
		pair[arm].workload = "system/timer";
		for (size_t block = 0; block < 5; block++) {
			struct nn_run_row row = {.boot = (int64_t)(1 + 5 * arm + block),
						 .workload = "system/timer",
						 .position = 1,
						 .seed = 5};
			struct nn_sample_batch batch = {0};
			struct nn_finish finish = {.outcome = NN_OUTCOME_OK};
			char metric[] = "rate", unit[] = "1/s";
			const struct nn_sample sample = {.metric = metric,
							 .unit = unit,
							 .phase = NN_PHASE_STEADY,
							 .value = arm ? 80 + (double)block : 100};
			bool is_new;
			int64_t run;

			nn_uuid_new(batch.run);
			row.uuid = batch.run;
			nn_sample_batch_add(&batch, &sample);
			must(nn_store_run_add(scene->store, &row, &run, &err), &err);
			must(nn_store_samples_add(scene->store, run, &batch, &is_new, &err), &err);
			must(nn_store_run_finish(scene->store, run, &finish, &err), &err);
			nn_sample_batch_release(&batch);
		}
	}
	comparison = scene_compare(scene);
	assert_int_equal(comparison->nr_rows, 2);
	assert_string_equal(comparison->claims[0].verdict, "REFUTED");
	assert_true(comparison->claims[0].lower95 < 0.85);
	assert_string_equal(comparison->claims[1].verdict, "PROVEN");
	assert_string_equal(comparison->claims[2].verdict, "INVALID");
	assert_reason(&comparison->claims[2].reasons, "nothing measured");
}

static void workload_that_broke_in_one_arm_is_no_silent_gap_in_a_claim(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.99, 5);
	pair[1].outcome = NN_OUTCOME_BROKEN;
	scene_claim(scene, "*", 0.97);
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_string_equal(comparison->claims[0].verdict, "INVALID");
	assert_reason(&comparison->claims[0].reasons, "broke in arm 'vm': it went wrong");
	assert_int_equal(comparison->nr_skips, 1);
}

static void every_other_arm_has_its_own_row(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];
	struct boots third;

	scene_begin(scene, false);
	two_arms(pair, 0.9, 5);
	record_pair(scene, pair);
	third = pair[1];
	third.arm = 2;
	scene_arm(scene, 2);
	scene_boots(scene, &third);
	comparison = scene_compare(scene);
	assert_int_equal(comparison->nr_rows, 2);
	assert_float_equal(row_of(comparison, "vm")->ratio,
			   row_of(comparison, "vm-hugepages")->ratio, 1e-12);
}

static void single_arm_has_its_values_and_nothing_to_compare(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];
	const struct nn_report_row *row;

	scene_begin_alone(scene, false);
	two_arms(pair, 1, 5);
	pair[0].values[3] = NAN;
	pair[0].is_software = true;
	scene_boots(scene, &pair[0]);
	comparison = scene_compare(scene);
	assert_int_equal(comparison->nr_rows, 1);
	row = &comparison->rows[0];
	assert_string_equal(row->base_arm, "native");
	assert_null(row->arm);
	assert_null(row->verdict);
	assert_true(row->is_lone);
	assert_int_equal(row->nr_boots, 4);
	assert_float_equal(row->base_value, pow(200.0 * 201 * 202 * 204, 0.25), 1e-9);
	assert_true(isnan(row->value));
	assert_true(isnan(row->ratio));
	assert_true(isnan(row->ratio_ci95[0]));
	assert_int_equal(row->reasons.nr, 2);
	assert_string_equal(row->reasons.items[0],
			    "software device: llvmpipe: no statement about hardware");
	assert_string_equal(row->reasons.items[1], "one arm only: nothing to compare");
}

static void workload_of_one_arm_keeps_its_value_and_its_boots(void **state)
{
	static const double none[BLOCKS_CAP] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

	(void)state;
	for (size_t measured = 0; measured < 2; measured++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		struct boots pair[2];
		const struct nn_report_row *row;
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		scene_begin(own, false);
		scene_claim(own, "*", 0.97);
		two_arms(pair, 0.9, 5);
		memcpy(pair[1 - measured].values, none, sizeof(none));
		record_pair(own, pair);
		comparison = scene_compare(own);
		row = row_of(comparison, "vm");
		assert_int_equal(row->nr_boots, 5);
		assert_true(isfinite(measured ? row->value : row->base_value));
		assert_true(isnan(measured ? row->base_value : row->value));
		assert_null(row->verdict);
		assert_int_equal(row->reasons.nr, 1);
		assert_string_equal(row->reasons.items[0],
				    measured ? "measured in arm 'vm' only"
					     : "measured in arm 'native' only");
		assert_string_equal(comparison->claims[0].verdict, "INVALID");
		assert_reason(&comparison->claims[0].reasons,
			      "iommu/nvme-read was not measured in both arms and is left out");
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void arms_that_never_meet_in_a_block_have_one_reason_why(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];
	const struct nn_report_row *row;

	scene_begin(scene, false);
	scene_claim(scene, "*", 0.97);
	two_arms(pair, 0.9, 4);
	pair[0].values[0] = pair[0].values[1] = NAN;
	pair[1].values[2] = pair[1].values[3] = NAN;
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	row = row_of(comparison, "vm");
	assert_false(row->is_lone);
	assert_int_equal(row->nr_boots, 0);
	assert_string_equal(row->reasons.items[0], "no block has a value in both arms");
	assert_int_equal(row->reasons.nr, 1);
	/* both arms were measured, so the claim says the same */
	assert_string_equal(comparison->claims[0].verdict, "INVALID");
	assert_int_equal(comparison->claims[0].reasons.nr, 1);
	assert_string_equal(comparison->claims[0].reasons.items[0], row->reasons.items[0]);
}

static const struct nn_claim_request late_half = {.text = "vm >= 50% of native",
						  .arm = "vm",
						  .base = "native",
						  .workload = "*",
						  .metric = "*",
						  .margin = 0.50};

/* Margins are chosen before the data: one that comes later is void, and takes nothing along. */
static void a_late_margin_does_not_undo_the_planned_one(void **state)
{
	struct scene *scene = *state;
	const struct nn_claim_requests late = {&late_half, 1};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 1, 6);
	scene_claim(scene, "*", 0.97);
	record_pair(scene, pair);
	comparison = scene_compare_late(scene, &late);
	assert_int_equal(comparison->nr_claims, 2);
	assert_string_equal(comparison->claims[0].verdict, "PROVEN");
	assert_int_equal(comparison->claims[0].reasons.nr, 0);
	assert_true(comparison->claims[1].is_late);
	assert_string_equal(comparison->claims[1].verdict, "INVALID");
	assert_reason(&comparison->claims[1].reasons,
		      "mixed margins: 'vm >= 97% of native for *' is claimed too");
	assert_string_equal(row_of(comparison, "vm")->verdict, "PROVEN");
	assert_float_equal(row_of(comparison, "vm")->margin, 0.97, 1e-12);
	assert_int_equal(row_of(comparison, "vm")->reasons.nr, 0);
}

static void two_margins_of_one_origin_are_void(void **state)
{
	struct nn_claim_request both[] = {late_half, late_half};

	(void)state;
	both[1].text = "vm >= 60% of native";
	both[1].margin = 0.60;
	for (size_t is_late = 0; is_late < 2; is_late++) {
		const struct nn_claim_requests late = {both, 2};
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		struct boots pair[2];
		void *own = NULL;

		assert_int_equal(scene_setup(&own), 0);
		scene_begin(own, false);
		two_arms(pair, 1, 6);
		for (size_t i = 0; !is_late && i < 2; i++)
			scene_claim(own, "*", both[i].margin);
		record_pair(own, pair);
		comparison = scene_compare_late(own, is_late ? &late : NULL);
		assert_int_equal(comparison->nr_claims, 2);
		for (size_t i = 0; i < 2; i++) {
			assert_string_equal(comparison->claims[i].verdict, "INVALID");
			assert_reason(&comparison->claims[i].reasons, "mixed margins");
		}
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void a_late_claim_about_an_unknown_arm_is_refused(void **state)
{
	struct scene *scene = *state;
	static const char *const arms[][2] = {{"x", "native"}, {"vm", "x"}};
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 1, 5);
	record_pair(scene, pair);
	for (size_t i = 0; i < NN_ARRAY_SIZE(arms); i++) {
		struct nn_claim_request request = late_half;
		const struct nn_claim_requests late = {&request, 1};
		struct nn_comparison *comparison = NULL;
		struct nn_err err = {0};

		request.arm = arms[i][0];
		request.base = arms[i][1];
		assert_int_equal(nn_comparison_new(scene->store, NULL, &late, &comparison, &err),
				 -EINVAL);
		assert_null(comparison);
		assert_non_null(strstr(err.message, "claim 'vm >= 50% of native': "));
		assert_non_null(strstr(err.message, "no arm 'x', its arms are 'native', 'vm'"));
	}
}

static void unknown_campaign_is_not_found(void **state)
{
	struct scene *scene = *state;
	struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};

	scene_begin(scene, false);
	assert_int_equal(nn_comparison_new(scene->store, "nobody", NULL, &comparison, &err),
			 -ENOENT);
	assert_non_null(strstr(err.message, "nobody"));
	assert_null(comparison);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_proven_refuted_or_open),
		SCENE_TEST(ratio_is_of_geometric_means_over_paired_boots),
		SCENE_TEST(times_are_turned_so_that_higher_is_better),
		SCENE_TEST(compare_reports_inconclusive_below_five_boots),
		SCENE_TEST(one_boot_has_no_interval),
		cmocka_unit_test(figures_in_doubt_are_invalid_with_the_reason),
		SCENE_TEST(clock_mismatch_of_one_boot_is_invalid),
		SCENE_TEST(allowed_emulation_keeps_its_banner_and_gives_verdicts),
		SCENE_TEST(claim_is_as_good_as_its_worst_row),
		SCENE_TEST(workload_that_broke_in_one_arm_is_no_silent_gap_in_a_claim),
		SCENE_TEST(every_other_arm_has_its_own_row),
		SCENE_TEST(single_arm_has_its_values_and_nothing_to_compare),
		cmocka_unit_test(workload_of_one_arm_keeps_its_value_and_its_boots),
		SCENE_TEST(arms_that_never_meet_in_a_block_have_one_reason_why),
		SCENE_TEST(a_late_margin_does_not_undo_the_planned_one),
		cmocka_unit_test(two_margins_of_one_origin_are_void),
		SCENE_TEST(a_late_claim_about_an_unknown_arm_is_refused),
		SCENE_TEST(unknown_campaign_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
