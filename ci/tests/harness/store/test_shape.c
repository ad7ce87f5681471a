/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/shape.h"

#include <errno.h>

#include "ci/tests/harness/store/fixture.h"
#include "harness/base/array.h"

static void execute(const struct fixture *f, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Made by us, then changed with a shell. */
static void begin_with(struct fixture *f, const char *sql)
{
	fixture_begin(f);
	fixture_close(f);
	execute(f, sql);
}

static const struct foreign_case {
	const char *sql;
	const char *phrase;
} foreign_cases[] = {
	{"PRAGMA legacy_alter_table = ON; CREATE TABLE loose AS SELECT * FROM campaign; DROP TABLE campaign;"
	 "ALTER TABLE loose RENAME TO campaign",
	 "has another table 'campaign', so its rows cannot be trusted"},
	{"DROP VIEW v_boot_value; CREATE VIEW v_boot_value AS SELECT 1 AS campaign",
	 "has another view 'v_boot_value'"},
	{"DROP INDEX boot_done_once", "has no index 'boot_done_once'"},
	{"DROP INDEX boot_done_once; CREATE TABLE boot_done_once (x)",
	 "has no index 'boot_done_once'"},
	{"ALTER TABLE machine ADD COLUMN more TEXT", "has another table 'machine'"},
	{"CREATE TRIGGER t AFTER UPDATE ON campaign BEGIN DELETE FROM sample; END",
	 "has triggers, which would act on what is written"},
	/* a constraint that stands in a name only */
	{"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql,"
	 " 'before       TEXT NOT NULL', '\"before TEXT NOT NULL\" ANY') WHERE name = 'journal'",
	 "has another table 'journal'"},
};

static void tables_that_are_not_ours_are_refused(void **state)
{
	static const enum nn_store_mode modes[] = {NN_STORE_READ, NN_STORE_WRITE, NN_STORE_CREATE};
	struct fixture *f = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(foreign_cases); i++) {
		begin_with(f, foreign_cases[i].sql);
		for (size_t j = 0; j < NN_ARRAY_SIZE(modes); j++) {
			assert_int_equal(nn_store_open(f->path, modes[j], &f->store, &f->err),
					 -EUCLEAN);
			assert_message(f, foreign_cases[i].phrase);
		}
		assert_int_equal(unlink(f->path), 0);
	}
}

static void what_stands_beside_ours_and_how_it_is_spelt_does_not_matter(void **state)
{
	static const char *const changes[] = {
		"CREATE TABLE mine (x); CREATE INDEX mine_of_boot ON boot (state, started);"
		"CREATE VIEW mine_too AS SELECT * FROM boot",
		"ANALYZE",
		"ALTER TABLE machine RENAME TO other; ALTER TABLE other RENAME TO machine",
		"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '(arm)',"
		" '( \"arm\" /* the '' arm */)') WHERE name = 'boot_of_arm'",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(changes); i++) {
		begin_with(f, changes[i]);
		fixture_open(f, NN_STORE_READ);
		fixture_close(f);
		fixture_open(f, NN_STORE_WRITE);
		fixture_close(f);
		assert_int_equal(unlink(f->path), 0);
	}
}

static void small_tables_are_checked_in_a_file_of_any_size(void **state)
{
	struct fixture *f = *state;

	begin_with(f, "PRAGMA ignore_check_constraints = ON;"
		      "INSERT INTO artifact (boot, name, content) VALUES (99, 'x', x'00')");
	fixture_open(f, NN_STORE_READ);
	assert_ok(f, nn_store_check_small(f->store, &f->err));
	execute(f, "PRAGMA ignore_check_constraints = ON; UPDATE campaign SET state = 'odd'");
	assert_int_equal(nn_store_check_small(f->store, &f->err), -EUCLEAN);
	assert_message(f, "is corrupt: CHECK constraint failed in campaign");
}

static void rows_that_break_a_promise_are_refused(void **state)
{
	struct fixture *f = *state;

	begin_with(f, "PRAGMA ignore_check_constraints = ON; UPDATE campaign SET state = 'odd'");
	assert_int_equal(nn_store_open(f->path, NN_STORE_READ, &f->store, &f->err), -EUCLEAN);
	assert_message(f, "is corrupt: CHECK constraint failed in campaign");
}

static char *read_text(const char *path)
{
	NN_AUTO(file) FILE *file = fopen(path, "re");
	char *text = nn_calloc(1, 65536);

	assert_non_null(file);
	assert_in_range(fread(text, 1, 65535, file), 1, 65534);
	return text;
}

static void an_older_file_with_something_else_in_it_is_refused_unchanged(void **state)
{
	static const enum nn_store_mode modes[] = {NN_STORE_READ, NN_STORE_WRITE};
	struct fixture *f = *state;
	NN_AUTO(free) char *ddl = read_text("ci/tests/fixtures/store-v2.sql");

	execute(f, ddl);
	execute(f, "CREATE TRIGGER t AFTER INSERT ON machine BEGIN SELECT 1; END");
	for (size_t i = 0; i < NN_ARRAY_SIZE(modes); i++) {
		assert_int_equal(nn_store_open(f->path, modes[i], &f->store, &f->err), -EUCLEAN);
		assert_message(f, "migrate from format 2 to");
		assert_message(f, "has triggers");
		assert_sql(f, "PRAGMA user_version", "2");
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(tables_that_are_not_ours_are_refused),
		TEST(what_stands_beside_ours_and_how_it_is_spelt_does_not_matter),
		TEST(small_tables_are_checked_in_a_file_of_any_size),
		TEST(rows_that_break_a_promise_are_refused),
		TEST(an_older_file_with_something_else_in_it_is_refused_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
