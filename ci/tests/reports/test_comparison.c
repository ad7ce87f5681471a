/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/comparison.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/strbuf.h"

#define ARMS_CAP   3
#define BLOCKS_CAP 8

/* A campaign in a database of its own, made by the same calls that the runner makes. */
struct scene {
	char folder[64];
	char *path;
	struct nn_store *store;
	int64_t campaign;
	int64_t arms[ARMS_CAP];
};

/* What the boots of one arm measured. */
struct boots {
	size_t arm;
	const char *workload;
	const char *metric;
	enum nn_direction direction;
	double values[BLOCKS_CAP]; /* NaN: this block's boot measured nothing */
	size_t nr;
	uint64_t checksum;
	bool is_software;
	bool is_session;
	const char *build;
	const char *fact; /* one more fact of the host side, "name=value" */
	enum nn_outcome outcome;
};

static void must(int rc, const struct nn_err *err)
{
	if (rc)
		fail_msg("%s", err->message);
}

static int scene_setup(void **state)
{
	struct scene *scene = nn_calloc(1, sizeof(*scene));

	(void)snprintf(scene->folder, sizeof(scene->folder), "/tmp/nn-comparison-XXXXXX");
	if (!mkdtemp(scene->folder))
		return -1;
	scene->path = nn_asprintf("%s/results.db", scene->folder);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-lock", ".lock"};
	struct scene *scene = *state;

	nn_store_close(scene->store);
	for (size_t i = 0; i < NN_ARRAY_SIZE(suffixes); i++) {
		NN_AUTO(free) char *path = nn_asprintf("%s%s", scene->path, suffixes[i]);

		(void)unlink(path); /* not all of them exist */
	}
	(void)rmdir(scene->folder);
	free(scene->path);
	free(scene);
	return 0;
}

static void scene_arm(struct scene *scene, size_t arm)
{
	static const char *const names[ARMS_CAP] = {"native", "vm", "vm-hugepages"};
	struct nn_err err = {0};

	must(nn_store_arm_add(scene->store, scene->campaign, names[arm], arm ? "libvirt" : "local",
			      &scene->arms[arm], &err),
	     &err);
}

static void scene_begin(struct scene *scene, bool allow_emulated)
{
	const struct nn_machine_row machine = {.fingerprint = "f00d", .description = "a machine"};
	struct nn_campaign_row row = {.name = "test",
				      .plan_path = "plan.yaml",
				      .plan_text = "name: test\n",
				      .plan_hash = "abc",
				      .seed = 42,
				      .build_id = "build-1",
				      .base_arm = "native",
				      .allow_emulated = allow_emulated,
				      .device_bdf = "0000:01:00.0",
				      .device_driver = "nvme"};
	struct nn_err err = {0};

	must(nn_store_open(scene->path, NN_STORE_CREATE, &scene->store, &err), &err);
	must(nn_store_machine(scene->store, &machine, &row.machine, &err), &err);
	must(nn_store_campaign_add(scene->store, &row, &scene->campaign, &err), &err);
	scene_arm(scene, 0);
	scene_arm(scene, 1);
}

static void scene_claim(struct scene *scene, const char *workload, double margin)
{
	NN_AUTO(free)
	char *text = nn_asprintf("vm >= %g%% of native for %s", 100 * margin, workload);
	struct nn_err err = {0};

	must(nn_store_claim_add(scene->store, scene->campaign, text, "vm", "native", workload, "*",
				margin, &err),
	     &err);
}

static void add_run(struct scene *scene, int64_t boot, const struct boots *boots, size_t block)
{
	struct nn_sample_batch batch = {0};
	struct nn_finish finish = {.outcome = boots->outcome,
				   .checksum = boots->checksum,
				   .is_software = boots->is_software,
				   .duration_ns = NN_NS_PER_S};
	struct nn_run_row row = {.boot = boot, .workload = boots->workload, .seed = 1000 + block};
	struct nn_sample sample = {.direction = boots->direction,
				   .kind = NN_KIND_RATE,
				   .phase = NN_PHASE_STEADY,
				   .value = boots->values[block]};
	struct nn_err err = {0};
	bool is_new;
	int64_t run;

	nn_uuid_new(batch.run);
	row.uuid = batch.run;
	(void)snprintf(finish.run, sizeof(finish.run), "%s", batch.run);
	finish.reason = boots->outcome == NN_OUTCOME_OK ? NULL : nn_strdup("it went wrong");
	finish.note = boots->is_software ? nn_strdup("llvmpipe") : NULL;
	sample.metric = nn_strdup(boots->metric);
	sample.unit = nn_strdup("MB/s");
	must(nn_store_run_add(scene->store, &row, &run, &err), &err);
	if (boots->outcome == NN_OUTCOME_OK) {
		nn_sample_batch_add(&batch, &sample);
		must(nn_store_samples_add(scene->store, run, &batch, &is_new, &err), &err);
	}
	must(nn_store_run_finish(scene->store, run, &finish, &err), &err);
	nn_sample_batch_release(&batch);
	nn_finish_release(&finish);
	free(sample.metric);
	free(sample.unit);
}

