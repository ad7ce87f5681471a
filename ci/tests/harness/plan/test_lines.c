/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char text[] = "# a plan\n"
			   "name: demo\n"
			   "arms:\n"
			   "  - name: native\n"
			   "    target: local\n"
			   "  - name: vm\n"
			   "    settings: {memory: 1GiB,\n"
			   "               vcpus: \"1\"}\n"
			   "empty: []\n"
			   "long: |\n"
			   "  two\n"
			   "  lines\n"
			   "after: x\n";

static void every_value_is_found_with_its_line_and_path(void **state)
{
	static const struct {
		const char *path;
		const char *text; /* NULL: no scalar */
		unsigned int line;
	} cases[] = {
		{"", NULL, 2},
		{"name", "demo", 2},
		{"arms", NULL, 3},
		{"arms[0]", NULL, 4},
		{"arms[0].name", "native", 4},
		{"arms[0].target", "local", 5},
		{"arms[1]", NULL, 6},
		{"arms[1].name", "vm", 6},
		{"arms[1].settings", NULL, 7},
		{"arms[1].settings.memory", "1GiB", 7},
		{"arms[1].settings.vcpus", "1", 8},
		{"empty", NULL, 9},
		{"long", "two\nlines\n", 10},
		{"after", "x", 13},
	};
	NN_AUTO(lines) struct nn_lines lines = {0};

	(void)state;
	assert_int_equal(nn_lines_read(text, strlen(text), "p", &lines, NULL), 0);
	assert_int_equal(lines.nr, NN_ARRAY_SIZE(cases));
	for (size_t i = 0; i < lines.nr; i++) {
		NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;

		nn_lines_add_path(&lines, &lines.nodes[i], &path);
		assert_string_equal(nn_strbuf_str(&path), cases[i].path);
		assert_int_equal(lines.nodes[i].line, cases[i].line);
		if (cases[i].text)
			assert_string_equal(lines.nodes[i].text, cases[i].text);
		else
			assert_null(lines.nodes[i].text);
	}
}

static void children_are_reached_by_key_and_by_index(void **state)
{
	NN_AUTO(lines) struct nn_lines lines = {0};
	const struct nn_lines_node *arms;

	(void)state;
	assert_int_equal(nn_lines_read(text, strlen(text), "p", &lines, NULL), 0);
	arms = nn_lines_member(&lines, &lines.nodes[0], "arms");
	assert_non_null(arms);
	assert_int_equal(arms->nr_children, 2);
	assert_int_equal(nn_lines_item(&lines, arms, 1)->line, 6);
	assert_null(nn_lines_item(&lines, arms, 2));
	assert_null(nn_lines_item(&lines, NULL, 0));
	assert_null(nn_lines_member(&lines, arms, "name"));
	assert_null(nn_lines_member(&lines, &lines.nodes[0], "arm"));
	assert_null(nn_lines_member(&lines, NULL, "name"));
}

/* A file of "- x" lines that has @nr values. */
static void add_items(struct nn_strbuf *sb, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		nn_strbuf_add(sb, "- x\n");
}

static void too_many_values_are_refused_where_they_begin(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(lines) struct nn_lines lines = {0};
	struct nn_err err = {0};

	(void)state;
	add_items(&sb, 10000);
	assert_int_equal(nn_lines_read(nn_strbuf_str(&sb), sb.len, "p", &lines, &err), -EINVAL);
	assert_string_equal(err.message, "p:10000: too many values, expected at most 10000");
	assert_null(lines.nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_found_with_its_line_and_path),
		cmocka_unit_test(children_are_reached_by_key_and_by_index),
		cmocka_unit_test(too_many_values_are_refused_where_they_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
