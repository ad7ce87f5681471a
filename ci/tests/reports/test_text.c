/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"
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
	fail_msg("no line begins with '%s' in:\n%s", start, text);
	return NULL;
}

static void banner_of_emulation_comes_first(void **state)
{
	NN_AUTO(free) char *text = render(false);

	(void)state;
	assert_begins(text, "!! EMULATED MACHINE: ");
}

static void rows_show_figures_interval_and_verdict(void **state)
{
	NN_AUTO(free) char *text = render(false);
	NN_AUTO(free) char *proven = line_of(text, "  copy ");
	NN_AUTO(free) char *absent = line_of(text, "  map-4KiB ");
	NN_AUTO(free) char *invalid = line_of(text, "  fill ");
	NN_AUTO(free) char *open = line_of(text, "  throughput ");

	(void)state;
	assert_text(proven, "12.42   12.40  0.9981  0.9941" NN_EN_DASH "1.0021");
	assert_text(proven, "10  PROVEN");
	assert_text(absent, "1.412       " NN_EN_DASH);
	assert_text(invalid, "INVALID [1]");
	assert_text(open, "INCONCLUSIVE (+14 boots) [3]");
	assert_text(text, "\n  [1] software device: llvmpipe");
	assert_text(text, "\ncompute/bandwidth\n  copy ");
}

static void row_without_a_claim_is_quiet(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	struct nn_report_row *row = &comparison->rows[5];

	(void)state;
	nn_strings_release(&row->reasons);

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *line = line_of(text, "  p50 ");
	size_t len = strlen(line);

	assert_string_equal(line + len - strlen("3  " NN_EN_DASH), "3  " NN_EN_DASH);
}

static void metrics_sort_by_size_below_their_workload(void **state)
{
	static const char *const sorted[] = {"  map-4KiB ", "  map-64KiB ", "  map-1MiB "};
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	size_t last = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct nn_report_row *row = &comparison->rows[i];

		free(row->workload);
		row->workload = nn_strdup("iommu/dma-map");
		free(row->metric);
		row->metric = nn_strdup(i ? "map-64KiB" : "map-1MiB");
	}

	NN_AUTO(free) char *text = render_comparison(comparison, false);

	for (size_t i = 0; i < NN_ARRAY_SIZE(sorted); i++) {
		const char *at = strstr(text, sorted[i]);

		assert_non_null(at);
		assert_true((size_t)(at - text) > last);
		last = (size_t)(at - text);
	}
}

static void claims_name_the_row_they_rest_on(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();
	NN_AUTO(free) char *text = render_comparison(comparison, false);

	(void)state;
	assert_text(text, "\n  PROVEN  vm >= 97% of native for compute/bandwidth\n"
			  "      rests on compute/bandwidth d2h, the worst of 3 rows: performance "
			  "ratio ");
	assert_text(text, "\n  INCONCLUSIVE (14 more boots)  vm >= 97% of native for "
			  "iommu/nvme-read:throughput\n");
	assert_text(text, "      2 of 10 vm boots below the margin: at most 56 % of boots can be "
			  "that slow\n"
			  "      - arm 'vm' is bimodal: not called proven below 20 boots\n");
	assert_text(text, "      given after the data: not in the plan whose hash was stored\n");
}

static void flags_and_the_boot_mode_guard_are_numbered_notes(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();
	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *latency = line_of(text, "  latency  ");

	(void)state;
	assert_text(text, "\n  [1] 0 of 10 vm boots below the margin: at most 26 % of boots can be "
			  "that slow\n");
	assert_text(text, "] drift: native became 2.3 % slower");
	assert_text(text, "] bimodal: the boots of arm 'vm' fall into two groups 6.1 % apart");
	assert_text(latency, "us \xe2\x86\x93");
}

static void every_row_says_what_its_difference_means(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	struct nn_report_row *rows = comparison->rows;

	(void)state;
	rows[0].p_adjusted = 0.41;
	rows[0].equivalent_within_pct = 0.59;
	rows[0].mde_pct = 0.62;
	rows[1].p_adjusted = 0.00001;
	rows[2].p_adjusted = 0.5; /* INVALID: nothing is said of it */

	NN_AUTO(free) char *text = render_comparison(comparison, false);

	assert_text(text, "\nRow by row (p adjusted for the number of rows; MDE: smallest change "
			  "seen with power 0.8)\n"
			  "  - compute/bandwidth copy: no significant difference (p = 0.41); up to "
			  "0.59 % cannot be excluded\n"
			  "    (90 % interval, as for equivalence); MDE 0.62 %\n"
			  "  - compute/launch-latency latency: 20 % worse (p < 0.0001)\n");
	assert_null(strstr(text, "graphics/fill-rate fill: "));
	assert_null(strstr(text, "same"));
}

