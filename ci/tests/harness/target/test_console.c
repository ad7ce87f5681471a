/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"
#include "harness/target/console.h"

static void what_explains_an_end_best_is_told(void **unused)
{
	const struct {
		const char *console;
		const char *words;
	} rows[] = {
		{"", ""},
		{"[  1.0] booting\n[  2.0] last\n\n", "[  2.0] last"},
		{"nearnative: a\nnearnative: b\n[ 3.0] reboot: Power down\n", "nearnative: b"},
		{"Kernel panic - not syncing\nnearnative: b\n", "Kernel panic - not syncing"},
		{"\033[0mred\033[1m", "[0mred[1m"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(strbuf) struct nn_strbuf console = NN_STRBUF_INIT;
		char words[NN_CONSOLE_WORDS_CAP];

		nn_strbuf_add(&console, rows[i].console);
		nn_console_last_words(&console, words);
		assert_string_equal(words, rows[i].words);
	}
}

static void a_long_line_is_cut(void **unused)
{
	NN_AUTO(strbuf) struct nn_strbuf console = NN_STRBUF_INIT;
	char words[NN_CONSOLE_WORDS_CAP];

	(void)unused;
	for (int i = 0; i < 1000; i++)
		nn_strbuf_addc(&console, 'x');
	nn_console_last_words(&console, words);
	assert_int_equal(strlen(words), NN_CONSOLE_WORDS_CAP - 1);
}

static void a_vm_that_never_started_said_nothing(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(strbuf) struct nn_strbuf console = NN_STRBUF_INIT;
	NN_AUTO(free) char *path = NULL;

	(void)unused;
	nn_console_read("/nonexistent/console.log", &console);
	assert_int_equal(console.len, 0);
	tree_init(&tree);
	tree_file(&tree, "/console.log", "hello\n");
	path = nn_asprintf("%s/console.log", tree.folder);
	nn_console_read(path, &console);
	assert_string_equal(nn_strbuf_str(&console), "hello\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_explains_an_end_best_is_told),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(a_vm_that_never_started_said_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
