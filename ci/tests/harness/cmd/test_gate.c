/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each exit status of `gate`, on databases of simulated campaigns. */
#include "ci/tests/harness/cmd/drive.h"
#include "harness/base/json.h"
#include "reports/report.h"

extern const struct nn_command nn_command_gate;

#define BASELINE "stable"

static const struct sim plain = {
	.nr_blocks = 8,
	.seed = 1,
	.series = {SIM_SERIES("native", "iommu/nvme-read", "throughput", NN_HIGHER_IS_BETTER, 200,
			      0.004),
		   SIM_SERIES("vm", "iommu/nvme-read", "throughput", NN_HIGHER_IS_BETTER, 196,
			      0.004),
		   SIM_SERIES("vm", "system/timer", "latency", NN_LOWER_IS_BETTER, 40, 0.004)},
};

/* The baseline is @base and stands under its name; the candidate is there, too. */
static void record(struct pair *pair, const struct sim *base, const struct sim *candidate)
{
	struct nn_err err = {0};
	int64_t campaign = sim_record(pair, base);

	sim_must(nn_store_baseline_set(pair->store, BASELINE, campaign, &err), &err);
	if (candidate)
		(void)sim_record(pair, candidate);
}

static struct sim later(void)
{
	struct sim sim = plain;

	sim.seed = 2;
	return sim;
}

static void an_unchanged_candidate_passes(void **state)
{
	const struct sim candidate = later();

	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 0, "gate: no regression: 3 compared, 3 clear");
	assert_text(drive.output, "NO REGRESSION");
}

static void three_percent_slower_fails(void **state)
{
	struct sim candidate = later();

	candidate.series[2].mean *= 1.03;
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 1, "gate: failed: 3 compared, 1 regressed, 2 clear");
	assert_text(drive.output, "REGRESSION");
	assert_text(drive.output, "slower by");
}

static void every_format_renders_a_gate(void **state)
{
	struct sim candidate = later();

	candidate.plan = PAIR_PLAN("1GiB", "\"" PAIR_CLAIM "\"");
	candidate.claim = PAIR_CLAIM;
	candidate.series[2].mean *= 1.03;
	candidate.series[3] = candidate.series[2];
	candidate.series[3].workload = "null";
	record(*state, &plain, &candidate);
	for (size_t i = 0; i < nn_nr_reports; i++) {
		const char *format = nn_reports[i]->plugin.name;
		NN_AUTO(drive)
		struct drive drive = DRIVE(*state, gate, true, BASELINE, "--format", format);

		drive_expect(&drive, 1, "1 regressed");
		if (!drive.output || !*drive.output)
			fail_msg("format '%s' wrote nothing", format);
	}
}

static void the_outcome_is_the_first_remark(void **state)
{
	const struct sim candidate = later();

	record(*state, &plain, &candidate);
	NN_AUTO(drive)
	struct drive drive =
		DRIVE(*state, gate, true, BASELINE, "--format", "json", "--min-effect", "0.25%");
	NN_AUTO(json) json_t *root = NULL;
	json_t *remarks;

	drive_expect(&drive, 0, NULL);
	assert_int_equal(nn_json_parse(drive.output, strlen(drive.output), &root, NULL), 0);
	remarks = json_object_get(root, "remarks");
	assert_string_equal(json_string_value(json_array_get(remarks, 0)),
			    "gate: no regression: 3 compared, 3 clear");
	assert_string_equal(json_string_value(json_array_get(remarks, 1)),
			    "gate: a slowdown counts above 0.25 % and from an estimate of 1 % on; "
			    "NO REGRESSION rules out more than 2 %");
}

static void little_slower_with_few_boots_is_no_verdict(void **state)
{
	struct sim base = plain, candidate = later();

	base.nr_blocks = candidate.nr_blocks = 5;
	for (size_t i = 0; i < 3; i++)
		base.series[i].sd = candidate.series[i].sd = 0.02;
	candidate.series[2].mean *= 1.015;
	record(*state, &base, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "gate: no verdict: 3 compared");
	assert_text(drive.output, "INCONCLUSIVE");
}

