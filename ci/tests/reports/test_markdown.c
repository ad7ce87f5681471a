/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"

static void verdicts_and_ratios_are_tables(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(free) char *text = render_as("markdown", c);

	(void)state;
	assert_begins(text, "## nearnative: demo\n\n> **EMULATED MACHINE: ");
	assert_text(text,
		    "| Verdict | Claim | Rests on | Performance ratio (one-sided 95 % bounds) | "
		    "Margin |\n|---|---|---|---|---|\n"
		    "| **PROVEN** | vm &gt;= 97% of native for compute/bandwidth | "
		    "compute/bandwidth copy | 0.9941\xe2\x80\x93"
		    "1.0021 | 0.97 |\n"
		    "| **INCONCLUSIVE (14 more boots)** | vm &gt;= 97% of native for \\* | "
		    "iommu/nvme-read throughput | 0.954\xe2\x80\x93"
		    "0.993 | 0.97 |\n");
	assert_text(text,
		    "\n### vm against native\n\n"
		    "| Workload | Metric | Unit | native | vm | Ratio | 95 % interval | Boots | "
		    "Verdict |\n|---|---|---|--:|--:|--:|---|--:|---|\n"
		    "| compute/bandwidth | copy | GB/s \xe2\x86\x91 | 12.42 | 12.40 | 0.9981 | "
		    "0.9941\xe2\x80\x93"
		    "1.0021 | 10 | PROVEN |\n");
	assert_text(text, "| 10 | INCONCLUSIVE (14 more boots) [3] |\n");
	assert_text(text, "\n<details><summary>Notes</summary>\n\n1. software device: llvmpipe ");
}

static void details_are_closed_as_often_as_opened(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	NN_AUTO(free) char *text = render_as("markdown", c);
	int depth = 0;

	(void)state;
	for (const char *at = text; (at = strchr(at, '<')); at++) {
		depth += strncmp(at, "<details>", 9) == 0;
		depth -= strncmp(at, "</details>", 10) == 0;
		assert_in_range(depth, 0, 1);
	}
	assert_int_equal(depth, 0);
	assert_text(text, "- given after the data: not in the plan whose hash was stored\n");
	assert_text(text, "block 3, 3 times: DMAR: ");
}

/* Tables of GitHub need as many cells in every row. */
static size_t count_bars(const char *line, size_t len)
{
	size_t nr = 0;

	for (size_t i = 0; i < len; i++)
		nr += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
	return nr;
}

static void assert_tables_are_even(const char *text)
{
	size_t nr_expected = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t nr = *line == '|' ? count_bars(line, strcspn(line, "\n")) : 0;

		if (nr && nr_expected)
			assert_int_equal(nr, nr_expected);
		nr_expected = nr;
	}
}

static void rows_have_as_many_cells_as_their_head(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *one = rich_comparison();
	NN_AUTO(comparison) struct nn_comparison *many = rich_comparison();
	NN_AUTO(comparison) struct nn_comparison *lone = sample_comparison();

	(void)state;
	many->nr_campaigns = 2;
	sample_make_lone(lone);

	NN_AUTO(free) char *text = render_as("markdown", one);
	NN_AUTO(free) char *text_many = render_as("markdown", many);
	NN_AUTO(free) char *text_lone = render_as("markdown", lone);

	assert_tables_are_even(text);
	assert_tables_are_even(text_many);
	assert_tables_are_even(text_lone);
	assert_text(text_many, "| Campaign | Arm | Workload |");
	assert_text(text_lone, "\n### native alone\n");
}

/* So many rows as fit into a comment; those that ask for a look are kept. */
static void long_reports_are_cut_and_say_so(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = nn_calloc(1, sizeof(*c));

	(void)state;
	c->source = NN_SOURCE_FILE;
	c->title = nn_strdup("numbers.csv");
	c->nr_campaigns = 500;
	sample_add_arm(c, "native", "local", "");
	sample_add_arm(c, "vm", "local", "");
	for (size_t i = 0; i < 500; i++) {
		struct nn_report_row *row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);

		sample_fill_row(row, &sample_rows[i == 499]); /* the last one is REFUTED */
		free(row->campaign);
		row->campaign = nn_asprintf("campaign-%zu", i);
		nn_strings_add(&row->flags, nn_asprintf("drift: by %zu %%", i));
	}

	NN_AUTO(free) char *text = render_as("markdown", c);

	assert_true(strlen(text) < 60000);
	assert_text(text, "| campaign-499 | vm | compute/launch-latency |");
	assert_text(text, "| campaign-118 |");
	assert_no_text(text, "| campaign-119 |");
	assert_text(text, "\n… and 380 more: see the CSV or JSON report.\n");
	assert_text(text, "\n1 REFUTED, 499 PROVEN\n");
}

static void hostile_text_stays_text(void **state)
{
	static const struct {
		const char *text;
		const char *written;
	} cases[] = {
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"a|b", "a\\|b"},
		{"`code`", "\\`code\\`"},
		{"*bold* _it_ ~no~", "\\*bold\\* \\_it\\_ \\~no\\~"},
		{"[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"},
		{"![i](http://e/i.png)", "!\\[i\\](http:&#8203;//e/i.png)"},
		{"see www.evil.example", "see www.&#8203;evil.example"},
		{"@everyone", "@&#8203;everyone"},
		{"fixes #12", "fixes #&#8203;12"},
		{"&lt;b&gt;", "&amp;lt;b&amp;gt;"},
		{"\\| cell", "\\\\\\| cell"},
		{"$x$", "\\$x\\$"},
		{"two\n\n# lines", "two  # lines"},
		{"- item", "\\- item"},
		{"# head", "\\# head"},
		{"12. twelve", "12\\. twelve"},
		{"1.5 GiB", "1\\.5 GiB"},
		{"</details>", "&lt;/details&gt;"},
		{"\033[31m", "\xef\xbf\xbd\\[31m"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
		NN_AUTO(free) char *cell = nn_asprintf("| %s | copy | ", cases[i].written);
		NN_AUTO(free) char *item = nn_asprintf("\n- %s\n", cases[i].written);

		free(c->rows[0].workload);
		c->rows[0].workload = nn_strdup(cases[i].text);
		nn_strings_add(&c->rows[0].flags, nn_strdup(cases[i].text));
		nn_strings_add(&c->remarks, nn_strdup(cases[i].text));

		NN_AUTO(free) char *text = render_as("markdown", c);

		assert_text(text, cell);
		assert_text(text, item);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_and_ratios_are_tables),
		cmocka_unit_test(details_are_closed_as_often_as_opened),
		cmocka_unit_test(rows_have_as_many_cells_as_their_head),
		cmocka_unit_test(long_reports_are_cut_and_say_so),
		cmocka_unit_test(hostile_text_stays_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
