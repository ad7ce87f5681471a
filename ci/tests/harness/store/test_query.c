/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <math.h>

/* Boot values as lines "workload metric arm block value nr_runs nr_samples". */
static void assert_values(struct fixture *f, int64_t campaign, const char *expected)
{
	NN_AUTO(free)
	char *query = nn_asprintf("SELECT coalesce(group_concat(format('%%s %%s %%s %%d %%.15g %%d"
				  " %%d', workload, metric, arm, block, value, nr_runs,"
				  " nr_samples), char(10)), '') FROM"
				  " (SELECT v.* FROM v_boot_value AS v JOIN campaign ON"
				  "  campaign.uuid = v.campaign WHERE campaign.id = %lld"
				  "  ORDER BY workload, metric, arm, block)",
				  (long long)campaign);

	assert_sql(f, query, expected);
}

typedef int (*each_fn)(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		       struct nn_err *err);

static void assert_rows(struct fixture *f, each_fn each, const char *expected)
{
	struct nn_strbuf lines = NN_STRBUF_INIT;

	assert_ok(f, each(f->store, f->campaign, fixture_collect, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines), expected);
	nn_strbuf_release(&lines);
}

/* A run with steady values, finished with @outcome. */
static void add_values(struct fixture *f, int64_t boot, uint64_t position, enum nn_outcome outcome,
		       const double *values, size_t nr)
{
	int64_t run = fixture_add_run(f, boot, "null", position, position);

	fixture_add_samples(f, run, 0, NN_PHASE_STEADY, values, nr);
	fixture_finish_run(f, run, outcome, 1);
}

static void boot_value_is_the_mean_of_run_means(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	/* Pooled, the mean would be 4; runs of unlike length must weigh the same. */
	add_values(f, boot, 0, NN_OUTCOME_OK, (const double[]){1, 1, 1}, 3);
	add_values(f, boot, 1, NN_OUTCOME_OK, (const double[]){13}, 1);
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign, "null copy native 0 7 2 4");
}

static void boot_value_leaves_out_warm_up_broken_runs_and_values_that_are_none(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int64_t warm = fixture_add_run(f, boot, "null", 9, 9);

	fixture_add_samples(f, warm, 0, NN_PHASE_WARMUP, (const double[]){1000, 1000}, 2);
	fixture_add_samples(f, warm, 1, NN_PHASE_STEADY,
			    (const double[]){4, NAN, INFINITY, -INFINITY, 6}, 5);
	fixture_finish_run(f, warm, NN_OUTCOME_OK, 1);
	add_values(f, boot, 0, NN_OUTCOME_BROKEN, (const double[]){99}, 1);
	add_values(f, boot, 1, NN_OUTCOME_FAILED, (const double[]){99}, 1);
	add_values(f, boot, 2, NN_OUTCOME_OK, (const double[]){NAN}, 1);
	fixture_add_samples(f, fixture_add_run(f, boot, "null", 3, 3), 0, NN_PHASE_STEADY,
			    (const double[]){99}, 1);
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign, "null copy native 0 5 1 2");
}

static void figures_of_a_disturbed_run_do_not_count(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	add_values(f, boot, 0, NN_OUTCOME_OK, (const double[]){7}, 1);
	add_values(f, boot, 1, NN_OUTCOME_OK, (const double[]){1}, 1);
	fixture_end_boot(f, boot, "done");
	free(fixture_sql(f, "UPDATE run SET disturbed = 'throttle: hot' WHERE run = 1"));
	assert_values(f, f->campaign, "null copy native 0 7 1 1");
	assert_sql(f, "SELECT value || ' ' || nr_runs FROM v_boot_value", "7.0 1");
	assert_sql(f, "SELECT count(*) FROM v_sample", "2"); /* they are kept */
}