static void fewer_than_five_boots_are_no_verdict(void **state)
{
	struct sim candidate = later();

	candidate.nr_blocks = 4;
	candidate.series[2].mean *= 2;
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "3 inconclusive");
	assert_text(drive.output, "fewer than 5 boots: 4");
}

static void an_improvement_passes_and_is_told(void **state)
{
	struct sim candidate = later();

	candidate.series[2].mean *= 0.9;
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 0, "3 clear, 1 of them improved");
	assert_text(drive.output, "improved by");
}

static void what_a_gate_is_for_may_differ(void **state)
{
	struct sim candidate = later();

	candidate.facts[0] = "host kernel.release=6.13.0";
	candidate.facts[1] = "native kernel.release=6.13.0";
	candidate.facts[2] = "vm kernel.release=6.13.0";
	candidate.facts[3] = "host cpu.mitigations=more of them";
	candidate.facts[4] = "host qemu=QEMU 9";
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 0, NULL);
	assert_text(drive.output, "what differs: kernel: kernel.release");
}

static void an_unlike_machine_is_no_verdict(void **state)
{
	struct sim candidate = later();

	candidate.fingerprint = "beef";
	candidate.facts[0] = "host board.name=B650";
	candidate.facts[1] = "native board.name=B650";
	candidate.series[2].mean *= 2; /* nor is it a regression */
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "gate: no verdict: 3 compared, 3 invalid");
	assert_text(drive.output, "not like for like: board differs");
	NN_AUTO(drive)
	struct drive allowed = DRIVE(*state, gate, true, BASELINE, "--allow", "board");

	drive_expect(&allowed, 1, "1 regressed");
}

static void another_plan_is_no_verdict(void **state)
{
	struct sim candidate = later();

	candidate.plan = PAIR_PLAN("2GiB", "");
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "3 invalid");
	assert_text(drive.output, "plan.arm.vm: A: target=libvirt");
}

/* Its seed, number of blocks and claims change what can be said and not what is measured. */
static void another_claim_is_no_other_plan(void **state)
{
	struct sim candidate = later();

	candidate.plan = PAIR_PLAN("1GiB", "\"" PAIR_CLAIM "\"");
	candidate.claim = PAIR_CLAIM;
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 0, "gate: no regression: 3 compared, 3 clear");
	assert_text(drive.output, PAIR_CLAIM);
	assert_text(drive.output, "PROVEN");
}

static void a_refuted_claim_fails_without_any_regression(void **state)
{
	struct sim base = plain, candidate;

	base.plan = PAIR_PLAN("1GiB", "\"" PAIR_CLAIM "\"");
	base.claim = PAIR_CLAIM;
	base.series[1].mean = 180; /* no slower than before, and never 97 % */
	candidate = base;
	candidate.seed = 2;
	record(*state, &base, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 1, "gate: failed: 3 compared, 3 clear, 1 claim refuted");
	assert_text(drive.output, "REFUTED");
}

static void an_open_claim_is_no_verdict(void **state)
{
	struct sim base = plain, candidate;

	base.plan = PAIR_PLAN("1GiB", "\"" PAIR_CLAIM "\"");
	base.claim = PAIR_CLAIM;
	base.series[1].mean = 193.2; /* about the margin */
	candidate = base;
	candidate.seed = 2;
	record(*state, &base, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "1 claim without a verdict");
}

/* The plan makes it, and the store holds it no more. */
static void a_claim_that_was_deleted_is_no_verdict(void **state)
{
	struct sim candidate = later();

	candidate.plan = PAIR_PLAN("1GiB", "\"" PAIR_CLAIM "\"");
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "1 claim without a verdict");
	assert_text(drive.output, "changed later: the plan that was stored");
}

static void a_metric_that_vanished_is_no_verdict(void **state)
{
	struct sim candidate = later();

	candidate.series[2].mean = NAN;
	candidate.series[2].otherwise = NN_OUTCOME_SKIPPED;
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "gate: no verdict: 3 compared, 2 clear, 1 vanished");
	assert_text(drive.output, "vanished: the baseline has it, the candidate does not: no such "
				  "device");
}

