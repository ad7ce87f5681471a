/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"
#include "harness/base/csv.h"

#define FILE_TEMPLATE "/tmp/nn-csv-report-XXXXXX"

/* What a reader of CSV makes of the report: fields by row and name. */
struct sheet {
	char path[64];
	struct nn_csv *csv;
	char **names;
	size_t nr_names;
	struct nn_csv_record record;
};

static void next_record(struct sheet *sheet)
{
	struct nn_err err = {0};

	if (nn_csv_next(sheet->csv, &sheet->record, &err) != 1)
		fail_msg("no record: %s", err.message);
}

static void open_sheet(struct sheet *sheet, const struct nn_comparison *comparison)
{
	NN_AUTO(free) char *text = render_as("csv", comparison);
	struct nn_err err = {0};
	int fd;

	(void)snprintf(sheet->path, sizeof(sheet->path), FILE_TEMPLATE);
	fd = mkstemp(sheet->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	assert_int_equal(nn_csv_open(sheet->path, &sheet->csv, &err), 0);
	next_record(sheet);
	sheet->nr_names = sheet->record.nr;
	sheet->names = nn_calloc(sheet->nr_names, sizeof(*sheet->names));
	for (size_t i = 0; i < sheet->nr_names; i++)
		sheet->names[i] = nn_strdup(sheet->record.fields[i]);
	next_record(sheet);
}

static void close_sheet(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->nr_names; i++)
		free(sheet->names[i]);
	free(sheet->names);
	nn_csv_close(sheet->csv);
	assert_int_equal(unlink(sheet->path), 0);
}

static const char *field(const struct sheet *sheet, const char *name)
{
	assert_int_equal(sheet->record.nr, sheet->nr_names);
	for (size_t i = 0; i < sheet->nr_names; i++) {
		if (strcmp(sheet->names[i], name) == 0)
			return sheet->record.fields[i];
	}
	fail_msg("no column '%s'", name);
	return NULL;
}

static double number(const struct sheet *sheet, const char *name)
{
	return strtod(field(sheet, name), NULL);
}

static void row_holds_every_figure_with_all_its_digits(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	const struct nn_report_row *row = &c->rows[0];
	struct sheet sheet = {0};

	(void)state;
	open_sheet(&sheet, c);
	assert_string_equal(field(&sheet, "campaign"), SAMPLE_CAMPAIGN);
	assert_string_equal(field(&sheet, "workload"), "compute/bandwidth");
	assert_string_equal(field(&sheet, "metric"), "copy");
	assert_string_equal(field(&sheet, "direction"), "higher");
	assert_string_equal(field(&sheet, "paired"), "yes");
	assert_string_equal(field(&sheet, "boots"), "10");
	assert_string_equal(field(&sheet, "verdict"), "PROVEN");
	assert_true(number(&sheet, "ratio") == row->ratio);
	assert_true(number(&sheet, "ratio_ci95_lower") == row->ratio_ci95[0]);
	assert_true(number(&sheet, "ratio_ci95_upper") == row->ratio_ci95[1]);
	assert_true(number(&sheet, "arm_sd_log") == row->side.sd_log);
	assert_true(number(&sheet, "slow_share_upper95") == row->slow_share_upper95);
	assert_string_equal(field(&sheet, "slow_boots"), "0");
	assert_true(number(&sheet, "p95_ratio") == row->tails[1].ratio);
	assert_true(number(&sheet, "aa_ratio_ci95_upper") == row->aa.ratio_ci95[1]);
	assert_true(number(&sheet, "share_of_ceiling") == row->value / row->ceiling);
	close_sheet(&sheet);
}

static void absent_is_empty(void **state)
{
	static const char *const names[] = {
		"value",  "ratio",        "ratio_ci95_lower", "p_value",    "verdict",
		"margin", "boots_needed", "method",           "slow_boots", "slow_share_upper95"};
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	struct sheet sheet = {0};

	(void)state;
	open_sheet(&sheet, c);
	while (strcmp(field(&sheet, "workload"), "iommu/dma-map") != 0)
		next_record(&sheet);
	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++)
		assert_string_equal(field(&sheet, names[i]), "");
	assert_string_equal(field(&sheet, "reasons"), "measured in arm 'native' only");
	next_record(&sheet);
	assert_string_equal(field(&sheet, "boots_needed"), "14");
	close_sheet(&sheet);
}

/* A spreadsheet executes what begins so; RFC 4180 says how the rest is kept. */
static void foreign_text_is_no_formula_and_breaks_no_line(void **state)
{
	static const struct {
		const char *text;
		const char *read;
	} cases[] = {
		{"=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", " =1"},
		{"a,b", "a,b"},
		{"say \"hi\"", "say \"hi\""},
		{"two\nlines\r\n", "two lines  "},
		{"bad \xff", "bad \xef\xbf\xbd"},
		{"1=1", "1=1"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
		struct sheet sheet = {0};

		free(c->rows[0].metric);
		c->rows[0].metric = nn_strdup(cases[i].text);
		nn_strings_add(&c->rows[0].flags, nn_strdup(cases[i].text));
		open_sheet(&sheet, c);
		assert_string_equal(field(&sheet, "metric"), cases[i].read);
		assert_string_equal(field(&sheet, "flags"), cases[i].read);
		close_sheet(&sheet);
	}
}

static void lines_end_in_lf_one_a_row(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	NN_AUTO(free) char *text = render_as("csv", c);
	size_t nr_lines = 0;

	(void)state;
	for (const char *at = text; *at; at++)
		nr_lines += *at == '\n';
	assert_int_equal(nr_lines, c->nr_rows + 1);
	assert_no_text(text, "\r");
	assert_begins(text, "campaign,workload,metric,unit,direction,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_holds_every_figure_with_all_its_digits),
		cmocka_unit_test(absent_is_empty),
		cmocka_unit_test(foreign_text_is_no_formula_and_breaks_no_line),
		cmocka_unit_test(lines_end_in_lf_one_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
