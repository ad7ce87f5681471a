/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

#include "harness/base/json.h"

static void info_counts_every_table_for_people(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf text = NN_STRBUF_INIT;

	assert_ok(f, nn_store_info(f->store, false, &text, &f->err));
	assert_non_null(strstr(nn_strbuf_str(&text), "\nformat         4\n"));
	assert_non_null(strstr(nn_strbuf_str(&text), "\narm            2\n"));
	assert_non_null(strstr(nn_strbuf_str(&text), f->path));
	nn_strbuf_release(&text);
}

static void info_as_json_names_every_table(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf text = NN_STRBUF_INIT;
	json_t *root = NULL;
	json_t *tables = NULL;
	const struct nn_journal_row entry = {.machine_boot = (char *)"b",
					     .kind = (char *)"driver",
					     .subject = (char *)"x",
					     .before = (char *)"{}"};
	uint64_t number = 0;
	int64_t id = 0;
	char *nr;

	assert_ok(f, nn_store_journal_add(f->store, &entry, &id, &f->err));
	assert_ok(f, nn_store_info(f->store, true, &text, &f->err));
	assert_ok(f, nn_json_parse(text.data, text.len, &root, &f->err));
	assert_ok(f, nn_json_get_u64(root, "format", &number, &f->err));
	assert_int_equal(number, NN_STORE_VERSION);
	assert_ok(f, nn_json_get_u64(root, "to_restore", &number, &f->err));
	assert_int_equal(number, 1);
	assert_ok(f, nn_json_get_object(root, "tables", &tables, &f->err));
	assert_ok(f, nn_json_get_u64(tables, "arm", &number, &f->err));
	assert_int_equal(number, 2);
	/* Every table but the bookkeeping of batches. */
	nr = fixture_sql(f, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
			    " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_batch'");
	assert_int_equal(json_object_size(tables), strtoull(nr, NULL, 10));
	free(nr);
	json_decref(root);
	nn_strbuf_release(&text);
}

static char *info_text(struct fixture *f, struct nn_store *store)
{
	struct nn_strbuf text = NN_STRBUF_INIT;

	assert_ok(f, nn_store_info(store, false, &text, &f->err));
	return nn_strbuf_detach(&text);
}

static void names_in_a_file_steer_no_terminal(void **state)
{
	struct fixture *f = *state;
	char *text;

	(void)fixture_add_campaign(f, "a\033[2Jb\nc");
	text = info_text(f, f->store);
	assert_non_null(strstr(text, "a [2Jb c"));
	assert_null(strchr(text, '\033'));
	free(text);
}

static void set_uuids_and_times(const struct fixture *f)
{
	free(fixture_sql(f, "UPDATE campaign SET uuid = 'aa0000' || (id + 10) || '-rest',"
			    " started = '2025-0' || (5 - id) || '-01T00:00:00.000Z'"));
	free(fixture_sql(f, "UPDATE baseline SET moved = '2025-06-01T00:00:00.000Z'"));
}

static void info_lists_campaigns_oldest_first_and_baselines(void **state)
{
	struct fixture *f = *state;
	struct nn_campaign_row aa = {.machine = f->machine,
				     .name = "quiet",
				     .plan_path = "p",
				     .plan_text = "t",
				     .plan_hash = "h",
				     .build_id = "b",
				     .base_arm = "native",
				     .is_aa = true};
	int64_t id = 0;
	char *text;

	fixture_end_boot(f, fixture_add_boot(f, 1, 0, 0), "failed");
	fixture_end_boot(f, fixture_add_boot(f, 1, 0, 1), "done");
	assert_ok(f, nn_store_campaign_add(f->store, &aa, &id, &f->err));
	assert_ok(f, nn_store_arm_add(f->store, id, "native", "local", &f->arms[0], &f->err));
	assert_ok(f, nn_store_campaign_state(f->store, id, "done", &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "main", id, &f->err));
	set_uuids_and_times(f);
	text = info_text(f, f->store);
	assert_non_null(strstr(
		text, "\ncampaigns, oldest first, with the boots done of each arm:\n"
		      "  quiet                    aa000012  done                  "
		      "2025-03-01T00:00:00.000Z native 0 (A/A)\n"
		      "  demo                     aa000011  running               "
		      "2025-04-01T00:00:00.000Z native 0, vm 1\n"
		      "\nbaselines:\n"
		      "  main                     aa000012  quiet, since 2025-06-01T00:00:00.000Z,"
		      " before that aa000011\n"));
	free(text);
}

