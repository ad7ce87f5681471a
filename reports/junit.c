/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/html/writer.h" /* its rules of escaping are those of XML, too */
#include "reports/sentences.h"
#include "reports/view.h"
#include "reports/words.h"

/*
 * A test suite for each claim of each campaign, a test case for each row that it covers. PROVEN
 * passes, REFUTED and REGRESSION fail, INVALID is an error (the test could not be made), and
 * INCONCLUSIVE is skipped with a message: no CI calls that a failure, every CI shows it. Rows that
 * have a verdict but no claim (a gate's) form a suite of their own. Times are left out: a case has
 * none of its own. The shape is what the Jenkins xUnit plug-in's junit-10.xsd accepts.
 */

enum outcome { PASSED, FAILED, BROKEN, SKIPPED, NR_OUTCOMES };

static const struct {
	const char *verdict;
	enum outcome outcome;
} outcomes[] = {
	{"PROVEN", PASSED},     {"NO REGRESSION", PASSED}, {"REFUTED", FAILED},
	{"REGRESSION", FAILED}, {"INCONCLUSIVE", SKIPPED},
};

static const char *const outcome_tags[NR_OUTCOMES] = {
	[FAILED] = "failure",
	[BROKEN] = "error",
	[SKIPPED] = "skipped",
};

struct test_case {
	const struct nn_report_row *row; /* NULL: the claim as a whole */
	const char *verdict;
	const struct nn_strings *reasons;
	uint64_t boots_needed;
	double margin;
	double lower95;
	double upper95;
};

struct suite {
	const struct nn_comparison *comparison;
	const char *campaign; /* as its rows call it */
	const char *claim;    /* NULL: rows without one */
	const char *verdict;
	bool is_late;
	struct test_case *cases;
	size_t nr, cap;
};

/* What is not known to be good is an error. */
static enum outcome outcome_of(const char *verdict)
{
	for (size_t i = 0; verdict && i < NN_ARRAY_SIZE(outcomes); i++) {
		if (strcmp(outcomes[i].verdict, verdict) == 0)
			return outcomes[i].outcome;
	}
	return BROKEN;
}

static size_t count_cases(const struct suite *suite, enum outcome outcome)
{
	size_t nr = 0;

	for (size_t i = 0; i < suite->nr; i++)
		nr += outcome_of(suite->cases[i].verdict) == outcome;
	return nr;
}

/* ---- from claims and rows to suites ---- */

static void add_whole(struct suite *suite, const struct nn_report_claim *claim)
{
	bool is_told = false;

	for (size_t i = 0; i < suite->nr; i++)
		is_told |= outcome_of(suite->cases[i].verdict) == outcome_of(claim->verdict);
	if (is_told)
		return;
	*NN_ARRAY_APPEND(suite->cases, suite->nr, suite->cap) = (struct test_case){
		.verdict = claim->verdict,
		.reasons = &claim->reasons,
		.margin = claim->margin,
		.lower95 = NAN,
		.upper95 = NAN,
	};
}

static void fill_claim(struct suite *suite, const struct nn_report_claim *claim)
{
	for (size_t i = 0; i < claim->nr_checks; i++) {
		const struct nn_report_check *check = &claim->checks[i];

		*NN_ARRAY_APPEND(suite->cases, suite->nr, suite->cap) = (struct test_case){
			.row = &suite->comparison->rows[check->row],
			.verdict = check->verdict,
			.reasons = check->reasons.nr ? &check->reasons
						     : &suite->comparison->rows[check->row].reasons,
			.boots_needed = check->boots_needed,
			.margin = claim->margin,
			.lower95 = check->lower95,
			.upper95 = check->upper95,
		};
	}
	/* a workload that never ran speaks against the claim, but has no row */
	add_whole(suite, claim);
}

static void add_row(struct suite *suite, const struct nn_report_row *row)
{
	*NN_ARRAY_APPEND(suite->cases, suite->nr, suite->cap) = (struct test_case){
		.row = row,
		.verdict = row->verdict,
		.reasons = &row->reasons,
		.margin = row->margin,
		.lower95 = row->performance_lower95,
		.upper95 = row->performance_upper95,
	};
}

/* ---- writing ---- */

static char *number_text(size_t value)
{
	return nn_asprintf("%zu", value);
}

static void put_property(struct nn_html *xml, const char *name, const char *value)
{
	if (value)
		nn_html_void(xml, "property", "name", name, "value", value, NULL);
}

