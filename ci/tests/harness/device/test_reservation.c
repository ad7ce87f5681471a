/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/device/reservation.h"

static char *const two_names[] = {(char *)"0000:01:00.0", (char *)NN_RESERVATION_HOST};
static const struct nn_name_list two = {.names = (char **)two_names, .nr = 2};
static const struct nn_name_list one = {.names = (char **)two_names, .nr = 1};

/* A machine, and the path of a database that exists. */
static char *arrange(struct tree *tree, const char *database)
{
	tree_init(tree);
	tree_folder(tree, "/run");
	tree_file(tree, database, "SQLite format 3");
	return nn_asprintf("%s%s", tree->folder, database);
}

static void what_one_has_another_does_not_get(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *mine = arrange(&tree, "/mine.db");
	struct nn_reservations first = {0};
	struct nn_reservations second = {0};
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_reservations_take(&tree.root, &two, mine, &first, NULL), 0);
	assert_int_equal(first.nr, 2);
	assert_int_equal(nn_reservations_take(&tree.root, &one, "/other.db", &second, &err),
			 -EBUSY);
	assert_non_null(strstr(err.message,
			       "'0000:01:00.0' is in the hands of another nearnative (database '"));
	assert_non_null(strstr(err.message, "/mine.db')"));
	assert_int_equal(second.nr, 0);
	nn_reservations_give_back(&first, false);
	assert_int_equal(nn_reservations_take(&tree.root, &one, "/other.db", &second, NULL), 0);
	nn_reservations_give_back(&second, false);
	assert_false(nn_sysfs_exists(&tree.root, "/run/nearnative/0000:01:00.0"));
}

static void all_or_none_are_taken(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *mine = arrange(&tree, "/mine.db");
	const struct nn_name_list host = {.names = (char **)two_names + 1, .nr = 1};
	struct nn_reservations first = {0};
	struct nn_reservations second = {0};

	(void)unused;
	assert_int_equal(nn_reservations_take(&tree.root, &host, mine, &first, NULL), 0);
	assert_int_equal(nn_reservations_take(&tree.root, &two, mine, &second, NULL), -EBUSY);
	assert_false(nn_sysfs_exists(&tree.root, "/run/nearnative/0000:01:00.0"));
	nn_reservations_give_back(&first, false);
}

static void what_was_left_changed_leads_to_its_journal(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *crashed = arrange(&tree, "/crashed.db");
	NN_AUTO(name_list) struct nn_name_list owners = {0};
	struct nn_reservations taken = {0};
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_reservations_take(&tree.root, &two, crashed, &taken, NULL), 0);
	nn_reservations_give_back(&taken, true);
	assert_int_equal(nn_reservation_owners(&tree.root, &owners, NULL), 0);
	assert_int_equal(owners.nr, 1);
	assert_string_equal(owners.names[0], crashed);
	assert_int_equal(nn_reservations_take(&tree.root, &one, "/other.db", &taken, &err), -EBUSY);
	assert_non_null(strstr(err.message, "'0000:01:00.0' was left changed by a campaign of "
					    "database '"));
	assert_non_null(strstr(err.message, "run `nearnative restore` first"));
	/* Its own database may go on, and one that is gone stands in nobody's way. */
	assert_int_equal(nn_reservations_take(&tree.root, &one, crashed, &taken, NULL), 0);
	nn_reservations_give_back(&taken, true);
	assert_int_equal(unlink(crashed), 0);
	assert_int_equal(nn_reservations_take(&tree.root, &one, "/other.db", &taken, NULL), 0);
	nn_reservations_give_back(&taken, false);
}

/* Nothing can be given back by it, and `restore` cannot know whether that matters. */
static void a_database_that_is_lost_leads_to_its_files(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *crashed = arrange(&tree, "/crashed.db");
	NN_AUTO(free) char *files = NULL;
	NN_AUTO(free) char *expected = NULL;
	NN_AUTO(free) char *wanted = NULL;
	struct nn_reservations taken = {0};
	struct nn_err err = {0};

	(void)unused;
	assert_null(nn_reservation_files(&tree.root, crashed));
	assert_int_equal(nn_reservations_take(&tree.root, &two, crashed, &taken, NULL), 0);
	nn_reservations_give_back(&taken, true);
	tree_file(&tree, "/crashed.db", "");
	assert_int_equal(nn_reservations_take(&tree.root, &one, "/other.db", &taken, &err), -EBUSY);
	expected = nn_asprintf("'0000:01:00.0' was left changed by a campaign of database '%s', "
			       "which is empty or cannot be read: see that it is as it "
			       "should be, then remove '%s/run/nearnative/0000:01:00.0'",
			       crashed, tree.folder);
	assert_string_equal(err.message, expected);
	files = nn_reservation_files(&tree.root, crashed);
	wanted = nn_asprintf("'%s/run/nearnative/0000:01:00.0', '%s/run/nearnative/host'",
			     tree.folder, tree.folder);
	assert_string_equal(files, wanted);
	assert_null(nn_reservation_files(&tree.root, "/other.db"));
}

static void an_owner_without_entries_is_forgotten(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *crashed = arrange(&tree, "/crashed.db");
	struct nn_reservations left = {0};
	struct nn_reservations held = {0};
	const struct nn_name_list host = {.names = (char **)two_names + 1, .nr = 1};

	(void)unused;
	assert_int_equal(nn_reservations_take(&tree.root, &two, crashed, &left, NULL), 0);
	nn_reservations_give_back(&left, true);
	assert_int_equal(nn_reservations_take(&tree.root, &host, crashed, &held, NULL), 0);
	nn_reservations_forget(&tree.root, "/other.db");
	assert_true(nn_sysfs_exists(&tree.root, "/run/nearnative/0000:01:00.0"));
	nn_reservations_forget(&tree.root, crashed);
	assert_false(nn_sysfs_exists(&tree.root, "/run/nearnative/0000:01:00.0"));
	assert_true(nn_sysfs_exists(&tree.root, "/run/nearnative/host")); /* in use */
	nn_reservations_give_back(&held, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_has_another_does_not_get),
		cmocka_unit_test(all_or_none_are_taken),
		cmocka_unit_test(what_was_left_changed_leads_to_its_journal),
		cmocka_unit_test(a_database_that_is_lost_leads_to_its_files),
		cmocka_unit_test(an_owner_without_entries_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
