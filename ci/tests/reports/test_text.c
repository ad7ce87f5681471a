/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/sample.h"
#include "reports/report.h"
#include "reports/words.h"

static char *render_comparison(const struct nn_comparison *comparison, bool use_colour)
{
	const struct nn_report_style style = {.use_colour = use_colour};
	struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_err err = {0};

	assert_int_equal(nn_report_find("text")->render(comparison, &style, &out, &err), 0);
	return nn_strbuf_detach(&out);
}

static char *render(bool use_colour)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	return render_comparison(comparison, use_colour);
}

/* The line that begins with @start, of the caller's. */
static char *line_of(const char *text, const char *start)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, start, strlen(start)) == 0)
			return nn_strndup(line, strcspn(line, "\n"));
	}
	fail_msg("no line begins with '%s'", start);
	return NULL;
}

static void banner_of_emulation_comes_first(void **state)
{
	NN_AUTO(free) char *text = render(false);

	(void)state;
	assert_int_equal(strncmp(text, "!! EMULATED MACHINE: ", 21), 0);
}

static void rows_show_figures_interval_and_verdict(void **state)
{
	NN_AUTO(free) char *text = render(false);
	NN_AUTO(free) char *proven = line_of(text, "compute/bandwidth ");
	NN_AUTO(free) char *absent = line_of(text, "iommu/dma-map ");
	NN_AUTO(free) char *invalid = line_of(text, "graphics/fill-rate ");

	(void)state;
	assert_non_null(strstr(proven, "12.42   12.40  0.9981   0.9941" NN_EN_DASH "1.002"));
	assert_non_null(strstr(proven, "10  PROVEN"));
	assert_non_null(strstr(absent, "1.412       " NN_EN_DASH));
	assert_non_null(strstr(invalid, "INVALID [1]"));
	assert_non_null(strstr(text, "\n  [1] software device: llvmpipe"));
}

static void reason_of_every_row_is_told_once_above_the_table(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_add_reason(comparison, "emulated: all of it");

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *proven = line_of(text, "compute/bandwidth ");
	NN_AUTO(free) char *invalid = line_of(text, "graphics/fill-rate ");
	char *told = strstr(text, "\nevery row: emulated: all of it\nworkload ");

	assert_non_null(told);
	assert_null(strstr(told + strlen("\nevery row: emulated"), "emulated: all of it"));
	assert_null(strchr(proven, '['));
	assert_non_null(strstr(invalid, "INVALID [1]"));
}

static void single_arm_has_no_columns_to_compare_in(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_make_lone(comparison);

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *header = line_of(text, "workload ");
	NN_AUTO(free) char *row = line_of(text, "compute/bandwidth ");
	NN_AUTO(free) char *noted = line_of(text, "graphics/fill-rate ");

	assert_non_null(strstr(text, "\nnative alone ("));
	assert_non_null(strstr(text, "\nevery row: one arm only: nothing to compare\n"));
	assert_null(strstr(header, "ratio"));
	assert_null(strstr(header, "interval"));
	assert_null(strstr(header, "verdict"));
	assert_non_null(strstr(header, "native  boots  notes"));
	assert_non_null(strstr(row, "12.42     10"));
	assert_null(strstr(row, NN_EN_DASH));
	assert_non_null(strstr(noted, "[1]"));
	assert_null(strstr(text, "nothing was measured"));
}

static void ratios_far_from_one_keep_the_columns_aligned(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	comparison->rows[0].ratio = 3.339;
	comparison->rows[1].ratio = 0.3793;
	comparison->rows[2].ratio = 123.4;

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	const char *const figures[][2] = {{"compute/bandwidth ", " 3.339 "},
					  {"compute/launch-latency ", " 0.3793 "},
					  {"graphics/fill-rate ", " 123.4 "}};
	size_t end = 0;

	for (size_t i = 0; i < NN_ARRAY_SIZE(figures); i++) {
		NN_AUTO(free) char *line = line_of(text, figures[i][0]);
		char *at = strstr(line, figures[i][1]);

		assert_non_null(at);
		at[strlen(figures[i][1])] = '\0';
		if (i)
			assert_int_equal(nn_words_width(line), end);
		end = nn_words_width(line);
	}
}

static void no_line_is_longer_than_a_terminal_or_ends_in_blanks(void **state)
{
	NN_AUTO(free) char *text = render(false);

	(void)state;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");
		NN_AUTO(free) char *copy = nn_strndup(line, len);

		if (nn_words_width(copy) > 120)
			fail_msg("%zu columns: %s", nn_words_width(copy), copy);
		if (len && line[len - 1] == ' ')
			fail_msg("blank at the end of: %s|", copy);
	}
}

/* Every row of the table begins its verdict in the same column, whatever UTF-8 stands before. */
static void columns_are_aligned_by_characters(void **state)
{
	static const struct {
		const char *start;
		const char *verdict;
	} rows[] = {
		{"workload ", "verdict"},
		{"compute/bandwidth ", "PROVEN"},
		{"iommu/dma-map ", NN_EN_DASH " [2]"},
		{"iommu/nvme-read ", "INCONCLUSIVE"},
	};
	NN_AUTO(free) char *text = render(false);
	size_t column = 0;

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(free) char *line = line_of(text, rows[i].start);
		char *at = strstr(line, rows[i].verdict);

		assert_non_null(at);
		*at = '\0';
		if (i)
			assert_int_equal(nn_words_width(line), column);
		column = nn_words_width(line);
	}
}

static void colour_is_only_there_when_asked_for(void **state)
{
	NN_AUTO(free) char *plain = render(false);
	NN_AUTO(free) char *coloured = render(true);

	(void)state;
	assert_null(strchr(plain, '\033'));
	assert_non_null(strstr(coloured, "\033[32mPROVEN\033[0m"));
}

static void same_comparison_gives_the_same_bytes(void **state)
{
	NN_AUTO(free) char *one = render(false);
	NN_AUTO(free) char *two = render(false);

	(void)state;
	assert_string_equal(one, two);
}

static void foreign_control_characters_do_not_reach_the_terminal(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	const struct nn_report_style style = {0};
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_err err = {0};

	(void)state;
	free(comparison->events[0].message);
	comparison->events[0].message = nn_strdup("\033[2Jgone\a");
	free(comparison->rows[0].workload);
	comparison->rows[0].workload = nn_strdup("\033[2Jevil");
	assert_int_equal(nn_report_find("text")->render(comparison, &style, &out, &err), 0);
	assert_null(strchr(nn_strbuf_str(&out), '\033'));
	assert_null(strchr(nn_strbuf_str(&out), '\a'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(banner_of_emulation_comes_first),
		cmocka_unit_test(rows_show_figures_interval_and_verdict),
		cmocka_unit_test(reason_of_every_row_is_told_once_above_the_table),
		cmocka_unit_test(single_arm_has_no_columns_to_compare_in),
		cmocka_unit_test(ratios_far_from_one_keep_the_columns_aligned),
		cmocka_unit_test(no_line_is_longer_than_a_terminal_or_ends_in_blanks),
		cmocka_unit_test(columns_are_aligned_by_characters),
		cmocka_unit_test(colour_is_only_there_when_asked_for),
		cmocka_unit_test(same_comparison_gives_the_same_bytes),
		cmocka_unit_test(foreign_control_characters_do_not_reach_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
