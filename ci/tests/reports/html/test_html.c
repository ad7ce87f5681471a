/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/rich.h"
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

static char *render_rich(void)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();

	return render(comparison);
}

static size_t count(const char *text, const char *part)
{
	size_t nr = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		nr++;
	return nr;
}

static void assert_texts(const char *page, const char *const *texts, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (!strstr(page, texts[i]))
			fail_msg("the page lacks '%s'", texts[i]);
	}
}

/* As XML it must hold too, which forgives nothing: unclosed elements, stray quotes, bad bytes. */
static void assert_well_formed(const char *page)
{
	const char *const argv[] = {"xmllint", "--noout", "-", NULL};
	const struct nn_subprocess_spec spec = {.argv = argv, .input = page};
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	struct nn_err err = {0};
	int rc = nn_subprocess_run(&spec, &result, &err);

	if (rc || result.exit_status == 127) {
		print_message("not checked as XML: xmllint is not installed (libxml2-utils)\n");
		return;
	}
	if (result.exit_status != 0)
		fail_msg("%s", nn_strbuf_str(&result.err_out));
}

/* ---- foreign text ---- */

static void hostile_text_is_shown_and_never_markup(void **state)
{
	NN_AUTO(free) char *sample = render_sample();
	NN_AUTO(free) char *rich = render_rich();

	(void)state;
	assert_null(strstr(sample, "<script"));
	assert_null(strstr(rich, "<script"));
	/* once in a fact, once in the reason of a skip */
	assert_non_null(strstr(sample, "note=&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"));
	assert_non_null(strstr(sample, "this arm &lt;script&gt;alert("));
	assert_well_formed(sample);
	assert_well_formed(rich);
	/* every figure that was opened is closed where it was meant to be */
	assert_int_equal(count(rich, "<svg"), count(rich, "</svg>"));
}

static void replace(char **text)
{
	free(*text);
	*text = nn_strdup("\"><img src=x onerror=alert(1)>]]>\x01\xff\xe2\x80\xae");
}

static void replace_row(struct nn_report_row *row)
{
	char **texts[] = {&row->workload,
			  &row->metric,
			  &row->unit,
			  &row->arm,
			  &row->base_arm,
			  &row->campaign,
			  &row->ceiling_source,
			  &row->verdict,
			  &row->tails[2].reason,
			  &row->aa.started,
			  &row->base_side.boots.items[0].boot,
			  &row->reasons.items[0],
			  &row->flags.items[0]};

	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++)
		replace(texts[i]);
}

static void hostile_names_are_escaped_everywhere(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	char **texts[] = {
		&c->summary[NN_SUMMARY_NAME],
		&c->summary[NN_SUMMARY_UUID],
		&c->summary[NN_SUMMARY_STATE],
		&c->summary[NN_SUMMARY_STARTED],
		&c->summary[NN_SUMMARY_MACHINE_DESCRIPTION],
		&c->summary[NN_SUMMARY_DEVICE],
		&c->banner,
		&c->arms[0].name,
		&c->arms[1].name,
		&c->arms[1].target,
		&c->arms[1].facts.items[0].name,
		&c->claims[0].text,
		&c->claims[1].campaign,
		&c->claims[2].reasons.items[0],
		&c->events[0].message,
		&c->events[0].kind,
		&c->events[0].severity,
		&c->events[0].block,
		&c->skips[0].outcome,
		&c->skips[0].workload,
		&c->remarks.items[0],
		&c->telemetry[0].name,
		&c->telemetry[0].unit,
		&c->telemetry[0].arm,
		&c->spans[0].workload,
	};

	(void)state;
	c->nr_campaigns = 2; /* so that campaigns are named */
	replace_row(&c->rows[9]);
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++)
		replace(texts[i]);

	NN_AUTO(free) char *page = render(c);

	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "=\"\""));
	assert_null(strstr(page, "\xe2\x80\xae"));
	assert_well_formed(page);
}

