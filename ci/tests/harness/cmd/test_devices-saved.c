/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <fcntl.h>

#include "harness/cmd/devices-saved.h"

/* What comparing the file with itself says; without --db no file is a survey of a database. */
static char *compare(const char *path)
{
	const char *const which[] = {path, path};
	char *log = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&log, &len);
	const struct nn_cmd cmd = {.log = {.out = out, .program = "nearnative"},
				   .sysroot = NN_SYSROOT_LIVE};

	assert_int_not_equal(nn_devices_compare(&cmd, NULL, which, false), 0);
	assert_int_equal(fclose(out), 0);
	return log;
}

static void expect_refusal(const char *path, const char *message)
{
	NN_AUTO(free) char *log = compare(path);
	NN_AUTO(free) char *expected = nn_asprintf("nearnative: error: %s\n", message);

	assert_string_equal(log, expected);
}

static void what_is_no_file_is_not_read(void **unused)
{
	(void)unused;
	expect_refusal("/dev/zero", "'/dev/zero' is neither a file nor a pipe");
	expect_refusal("/", "'/' is neither a file nor a pipe");
}

static void no_more_is_read_than_a_survey_can_have(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *message = NULL;

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/large", "");
	path = nn_asprintf("%s/large", tree.folder);
	message = nn_asprintf("file '%s' is too large for a survey, expected at most 64 MiB", path);
	assert_int_equal(truncate(path, (64 << 20) + 1), 0);
	expect_refusal(path, message);
}

static void a_pipe_is_read_to_its_end(void **unused)
{
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *log = NULL;
	int fds[2];

	(void)unused;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "[]", 2), 2);
	assert_int_equal(close(fds[1]), 0);
	path = nn_asprintf("/dev/fd/%d", fds[0]);
	log = compare(path);
	assert_int_equal(close(fds[0]), 0);
	assert_non_null(strstr(log, "survey '/dev/fd/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_file_is_not_read),
		cmocka_unit_test(no_more_is_read_than_a_survey_can_have),
		cmocka_unit_test(a_pipe_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
