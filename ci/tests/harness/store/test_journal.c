/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

static int64_t add(struct fixture *f, const char *subject)
{
	const struct nn_journal_row row = {.machine_boot = (char *)"boot-1",
					   .kind = (char *)"driver",
					   .subject = (char *)subject,
					   .wanted = (char *)"vfio-pci",
					   .before = (char *)"{\"driver\":null}"};
	int64_t id = 0;

	assert_ok(f, nn_store_journal_add(f->store, &row, &id, &f->err));
	return id;
}

static void open_entries_come_newest_first_and_survive_a_reopen(void **state)
{
	struct fixture *f = *state;
	struct nn_journal_rows rows = {0};
	int64_t first = add(f, "0000:01:00.0");
	int64_t second = add(f, "0000:01:00.1");
	int64_t third = add(f, "0000:02:00.0");

	assert_ok(f, nn_store_journal_close(f->store, second, "restored", &f->err));
	fixture_close(f);
	fixture_open(f, NN_STORE_WRITE);
	assert_ok(f, nn_store_journal_open(f->store, &rows, &f->err));
	assert_int_equal(rows.nr, 2);
	assert_int_equal(rows.items[0].id, third);
	assert_int_equal(rows.items[1].id, first);
	assert_string_equal(rows.items[1].subject, "0000:01:00.0");
	assert_string_equal(rows.items[1].machine_boot, "boot-1");
	assert_string_equal(rows.items[1].kind, "driver");
	assert_string_equal(rows.items[1].wanted, "vfio-pci");
	assert_string_equal(rows.items[1].before, "{\"driver\":null}");
	nn_journal_rows_release(&rows);
	assert_int_equal(rows.nr, 0);
}

static void closing_twice_keeps_the_first_way(void **state)
{
	struct fixture *f = *state;
	struct nn_journal_rows rows = {0};
	int64_t id = add(f, "0000:01:00.0");

	assert_ok(f, nn_store_journal_close(f->store, id, "restored", &f->err));
	assert_ok(f, nn_store_journal_close(f->store, id, "rebooted", &f->err));
	assert_sql(f, "SELECT how FROM journal WHERE closed IS NOT NULL", "restored");
	assert_ok(f, nn_store_journal_open(f->store, &rows, &f->err));
	assert_int_equal(rows.nr, 0);
	assert_int_equal(nn_store_journal_close(f->store, 99, "restored", &f->err), -ENOENT);
	assert_message(f, "no journal entry 99");
}

static void a_change_that_was_made_is_marked(void **state)
{
	struct fixture *f = *state;
	int64_t id = add(f, "0000:01:00.0");

	assert_sql(f, "SELECT count(*) FROM journal WHERE done IS NULL", "1");
	assert_ok(f, nn_store_journal_done(f->store, id, &f->err));
	assert_sql(f, "SELECT count(*) FROM journal WHERE done IS NULL", "0");
	assert_int_equal(nn_store_journal_done(f->store, 99, &f->err), -ENOENT);
	assert_message(f, "no journal entry 99");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(open_entries_come_newest_first_and_survive_a_reopen),
		TEST(a_change_that_was_made_is_marked),
		TEST(closing_twice_keeps_the_first_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