static void page_needs_nothing_from_elsewhere(void **state)
{
	static const char *const forbidden[] = {
		"http://",   "https://", "<iframe", "@import", "url(",          " onload",
		" style=\"", "<script",  "<object", "<embed",  "unsafe-inline", "unsafe-eval"};
	NN_AUTO(free) char *page = render_rich();
	const char *style = strstr(page, "<style>");

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(forbidden); i++) {
		if (strstr(page, forbidden[i]))
			fail_msg("the page has '%s'", forbidden[i]);
	}
	assert_non_null(strstr(page, "default-src &#39;none&#39;; style-src &#39;sha256-"));
	assert_non_null(strstr(page, "<html lang=\"en\">"));
	assert_int_equal(count(page, "<style"), 1);
	assert_true(strstr(page, "Content-Security-Policy") < style);
	/* the one link is the icon, which keeps browsers from asking for one */
	assert_int_equal(count(page, "<link"), 1);
	assert_non_null(strstr(page, "<link rel=\"icon\" href=\"data:,\"/>"));
}

/* ---- claims ---- */

static void claims_say_what_decides_them(void **state)
{
	static const char *const texts[] = {
		/* a link to the worst row, and of how many */
		"<a href=\"#r1\">compute/bandwidth d2h</a>, the worst of 3",
		"Every row that the claims cover (7)",
		"class=\"late\">given after the data",
		"data-label=\"more boots\" class=\"number\">14<",
		"<small class=\"reason\">nothing measured</small>",
		"id=\"r1\"",
	};
	NN_AUTO(free) char *page = render_rich();

	(void)state;
	assert_texts(page, texts, NN_ARRAY_SIZE(texts));
}

