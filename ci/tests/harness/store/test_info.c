/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

#include "harness/base/json.h"

static void info_counts_every_table_for_people(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf text = NN_STRBUF_INIT;

	assert_ok(f, nn_store_info(f->store, false, &text, &f->err));
	assert_non_null(strstr(nn_strbuf_str(&text), "\nformat       2\n"));
	assert_non_null(strstr(nn_strbuf_str(&text), "\narm          2\n"));
	assert_non_null(strstr(nn_strbuf_str(&text), f->path));
	nn_strbuf_release(&text);
}

static void info_as_json_names_every_table(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf text = NN_STRBUF_INIT;
	json_t *root = NULL;
	json_t *tables = NULL;
	uint64_t number = 0;
	int64_t id = 0;
	char *nr;

	assert_ok(f, nn_store_journal_add(f->store, "b", "driver", "x", "{}", &id, &f->err));
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
		TEST(check_passes_a_sound_file_and_tells_a_dangling_reference),
		TEST(check_tells_an_index_that_lost_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
