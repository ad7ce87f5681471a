/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

static void machine_is_one_row_and_stays_emulated(void **state)
{
	struct fixture *f = *state;
	struct nn_machine_row row = {.fingerprint = "f1", .is_emulated = true};
	int64_t id = 0;

	assert_ok(f, nn_store_machine(f->store, &row, &id, &f->err));
	assert_int_equal(id, f->machine);
	row.is_emulated = false;
	assert_ok(f, nn_store_machine(f->store, &row, &id, &f->err));
	assert_sql(f, "SELECT is_emulated || description FROM machine", "1a board");
	row.fingerprint = "f2";
	assert_ok(f, nn_store_machine(f->store, &row, &id, &f->err));
	assert_int_not_equal(id, f->machine);
}

static void campaign_comes_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct nn_campaign campaign = {0};

	assert_ok(f, nn_store_campaign_get(f->store, f->campaign, &campaign, &f->err));
	assert_int_equal(campaign.id, f->campaign);
	assert_int_equal(strlen(campaign.uuid), 36);
	assert_string_equal(campaign.name, "demo");
	assert_string_equal(campaign.plan_path, "plan.yaml");
	assert_string_equal(campaign.plan_text, "name: x\n");
	assert_string_equal(campaign.plan_hash, "abc");
	assert_string_equal(campaign.state, "running");
	assert_string_equal(campaign.device_bdf, "0000:01:00.0");
	assert_string_equal(campaign.device_driver, "nvme");
	assert_true(campaign.seed == UINT64_MAX - 1);
	assert_false(campaign.is_aa);
	nn_campaign_release(&campaign);
	assert_int_equal(nn_store_campaign_get(f->store, 99, &campaign, &f->err), -ENOENT);
	assert_message(f, "has no campaign 99");
}

static void assert_finds(struct fixture *f, const char *which, int64_t expected)
{
	struct nn_campaign campaign = {0};

	assert_ok(f, nn_store_campaign_find(f->store, which, &campaign, &f->err));
	assert_int_equal(campaign.id, expected);
	nn_campaign_release(&campaign);
}

static void campaign_is_found_by_uuid_prefix_name_or_as_the_latest(void **state)
{
	struct fixture *f = *state;
	int64_t again = fixture_add_campaign(f, "demo");
	int64_t other = fixture_add_campaign(f, "other");

	free(fixture_sql(f, "UPDATE campaign SET uuid = 'aa00-' || id, started = '2025-0' || id"));
	assert_finds(f, NULL, other);
	assert_finds(f, "demo", again);
	assert_finds(f, "aa00-1", f->campaign);
	assert_finds(f, "AA00-3", other);
	free(fixture_sql(f, "UPDATE campaign SET started = '2026' WHERE id = 1"));
	assert_finds(f, NULL, f->campaign); /* merged files: the start decides, not the id */
	assert_finds(f, "demo", f->campaign);
}

static void campaign_that_is_not_there_or_ambiguous_is_refused(void **state)
{
	struct fixture *f = *state;
	struct nn_campaign campaign = {0};
	static const char *const unknown[] = {"dem", "", "%", "' OR 1 --", "aa00-9"};

	(void)fixture_add_campaign(f, "other");
	free(fixture_sql(f, "UPDATE campaign SET uuid = 'aa00-' || id"));
	for (size_t i = 0; i < NN_ARRAY_SIZE(unknown); i++) {
		assert_int_equal(nn_store_campaign_find(f->store, unknown[i], &campaign, &f->err),
				 -ENOENT);
		assert_message(f, "has no campaign '");
		assert_message(f, unknown[i]);
	}
	assert_int_equal(nn_store_campaign_find(f->store, "aa00", &campaign, &f->err), -ENOENT);
	assert_message(f, "'aa00' is ambiguous: the UUIDs of 2 campaigns");
	free(fixture_sql(f, "DELETE FROM arm"));
	free(fixture_sql(f, "DELETE FROM campaign"));
	assert_int_equal(nn_store_campaign_find(f->store, NULL, &campaign, &f->err), -ENOENT);
	assert_message(f, "has no campaign");
}