static void boot_values_come_only_from_done_boots_of_the_campaign(void **state)
{
	struct fixture *f = *state;
	int64_t failed = fixture_add_boot(f, 0, 0, 0);
	int64_t running = fixture_add_boot(f, 0, 0, 1);
	int64_t other = fixture_add_campaign(f, "other");

	add_values(f, failed, 0, NN_OUTCOME_OK, (const double[]){1}, 1);
	fixture_end_boot(f, failed, "failed");
	add_values(f, running, 0, NN_OUTCOME_OK, (const double[]){2}, 1);
	fixture_end_boot(f, running, "running");
	assert_values(f, f->campaign, "");
	fixture_end_boot(f, running, "done");
	assert_values(f, f->campaign, "null copy native 0 2 1 1");
	assert_values(f, other, "");
}

static void boot_values_are_of_their_arm_and_block(void **state)
{
	struct fixture *f = *state;

	for (uint64_t block = 12; block-- > 8;) {
		for (int arm = 1; arm >= 0; arm--) {
			int64_t boot = fixture_add_boot(f, arm, block, 0);

			add_values(f, boot, 0, NN_OUTCOME_OK,
				   (const double[]){(double)block + arm * 0.25, 0.1}, 2);
			fixture_end_boot(f, boot, "done");
		}
	}
	assert_values(f, f->campaign,
		      "null copy native 8 4.05 1 2\nnull copy native 9 4.55 1 2\n"
		      "null copy native 10 5.05 1 2\nnull copy native 11 5.55 1 2\n"
		      "null copy vm 8 4.175 1 2\nnull copy vm 9 4.675 1 2\n"
		      "null copy vm 10 5.175 1 2\nnull copy vm 11 5.675 1 2");
}

static int stop_at_row(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	(void)nr_columns;
	++*(int *)user;
	return nn_err_set(err, -ECANCELED, "enough of %s", columns[0]);
}

static void callback_that_fails_ends_the_reading_with_its_error(void **state)
{
	struct fixture *f = *state;
	int nr = 0;

	assert_int_equal(nn_store_each_arm(f->store, f->campaign, stop_at_row, &nr, &f->err),
			 -ECANCELED);
	assert_int_equal(nr, 1);
	assert_message(f, "enough of native");
}

static void arms_count_their_boots(void **state)
{
	struct fixture *f = *state;
	struct nn_boot_row session = {
		.campaign = f->campaign, .arm = f->arms[0], .block = 1, .is_session = true};
	char uuid[NN_UUID_CAP];
	int64_t boot;

	fixture_end_boot(f, fixture_add_boot(f, 0, 0, 0), "failed");
	fixture_end_boot(f, fixture_add_boot(f, 0, 0, 1), "done");
	assert_ok(f, nn_store_boot_add(f->store, &session, &boot, uuid, &f->err));
	fixture_end_boot(f, boot, "done");
	(void)fixture_add_boot(f, 0, 2, 0);
	assert_rows(f, nn_store_each_arm, "native|local|2|1|1\nvm|libvirt|0|0|0\n");
}

static void facts_are_counted_over_done_boots(void **state)
{
	struct fixture *f = *state;
	static const char *const kernels[] = {"6.1", "6.1", "6.12", "lost"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(kernels); i++) {
		int64_t boot = fixture_add_boot(f, 0, i, 0);
		struct nn_pairs facts = {0};

		nn_pairs_add(&facts, "kernel", kernels[i]);
		assert_ok(f, nn_store_facts_add(f->store, boot, "system", &facts, &f->err));
		fixture_end_boot(f, boot, i < 3 ? "done" : "failed");
		nn_pairs_release(&facts);
	}
	assert_rows(f, nn_store_each_fact,
		    "native|system|kernel|6.1|2|3\nnative|system|kernel|6.12|1|3\n");
}