static void an_arm_that_vanished_is_no_verdict(void **state)
{
	struct sim base = plain;
	const struct sim candidate = later();

	base.series[3] = base.series[2];
	base.series[3].arm = "vm-hugepages";
	record(*state, &base, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "3 clear, 1 vanished");
	NN_AUTO(drive) struct drive chosen = DRIVE(*state, gate, true, BASELINE, "--arm", "vm");

	drive_expect(&chosen, 0, "2 compared, 2 clear");
}

static void a_metric_that_is_new_passes(void **state)
{
	struct sim candidate = later();

	candidate.series[3] = candidate.series[2];
	candidate.series[3].workload = "null";
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 0, "3 clear, 1 new");
}

static void a_campaign_that_is_not_done_is_no_verdict(void **state)
{
	struct sim candidate = later();

	candidate.state = "interrupted";
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 4, "3 invalid");
	assert_text(drive.output, "the candidate is not done: interrupted");
}

static void an_emulated_machine_has_a_verdict_in_virtual_time_only(void **state)
{
	struct pair *pair = *state;
	struct sim base = plain, candidate;

	base.is_emulated = true;
	candidate = base;
	candidate.seed = 2;
	record(pair, &base, &candidate);
	NN_AUTO(drive) struct drive real = DRIVE(pair, gate, true, BASELINE);

	drive_expect(&real, 4, "3 invalid");
	assert_text(real.output, "emulated");
	base.facts[0] = candidate.facts[0] = "vm clock.kind=virtual";
	base.facts[1] = candidate.facts[1] = "native clock.kind=virtual";
	record(pair, &base, &candidate);
	NN_AUTO(drive) struct drive counted = DRIVE(pair, gate, true, BASELINE);

	drive_expect(&counted, 0, "3 clear");
	assert_text(counted.output, "EMULATED MACHINE");
}

static void a_ratio_can_be_gated_by_itself(void **state)
{
	struct sim candidate = later();

	candidate.series[0].mean *= 0.8; /* the machine slowed down, the VM with it */
	candidate.series[1].mean *= 0.8;
	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive both = DRIVE(*state, gate, true, BASELINE);
	NN_AUTO(drive)
	struct drive ratio = DRIVE(*state, gate, true, BASELINE, "--arm", "vm/native");

	drive_expect(&both, 1, "2 regressed");
	drive_expect(&ratio, 0, "1 compared, 1 clear");
}

static void an_unknown_baseline_is_usage_and_names_the_known(void **state)
{
	const struct sim candidate = later();

	record(*state, &plain, &candidate);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, "stabel");

	drive_expect(&drive, 2, "has no baseline 'stabel', only 'stable'");
	assert_null(drive.output);
}

static void a_bad_command_line_is_usage(void **state)
{
	const struct sim candidate = later();

	record(*state, &plain, &candidate);
	static const struct {
		const char *const arguments[4];
		const char *log;
	} cases[] = {
		{{NULL}, "'gate' needs BASELINE"},
		{{BASELINE, "--campaign", "nix", NULL}, "has no campaign 'nix'"},
		{{BASELINE, "--campaign", "nightly2", NULL}, "has no campaign"},
		{{"campaign:nix", NULL}, "has no campaign 'nix'"},
		{{BASELINE, "--arm", "vmm", NULL}, "unknown arm 'vmm'"},
		{{BASELINE, "--allow", "boards", NULL}, "unknown axis 'boards'"},
		{{BASELINE, "--format", "pdf", NULL}, "unknown format 'pdf'"},
		{{BASELINE, "--min-effect", "3%", NULL}, "min-effect (0.03)"},
		{{BASELINE, "--threshold", "much", NULL}, "threshold"},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(drive)
		struct drive drive =
			drive_command(*state, &nn_command_gate, cases[i].arguments, true);

		drive_expect(&drive, 2, cases[i].log);
	}
}

static void the_baseline_itself_is_no_candidate(void **state)
{
	record(*state, &plain, NULL);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 2, "is the baseline itself: nothing was measured since");
}