static void emulation_without_leave_says_nothing_of_differences(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	comparison->rows[0].p_adjusted = 0.41;
	comparison->allow_emulated = false;

	NN_AUTO(free) char *text = render_comparison(comparison, false);

	assert_null(strstr(text, "Row by row"));
}

static void reason_of_every_row_is_told_once_above_the_table(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_add_reason(comparison, "emulated: all of it");

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *proven = line_of(text, "  copy ");
	NN_AUTO(free) char *invalid = line_of(text, "  fill ");
	char *told = strstr(text, "\nevery row: emulated: all of it\nmetric ");

	assert_non_null(told);
	assert_null(strstr(told + strlen("\nevery row: emulated"), "emulated: all of it"));
	assert_null(strchr(proven, '['));
	assert_text(invalid, "INVALID [1]");
}

static void single_arm_shows_its_scatter_instead_of_ratios(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_make_lone(comparison);
	comparison->rows[0].base_side.sd_log = 0.0123;
	comparison->rows[0].base_side.variation = 0.034;

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *header = line_of(text, "metric ");
	NN_AUTO(free) char *row = line_of(text, "  copy ");
	NN_AUTO(free) char *noted = line_of(text, "  fill ");

	assert_text(text, "\nnative alone (");
	assert_text(text, "\nevery row: one arm only: nothing to compare\n");
	assert_null(strstr(header, "ratio"));
	assert_null(strstr(header, "interval"));
	assert_null(strstr(header, "verdict"));
	assert_text(header, "native  SD between boots  within  boots  notes");
	assert_text(row, "12.42             1.2 %   3.4 %     10");
	assert_text(noted, "[1]");
	assert_null(strstr(text, "nothing was measured"));
}

static void nothing_measured_is_said(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = nn_calloc(1, sizeof(*comparison));

	(void)state;
	comparison->title = nn_strdup("empty.csv");
	comparison->source = NN_SOURCE_FILE;

	NN_AUTO(free) char *text = render_comparison(comparison, false);

	assert_string_equal(text, "empty.csv: 0 campaigns, 0 comparisons\n"
				  "\nComparisons\n  nothing was measured\n");
}

/* ---- many campaigns ---- */

static struct nn_comparison *file_comparison(size_t nr_campaigns)
{
	struct nn_comparison *c = nn_calloc(1, sizeof(*c));

	c->source = NN_SOURCE_FILE;
	c->title = nn_strdup("numbers.csv");
	c->nr_campaigns = nr_campaigns;
	sample_add_arm(c, "native", "local", "");
	sample_add_arm(c, "vm", "local", "");
	for (size_t i = 0; i < nr_campaigns; i++) {
		struct nn_report_row *row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);

		sample_fill_row(row, &sample_rows[0]);
		free(row->campaign);
		row->campaign = nn_asprintf("c%zu", nr_campaigns - i);
		row->p_adjusted = 0.5;
		sample_add_claim(c, "vm >= 97% of native", i ? "PROVEN" : "REFUTED", 0.99, 1.0, i,
				 NULL);
		free(c->claims[i].campaign);
		c->claims[i].campaign = nn_strdup(row->campaign);
	}
	return c;
}

static void file_of_campaigns_is_one_line_a_row_and_counts(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = file_comparison(30);
	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *row = line_of(text, "c2 ");
	const char *two = strstr(text, "\nc2 "), *ten = strstr(text, "\nc10 ");

	(void)state;
	assert_begins(text, "numbers.csv: 30 campaigns, 30 comparisons\n");
	assert_text(text, "\nClaims\n  vm >= 97% of native: 1 REFUTED, 29 PROVEN\n");
	assert_text(text,
		    "\nevery row: vm against native, workload compute/bandwidth, metric copy, ");
	assert_text(text,
		    "\ncampaign  unit    native     vm   ratio  95 % interval  boots  p adj.  "
		    "verdict\n");
	assert_string_equal(row, "c2        GB/s \xe2\x86\x91   12.42  12.40  0.9981  "
				 "0.9941" NN_EN_DASH "1.0021     10  0.5000  PROVEN");
	assert_true(two < ten);
	assert_text(text, "\n\n30 comparisons: 30 PROVEN\n");
}

static void few_claims_of_few_campaigns_are_told_one_by_one(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = file_comparison(3);
	NN_AUTO(free) char *text = render_comparison(comparison, false);

	(void)state;
	assert_text(text, "\n  REFUTED  c3: vm >= 97% of native\n      rests on ");
	assert_text(text, "\n  - c1: compute/bandwidth copy: no significant difference");
}

static void rows_that_differ_in_workload_or_arms_have_columns_for_them(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = file_comparison(3);

	(void)state;
	free(comparison->rows[0].workload);
	comparison->rows[0].workload = nn_strdup("other");
	free(comparison->rows[1].arm);
	comparison->rows[1].arm = nn_strdup("vm2");

	NN_AUTO(free) char *text = render_comparison(comparison, false);
	NN_AUTO(free) char *row = line_of(text, "c3 ");

	assert_text(text, "\ncampaign  workload           unit    arms          native    arm  ");
	assert_text(row, "c3        other              GB/s \xe2\x86\x91  vm \xc3\xb7 native");
}