static void equal_events_of_a_boot_are_one_row(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 1, 4, 0);

	assert_ok(f, nn_store_event_add(f->store, f->campaign, 0, NN_SEVERITY_WARNING, "bad-token",
					"who?", &f->err));
	for (int i = 0; i < 3; i++)
		assert_ok(f, nn_store_event_add(f->store, f->campaign, boot, NN_SEVERITY_ERROR,
						"aer", "bad link", &f->err));
	assert_rows(f, nn_store_each_event,
		    "NULL|NULL|warning|bad-token|who?|1\nvm|4|error|aer|bad link|3\n");
}

static void runs_that_are_not_ok_are_told_with_reason_and_number(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int64_t run;

	for (uint64_t i = 0; i < 2; i++)
		fixture_finish_run(f, fixture_add_run(f, boot, "gpu", i, i), NN_OUTCOME_SKIPPED, 0);
	fixture_finish_run(f, fixture_add_run(f, boot, "null", 2, 0), NN_OUTCOME_OK, 1);
	(void)fixture_add_run(f, boot, "null", 3, 1);
	run = fixture_add_run(f, boot, "disk", 4, 0);
	fixture_finish_run(f, run, NN_OUTCOME_OK, 0);
	assert_ok(f, nn_store_run_disturbed(f->store, run, "throttle: hot", &f->err));
	fixture_end_boot(f, boot, "done");
	assert_rows(f, nn_store_each_not_ok,
		    "native|disk|disturbed|throttle: hot|1\n"
		    "native|gpu|skipped|because|2\n"
		    "native|null|broken|the run was never finished|1\n");
}

static void run_notes_count_checksums_of_ok_runs(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	for (uint64_t i = 0; i < 3; i++)
		fixture_finish_run(f, fixture_add_run(f, boot, "null", i, i), NN_OUTCOME_OK, i / 2);
	fixture_end_boot(f, boot, "done");
	assert_rows(f, nn_store_each_run_note, "native|null|a device|0|2|3\n");
}

static void same_job_with_another_checksum_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	/* checksum of run 0 by [block][arm]: equal, different, absent in one, only one ok */
	static const uint64_t checksums[][2] = {{5, 5}, {5, 6}, {5, 0}, {5, 7}};

	for (uint64_t block = 0; block < NN_ARRAY_SIZE(checksums); block++) {
		for (int arm = 1; arm >= 0; arm--) {
			int64_t boot = fixture_add_boot(f, arm, block, 0);
			int64_t run = fixture_add_run(f, boot, "null", 0, 0);
			bool is_bad = block == 3 && arm == 1;

			fixture_finish_run(f, run, is_bad ? NN_OUTCOME_FAILED : NN_OUTCOME_OK,
					   checksums[block][arm]);
			fixture_end_boot(f, boot, "done");
		}
	}
	assert_rows(f, nn_store_each_checksum_conflict, "null|1|0|native, vm\n");
}

static void clock_checks_keep_their_digits(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 1, 3, 0);

	fixture_end_boot(f, fixture_add_boot(f, 1, 4, 0), "done"); /* not checked */
	assert_ok(f, nn_store_boot_clock(f->store, boot, 1.0 / 3, 1e-300, 60, true, &f->err));
	fixture_end_boot(f, boot, "done");
	assert_rows(f, nn_store_each_clock, "vm|3|0.3333333333333333|1e-300|60|1\n");
}

static void claims_come_in_the_order_of_the_plan(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, nn_store_claim_add(f->store, f->campaign, "z", "vm", "native", "*", "*", 0.97,
					&f->err));
	assert_ok(f, nn_store_claim_add(f->store, f->campaign, "a", "vm", "native", "null", NULL,
					1.0, &f->err));
	assert_rows(f, nn_store_each_claim, "z|vm|native|*|*|0.97\na|vm|native|null|NULL|1\n");
}

