/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/sysfs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/scratch.h"

static void put(const char *root, const char *path, const char *text)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", root, path);
	NN_AUTO(file) FILE *file = fopen(full, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
}

static int make_tree(void **state)
{
	NN_AUTO(free) char *folder = NULL;
	NN_AUTO(free) char *link = NULL;
	char *root;

	assert_int_equal(nn_scratch_new(&root, NULL), 0);
	folder = nn_asprintf("%s/sys", root);
	link = nn_asprintf("%s/sys/driver", root);
	assert_int_equal(mkdir(folder, 0755), 0);
	put(root, "/sys/vendor", "0x10de\n");
	put(root, "/sys/empty", "\n");
	put(root, "/sys/text", "a b\n\n");
	assert_int_equal(symlink("../../bus/pci/drivers/nvme", link), 0);
	*state = root;
	return 0;
}

static int remove_tree(void **state)
{
	nn_scratch_remove(*state);
	assert_int_not_equal(access(*state, F_OK), 0);
	free(*state);
	return 0;
}

static void values_come_trimmed_and_typed(void **state)
{
	struct nn_sysroot root = {.prefix = *state};
	NN_AUTO(free) char *text = nn_sysfs_text(&root, "/sys/text");
	NN_AUTO(free) char *empty = nn_sysfs_text(&root, "/sys/empty");
	NN_AUTO(free) char *driver = nn_sysfs_link_name(&root, "/sys/driver");
	uint64_t vendor = 0;

	assert_string_equal(text, "a b");
	assert_null(empty);
	assert_string_equal(driver, "nvme");
	assert_int_equal(nn_sysfs_read_u64(&root, "/sys/vendor", &vendor, NULL), 0);
	assert_int_equal(vendor, 0x10de);
}

static void absent_is_an_answer(void **state)
{
	struct nn_sysroot root = {.prefix = *state};
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(free) char *link = nn_sysfs_link_name(&root, "/sys/none");
	struct nn_err err = {0};
	uint64_t value = 5;

	assert_null(nn_sysfs_text(&root, "/sys/none"));
	assert_null(link);
	assert_int_equal(nn_sysfs_read_u64(&root, "/sys/none", &value, &err), -ENOENT);
	assert_non_null(strstr(err.message, "/sys/none"));
	assert_int_equal(nn_sysfs_read_u64(&root, "/sys/text", &value, &err), -EINVAL);
	assert_int_equal(value, 5);
	assert_int_equal(nn_sysfs_list(&root, "/sys/none", &names, NULL), 0);
	assert_int_equal(names.nr, 0);
}

static void lists_are_sorted(void **state)
{
	struct nn_sysroot root = {.prefix = *state};
	NN_AUTO(name_list) struct nn_name_list names = {0};

	assert_int_equal(nn_sysfs_list(&root, "/sys", &names, NULL), 0);
	assert_int_equal(names.nr, 4);
	assert_string_equal(names.names[0], "driver");
	assert_string_equal(names.names[3], "vendor");
}

static void writes_need_an_existing_attribute(void **state)
{
	struct nn_sysroot root = {.prefix = *state};
	NN_AUTO(free) char *text = NULL;
	struct nn_err err = {0};

	assert_int_equal(nn_sysfs_write(&root, "/sys/text", "new", NULL), 0);
	text = nn_sysfs_text(&root, "/sys/text");
	assert_string_equal(text, "new");
	assert_int_equal(nn_sysfs_write(&root, "/sys/none", "x", &err), -ENOENT);
	assert_non_null(strstr(err.message, "write 'x' to"));
}

static void a_read_with_a_deadline_reads_the_same(void **state)
{
	struct nn_sysroot root = {.prefix = *state};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf none = NN_STRBUF_INIT;
	uint64_t deadline_ns = nn_clock_ns() + 20 * NN_NS_PER_S;
	struct nn_err err = {0};

	assert_int_equal(nn_sysfs_read_until(&root, "/sys/text", deadline_ns, &text, NULL), 0);
	assert_string_equal(nn_strbuf_str(&text), "a b");
	assert_int_equal(nn_sysfs_read_until(&root, "/sys/none", deadline_ns, &none, &err),
			 -ENOENT);
	assert_non_null(strstr(err.message, "read '"));
	assert_non_null(strstr(err.message, "/sys/none'"));
	/* What the child meets is told as if we had met it. */
	assert_int_equal(nn_sysfs_read_until(&root, "/sys", deadline_ns, &none, &err), -EISDIR);
	assert_int_equal(none.len, 0);
}

static void a_read_that_hangs_costs_its_deadline(void **state)
{
	struct nn_sysroot root = {.prefix = *state};
	NN_AUTO(free) char *fifo = nn_sysfs_path(&root, "/sys/hangs");
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(free) char *wanted = nn_asprintf("read '%s': no answer, it hangs", fifo);
	uint64_t started_ns = nn_clock_ns();
	struct nn_err err = {0};

	assert_int_equal(mkfifo(fifo, 0600), 0); /* nobody writes: the read never returns */
	assert_int_equal(nn_sysfs_read_until(&root, "/sys/hangs", started_ns + 200 * NN_NS_PER_MS,
					     &text, &err),
			 -ETIMEDOUT);
	assert_true(nn_clock_ns() - started_ns < 5 * NN_NS_PER_S);
	assert_int_equal(strncmp(err.message, wanted, strlen(wanted)), 0);
	assert_int_equal(text.len, 0);
}

static void words_are_told_from_parts_of_words(void **state)
{
	(void)state;
	assert_true(nn_sysfs_has_word("cpuset cpu memory", "cpu"));
	assert_true(nn_sysfs_has_word("cpuset cpu", "cpuset"));
	assert_false(nn_sysfs_has_word("cpuset memory", "cpu"));
	assert_false(nn_sysfs_has_word("xcpu", "cpu"));
	assert_false(nn_sysfs_has_word("", "cpu"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_come_trimmed_and_typed, make_tree,
						remove_tree),
		cmocka_unit_test_setup_teardown(a_read_with_a_deadline_reads_the_same, make_tree,
						remove_tree),
		cmocka_unit_test_setup_teardown(a_read_that_hangs_costs_its_deadline, make_tree,
						remove_tree),
		cmocka_unit_test(words_are_told_from_parts_of_words),
		cmocka_unit_test_setup_teardown(absent_is_an_answer, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(lists_are_sorted, make_tree, remove_tree),
		cmocka_unit_test_setup_teardown(writes_need_an_existing_attribute, make_tree,
						remove_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
