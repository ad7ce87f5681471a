/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/migrate.h"

#include <unistd.h>

#include "ci/tests/harness/store/fixture.h"
#include "harness/base/array.h"
#include "harness/base/hash.h"

static char *read_whole(const char *path, size_t *ret_len)
{
	FILE *in = fopen(path, "rb");
	char *bytes;

	assert_non_null(in);
	assert_int_equal(fseek(in, 0, SEEK_END), 0);
	*ret_len = (size_t)ftell(in);
	rewind(in);
	bytes = nn_calloc(1, *ret_len + 1);
	assert_int_equal(fread(bytes, 1, *ret_len, in), *ret_len);
	assert_int_equal(fclose(in), 0);
	return bytes;
}

/* A file of an older format, made by its own DDL, with one row in every table that changed. */
static void make_version(const struct fixture *f, int version)
{
	size_t len;
	char *name = nn_asprintf("ci/tests/fixtures/store-v%d.sql", version);
	char *ddl = read_whole(name, &len);
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, ddl, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(
			db,
			"INSERT INTO machine VALUES (1, 'f1', 'old', 0);"
			"INSERT INTO campaign (id, uuid, machine, name, plan_path, plan_text,"
			" plan_hash, seed, build_id, base_arm, allow_emulated, state, started)"
			" VALUES (5, 'u5', 1, 'old', 'p', 't', 'h', -2, 'b', 'native', 0,"
			" 'done', '2025-01-01T00:00:00.000Z');"
			"INSERT INTO arm VALUES (3, 5, 'native', 'local');"
			"INSERT INTO block VALUES (4, 5, 0);"
			"INSERT INTO boot (id, uuid, block, arm, position, attempt, is_session,"
			" state, started) VALUES (9, 'u9', 4, 3, 0, 0, 1, 'done', 'then');"
			"INSERT INTO run (id, uuid, boot, workload, position, run, seed,"
			" outcome, started) VALUES (2, 'u2', 9, 'null', 0, 0, 1, 'ok', 'then');"
			"INSERT INTO metric VALUES (1, 'copy', 'B/s', 'higher', 'rate');"
			"INSERT INTO sample VALUES (2, 1, 1, 0, 42.5);",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	free(ddl);
	free(name);
}

static void older_file_is_migrated_with_its_rows(void **state)
{
	struct fixture *f = *state;

	for (int version = 1; version < NN_STORE_VERSION; version++) {
		struct nn_campaign campaign = {0};

		make_version(f, version);
		fixture_open(f, NN_STORE_WRITE);
		assert_sql(f, "PRAGMA user_version", "4");
		assert_ok(f, nn_store_check(f->store, &f->err));
		assert_ok(f, nn_store_campaign_find(f->store, "old", &campaign, &f->err));
		assert_int_equal(campaign.id, 5);
		assert_true(campaign.seed == (uint64_t)-2);
		assert_false(campaign.is_aa);
		nn_campaign_release(&campaign);
		assert_sql(f, "SELECT value FROM v_sample WHERE campaign = 'u5'", "42.5");
		assert_sql(f, "SELECT driver_after FROM campaign", NULL);
		assert_ok(f, nn_store_boot_clock(f->store, 9, 1e-6, 1e-5, 70, true, &f->err));
		assert_sql(f, "SELECT clock_is_mismatch FROM boot", "1");
		assert_ok(f, nn_store_baseline_set(f->store, "main", 5, &f->err));
		assert_sql(f, "SELECT campaign FROM baseline", "5");
		fixture_close(f);
		assert_int_equal(unlink(f->path), 0);
	}
}

static void older_decisions_are_kept_of_unknown_settings(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db = NULL;

	make_version(f, 3);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "INSERT INTO decision VALUES (7, 1, 'native', 'null', 'copy', 'B/s',"
			     " 5, 'e-divisive/1', 'alpha=1', 0.001, -0.1, 10, 9, 'then');",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	fixture_open(f, NN_STORE_WRITE);
	assert_sql(f,
		   "SELECT id || arm || metric || unit || campaign || detector || parameters ||"
		   " p_value || effect_log || before || after || decided FROM decision"
		   " WHERE settings IS NULL",
		   "7nativecopyB/s5e-divisive/1alpha=10.001-0.110.09.0then");
}

/* Columns, keys and references of every table; indexes; tables that a migration makes anew. */
static const char *const shapes[] = {
	"SELECT group_concat(line, char(10)) FROM (SELECT m.name || ' ' || x.cid || ' ' ||"
	" x.name || ' ' || x.type || ' ' || x.\"notnull\" || ' ' ||"
	" coalesce(x.dflt_value, '-') || ' ' || x.pk AS line FROM sqlite_schema AS m,"
	" pragma_table_xinfo(m.name) AS x WHERE m.type IN ('table', 'view')"
	" ORDER BY m.name, x.cid)",
	"SELECT group_concat(line, char(10)) FROM (SELECT m.name || ' ' || k.id || ' ' ||"
	" k.seq || ' ' || k.\"table\" || ' ' || k.\"from\" AS line FROM sqlite_schema AS m,"
	" pragma_foreign_key_list(m.name) AS k ORDER BY m.name, k.\"from\")",
	"SELECT group_concat(name || coalesce(sql, ''), char(10)) FROM (SELECT name, sql"
	" FROM sqlite_schema WHERE type = 'index' ORDER BY name)",
	"SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema"
	" WHERE type = 'view' OR name IN ('baseline', 'baseline_move', 'decision')"
	" ORDER BY name)",
	"SELECT group_concat(line, char(10)) FROM (SELECT name || strict || wr AS line"
	" FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	" ORDER BY name)",
};