static int check_summary(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	(void)err;
	++*(int *)user;
	assert_int_equal(nr_columns, NN_SUMMARY_NR_COLUMNS);
	assert_int_equal(strlen(columns[NN_SUMMARY_UUID]), 36);
	assert_string_equal(columns[NN_SUMMARY_NAME], "demo");
	assert_string_equal(columns[NN_SUMMARY_STATE], "running");
	assert_int_equal(strlen(columns[NN_SUMMARY_STARTED]), strlen("2025-01-01T00:00:00.000Z"));
	assert_null(columns[NN_SUMMARY_FINISHED]);
	assert_string_equal(columns[NN_SUMMARY_SEED], "18446744073709551614");
	assert_string_equal(columns[NN_SUMMARY_PLAN_HASH], "abc");
	assert_string_equal(columns[NN_SUMMARY_BASE_ARM], "native");
	assert_string_equal(columns[NN_SUMMARY_ALLOW_EMULATED], "0");
	assert_string_equal(columns[NN_SUMMARY_BUILD_ID], "build-1");
	assert_string_equal(columns[NN_SUMMARY_MACHINE], "f1");
	assert_string_equal(columns[NN_SUMMARY_MACHINE_DESCRIPTION], "a board");
	assert_string_equal(columns[NN_SUMMARY_IS_EMULATED], "0");
	assert_string_equal(columns[NN_SUMMARY_BOOT_NS], "1");
	assert_string_equal(columns[NN_SUMMARY_WORKLOADS_NS], "2");
	assert_string_equal(columns[NN_SUMMARY_OWN_NS], "3");
	assert_string_equal(columns[NN_SUMMARY_DEVICE], "0000:01:00.0");
	assert_string_equal(columns[NN_SUMMARY_DRIVER_BEFORE], "nvme");
	assert_string_equal(columns[NN_SUMMARY_DRIVER_AFTER], "vfio-pci");
	assert_string_equal(columns[NN_SUMMARY_IS_AA], "0");
	assert_string_equal(columns[NN_SUMMARY_PLAN_TEXT], "name: x\n");
	return 0;
}

static void summary_has_every_column_in_its_place(void **state)
{
	struct fixture *f = *state;
	int nr = 0;

	assert_ok(f, nn_store_campaign_spent(f->store, f->campaign, 1, 2, 3, &f->err));
	assert_ok(f, nn_store_campaign_driver_after(f->store, f->campaign, "vfio-pci", &f->err));
	assert_ok(f, nn_store_summary(f->store, f->campaign, check_summary, &nr, &f->err));
	assert_int_equal(nr, 1);
}

/* A fact that differs between done boots, one of a failed boot, one without a value. */
static void fact_of_an_arm_is_one_text(void **state)
{
	struct fixture *f = *state;
	static const char *const kernels[] = {"6.12", "6.1", "6.12", "lost"};
	static const struct {
		const char *arm;
		const char *side;
		const char *name;
		const char *expected;
	} cases[] = {
		{"native", "system", "kernel.release", "6.1 | 6.12"},
		{"native", "system", "board", "X"},
		{"native", "host", "kernel.release", NULL},
		{"vm", "system", "kernel.release", NULL},
		{"native", "system", "absent", NULL},
		{"none", "system", "kernel.release", NULL},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(kernels); i++) {
		int64_t boot = fixture_add_boot(f, 0, i, 0);
		struct nn_pairs facts = {0};

		nn_pairs_add(&facts, "kernel.release", kernels[i]);
		if (i == 1)
			nn_pairs_add(&facts, "board", "X");
		assert_ok(f, nn_store_facts_add(f->store, boot, "system", &facts, &f->err));
		fixture_end_boot(f, boot, i < 3 ? "done" : "failed");
		nn_pairs_release(&facts);
	}
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		char *value = (char *)"untouched";

		assert_ok(f, nn_store_fact(f->store, f->campaign, cases[i].arm, cases[i].side,
					   cases[i].name, &value, &f->err));
		if (cases[i].expected)
			assert_string_equal(value, cases[i].expected);
		else
			assert_null(value);
		free(value);
	}
}