static void put_properties(struct nn_html *xml, const struct suite *suite)
{
	char *const *summary = suite->comparison->summary;

	nn_html_open(xml, "properties", NULL);
	put_property(xml, "campaign", suite->campaign);
	put_property(xml, "claim", suite->claim);
	put_property(xml, "verdict", suite->verdict);
	if (suite->is_late)
		put_property(xml, "late", "given after the data");
	put_property(xml, "machine", summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
	put_property(xml, "build", summary[NN_SUMMARY_BUILD_ID]);
	put_property(xml, "banner", suite->comparison->banner);
	nn_html_close(xml, "properties");
}

static char *message_of(const struct test_case *test)
{
	const double bounds[2] = {test->lower95, test->upper95};
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_verdict(&sb, test->verdict, test->boots_needed);
	nn_strbuf_add(&sb, ": ");
	if (isfinite(bounds[0])) {
		nn_strbuf_add(&sb, "performance ratio ");
		nn_words_ratio_interval(&sb, bounds);
		nn_strbuf_add(&sb, " (one-sided 95 % bounds)");
	} else {
		nn_strbuf_add(&sb, "no performance ratio");
	}
	if (isfinite(test->margin)) {
		nn_strbuf_add(&sb, ", margin ");
		nn_strbuf_add_double(&sb, test->margin);
	}
	return nn_strbuf_detach(&sb);
}

static void put_outcome(struct nn_html *xml, const struct test_case *test)
{
	const char *tag = outcome_tags[outcome_of(test->verdict)];
	NN_AUTO(free) char *message = message_of(test);
	NN_AUTO(strbuf) struct nn_strbuf reasons = NN_STRBUF_INIT;

	if (!tag)
		return;
	for (size_t i = 0; i < test->reasons->nr; i++)
		nn_strbuf_addf(&reasons, "%s\n", test->reasons->items[i]);
	nn_html_open(xml, tag, "type", test->verdict ? test->verdict : "INVALID", "message",
		     message, NULL);
	nn_html_textf(xml, "%s\n%s", message, nn_strbuf_str(&reasons)); /* some show only this */
	nn_html_close(xml, tag);
}

static void add_line(struct nn_strbuf *sb, const struct nn_report_row *row,
		     bool (*say)(struct nn_strbuf *, const struct nn_report_row *))
{
	if (say(sb, row))
		nn_strbuf_addc(sb, '\n');
}

static void put_figures(struct nn_html *xml, const struct test_case *test)
{
	const struct nn_report_row *row = test->row;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "%s ", row->base_arm);
	nn_words_number(&sb, row->base_value);
	nn_strbuf_addf(&sb, " %s, %s ", row->unit, row->arm ? row->arm : "no other arm");
	nn_words_number(&sb, row->value);
	nn_strbuf_addf(&sb, " %s (%s is better)\nratio ", row->unit,
		       nn_direction_name(row->direction));
	nn_words_ratio(&sb, row->ratio, row->ratio_ci95);
	nn_strbuf_add(&sb, ", 95 % interval ");
	nn_words_ratio_interval(&sb, row->ratio_ci95);
	nn_strbuf_add(&sb, ", ");
	nn_words_count(&sb, row->nr_boots, "boot");
	nn_strbuf_addc(&sb, '\n');
	add_line(&sb, row, nn_sentence_difference);
	if (nn_sentence_margin_guard(&sb, row, test->margin))
		nn_strbuf_addc(&sb, '\n');
	add_line(&sb, row, nn_sentence_aa);
	for (size_t i = 0; i < row->flags.nr; i++)
		nn_strbuf_addf(&sb, "%s\n", row->flags.items[i]);
	nn_html_element(xml, "system-out", nn_strbuf_str(&sb), NULL);
}

static void put_case(struct nn_html *xml, const struct suite *suite, const struct test_case *test)
{
	const struct nn_report_row *row = test->row;
	NN_AUTO(free) char *name = NULL;

	if (row)
		name = nn_asprintf("%s: %s against %s", row->metric,
				   row->arm ? row->arm : row->base_arm, row->base_arm);
	nn_html_open(xml, "testcase", "classname", row ? row->workload : suite->claim, "name",
		     row ? name : "the claim as a whole", NULL);
	put_outcome(xml, test);
	if (row)
		put_figures(xml, test);
	nn_html_close(xml, "testcase");
}