static void campaign_whose_writer_is_gone_is_shown_as_crashed(void **state)
{
	struct fixture *f = *state;
	struct nn_store *reader = NULL;
	char *text;

	assert_ok(f, nn_store_open(f->path, NN_STORE_READ, &reader, &f->err));
	text = info_text(f, reader);
	assert_non_null(strstr(text, " running "));
	free(text);
	fixture_close(f);
	text = info_text(f, reader);
	assert_null(strstr(text, " running "));
	assert_non_null(strstr(text, " interrupted (crashed) "));
	free(text);
	nn_store_close(reader);
	assert_sql(f, "SELECT state FROM campaign", "running"); /* looking changes nothing */
}

static void info_as_json_tells_of_campaigns_and_baselines(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf text = NN_STRBUF_INIT;
	json_t *root = NULL;
	json_t *campaigns = NULL;
	json_t *baselines = NULL;
	char *json;

	fixture_end_boot(f, fixture_add_boot(f, 1, 0, 0), "done");
	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	set_uuids_and_times(f);
	assert_ok(f, nn_store_info(f->store, true, &text, &f->err));
	assert_ok(f, nn_json_parse(text.data, text.len, &root, &f->err));
	assert_ok(f, nn_json_get_array(root, "campaigns", &campaigns, &f->err));
	json = nn_json_text(campaigns);
	assert_string_equal(json, "[{\"uuid\":\"aa000011-rest\",\"name\":\"demo\","
				  "\"state\":\"running\","
				  "\"started\":\"2025-04-01T00:00:00.000Z\",\"finished\":null,"
				  "\"aa\":false,\"boots\":{\"native\":{\"done\":0,\"failed\":0},"
				  "\"vm\":{\"done\":1,\"failed\":0}}}]");
	free(json);
	assert_ok(f, nn_json_get_array(root, "baselines", &baselines, &f->err));
	json = nn_json_text(baselines);
	assert_string_equal(json, "[{\"name\":\"main\",\"uuid\":\"aa000011-rest\","
				  "\"campaign\":\"demo\",\"moved\":\"2025-06-01T00:00:00.000Z\","
				  "\"previous\":null}]");
	free(json);
	json_decref(root);
	nn_strbuf_release(&text);
}

static void check_passes_a_sound_file_and_tells_a_dangling_reference(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, nn_store_check(f->store, &f->err));
	free(fixture_sql(f, "DELETE FROM machine")); /* another program may not check references */
	assert_int_equal(nn_store_check(f->store, &f->err), -EUCLEAN);
	assert_message(f, "refers to no row of 'machine'");
}

static void check_tells_an_index_that_lost_an_entry(void **state)
{
	struct fixture *f = *state;

	sqlite3 *db = NULL;

	/* quick_check at opening does not compare indexes with tables, the full check does. */
	(void)fixture_add_boot(f, 0, 0, 0);
	fixture_close(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "PRAGMA writable_schema = ON;"
			     "CREATE TABLE other (a INTEGER, b TEXT);"
			     "CREATE INDEX other_a ON other (a);"
			     "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM"
			     " sqlite_schema WHERE name = 'other_a') WHERE name = 'boot_of_arm';"
			     "DELETE FROM sqlite_schema WHERE name = 'other_a';",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	fixture_open(f, NN_STORE_READ);
	assert_int_equal(nn_store_check(f->store, &f->err), -EUCLEAN);
	assert_message(f, "is corrupt: ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(info_counts_every_table_for_people),
		TEST(info_as_json_names_every_table),
		TEST(names_in_a_file_steer_no_terminal),
		TEST(info_lists_campaigns_oldest_first_and_baselines),
		TEST(campaign_whose_writer_is_gone_is_shown_as_crashed),
		TEST(info_as_json_tells_of_campaigns_and_baselines),
		TEST(check_passes_a_sound_file_and_tells_a_dangling_reference),
		TEST(check_tells_an_index_that_lost_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