static void state_stamps_the_end_and_a_resume_takes_it_back(void **state)
{
	struct fixture *f = *state;
	static const char *const ends[] = {"interrupted", "done", "failed"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(ends); i++) {
		assert_ok(f, nn_store_campaign_state(f->store, f->campaign, "running", &f->err));
		assert_sql(f, "SELECT finished FROM campaign", NULL);
		assert_ok(f, nn_store_campaign_state(f->store, f->campaign, ends[i], &f->err));
		assert_sql(f, "SELECT finished LIKE '20__-__-__T__:__:__.___Z' FROM campaign", "1");
	}
	assert_int_equal(nn_store_campaign_state(f->store, f->campaign, "tired", &f->err), -EINVAL);
	assert_message(f, "CHECK");
	assert_int_equal(nn_store_campaign_state(f->store, 99, "done", &f->err), -ENOENT);
	assert_sql(f, "SELECT state FROM campaign", "failed");
}

static void time_spent_adds_up_over_resumes(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++)
		assert_ok(f, nn_store_campaign_spent(f->store, f->campaign, 10, 200, 3, &f->err));
	assert_sql(f, "SELECT boot_ns || ' ' || workloads_ns || ' ' || own_ns FROM campaign",
		   "20 400 6");
}

static void driver_after_may_be_none(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, nn_store_campaign_driver_after(f->store, f->campaign, "nvme", &f->err));
	assert_sql(f, "SELECT driver_after = driver_before FROM campaign", "1");
	assert_ok(f, nn_store_campaign_driver_after(f->store, f->campaign, NULL, &f->err));
	assert_sql(f, "SELECT driver_after FROM campaign", NULL);
}

static void device_is_one_row_per_machine(void **state)
{
	struct fixture *f = *state;

	(void)fixture_add_campaign(f, "again");
	assert_sql(f, "SELECT count(*) FROM device", "1");
	assert_sql(f, "SELECT count(DISTINCT device) FROM campaign", "1");
}

static void arm_has_one_name_per_campaign(void **state)
{
	struct fixture *f = *state;
	int64_t id = 0;

	assert_ok(f, nn_store_arm_find(f->store, f->campaign, "vm", &id, &f->err));
	assert_int_equal(id, f->arms[1]);
	assert_int_equal(nn_store_arm_find(f->store, f->campaign, "cloud", &id, &f->err), -ENOENT);
	assert_message(f, "no arm 'cloud'");
	assert_int_equal(nn_store_arm_add(f->store, f->campaign, "vm", "local", &id, &f->err),
			 -EEXIST);
	assert_message(f, "add arm 'vm'");
}

static void text_is_data_whatever_it_holds(void **state)
{
	struct fixture *f = *state;
	static const char nasty[] = "x'); DROP TABLE claim; --";

	assert_ok(f, nn_store_claim_add(f->store, f->campaign, nasty, "vm", "native", "*", NULL,
					0.97, &f->err));
	assert_sql(f, "SELECT text FROM claim", nasty);
	assert_sql(f, "SELECT metric FROM claim", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(machine_is_one_row_and_stays_emulated),
		TEST(campaign_comes_back_as_it_was_written),
		TEST(campaign_is_found_by_uuid_prefix_name_or_as_the_latest),
		TEST(campaign_that_is_not_there_or_ambiguous_is_refused),
		TEST(state_stamps_the_end_and_a_resume_takes_it_back),
		TEST(time_spent_adds_up_over_resumes),
		TEST(driver_after_may_be_none),
		TEST(device_is_one_row_per_machine),
		TEST(arm_has_one_name_per_campaign),
		TEST(text_is_data_whatever_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
