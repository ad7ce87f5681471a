/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

static void boot_belongs_to_its_block_and_arm(void **state)
{
	struct fixture *f = *state;
	int64_t boots[] = {fixture_add_boot(f, 0, 2, 0), fixture_add_boot(f, 1, 2, 0)};

	assert_int_not_equal(boots[0], boots[1]);
	assert_sql(f, "SELECT count(*) || ' ' || min(number) FROM block", "1 2");
	assert_sql(f, "SELECT count(DISTINCT uuid) FROM boot WHERE state = 'preparing'", "2");
}

static void boot_of_another_campaigns_arm_is_refused_whole(void **state)
{
	struct fixture *f = *state;
	struct nn_boot_row row = {.campaign = fixture_add_campaign(f, "other"), .arm = f->arms[0]};
	char uuid[NN_UUID_CAP] = "untouched";
	int64_t id = -1;

	assert_int_equal(nn_store_boot_add(f->store, &row, &id, uuid, &f->err), -ENOENT);
	assert_message(f, "add boot of block 1");
	assert_message(f, "no arm of this campaign");
	assert_string_equal(uuid, "untouched");
	assert_int_equal(id, -1);
	assert_sql(f, "SELECT count(*) FROM block", "0");
}

static void same_attempt_is_refused(void **state)
{
	struct fixture *f = *state;
	struct nn_boot_row row = {.campaign = f->campaign, .arm = f->arms[0]};
	char uuid[NN_UUID_CAP];
	int64_t id;

	(void)fixture_add_boot(f, 0, 0, 0);
	assert_int_equal(nn_store_boot_add(f->store, &row, &id, uuid, &f->err), -EEXIST);
}

static void arm_is_done_once_in_a_block(void **state)
{
	struct fixture *f = *state;
	int64_t first = fixture_add_boot(f, 0, 0, 0);
	int64_t second = fixture_add_boot(f, 0, 0, 1);

	fixture_end_boot(f, first, "done");
	assert_int_equal(nn_store_boot_state(f->store, second, "done", NULL, &f->err), -EEXIST);
	fixture_end_boot(f, second, "failed");
}

static struct nn_boot_tally tally_of(struct fixture *f, uint64_t block, const char *machine_boot)
{
	const struct nn_boot_row place = {.campaign = f->campaign,
					  .arm = f->arms[0],
					  .block = block,
					  .machine_boot = machine_boot};
	struct nn_boot_tally tally = {0};

	assert_ok(f, nn_store_boot_progress(f->store, &place, &tally, &f->err));
	return tally;
}

static void progress_counts_attempts_and_knows_the_done_one(void **state)
{
	struct fixture *f = *state;
	int64_t boot;

	assert_false(tally_of(f, 0, "m1").is_done);
	assert_int_equal(tally_of(f, 0, "m1").nr_attempts, 0);
	boot = fixture_add_boot(f, 0, 0, 0);
	fixture_end_boot(f, boot, "failed");
	boot = fixture_add_boot(f, 0, 0, 1);
	assert_false(tally_of(f, 0, "m1").is_done);
	assert_int_equal(tally_of(f, 0, "m1").nr_attempts, 2);
	assert_int_equal(tally_of(f, 0, "m1").nr_failed, 1);
	fixture_end_boot(f, boot, "done");
	assert_true(tally_of(f, 0, "m1").is_done);
	assert_false(tally_of(f, 1, "m1").is_done);
}

/* A boot that was under way when the orchestrator ended. */
static void add_interrupted(struct fixture *f, uint64_t attempt, const char *machine_boot)
{
	const struct nn_boot_row row = {.campaign = f->campaign,
					.arm = f->arms[0],
					.attempt = attempt,
					.machine_boot = machine_boot};
	char uuid[NN_UUID_CAP];
	int64_t id;

	assert_ok(f, nn_store_boot_add(f->store, &row, &id, uuid, &f->err));
	assert_true(nn_store_has_boot(f->store, uuid));
	assert_ok(f, nn_store_boots_abandon(f->store, f->campaign, &f->err));
}

static void progress_tells_reboots_of_the_machine_from_other_ends(void **state)
{
	struct fixture *f = *state;

	add_interrupted(f, 0, "m1");
	add_interrupted(f, 1, "m1");
	add_interrupted(f, 2, "m2");
	add_interrupted(f, 3, NULL); /* of an older format */
	assert_int_equal(tally_of(f, 0, "m1").nr_reboots, 1);
	assert_int_equal(tally_of(f, 0, "m3").nr_reboots, 3);
	assert_int_equal(tally_of(f, 0, "m3").nr_failed, 0);
	assert_int_equal(tally_of(f, 0, "m3").nr_attempts, 4);
	assert_false(nn_store_has_boot(f->store, "none"));
}

static void state_stamps_the_end_only_of_finished_boots(void **state)
{
	struct fixture *f = *state;
	static const char *const under_way[] = {"preparing", "booting", "running", "stopping"};
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	for (size_t i = 0; i < NN_ARRAY_SIZE(under_way); i++) {
		fixture_end_boot(f, boot, under_way[i]);
		assert_sql(f, "SELECT finished FROM boot", NULL);
	}
	assert_ok(f, nn_store_boot_state(f->store, boot, "failed", "no hello", &f->err));
	assert_sql(f, "SELECT reason FROM boot WHERE finished IS NOT NULL", "no hello");
	assert_int_equal(nn_store_boot_state(f->store, boot, "asleep", NULL, &f->err), -EINVAL);
}

