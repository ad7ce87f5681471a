/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/base/file.h"

static void a_file_is_read_whole(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/survey", "{}\n");
	path = nn_asprintf("%s/survey", tree.folder);
	assert_int_equal(nn_file_read(path, 3, &text, NULL), 0);
	assert_string_equal(nn_strbuf_str(&text), "{}\n");
}

static void what_never_ends_is_read_just_beyond_the_limit(void **unused)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)unused;
	assert_int_equal(nn_file_read("/dev/zero", 100, &text, NULL), 0);
	assert_in_range(text.len, 101, 100 + 65536);
}

static void what_cannot_be_read_is_named(void **unused)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_file_read("/nonexistent", 100, &text, &err), -ENOENT);
	assert_string_equal(err.message, "open '/nonexistent': No such file or directory");
	assert_int_equal(nn_file_read("/", 100, &text, &err), -EISDIR);
	assert_string_equal(err.message, "read '/': Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole),
		cmocka_unit_test(what_never_ends_is_read_just_beyond_the_limit),
		cmocka_unit_test(what_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
