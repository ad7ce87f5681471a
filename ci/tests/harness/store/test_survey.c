/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

static int64_t add(struct fixture *f, int64_t campaign, const char *content)
{
	const struct nn_survey_row row = {.machine = f->machine,
					  .campaign = campaign,
					  .kernel = "6.1.0",
					  .nr_functions = 16,
					  .nr_groups = 12,
					  .nr_cards = 8,
					  .nr_cards_alone = 7,
					  .content = content};
	int64_t id = 0;

	assert_ok(f, nn_store_survey_add(f->store, &row, &id, &f->err));
	return id;
}

static void surveys_are_listed_oldest_first(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf lines = NN_STRBUF_INIT;
	char *expected;
	char *uuid;

	(void)add(f, 0, "{}");
	(void)add(f, f->campaign, "{}");
	free(fixture_sql(f, "UPDATE survey SET uuid = 'u' || id, taken = 't' || id"));
	assert_ok(f, nn_store_each_survey(f->store, fixture_collect, &lines, &f->err));
	uuid = fixture_sql(f, "SELECT uuid FROM campaign");
	expected = nn_asprintf("1|u1|t1|f1|a board|6.1.0|16|12|8|7|NULL\n"
			       "2|u2|t2|f1|a board|6.1.0|16|12|8|7|%s\n",
			       uuid);
	assert_string_equal(nn_strbuf_str(&lines), expected);
	free(uuid);
	free(expected);
	nn_strbuf_release(&lines);
}

static void a_survey_is_found_by_id_uuid_or_machine(void **state)
{
	struct fixture *f = *state;
	const struct {
		const char *which;
		const char *content; /* NULL: not found */
		const char *message;
	} rows[] = {
		{"1", "one", NULL},
		{"2", "two", NULL},
		{"aa1", "one", NULL},
		{"AA2", "two", NULL},
		{"fing", "three", NULL}, /* the latest, though it is not the last id */
		{"aa", NULL, "'aa' is ambiguous: 2 surveys in"},
		{"f", NULL, "'f' is ambiguous: 2 machines in"},
		{"4", NULL, "has no survey '4'"},
		{"", NULL, "has no survey ''"},
	};

	(void)add(f, 0, "one");
	(void)add(f, 0, "two");
	(void)add(f, 0, "three");
	free(fixture_sql(f, "INSERT INTO machine VALUES (90, 'fa', NULL, 0);"));
	free(fixture_sql(f, "UPDATE machine SET fingerprint = 'fingerprint' WHERE id <> 90"));
	free(fixture_sql(f, "UPDATE survey SET uuid = CASE id WHEN 3 THEN 'bb' ELSE 'aa' || id END,"
			    " taken = CASE id WHEN 3 THEN '2026-02' ELSE '2026-01' END"));
	free(fixture_sql(f,
			 "INSERT INTO survey SELECT 30, 'cc', 90, NULL, '2026-03', NULL, 1, 1, 1,"
			 " 1, 'other'"));
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		char *content = NULL;
		int rc = nn_store_survey_find(f->store, rows[i].which, &content, &f->err);

		assert_int_equal(rc, rows[i].content ? 0 : -ENOENT);
		if (rows[i].content)
			assert_string_equal(content, rows[i].content);
		else
			assert_message(f, rows[i].message);
		free(content);
	}
}

static void a_survey_belongs_to_a_machine_that_is_there(void **state)
{
	struct fixture *f = *state;
	const struct nn_survey_row row = {.machine = 77, .content = "{}"};
	int64_t id = 5;

	assert_true(nn_store_survey_add(f->store, &row, &id, &f->err) < 0);
	assert_message(f, "add survey: ");
	assert_int_equal(id, 5);
	assert_sql(f, "SELECT count(*) FROM survey", "0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(surveys_are_listed_oldest_first),
		TEST(a_survey_is_found_by_id_uuid_or_machine),
		TEST(a_survey_belongs_to_a_machine_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