static void migrated_tables_equal_new_ones(void **state)
{
	struct fixture *f = *state;

	for (int version = 1; version < NN_STORE_VERSION; version++) {
		char *old[NN_ARRAY_SIZE(shapes)];

		make_version(f, version);
		fixture_open(f, NN_STORE_WRITE);
		fixture_close(f);
		for (size_t i = 0; i < NN_ARRAY_SIZE(shapes); i++)
			old[i] = fixture_sql(f, shapes[i]);
		assert_int_equal(unlink(f->path), 0);
		fixture_open(f, NN_STORE_CREATE);
		for (size_t i = 0; i < NN_ARRAY_SIZE(shapes); i++) {
			assert_sql(f, shapes[i], old[i]);
			free(old[i]);
		}
		fixture_close(f);
		assert_int_equal(unlink(f->path), 0);
	}
}

/* The constraint came with ALTER TABLE in one, with CREATE TABLE in the other. */
static void aa_flag_is_checked_in_old_and_new_files(void **state)
{
	struct fixture *f = *state;

	make_version(f, 2);
	fixture_open(f, NN_STORE_WRITE);
	f->machine = 1;
	(void)fixture_add_campaign(f, "new");
	for (int is_new = 0; is_new < 2; is_new++) {
		sqlite3 *db = NULL;

		fixture_close(f);
		assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
		assert_int_equal(
			sqlite3_exec(db, "UPDATE campaign SET is_aa = 1", NULL, NULL, NULL),
			SQLITE_OK);
		assert_int_equal(
			sqlite3_exec(db, "UPDATE campaign SET is_aa = 2", NULL, NULL, NULL),
			SQLITE_CONSTRAINT);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		assert_int_equal(unlink(f->path), 0);
		fixture_begin(f);
	}
}

static void older_file_is_read_without_being_changed(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf lines = NN_STRBUF_INIT;
	char before[NN_SHA256_HEX_CAP];
	char after[NN_SHA256_HEX_CAP];

	make_version(f, 1);
	free(fixture_sql(f, "PRAGMA journal_mode = WAL"));
	assert_ok(f, nn_sha256_file(f->path, before, &f->err));
	fixture_open(f, NN_STORE_READ);
	assert_ok(f, nn_store_summary(f->store, 5, fixture_collect, &lines, &f->err));
	assert_non_null(strstr(nn_strbuf_str(&lines), "u5|old|done|2025-01-01T00:00:00.000Z"));
	fixture_close(f);
	assert_ok(f, nn_sha256_file(f->path, after, &f->err));
	assert_string_equal(before, after);
	nn_strbuf_release(&lines);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(older_file_is_migrated_with_its_rows),
		TEST(older_decisions_are_kept_of_unknown_settings),
		TEST(migrated_tables_equal_new_ones),
		TEST(aa_flag_is_checked_in_old_and_new_files),
		TEST(older_file_is_read_without_being_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