static void put_suite(struct nn_html *xml, const struct suite *suite)
{
	const struct nn_comparison *c = suite->comparison;
	const char *campaign = nn_view_campaign(c, suite->campaign);
	NN_AUTO(free)
	char *name = nn_asprintf("%s: %s", campaign, suite->claim ? suite->claim : "comparisons");
	NN_AUTO(free) char *tests = number_text(suite->nr);
	NN_AUTO(free) char *failures = number_text(count_cases(suite, FAILED));
	NN_AUTO(free) char *errors = number_text(count_cases(suite, BROKEN));
	NN_AUTO(free) char *skipped = number_text(count_cases(suite, SKIPPED));

	nn_html_open(xml, "testsuite", "name", name, "tests", tests, "failures", failures, "errors",
		     errors, "skipped", skipped, "timestamp", c->summary[NN_SUMMARY_STARTED], NULL);
	put_properties(xml, suite);
	for (size_t i = 0; i < suite->nr; i++)
		put_case(xml, suite, &suite->cases[i]);
	nn_html_close(xml, "testsuite");
}

struct suites {
	struct suite *items;
	size_t nr, cap;
};

static struct suite *new_suite(struct suites *suites, const struct nn_comparison *comparison,
			       const char *campaign)
{
	struct suite *suite = NN_ARRAY_APPEND(suites->items, suites->nr, suites->cap);

	suite->comparison = comparison;
	suite->campaign = campaign;
	return suite;
}

static void collect_claims(struct suites *suites, const struct nn_comparison *c, bool *is_covered)
{
	for (size_t i = 0; i < c->nr_claims; i++) {
		const struct nn_report_claim *claim = &c->claims[i];
		struct suite *suite = new_suite(suites, c, claim->campaign);

		suite->claim = claim->text;
		suite->verdict = claim->verdict;
		suite->is_late = claim->is_late;
		fill_claim(suite, claim);
		for (size_t k = 0; k < claim->nr_checks; k++)
			is_covered[claim->checks[k].row] = true;
	}
}

static void collect_rows(struct suites *suites, const struct nn_view *view, const bool *is_covered)
{
	const struct nn_comparison *c = view->comparison;

	for (size_t from = 0; from < c->nr_rows;) {
		size_t to = nn_view_group_end(view, from, true);
		struct suite *suite = NULL;

		for (size_t i = from; i < to; i++) {
			const struct nn_report_row *row = nn_view_row(view, i);

			if (!row->verdict || is_covered[row - c->rows])
				continue;
			if (!suite)
				suite = new_suite(suites, c, row->campaign);
			add_row(suite, row);
		}
		from = to;
	}
}

static void put_document(struct nn_html *xml, const struct suites *suites)
{
	size_t nr_tests = 0, nr_failures = 0, nr_errors = 0;

	for (size_t i = 0; i < suites->nr; i++) {
		nr_tests += suites->items[i].nr;
		nr_failures += count_cases(&suites->items[i], FAILED);
		nr_errors += count_cases(&suites->items[i], BROKEN);
	}

	NN_AUTO(free) char *tests = number_text(nr_tests);
	NN_AUTO(free) char *failures = number_text(nr_failures);
	NN_AUTO(free) char *errors = number_text(nr_errors);

	nn_html_constant(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	nn_html_open(xml, "testsuites", "name", "nearnative", "tests", tests, "failures", failures,
		     "errors", errors, NULL);
	for (size_t i = 0; i < suites->nr; i++)
		put_suite(xml, &suites->items[i]);
	nn_html_close(xml, "testsuites");
}

static int junit_render(const struct nn_comparison *c, const struct nn_report_style *style,
			struct nn_strbuf *out, struct nn_err *err)
{
	struct nn_html xml = {.out = out};
	struct suites suites = {0};
	NN_AUTO(free) bool *is_covered = nn_calloc(c->nr_rows + 1, sizeof(*is_covered));
	NN_AUTO(view) struct nn_view view = {0};

	(void)style;
	(void)err;
	nn_view_init(&view, c);
	collect_claims(&suites, c, is_covered);
	collect_rows(&suites, &view, is_covered);
	put_document(&xml, &suites);
	for (size_t i = 0; i < suites.nr; i++)
		free(suites.items[i].cases);
	free(suites.items);
	return 0;
}

const struct nn_report nn_report_junit = {
	.plugin = {.name = "junit", .summary = "claims as test suites for a CI service"},
	.extension = "xml",
	.render = junit_render,
};
