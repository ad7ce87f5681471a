/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"

static void set_verdict(struct nn_report_row *row, const char *verdict)
{
	free(row->verdict);
	row->verdict = nn_strdup(verdict);
}

static void drop_claims(struct nn_comparison *c)
{
	struct nn_comparison *dropped = nn_calloc(1, sizeof(*dropped));

	dropped->claims = c->claims;
	dropped->nr_claims = c->nr_claims;
	c->claims = NULL;
	c->nr_claims = c->cap_claims = 0;
	nn_comparison_free(dropped);
}

static void verdicts_map_to_what_a_ci_service_shows(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	NN_AUTO(free) char *text = render_as("junit", c);

	(void)state;
	assert_begins(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			    "<testsuites name=\"nearnative\" tests=\"8\" failures=\"1\" "
			    "errors=\"2\">");
	assert_text(text, "<testsuite name=\"demo: vm &gt;= 97% of native for compute/bandwidth\" "
			  "tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\" "
			  "timestamp=\"2025-11-22T15:34:00Z\">");
	assert_text(text, "<testcase classname=\"compute/bandwidth\" name=\"d2h: vm against "
			  "native\"><system-out>native ");
	assert_text(text, "name=\"roundtrip: vm against native\"><failure type=\"REFUTED\" "
			  "message=\"REFUTED: performance ratio 0.");
	assert_text(text, "<skipped type=\"INCONCLUSIVE\" message=\"INCONCLUSIVE (14 more boots): "
			  "performance ratio 0.961\xe2\x80\x93"
			  "0.985 (one-sided 95 % bounds), margin 0.97\">");
	assert_text(text, "<error type=\"INVALID\" message=\"INVALID: no performance ratio, margin "
			  "0.97\">INVALID: no performance ratio, margin 0.97\nsoftware device: ");
	assert_text(text, "<property name=\"late\" value=\"given after the data\"/>");
}

static void claim_without_rows_is_a_case_of_its_own(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(free) char *text = render_as("junit", c);

	(void)state;
	assert_text(text,
		    "<testcase classname=\"vm &gt;= 99% of native for graphics/*\" name=\"the "
		    "claim as a whole\"><error type=\"INVALID\" message=\"INVALID: no "
		    "performance ratio, margin 0.97\">INVALID: no performance ratio, margin "
		    "0.97\nnothing measured\n</error>");
}

/* The row's own count is of the strictest claim about it, which may be another. */
static void slow_boots_are_counted_by_the_margin_of_the_suite(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();

	(void)state;
	c->claims[0].margin = 1.5;

	NN_AUTO(free) char *text = render_as("junit", c);

	assert_text(text, "\nall 10 vm boots below the margin\n");
	assert_text(text, "\n0 of 10 vm boots below the margin: at most 26 % of boots");
}

/* A workload that never ran has no row, but the claim is INVALID for it. */
static void verdict_that_no_row_explains_is_told_of_the_claim(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	free(c->claims[0].verdict);
	c->claims[0].verdict = nn_strdup("INVALID");
	nn_strings_add(&c->claims[0].reasons, nn_strdup("system/timer broke in arm 'vm'"));

	NN_AUTO(free) char *text = render_as("junit", c);

	assert_text(text, "tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\"");
	assert_text(text, "\nsystem/timer broke in arm &#39;vm&#39;\n</error>");
}

static void rows_of_a_gate_are_a_suite(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	drop_claims(c);
	set_verdict(&c->rows[0], "NO REGRESSION");
	set_verdict(&c->rows[1], "REGRESSION");
	set_verdict(&c->rows[2], "INVALID");
	set_verdict(&c->rows[3], NULL);
	set_verdict(&c->rows[4], "INCONCLUSIVE");
	set_verdict(&c->rows[5], NULL);

	NN_AUTO(free) char *text = render_as("junit", c);

	assert_text(text, "<testsuite name=\"demo: comparisons\" tests=\"4\" failures=\"1\" "
			  "errors=\"1\" skipped=\"1\"");
	assert_text(text, "<failure type=\"REGRESSION\" message=\"REGRESSION: performance ratio ");
}

static void campaign_without_verdicts_has_no_tests(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	drop_claims(c);
	sample_make_lone(c);

	NN_AUTO(free) char *text = render_as("junit", c);

	assert_string_equal(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				  "<testsuites name=\"nearnative\" tests=\"0\" failures=\"0\" "
				  "errors=\"0\"></testsuites>\n");
}

static void hostile_text_is_no_markup(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = rich_comparison();
	static const char hostile[] = "]]></failure><x y=\"'\001\x1b\xff\xef\xbf\xbe&amp;";

	(void)state;
	free(c->claims[0].text);
	c->claims[0].text = nn_strdup(hostile);
	free(c->rows[1].metric);
	c->rows[1].metric = nn_strdup(hostile);
	nn_strings_add(&c->rows[1].flags, nn_strdup(hostile));
	nn_strings_add(&c->claims[1].checks[0].reasons, nn_strdup(hostile));

	NN_AUTO(free) char *text = render_as("junit", c);

	assert_no_text(text, "<x");
	assert_no_text(text, "]]>");
	assert_no_text(text, "\001");
	assert_no_text(text, "\033");
	assert_no_text(text, "\xff");
	assert_no_text(text, "\xef\xbf\xbe");
	assert_text(text, "]]&gt;&lt;/failure&gt;&lt;x y=&quot;&#39;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_map_to_what_a_ci_service_shows),
		cmocka_unit_test(claim_without_rows_is_a_case_of_its_own),
		cmocka_unit_test(slow_boots_are_counted_by_the_margin_of_the_suite),
		cmocka_unit_test(verdict_that_no_row_explains_is_told_of_the_claim),
		cmocka_unit_test(rows_of_a_gate_are_a_suite),
		cmocka_unit_test(campaign_without_verdicts_has_no_tests),
		cmocka_unit_test(hostile_text_is_no_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
