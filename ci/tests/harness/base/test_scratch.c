/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/strbuf.h"

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void a_folder_is_ours_alone_and_removed_with_all_it_holds(void **state)
{
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *inner = NULL;
	NN_AUTO(free) char *link = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(nn_scratch_new(&path, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	inner = nn_asprintf("%s/inner", path);
	link = nn_asprintf("%s/inner/link", path);
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(symlink("/etc", link), 0);
	nn_scratch_remove(path);
	assert_false(is_there(path));
	assert_true(is_there("/etc"));
	nn_scratch_remove(path); /* again */
	nn_scratch_remove(NULL);
}

/* Names below a folder of this test's own; it is removed by its own name at last. */
static void any_other_folder_stays(void **state)
{
	static const char *const names[] = {"data",
					    "nearnative-",
					    "nearnative-abc",
					    "nearnative-abcdefg",
					    "nearnative-abcde.",
					    "nearnative-abcdef/../data",
					    "nearnative-abcdef/..",
					    "nearnative-abcdef/."};
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *ours = NULL;

	(void)state;
	assert_int_equal(nn_scratch_new(&path, NULL), 0);
	ours = nn_asprintf("%s/nearnative-abcdef", path);
	assert_int_equal(mkdir(ours, 0700), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		NN_AUTO(free) char *other = nn_asprintf("%s/%s", path, names[i]);

		(void)mkdir(other, 0700); /* some are names of what is there */
		nn_scratch_remove(other);
		assert_true(is_there(other));
	}
	nn_scratch_remove("nearnative-abcdef"); /* relative to who knows what */
	nn_scratch_remove("");
	nn_scratch_remove(ours);
	assert_false(is_there(ours));
	assert_int_equal(symlink(path, ours), 0); /* a link of our name is no folder of ours */
	nn_scratch_remove(ours);
	assert_true(is_there(path));
	nn_scratch_remove(path);
	assert_false(is_there(path));
}

static void a_place_that_is_not_there_is_named(void **state)
{
	NN_AUTO(free) char *path = NULL;
	struct nn_err err = {0};
	const char *before = getenv("TMPDIR");
	NN_AUTO(free) char *kept = nn_strdup(before);

	(void)state;
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_int_equal(nn_scratch_new(&path, &err), -ENOENT);
	assert_memory_equal(err.message, "make a folder '/nonexistent/nearnative-", 39);
	(void)(kept ? setenv("TMPDIR", kept, 1) : unsetenv("TMPDIR"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_is_ours_alone_and_removed_with_all_it_holds),
		cmocka_unit_test(any_other_folder_stays),
		cmocka_unit_test(a_place_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