static void add_facts(struct scene *scene, int64_t boot, const struct boots *boots)
{
	struct nn_pairs facts = {0};
	struct nn_err err = {0};

	nn_pairs_add(&facts, "build", boots->build ? boots->build : "build-1");
	must(nn_store_facts_add(scene->store, boot, "system", &facts, &err), &err);
	nn_pairs_release(&facts);
	if (!boots->fact)
		return;

	const char *equals = strchr(boots->fact, '=');
	NN_AUTO(free) char *name = nn_strndup(boots->fact, (size_t)(equals - boots->fact));

	nn_pairs_add(&facts, name, equals + 1);
	must(nn_store_facts_add(scene->store, boot, "host", &facts, &err), &err);
	nn_pairs_release(&facts);
}

/* One boot in each block, with one run of one workload. */
static void scene_boots(struct scene *scene, const struct boots *boots)
{
	struct nn_err err = {0};

	for (size_t block = 0; block < boots->nr; block++) {
		const struct nn_boot_row row = {.campaign = scene->campaign,
						.arm = scene->arms[boots->arm],
						.block = block,
						.position = boots->arm,
						.is_session = boots->is_session};
		char uuid[NN_UUID_CAP];
		int64_t boot;

		must(nn_store_boot_add(scene->store, &row, &boot, uuid, &err), &err);
		add_facts(scene, boot, boots);
		if (!isnan(boots->values[block]))
			add_run(scene, boot, boots, block);
		must(nn_store_boot_state(scene->store, boot, "done", NULL, &err), &err);
	}
}

static struct nn_comparison *scene_compare(struct scene *scene)
{
	struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};

	must(nn_store_campaign_state(scene->store, scene->campaign, "done", &err), &err);
	must(nn_comparison_new(scene->store, NULL, &comparison, &err), &err);
	return comparison;
}

static const struct nn_report_row *row_of(const struct nn_comparison *comparison, const char *arm)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		if (strcmp(comparison->rows[i].arm, arm) == 0)
			return &comparison->rows[i];
	}
	fail_msg("no row for arm '%s'", arm);
	return NULL;
}

static void assert_reason(const struct nn_strings *reasons, const char *expected)
{
	for (size_t i = 0; i < reasons->nr; i++) {
		if (strstr(reasons->items[i], expected))
			return;
	}
	fail_msg("no reason says '%s', the first of %zu says '%s'", expected, reasons->nr,
		 reasons->nr ? reasons->items[0] : "");
}

/* A pair of arms whose VM reaches about @share of native, with little spread. */
static void two_arms(struct boots pair[2], double share, size_t nr)
{
	static const double wobble[BLOCKS_CAP] = {1.0,   1.002, 0.998, 1.001,
						  0.999, 1.003, 0.997, 1.0};

	for (size_t arm = 0; arm < 2; arm++)
		pair[arm] = (struct boots){.arm = arm,
					   .workload = "iommu/nvme-read",
					   .metric = "throughput",
					   .direction = NN_HIGHER_IS_BETTER,
					   .nr = nr,
					   .checksum = 77};
	for (size_t block = 0; block < nr; block++) {
		pair[0].values[block] = 200 + (double)block;
		pair[1].values[block] = pair[0].values[block] * share * wobble[block];
	}
}

static void record_pair(struct scene *scene, const struct boots pair[2])
{
	scene_boots(scene, &pair[0]);
	scene_boots(scene, &pair[1]);
}

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
	assert_reason(&row->reasons, "only 4 of 5 boots have a value in both arms");
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
		{"software device: llvmpipe", {.is_software = true}},
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

static void sessions_and_virtual_time_are_remarked(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.9, 5);
	pair[0].is_session = true;
	pair[1].fact = "clock.kind=virtual";
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_true(comparison->is_virtual_time);
	assert_reason(&comparison->remarks, "arm 'native' was not rebooted: 5 sessions");
	assert_reason(&comparison->remarks, "path length, not speed");
	assert_string_equal(nn_pairs_get(&comparison->arms[1].facts, "host.clock.kind"), "virtual");
	assert_string_equal(nn_pairs_get(&comparison->arms[1].facts, "build"), "build-1");
}

static void unknown_campaign_is_not_found(void **state)
{
	struct scene *scene = *state;
	struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};

	scene_begin(scene, false);
	assert_int_equal(nn_comparison_new(scene->store, "nobody", &comparison, &err), -ENOENT);
	assert_non_null(strstr(err.message, "nobody"));
	assert_null(comparison);
}

#define SCENE_TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

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
		SCENE_TEST(sessions_and_virtual_time_are_remarked),
		SCENE_TEST(unknown_campaign_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
