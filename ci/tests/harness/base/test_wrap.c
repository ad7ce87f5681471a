/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/wrap.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

static void lines_break_between_words(void **state)
{
	static const struct {
		const char *text;
		size_t width;
		const char *expected;
	} cases[] = {
		{"", 9, "\n"},
		{"one two three", 13, "one two three\n"},
		{"one two three", 12, "one two\nthree\n"},
		{"one two three", 3, "one\ntwo\nthree\n"},
		{"one  two\nthree ", 20, "one two three\n"},
		{"first part\n\nsecond part", 8, "first\npart\n\nsecond\npart\n"},
		{"an unbreakableword", 6, "an\nunbreakableword\n"},
		{"\xe2\x80\xa6\xe2\x80\xa6\xe2\x80\xa6 four", 8,
		 "\xe2\x80\xa6\xe2\x80\xa6\xe2\x80\xa6 four\n"}, /* of three columns */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_add_wrapped(&sb, cases[i].text, cases[i].width);
		assert_string_equal(nn_strbuf_str(&sb), cases[i].expected);
	}
}

static void text_of_a_row_has_a_column_of_its_own(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add_row(&sb, "run", 4, "execute a plan", 18);
	nn_strbuf_add_row(&sb, "longer", 4, "on the next line", 20);
	assert_string_equal(nn_strbuf_str(&sb), "  run   execute a\n"
						"        plan\n"
						"  longer\n"
						"        on the next\n"
						"        line\n");
}

static void width_is_that_of_the_terminal_or_eighty(void **state)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 123};
	int files[2], terminal, user;

	(void)state;
	assert_int_equal(pipe(files), 0);
	assert_int_equal(nn_terminal_columns(files[1]), 80);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(close(files[i]), 0);
	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0)
		skip(); /* a sandbox without terminals */
	assert_int_equal(grantpt(terminal), 0);
	assert_int_equal(unlockpt(terminal), 0);
	user = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(user >= 0);
	assert_int_equal(nn_terminal_columns(user), 80); /* it does not say */
	assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
	assert_int_equal(nn_terminal_columns(user), 123);
	assert_int_equal(close(user), 0);
	assert_int_equal(close(terminal), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_between_words),
		cmocka_unit_test(text_of_a_row_has_a_column_of_its_own),
		cmocka_unit_test(width_is_that_of_the_terminal_or_eighty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