static void campaigns_come_oldest_first(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf lines = NN_STRBUF_INIT;

	(void)fixture_add_campaign(f, "early");
	fixture_end_boot(f, fixture_add_boot(f, 0, 0, 0), "done");
	fixture_end_boot(f, fixture_add_boot(f, 1, 0, 0), "done");
	fixture_end_boot(f, fixture_add_boot(f, 1, 1, 0), "failed");
	free(fixture_sql(f, "UPDATE campaign SET uuid = 'u' || id, started = '2025-0' || (5 - id),"
			    " finished = CASE id WHEN 2 THEN '2026' END, is_aa = id - 1"));
	assert_ok(f, nn_store_each_campaign(f->store, fixture_collect, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines),
			    "u2|early|running|2025-03|2026|f1|a board|0|1|native|abc|0|2\n"
			    "u1|demo|running|2025-04|NULL|f1|a board|0|0|native|abc|2|1\n");
	nn_strbuf_release(&lines);
}

static int collect_aa(void *user, int64_t campaign, const char *uuid, const char *started,
		      struct nn_err *err)
{
	(void)err;
	nn_strbuf_addf(user, "%lld %s %s\n", (long long)campaign, uuid, started);
	return 0;
}

static int stop_at_aa(void *user, int64_t campaign, const char *uuid, const char *started,
		      struct nn_err *err)
{
	(void)user;
	(void)campaign;
	(void)started;
	return nn_err_set(err, -ECANCELED, "enough of %s", uuid);
}

static void finished_aa_campaigns_of_a_machine_come_newest_first(void **state)
{
	struct fixture *f = *state;
	struct nn_machine_row other = {.fingerprint = "f2"};
	struct nn_strbuf lines = NN_STRBUF_INIT;

	for (int i = 2; i <= 6; i++)
		(void)fixture_add_campaign(f, "again");
	assert_ok(f, nn_store_machine(f->store, &other, &f->machine, &f->err));
	/* 1: no A/A; 2, 3 and 4: wanted; 5: not finished; 6: of another machine */
	free(fixture_sql(f, "UPDATE campaign SET uuid = 'u' || id, started = '2025-0' || (9 - id),"
			    " is_aa = id > 1, state = CASE id WHEN 5 THEN 'failed' ELSE 'done' END,"
			    " machine = CASE id WHEN 6 THEN 2 ELSE 1 END"));
	assert_ok(f, nn_store_each_aa(f->store, "f1", 3, collect_aa, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines), "2 u2 2025-07\n4 u4 2025-05\n");
	nn_strbuf_clear(&lines);
	assert_ok(f, nn_store_each_aa(f->store, "f2", 0, collect_aa, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines), "6 u6 2025-03\n");
	assert_int_equal(nn_store_each_aa(f->store, "f1", 0, stop_at_aa, NULL, &f->err),
			 -ECANCELED);
	assert_message(f, "enough of u2");
	nn_strbuf_release(&lines);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(boot_value_is_the_mean_of_run_means),
		TEST(boot_value_leaves_out_warm_up_broken_runs_and_values_that_are_none),
		TEST(figures_of_a_disturbed_run_do_not_count),
		TEST(boot_values_come_only_from_done_boots_of_the_campaign),
		TEST(boot_values_are_of_their_arm_and_block),
		TEST(callback_that_fails_ends_the_reading_with_its_error),
		TEST(arms_count_their_boots),
		TEST(facts_are_counted_over_done_boots),
		TEST(equal_events_of_a_boot_are_one_row),
		TEST(runs_that_are_not_ok_are_told_with_reason_and_number),
		TEST(run_notes_count_checksums_of_ok_runs),
		TEST(same_job_with_another_checksum_is_a_conflict),
		TEST(clock_checks_keep_their_digits),
		TEST(claims_come_in_the_order_of_the_plan),
		TEST(summary_has_every_column_in_its_place),
		TEST(fact_of_an_arm_is_one_text),
		TEST(campaigns_come_oldest_first),
		TEST(finished_aa_campaigns_of_a_machine_come_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
