/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/sample.h"
#include "harness/base/subprocess.h"
#include "reports/report.h"

static char *render(struct nn_comparison *comparison)
{
	const struct nn_report_style style = {0};
	struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_err err = {0};

	assert_int_equal(nn_report_find("html")->render(comparison, &style, &out, &err), 0);
	return nn_strbuf_detach(&out);
}

static char *render_sample(void)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	return render(comparison);
}

static void hostile_text_is_shown_and_never_markup(void **state)
{
	NN_AUTO(free) char *page = render_sample();

	(void)state;
	assert_null(strstr(page, "<script"));
	/* once in a fact, once in the reason of a skip */
	assert_non_null(strstr(page, "note=&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"));
	assert_non_null(strstr(page, "this arm &lt;script&gt;alert("));
}

static void hostile_names_are_escaped_everywhere(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	char **texts[] = {
		&comparison->summary[NN_SUMMARY_NAME],
		&comparison->summary[NN_SUMMARY_MACHINE_DESCRIPTION],
		&comparison->banner,
		&comparison->arms[1].name,
		&comparison->arms[1].target,
		&comparison->rows[0].workload,
		&comparison->rows[0].metric,
		&comparison->rows[0].unit,
		&comparison->rows[0].arm,
		&comparison->claims[0].text,
		&comparison->events[0].message,
		&comparison->events[0].kind,
		&comparison->skips[0].outcome,
		&comparison->remarks.items[0],
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		free(*texts[i]);
		*texts[i] = nn_strdup("\"><img src=x onerror=alert(1)>");
	}

	NN_AUTO(free) char *page = render(comparison);

	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "\"\""));
}

static void page_needs_nothing_from_elsewhere(void **state)
{
	static const char *const forbidden[] = {"http://", "https://", "<link", "<iframe",
						"@import", "url(",     "onload"};
	NN_AUTO(free) char *page = render_sample();

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(forbidden); i++)
		assert_null(strstr(page, forbidden[i]));
	assert_non_null(strstr(page, "default-src &#39;none&#39;"));
	assert_non_null(strstr(page, "<html lang=\"en\">"));
}

static void content_is_complete(void **state)
{
	static const char *const texts[] = {
		"EMULATED MACHINE:",
		"vm &gt;= 97% of native for compute/bandwidth",
		"about 14 more boots of each arm are needed",
		"<th scope=\"row\">iommu/nvme-read</th>",
		"class=\"whisker\"",
		"class=\"margin\"",
		"Request device [01:00.0]",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"arm &#39;native&#39; was not rebooted: 10 sessions",
	};
	NN_AUTO(free) char *page = render_sample();

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		if (!strstr(page, texts[i]))
			fail_msg("the page lacks '%s'", texts[i]);
	}
}

static void single_arm_has_no_plot_and_no_columns_to_compare_in(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_make_lone(comparison);

	NN_AUTO(free) char *page = render(comparison);

	assert_non_null(strstr(page, "<b>Every row:</b>\n one arm only: nothing to compare</p>"));
	assert_non_null(strstr(page, "native alone: geometric means"));
	assert_non_null(strstr(page, "data-label=\"native\" class=\"number\">12.42</td>"));
	assert_null(strstr(page, "data-label=\"ratio\""));
	assert_null(strstr(page, "data-label=\"verdict\""));
	assert_null(strstr(page, "<svg"));
	assert_null(strstr(page, "Nothing was measured."));
}

/* Performance ratios, and ticks that the axis must have to be read. */
static void axis_of_the_plot_reaches_far_ratios(void **state)
{
	static const struct {
		double ratios[2];
		const char *ticks[3];
	} cases[] = {
		{{0.99, 1.01}, {">100 %<", ">96 %<", ">104 %<"}},
		{{0.38, 1.0}, {">50 %<", ">70 %<", ">100 %<"}},
		{{0.30, 3.3}, {">50 %<", ">100 %<", ">200 %<"}},
		{{0.002, 40}, {">1 %<", ">100 %<", ">1000 %<"}},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

		for (size_t r = 0; r < comparison->nr_rows; r++) {
			struct nn_report_row *row = &comparison->rows[r];

			row->performance_ratio = cases[i].ratios[r % 2];
			row->performance_ci95[0] = 0.99 * row->performance_ratio;
			row->performance_ci95[1] = 1.01 * row->performance_ratio;
		}

		NN_AUTO(free) char *page = render(comparison);

		for (size_t t = 0; t < NN_ARRAY_SIZE(cases[i].ticks); t++) {
			if (!strstr(page, cases[i].ticks[t]))
				fail_msg("case %zu lacks the tick '%s'", i, cases[i].ticks[t]);
		}
		assert_null(strstr(page, "nan"));
		assert_null(strstr(page, "e+0"));
	}
}

/* libxml2's HTML parser is of the time before HTML 5: it knows no <main> and no SVG. */
static bool is_complaint(const char *line, size_t len)
{
	NN_AUTO(free) char *copy = nn_strndup(line, len);

	return strstr(copy, "error : ") && !strstr(copy, " invalid");
}

static void markup_is_well_formed(void **state)
{
	NN_AUTO(free) char *page = render_sample();
	const char *const argv[] = {"xmllint", "--html", "--noout", "-", NULL};
	const struct nn_subprocess_spec spec = {.argv = argv, .input = page};
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	struct nn_err err = {0};
	int rc = nn_subprocess_run(&spec, &result, &err);
	const char *line;

	(void)state;
	if (rc || result.exit_status == 127) {
		free(NN_STEAL(page));
		nn_subprocess_result_release(&result);
		print_message("xmllint is not installed (libxml2-utils)\n");
		skip();
	}
	line = nn_strbuf_str(&result.err_out);
	while (*line) {
		size_t len = strcspn(line, "\n");

		if (is_complaint(line, len))
			fail_msg("%.*s", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void comparison_without_anything_still_makes_a_page(void **state)
{
	struct nn_comparison empty = {0};
	char name[] = "empty";
	char campaign_state[] = "running";

	(void)state;
	empty.summary[NN_SUMMARY_NAME] = name;
	empty.summary[NN_SUMMARY_STATE] = campaign_state;

	NN_AUTO(free) char *page = render(&empty);

	assert_non_null(strstr(page, "Nothing was measured."));
	assert_null(strstr(page, "<svg"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_text_is_shown_and_never_markup),
		cmocka_unit_test(hostile_names_are_escaped_everywhere),
		cmocka_unit_test(page_needs_nothing_from_elsewhere),
		cmocka_unit_test(content_is_complete),
		cmocka_unit_test(single_arm_has_no_plot_and_no_columns_to_compare_in),
		cmocka_unit_test(axis_of_the_plot_reaches_far_ratios),
		cmocka_unit_test(markup_is_well_formed),
		cmocka_unit_test(comparison_without_anything_still_makes_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