static void side_by_side_counts_its_verdicts(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = file_comparison(1);

	(void)state;
	comparison->source = NN_SOURCE_CROSS;
	free(comparison->rows[0].verdict);
	comparison->rows[0].verdict = nn_strdup("REGRESSION");

	NN_AUTO(free) char *text = render_comparison(comparison, true);

	assert_begins(text, "numbers.csv: 1 comparison\n");
	assert_text(text, "\033[31mREGRESSION\033[0m");
	assert_text(text, "\n1 comparison: 1 REGRESSION\n");
}

/* ---- the page ---- */

static void ratios_far_from_one_keep_the_columns_aligned(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	static const double ratios[] = {3.339, 0.3793, 123.4};
	const char *const figures[][2] = {
		{"  copy ", " 3.3390 "}, {"  latency ", " 0.3793 "}, {"  fill ", " 123.4000 "}};
	size_t end = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct nn_report_row *row = &comparison->rows[i];

		row->ratio = ratios[i];
		row->ratio_ci95[0] = ratios[i] - 1e-4;
		row->ratio_ci95[1] = ratios[i] + 1e-4;
	}

	NN_AUTO(free) char *text = render_comparison(comparison, false);

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

		if (nn_words_width(copy) > 100)
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
		{"metric ", "verdict"},
		{"  copy ", "PROVEN"},
		{"  map-4KiB ", NN_EN_DASH " [2]"},
		{"  throughput ", "INCONCLUSIVE"},
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

static void blocks_of_events_count_from_one(void **state)
{
	NN_AUTO(free) char *text = render(false);

	(void)state;
	assert_text(text, "\n  - error iommu-fault in vm, block 3, 3 times: DMAR: ");
}

static void aa_campaign_says_what_an_interval_tells(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	comparison->is_aa = true;

	NN_AUTO(free) char *text = render_comparison(comparison, false);

	assert_text(text, "\nA/A: one arm against itself. An interval that leaves out 1 tells of a "
			  "bias");
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
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();
	static const char hostile[] = "\033[2Jgone\a\xc2\x9b"
				      "31m\nnew line";

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct nn_report_row *row = &comparison->rows[i];

		free(row->workload);
		row->workload = nn_strdup(hostile);
		free(row->metric);
		row->metric = nn_strdup(hostile);
		free(row->unit);
		row->unit = nn_strdup(hostile);
		nn_strings_add(&row->flags, nn_strdup(hostile));
	}
	free(comparison->claims[0].text);
	comparison->claims[0].text = nn_strdup(hostile);
	free(comparison->events[0].message);
	comparison->events[0].message = nn_strdup(hostile);
	free(comparison->skips[0].reason);
	comparison->skips[0].reason = nn_strdup(hostile);

	NN_AUTO(free) char *text = render_comparison(comparison, false);

	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\a'));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strstr(text, "\nnew line"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(banner_of_emulation_comes_first),
		cmocka_unit_test(rows_show_figures_interval_and_verdict),
		cmocka_unit_test(row_without_a_claim_is_quiet),
		cmocka_unit_test(metrics_sort_by_size_below_their_workload),
		cmocka_unit_test(claims_name_the_row_they_rest_on),
		cmocka_unit_test(flags_and_the_boot_mode_guard_are_numbered_notes),
		cmocka_unit_test(every_row_says_what_its_difference_means),
		cmocka_unit_test(emulation_without_leave_says_nothing_of_differences),
		cmocka_unit_test(reason_of_every_row_is_told_once_above_the_table),
		cmocka_unit_test(single_arm_shows_its_scatter_instead_of_ratios),
		cmocka_unit_test(nothing_measured_is_said),
		cmocka_unit_test(file_of_campaigns_is_one_line_a_row_and_counts),
		cmocka_unit_test(few_claims_of_few_campaigns_are_told_one_by_one),
		cmocka_unit_test(rows_that_differ_in_workload_or_arms_have_columns_for_them),
		cmocka_unit_test(side_by_side_counts_its_verdicts),
		cmocka_unit_test(ratios_far_from_one_keep_the_columns_aligned),
		cmocka_unit_test(no_line_is_longer_than_a_terminal_or_ends_in_blanks),
		cmocka_unit_test(columns_are_aligned_by_characters),
		cmocka_unit_test(blocks_of_events_count_from_one),
		cmocka_unit_test(aa_campaign_says_what_an_interval_tells),
		cmocka_unit_test(colour_is_only_there_when_asked_for),
		cmocka_unit_test(same_comparison_gives_the_same_bytes),
		cmocka_unit_test(foreign_control_characters_do_not_reach_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
