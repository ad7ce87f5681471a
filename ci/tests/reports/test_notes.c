/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/sample.h"

static void equal_texts_share_a_number(void **state)
{
	NN_AUTO(notes) struct nn_notes notes = {0};

	(void)state;
	assert_int_equal(nn_notes_number(&notes, "a"), 1);
	assert_int_equal(nn_notes_number(&notes, "b"), 2);
	assert_int_equal(nn_notes_number(&notes, "a"), 1);
	assert_int_equal(notes.nr, 2);
	assert_string_equal(notes.texts[1], "b");
}

static void numbers_of_a_row_rise_and_shared_reasons_have_none(void **state)
{
	NN_AUTO(notes) struct nn_notes notes = {0};
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	struct nn_report_row *row = &c->rows[4]; /* it has one reason of its own */
	struct nn_strings shared = {0};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	nn_strings_add(&row->flags, nn_strdup("drift: of native"));
	nn_strings_add(&row->reasons, nn_strdup("told above"));
	nn_strings_add(&shared, nn_strdup("told above"));
	row->slow_share_upper95 = 0.26;
	assert_int_equal(nn_notes_number(&notes, "drift: of native"), 1);
	nn_notes_add_row(&notes, row, &shared, &sb);
	assert_string_equal(nn_strbuf_str(&sb), "[1,2,3]");
	assert_string_equal(notes.texts[1], "the margin 0.97 lies within the interval");
	assert_non_null(strstr(notes.texts[2], "0 of 10 vm boots below the margin"));
	nn_strbuf_clear(&sb);
	nn_notes_add_row(&notes, &c->rows[0], &shared, &sb);
	assert_int_equal(sb.len, 0);
	nn_strings_release(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_share_a_number),
		cmocka_unit_test(numbers_of_a_row_rise_and_shared_reasons_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
