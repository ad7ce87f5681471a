/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include "harness/base/array.h"
#include "harness/cmd/command.h"

extern const struct nn_command nn_command_restore;

#define MARKER "/run/nearnative/0000:01:00.0"

/* Whoever is led here by a database that says nothing gets to know what leads here. */
static void a_database_that_is_no_more_is_told_with_the_files_that_name_it(void **unused)
{
	static const char *const contents[] = {"", "no database at all\n"};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(contents); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(free) char *db = NULL;
		NN_AUTO(free) char *expected = NULL;
		NN_AUTO(free) char *log = NULL;
		char *argv[] = {(char *)"--db", NULL, NULL};
		size_t len = 0;
		FILE *out = open_memstream(&log, &len);
		struct nn_cmd cmd = {.log = {.out = out, .program = "nearnative"}};

		tree_init(&tree);
		cmd.sysroot = tree.root;
		db = nn_asprintf("%s/lost.db", tree.folder);
		tree_file(&tree, "/lost.db", contents[i]);
		tree_file(&tree, MARKER, db);
		argv[1] = db;
		assert_int_equal(nn_command_restore.execute(&cmd, 2, argv), 3);
		assert_int_equal(fclose(out), 0);
		expected = nn_asprintf("named by '%s" MARKER "', to be removed when the database "
				       "is lost and the machine is as it should be: database '%s'",
				       tree.folder, db);
		assert_non_null(strstr(log, expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_that_is_no_more_is_told_with_the_files_that_name_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