static void abandoning_ends_only_what_was_under_way_in_this_campaign(void **state)
{
	struct fixture *f = *state;
	int64_t mine = f->campaign;
	int64_t done = fixture_add_boot(f, 0, 0, 0);
	int64_t running = fixture_add_boot(f, 1, 0, 0);
	int64_t other_arm = 0;

	fixture_finish_run(f, fixture_add_run(f, done, "null", 0, 0), NN_OUTCOME_OK, 1);
	fixture_end_boot(f, done, "done");
	fixture_finish_run(f, fixture_add_run(f, running, "null", 0, 0), NN_OUTCOME_OK, 1);
	(void)fixture_add_run(f, running, "null", 1, 1);
	f->campaign = fixture_add_campaign(f, "other");
	assert_ok(f,
		  nn_store_arm_add(f->store, f->campaign, "native", "local", &other_arm, &f->err));
	f->arms[0] = other_arm;
	(void)fixture_add_run(f, fixture_add_boot(f, 0, 0, 0), "null", 0, 0);

	assert_ok(f, nn_store_boots_abandon(f->store, mine, &f->err));
	assert_sql(f,
		   "SELECT group_concat(state || coalesce(':' || reason, ''), ' ')"
		   " FROM (SELECT * FROM boot ORDER BY id)",
		   "done failed:interrupted preparing");
	assert_sql(f,
		   "SELECT group_concat(coalesce(outcome, '-'), ' ')"
		   " FROM (SELECT * FROM run ORDER BY id)",
		   "ok ok broken -");
}

static void finish_keeps_all_64_bits_of_a_checksum(void **state)
{
	struct fixture *f = *state;
	int64_t run = fixture_add_run(f, fixture_add_boot(f, 0, 0, 0), "null", 0, 0);

	fixture_finish_run(f, run, NN_OUTCOME_FAILED, 0xfedcba9876543210);
	assert_sql(f, "SELECT printf('%x', checksum) FROM run", "fedcba9876543210");
	assert_sql(f,
		   "SELECT outcome || ' ' || reason || ' ' || note || ' ' || is_software || ' '"
		   " || duration_ns FROM run WHERE finished IS NOT NULL",
		   "failed because a device 0 5");
	assert_int_equal(nn_store_run_finish(f->store, 99, &(struct nn_finish){0}, &f->err),
			 -ENOENT);
	assert_message(f, "no run 99");
}

static void run_is_refused_twice_in_a_place(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	struct nn_run_row row = {.boot = boot, .uuid = "other", .workload = "null"};
	int64_t id;

	(void)fixture_add_run(f, boot, "null", 0, 0);
	assert_int_equal(nn_store_run_add(f->store, &row, &id, &f->err), -EEXIST);
	assert_message(f, "add run of null");
}

static void agent_and_clock_are_noted(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	assert_ok(f, nn_store_boot_agent(f->store, boot, "b7", "smbios", &f->err));
	assert_ok(f, nn_store_boot_clock(f->store, boot, -3.5e-5, 1e-4, 61, false, &f->err));
	assert_sql(f,
		   "SELECT agent_build || ' ' || credentials_from || ' ' || clock_rate_error ||"
		   " ' ' || clock_bound || ' ' || clock_span_ns || ' ' || clock_is_mismatch"
		   " FROM boot",
		   "b7 smbios -3.5e-05 0.0001 61 0");
}

static void fact_set_again_replaces_and_sides_are_apart(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	struct nn_pairs facts = {0};

	nn_pairs_add(&facts, "kernel", "6.1");
	nn_pairs_add(&facts, "iommu", "DMA");
	nn_pairs_add(&facts, "kernel", "6.12");
	assert_ok(f, nn_store_facts_add(f->store, boot, "system", &facts, &f->err));
	assert_ok(f, nn_store_facts_add(f->store, boot, "host", &facts, &f->err));
	assert_sql(f, "SELECT group_concat(side || '.' || name || '=' || value, ' ') FROM fact",
		   "host.iommu=DMA host.kernel=6.12 system.iommu=DMA system.kernel=6.12");
	assert_int_equal(nn_store_facts_add(f->store, boot, "moon", &facts, &f->err), -EINVAL);
	assert_message(f, "fact 'kernel'");
	assert_int_equal(nn_store_facts_add(f->store, 99, "host", &facts, &f->err), -ENOENT);
	nn_pairs_release(&facts);
}

static void artifact_keeps_bytes_and_is_replaced(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	assert_ok(f, nn_store_artifact_add(f->store, boot, "console.log", "a\0b", 3, &f->err));
	assert_sql(f, "SELECT hex(content) FROM artifact", "610062");
	assert_ok(f, nn_store_artifact_add(f->store, boot, "console.log", NULL, 0, &f->err));
	assert_sql(f, "SELECT count(*) || ' ' || length(content) FROM artifact", "1 0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(boot_belongs_to_its_block_and_arm),
		TEST(boot_of_another_campaigns_arm_is_refused_whole),
		TEST(same_attempt_is_refused),
		TEST(arm_is_done_once_in_a_block),
		TEST(progress_counts_attempts_and_knows_the_done_one),
		TEST(progress_tells_reboots_of_the_machine_from_other_ends),
		TEST(state_stamps_the_end_only_of_finished_boots),
		TEST(abandoning_ends_only_what_was_under_way_in_this_campaign),
		TEST(finish_keeps_all_64_bits_of_a_checksum),
		TEST(run_is_refused_twice_in_a_place),
		TEST(agent_and_clock_are_noted),
		TEST(fact_set_again_replaces_and_sides_are_apart),
		TEST(artifact_keeps_bytes_and_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
