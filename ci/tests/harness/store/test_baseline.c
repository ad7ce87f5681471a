/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

static void set_uuids(const struct fixture *f)
{
	free(fixture_sql(f, "UPDATE campaign SET uuid = 'u' || id"));
}

static void assert_finds(struct fixture *f, const char *name, int64_t expected)
{
	struct nn_campaign campaign = {0};

	assert_ok(f, nn_store_baseline_find(f->store, name, &campaign, &f->err));
	assert_int_equal(campaign.id, expected);
	nn_campaign_release(&campaign);
}

static void baseline_is_found_where_it_was_set(void **state)
{
	struct fixture *f = *state;
	int64_t later = fixture_add_campaign(f, "later");

	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "kernel 6.1", later, &f->err));
	assert_finds(f, "main", f->campaign);
	assert_finds(f, "kernel 6.1", later);
	assert_ok(f, nn_store_baseline_set(f->store, "main", later, &f->err));
	assert_finds(f, "main", later);
}

static void every_move_stays_visible(void **state)
{
	struct fixture *f = *state;
	struct nn_strbuf lines = NN_STRBUF_INIT;
	int64_t later = fixture_add_campaign(f, "later");

	set_uuids(f);
	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "main", later, &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "other", later, &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	assert_sql(f, "SELECT count(*) FROM baseline_move WHERE moved LIKE '20__-__-__T%Z'", "4");
	free(fixture_sql(f, "UPDATE baseline_move SET moved = 'm' || id"));
	free(fixture_sql(f, "UPDATE baseline SET moved = 'now'"));
	assert_ok(f,
		  nn_store_each_baseline_move(f->store, "main", fixture_collect, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines),
			    "main|u1|m1|NULL\nmain|u2|m2|u1\nmain|u1|m4|u2\n");
	nn_strbuf_clear(&lines);
	assert_ok(f, nn_store_each_baseline_move(f->store, NULL, fixture_collect, &lines, &f->err));
	assert_non_null(strstr(nn_strbuf_str(&lines), "\nother|u2|m3|NULL\n"));
	nn_strbuf_clear(&lines);
	assert_ok(f, nn_store_each_baseline(f->store, fixture_collect, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines),
			    "main|u1|demo|now|u2|3\nother|u2|later|now|NULL|1\n");
	nn_strbuf_release(&lines);
}

static void setting_it_where_it_is_moves_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	free(fixture_sql(f, "UPDATE baseline SET moved = 'then'"));
	assert_ok(f, nn_store_baseline_set(f->store, "main", f->campaign, &f->err));
	assert_sql(f, "SELECT moved FROM baseline", "then");
	assert_sql(f, "SELECT count(*) FROM baseline_move", "1");
}

static void unknown_baseline_is_refused_with_the_names_there_are(void **state)
{
	struct fixture *f = *state;
	struct nn_campaign campaign = {0};

	assert_int_equal(nn_store_baseline_find(f->store, "main", &campaign, &f->err), -ENOENT);
	assert_message(f, "has no baseline 'main', nor any other");
	assert_ok(f, nn_store_baseline_set(f->store, "b", f->campaign, &f->err));
	assert_ok(f, nn_store_baseline_set(f->store, "a", f->campaign, &f->err));
	assert_int_equal(nn_store_baseline_find(f->store, "main", &campaign, &f->err), -ENOENT);
	assert_message(f, "has no baseline 'main', only 'a', 'b'");
	assert_null(campaign.name);
}

static void baseline_needs_a_name_and_a_campaign(void **state)
{
	struct fixture *f = *state;
	struct nn_store *reader = NULL;

	assert_int_equal(nn_store_baseline_set(f->store, "", f->campaign, &f->err), -EINVAL);
	assert_message(f, "its name is empty");
	assert_int_equal(nn_store_baseline_set(f->store, "main", 99, &f->err), -ENOENT);
	assert_message(f, "set baseline 'main' to campaign 99: ");
	assert_sql(f, "SELECT count(*) FROM baseline_move", "0");
	assert_ok(f, nn_store_open(f->path, NN_STORE_READ, &reader, &f->err));
	assert_int_equal(nn_store_baseline_set(reader, "main", f->campaign, &f->err), -EROFS);
	nn_store_close(reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(baseline_is_found_where_it_was_set),
		TEST(every_move_stays_visible),
		TEST(setting_it_where_it_is_moves_nothing),
		TEST(unknown_baseline_is_refused_with_the_names_there_are),
		TEST(baseline_needs_a_name_and_a_campaign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