static void verdicts_differ_by_sign_and_not_by_colour_alone(void **state)
{
	static const struct {
		const char *verdict;
		const char *mark;
	} cases[] = {
		{"PROVEN", "verdict good\"><span aria-hidden=\"true\">\xe2\x9c\x93</span> PROVEN"},
		{"REFUTED", "verdict bad\"><span aria-hidden=\"true\">\xe2\x9c\x97</span> REFUTED"},
		{"INCONCLUSIVE", "verdict care\"><span aria-hidden=\"true\">?</span> INCONCLUSIVE"},
		{"INVALID",
		 "verdict void\"><span aria-hidden=\"true\">\xe2\x8a\x98</span> INVALID"},
		{"REGRESSION", "verdict bad\"><span aria-hidden=\"true\">\xe2\x9c\x97</span> REG"},
		{"NO REGRESSION",
		 "verdict good\"><span aria-hidden=\"true\">\xe2\x9c\x93</span> NO REGRESSION"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

		free(c->rows[0].verdict);
		c->rows[0].verdict = nn_strdup(cases[i].verdict);

		NN_AUTO(free) char *page = render(c);

		assert_texts(page, &cases[i].mark, 1);
	}
}

static void long_reason_stands_once_however_many_rows_give_it(void **state)
{
	static const char reason[] = "emulated: CPUID says TCG, QEMU's software emulation, as it "
				     "does in the lab, whose figures are none of real hardware, "
				     "which nobody should quote";
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	sample_add_reason(c, reason);
	for (size_t i = 0; i < c->nr_claims; i++)
		nn_strings_add(&c->claims[i].reasons, nn_strdup(reason));

	NN_AUTO(free) char *page = render(c);

	assert_int_equal(count(page, "which nobody should quote"), 1);
	assert_non_null(strstr(page, "aria-label=\"note 1\">1</a>"));
	assert_non_null(strstr(page, "<li id=\"n1\">emulated: CPUID"));
}

/* ---- the plot ---- */

/* Performance ratios, and ticks that the axis must have to be read. */
static void axis_of_the_plot_reaches_far_ratios(void **state)
{
	static const struct {
		double ratios[2];
		const char *ticks[3];
	} cases[] = {
		{{0.99, 1.01}, {">100 %<", ">96 %<", ">102 %<"}},
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

/* Without a claim about it, a ratio far off must not squeeze those that claims are about. */
static void unclaimed_ratio_far_off_is_an_arrow(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	struct nn_report_row *row = &c->rows[5];

	(void)state;
	assert_true(isnan(row->margin));
	row->performance_ratio = 0.01;
	row->performance_ci95[0] = 0.009;
	row->performance_ci95[1] = 0.011;

	NN_AUTO(free) char *page = render(c);

	assert_null(strstr(page, ">10 %<"));
	assert_non_null(strstr(page, "class=\"point\" d=\"M0 0L11 -6V6z\""));
	assert_non_null(strstr(page, "<b>1.00 %</b>"));
}

static void figures_have_the_digits_of_their_interval(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	struct nn_report_row *row = &c->rows[0];

	(void)state;
	row->performance_ratio = 0.973123456;
	row->performance_ci95[0] = 0.961123456;
	row->performance_ci95[1] = 0.985123456;

	NN_AUTO(free) char *page = render(c);

	assert_non_null(strstr(page, "<b>97.3 %</b> <small>96.1 to 98.5 %</small>"));
	assert_null(strstr(page, "97.31"));
}

static void single_arm_has_no_plot_and_nothing_to_compare(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_make_lone(comparison);

	NN_AUTO(free) char *page = render(comparison);

	assert_non_null(strstr(page, "Performance: native alone"));
	assert_non_null(strstr(page, "one arm only: nothing to compare"));
	assert_non_null(strstr(page, "native: 12.42 GB/s"));
	assert_null(strstr(page, "<svg"));
	assert_null(strstr(page, "Nothing was measured."));
}

/* ---- sections ---- */

static void section_of_a_row_is_complete(void **state)
{
	static const char *const texts[] = {
		"of the performance of native, 95 % interval",
		"by paired t on log ratios",
		"2 of 10 vm boots below the margin",
		"class=\"flag\">bimodal: the boots of arm &#39;vm&#39;",
		"<th scope=\"row\">bootstrap-t</th>",
		"<th scope=\"row\">Hodges\xe2\x80\x93Lehmann</th>",
		"<th scope=\"row\">trimmed means</th>",
		"A/A: native against itself on 2025-11-20, 10 boots",
		"<dt>p (adjusted for all rows)</dt>",
		"<dt>smallest change that would show</dt>",
		"<dt>equivalent within</dt>",
		"<th scope=\"row\">effective per run</th>",
		"<th scope=\"row\">unsteady runs</th>",
		"<th scope=\"row\">outliers, kept</th>",
		"<th scope=\"row\">99 %</th>",
		"fewer than 10 iterations beyond it in a boot",
		"Share of the physical ceiling, 7876 MB/s: PCIe 16 GT/s x4, MPS 256",
		"<p>native: 85 %</p>",
		"<summary>The 20 boots one by one</summary>",
		"class=\"curve base\"",
		"class=\"boot arm\"",
		"<title>vm, block 4: ",
		"what the claim asks for",
	};
	NN_AUTO(free) char *page = render_rich();

	(void)state;
	assert_texts(page, texts, NN_ARRAY_SIZE(texts));
}

static void every_chart_has_a_name_for_those_who_do_not_see_it(void **state)
{
	NN_AUTO(free) char *page = render_rich();
	size_t nr_named = 0;

	(void)state;
	for (const char *svg = strstr(page, "<svg"); svg; svg = strstr(svg + 1, "<svg")) {
		const char *end = strchr(svg, '>');
		NN_AUTO(free) char *tag = nn_strndup(svg, (size_t)(end - svg));
		bool is_mark = strstr(tag, "class=\"mark\"") != NULL; /* within a chart */

		if (strstr(tag, "aria-hidden=\"true\"") || is_mark)
			continue;
		if (!strstr(tag, "role=\"img\"") || strncmp(end, "><title>", 8) != 0)
			fail_msg("a chart without a name: %s", tag);
		nr_named++;
	}
	assert_true(nr_named > 50);
}

static void boots_of_one_iteration_have_no_distribution(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	for (size_t i = 0; i < c->nr_rows; i++) {
		c->rows[i].base_side.nr_samples = c->rows[i].base_side.boots.nr;
		c->rows[i].side.nr_samples = c->rows[i].side.boots.nr;
	}

	NN_AUTO(free) char *page = render(c);

	assert_null(strstr(page, "iterations below a value"));
	assert_non_null(strstr(page, "Boots by block, MB/s"));
}

static void unpaired_boots_are_not_joined(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	for (size_t i = 0; i < c->nr_rows; i++)
		c->rows[i].is_paired = false;

	NN_AUTO(free) char *page = render(c);

	assert_null(strstr(page, "class=\"pair\""));
	assert_non_null(strstr(page, "10 and 10 boots (not paired) by"));
}

static void ten_thousand_campaigns_give_a_page_that_opens(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	c->source = NN_SOURCE_FILE;
	c->nr_campaigns = 10000;
	for (size_t i = 0; i < c->nr_campaigns; i++) {
		struct nn_report_row *row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);

		rich_fill_row(row, &rich_rows[3], i);
		free(row->campaign);
		row->campaign = nn_asprintf("campaign-%zu", i);
		sample_add_claim(c, "vm >= 97% of native", "PROVEN", 0.98, 1.0, c->nr_rows - 1,
				 NULL);
	}

	NN_AUTO(free) char *page = render(c);

	assert_true(strlen(page) < 2500000);
	assert_int_equal(count(page, "<article"), 40);
	assert_non_null(strstr(page, "Of 10013 comparisons the 40 that matter most are shown in"));
	assert_non_null(strstr(page, "Of 10013 comparisons these are the 120 that matter most"));
	assert_non_null(strstr(page, "10006 claims: 1 REFUTED, 2 INVALID, 1 INCONCLUSIVE, 10002 "
				     "PROVEN. Below are the 20 that matter most"));
}

/* ---- what stands around ---- */

static void environment_shows_first_what_differs(void **state)
{
	NN_AUTO(free) char *page = render_rich();
	const char *differs = strstr(page, "What differs between the arms");
	const char *same = strstr(page, "3 facts are the same in every arm");

	(void)state;
	assert_non_null(differs);
	assert_non_null(same);
	assert_true(strstr(page, ">hypervisor<") > differs && strstr(page, ">hypervisor<") < same);
	assert_true(strstr(page, ">memory.total<") < same); /* boots of one arm differ */
	assert_true(strstr(page, ">kernel.release<") > same);
}

static void events_are_sorted_by_how_bad_they_are(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	struct nn_report_event first = c->events[0];

	(void)state;
	c->events[0] = c->events[1];
	c->events[1] = first;

	NN_AUTO(free) char *page = render(c);
	const char *error = strstr(page, ">iommu-fault<");
	const char *warning = strstr(page, ">guest &lt;/svg&gt;");

	assert_non_null(error);
	assert_true(warning > error);
	assert_non_null(strstr(page, "data-label=\"block\" class=\"number\">3<")); /* from 0 */
}

static void telemetry_shows_runs_and_leaves_out_what_never_changes(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	for (size_t i = 0; i < c->nr_telemetry; i++) {
		for (size_t p = 0;
		     strcmp(c->telemetry[i].name, "gpu.clock") == 0 && p < c->telemetry[i].nr; p++)
			c->telemetry[i].values[p] = 1410;
	}

	NN_AUTO(free) char *page = render(c);

	assert_non_null(strstr(page, "<h3>cpu.user</h3>"));
	assert_null(strstr(page, "<h3>gpu.clock</h3>"));
	assert_non_null(strstr(page, "data-label=\"native\" class=\"number\">1410 (1410"));
	assert_non_null(strstr(page, "class=\"span\" d=\"M"));
	assert_non_null(strstr(page, "<title>compute/gemm</title>"));
	assert_non_null(strstr(page, "<title>cpu.user in vm, block 10: mean "));
	assert_null(strstr(page, "more series are only in the table"));
}

static void very_many_series_are_bounded(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	for (uint64_t block = 10; block < 80; block++)
		rich_add_telemetry(c, 0, block);

	NN_AUTO(free) char *page = render(c);

	/* 10 of the VM alone; the other three names have 90 each, and two of them fit */
	assert_int_equal(count(page, "class=\"line base\"") + count(page, "class=\"line arm\""),
			 190);
	assert_non_null(strstr(page, "90 more series are only in the table above"));
}

static void page_says_what_it_compares(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(free) char *stored = NULL;
	NN_AUTO(free) char *filed = NULL;
	NN_AUTO(free) char *crossed = NULL;

	(void)state;
	stored = render(c);
	assert_non_null(strstr(stored, "Campaign done, 2025-11-22 15:34 UTC, on QEMU Standard PC"));
	assert_non_null(strstr(stored, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15"));
	assert_true(strstr(stored, "EMULATED MACHINE:") < strstr(stored, "<h1>demo</h1>"));
	assert_null(strstr(stored, "A/A:"));
	c->title = nn_strdup("figures.csv");
	c->source = NN_SOURCE_FILE;
	c->is_aa = true;
	filed = render(c);
	assert_non_null(strstr(filed, "<h1>figures.csv</h1>"));
	assert_non_null(strstr(filed, "Figures of a file, 1 campaign<"));
	assert_non_null(strstr(filed, "A/A: one arm is measured against itself."));
	assert_null(strstr(filed, "id=\"environment\""));
	assert_null(strstr(filed, "Time spent"));
	c->source = NN_SOURCE_CROSS;
	crossed = render(c);
	assert_non_null(strstr(crossed, "Two campaigns side by side"));
}

static void same_comparison_gives_the_same_bytes(void **state)
{
	NN_AUTO(free) char *once = render_rich();
	NN_AUTO(free) char *twice = render_rich();

	(void)state;
	assert_string_equal(once, twice);
}

static void comparison_without_anything_still_makes_a_page(void **state)
{
	struct nn_comparison empty = {0};
	char name[] = "empty";
	char campaign_state[] = "running";
	NN_AUTO(free) char *nameless = render(&empty);

	(void)state;
	assert_well_formed(nameless);
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
		cmocka_unit_test(claims_say_what_decides_them),
		cmocka_unit_test(verdicts_differ_by_sign_and_not_by_colour_alone),
		cmocka_unit_test(long_reason_stands_once_however_many_rows_give_it),
		cmocka_unit_test(axis_of_the_plot_reaches_far_ratios),
		cmocka_unit_test(unclaimed_ratio_far_off_is_an_arrow),
		cmocka_unit_test(figures_have_the_digits_of_their_interval),
		cmocka_unit_test(single_arm_has_no_plot_and_nothing_to_compare),
		cmocka_unit_test(section_of_a_row_is_complete),
		cmocka_unit_test(every_chart_has_a_name_for_those_who_do_not_see_it),
		cmocka_unit_test(boots_of_one_iteration_have_no_distribution),
		cmocka_unit_test(unpaired_boots_are_not_joined),
		cmocka_unit_test(ten_thousand_campaigns_give_a_page_that_opens),
		cmocka_unit_test(environment_shows_first_what_differs),
		cmocka_unit_test(events_are_sorted_by_how_bad_they_are),
		cmocka_unit_test(telemetry_shows_runs_and_leaves_out_what_never_changes),
		cmocka_unit_test(very_many_series_are_bounded),
		cmocka_unit_test(page_says_what_it_compares),
		cmocka_unit_test(same_comparison_gives_the_same_bytes),
		cmocka_unit_test(comparison_without_anything_still_makes_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
