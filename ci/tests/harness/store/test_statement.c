/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

#include "harness/store/statement.h"

static void insert_machine(struct fixture *f, const char *fingerprint)
{
	struct nn_machine_row row = {.fingerprint = fingerprint};
	int64_t id;

	assert_ok(f, nn_store_machine(f->store, &row, &id, &f->err));
}

static void begin(struct fixture *f, struct nn_transaction *transaction)
{
	assert_ok(f, nn_transaction_begin(f->store, transaction, &f->err));
}

static void transaction_is_rolled_back_by_its_scope(void **state)
{
	struct fixture *f = *state;

	{
		NN_AUTO(transaction) struct nn_transaction transaction = {0};

		begin(f, &transaction);
		insert_machine(f, "lost");
	}
	insert_machine(f, "kept");
	assert_sql(f, "SELECT group_concat(fingerprint) FROM (SELECT * FROM machine ORDER BY id)",
		   "f1,kept");
}

static void inner_rollback_keeps_what_the_outer_one_did(void **state)
{
	struct fixture *f = *state;
	struct nn_transaction outer = {0};
	struct nn_transaction inner = {0};

	begin(f, &outer);
	insert_machine(f, "outer");
	begin(f, &inner);
	insert_machine(f, "inner");
	nn_transaction_rollback(&inner);
	begin(f, &inner);
	insert_machine(f, "again");
	assert_ok(f, nn_transaction_commit(&inner, &f->err));
	nn_transaction_rollback(&inner); /* harmless once it is over */
	assert_sql(f, "SELECT group_concat(fingerprint) FROM (SELECT * FROM machine ORDER BY id)",
		   "f1");
	assert_ok(f, nn_transaction_commit(&outer, &f->err));
	assert_sql(f, "SELECT group_concat(fingerprint) FROM (SELECT * FROM machine ORDER BY id)",
		   "f1,outer,again");
}

static void outer_rollback_undoes_what_the_inner_one_committed(void **state)
{
	struct fixture *f = *state;
	struct nn_transaction outer = {0};

	begin(f, &outer);
	insert_machine(f, "inner"); /* has a transaction of its own */
	nn_transaction_rollback(&outer);
	assert_sql(f, "SELECT group_concat(fingerprint) FROM (SELECT * FROM machine ORDER BY id)",
		   "f1");
	insert_machine(f, "after");
}

static void every_kind_of_parameter_arrives(void **state)
{
	struct fixture *f = *state;
	int64_t is_right = 0;

	assert_ok(f, nn_sql_query_int(
			     f->store, &is_right, &f->err,
			     "SELECT ?1 = -5 AND ?2 = -1 AND ?3 = 1 AND ?4 = 0.5 AND ?5 = 'x'"
			     " AND ?6 = 3 AND ?7 IS NULL AND ?8 = x'6100' AND ?9 IS NULL"
			     " AND length(?10) = 0",
			     "iubdsrrBsB", (int64_t)-5, UINT64_MAX, true, 0.5, "x", (int64_t)3,
			     (int64_t)0, "a\0", (size_t)2, NULL, NULL, (size_t)0));
	assert_int_equal(is_right, 1);
}

static void errors_name_the_file_and_have_a_fitting_code(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sql;
		int code;
	} cases[] = {
		{"SELECT nonsense", -EIO},
		{"INSERT INTO machine (fingerprint, is_emulated) VALUES ('f1', 0)", -EEXIST},
		{"INSERT INTO machine (id, fingerprint, is_emulated) VALUES (1, 'x', 0)", -EEXIST},
		{"INSERT INTO machine (fingerprint, is_emulated) VALUES ('x', 2)", -EINVAL},
		{"INSERT INTO machine (fingerprint, is_emulated) VALUES (NULL, 0)", -EINVAL},
		{"INSERT INTO machine (fingerprint, is_emulated) VALUES ('x', 'y')", -EINVAL},
		{"INSERT INTO arm (campaign, name, target) VALUES (9, 'x', 'y')", -ENOENT},
		{"SELECT \"not a column\"", -EIO},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		assert_int_equal(nn_sql_execute(f->store, &f->err, cases[i].sql, ""),
				 cases[i].code);
		assert_message(f, f->path);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(transaction_is_rolled_back_by_its_scope),
		TEST(inner_rollback_keeps_what_the_outer_one_did),
		TEST(outer_rollback_undoes_what_the_inner_one_committed),
		TEST(every_kind_of_parameter_arrives),
		TEST(errors_name_the_file_and_have_a_fitting_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