static void a_campaign_can_stand_for_itself_as_the_baseline(void **state)
{
	struct sim base = plain, candidate = later();

	base.name = "before";
	candidate.name = "after";
	record(*state, &base, &candidate);
	NN_AUTO(drive)
	struct drive drive = DRIVE(*state, gate, true, "campaign:before", "--campaign", "after");

	drive_expect(&drive, 0, "3 clear");
}

static void the_latest_campaign_of_the_same_name_is_the_candidate(void **state)
{
	struct sim other = plain;
	const struct sim candidate = later();

	record(*state, &plain, &candidate);
	other.name = "something-else";
	other.series[2].mean *= 2;
	(void)sim_record(*state, &other);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, gate, true, BASELINE);

	drive_expect(&drive, 0, "3 clear");
}

static void a_missing_or_corrupt_database_is_infrastructure(void **state)
{
	struct pair *pair = *state;
	FILE *file;

	NN_AUTO(drive) struct drive missing = DRIVE(pair, gate, true, BASELINE);

	drive_expect(&missing, 3, "results.db");
	file = fopen(pair->path, "we");
	assert_non_null(file);
	(void)fputs("this is a text, not a database, and long enough to be read as one", file);
	(void)fclose(file);
	NN_AUTO(drive) struct drive corrupt = DRIVE(pair, gate, true, BASELINE);

	drive_expect(&corrupt, 3, "results.db");
	NN_AUTO(drive)
	struct drive baseline =
		DRIVE(pair, gate, true, BASELINE, "--baseline-db", "/nonexistent/a.db");

	drive_expect(&baseline, 3, NULL);
}

static void the_baseline_may_lie_in_another_database(void **state)
{
	struct pair *other = NULL;
	const struct sim candidate = later();
	void *other_state = NULL;

	assert_int_equal(pair_setup(&other_state), 0);
	other = other_state;
	record(other, &plain, NULL);
	pair_close(other);
	(void)sim_record(*state, &candidate);
	NN_AUTO(drive)
	struct drive drive = DRIVE(*state, gate, true, BASELINE, "--baseline-db", other->path);

	drive_expect(&drive, 0, "3 clear");
	(void)pair_teardown(&other_state);
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(an_unchanged_candidate_passes),
		PAIR_TEST(three_percent_slower_fails),
		PAIR_TEST(every_format_renders_a_gate),
		PAIR_TEST(the_outcome_is_the_first_remark),
		PAIR_TEST(little_slower_with_few_boots_is_no_verdict),
		PAIR_TEST(fewer_than_five_boots_are_no_verdict),
		PAIR_TEST(an_improvement_passes_and_is_told),
		PAIR_TEST(what_a_gate_is_for_may_differ),
		PAIR_TEST(an_unlike_machine_is_no_verdict),
		PAIR_TEST(another_plan_is_no_verdict),
		PAIR_TEST(another_claim_is_no_other_plan),
		PAIR_TEST(a_refuted_claim_fails_without_any_regression),
		PAIR_TEST(an_open_claim_is_no_verdict),
		PAIR_TEST(a_claim_that_was_deleted_is_no_verdict),
		PAIR_TEST(a_metric_that_vanished_is_no_verdict),
		PAIR_TEST(an_arm_that_vanished_is_no_verdict),
		PAIR_TEST(a_metric_that_is_new_passes),
		PAIR_TEST(a_campaign_that_is_not_done_is_no_verdict),
		PAIR_TEST(an_emulated_machine_has_a_verdict_in_virtual_time_only),
		PAIR_TEST(a_ratio_can_be_gated_by_itself),
		PAIR_TEST(an_unknown_baseline_is_usage_and_names_the_known),
		PAIR_TEST(a_bad_command_line_is_usage),
		PAIR_TEST(the_baseline_itself_is_no_candidate),
		PAIR_TEST(a_campaign_can_stand_for_itself_as_the_baseline),
		PAIR_TEST(the_latest_campaign_of_the_same_name_is_the_candidate),
		PAIR_TEST(a_missing_or_corrupt_database_is_infrastructure),
		PAIR_TEST(the_baseline_may_lie_in_another_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
