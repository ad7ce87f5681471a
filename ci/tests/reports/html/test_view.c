/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/rich.h"

struct wanted {
	const char *campaign;
	const char *workload;
	const char *metric;
	const char *verdict;
	double lower95; /* of the performance; the margin is 0.97 where there is a verdict */
};

static void add_row(struct nn_comparison *c, const struct wanted *wanted)
{
	struct nn_report_row *row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);

	sample_blank_row(row);
	row->campaign = nn_strdup(wanted->campaign);
	row->workload = nn_strdup(wanted->workload);
	row->metric = nn_strdup(wanted->metric);
	row->unit = nn_strdup("s");
	row->base_arm = nn_strdup("native");
	row->arm = nn_strdup("vm");
	row->verdict = nn_strdup(wanted->verdict);
	row->margin = wanted->verdict ? 0.97 : NAN;
	row->performance_lower95 = row->performance_ratio = wanted->lower95;
}

static struct nn_comparison *comparison_of(const struct wanted *rows, size_t nr)
{
	struct nn_comparison *c = nn_calloc(1, sizeof(*c));

	c->source = NN_SOURCE_FILE;
	c->nr_campaigns = 1;
	for (size_t i = 0; i < nr; i++)
		add_row(c, &rows[i]);
	return c;
}

static void worst_workload_comes_first_and_names_count_by_size(void **state)
{
	static const struct wanted rows[] = {
		{"c", "a", "x", "PROVEN", 0.99},      {"c", "a", "y", "PROVEN", 0.98},
		{"c", "b", "map_1MiB", NULL, 0.7},    {"c", "b", "map_4KiB", NULL, 0.8},
		{"c", "b", "z", "INVALID", 0.9},      {"c", "d", "x", "REFUTED", 0.8},
		{"c", "d", "y", "INCONCLUSIVE", .96}, {"c", "e", "lone", NULL, NAN},
	};
	static const char *const expected[] = {"d x",        "d y", "b z", "b map_4KiB",
					       "b map_1MiB", "a y", "a x", "e lone"};
	NN_AUTO(comparison)
	struct nn_comparison *c = comparison_of(rows, NN_ARRAY_SIZE(rows));
	NN_AUTO(html_view) struct nn_html_view view;

	(void)state;
	nn_html_view_init(&view, c);
	assert_int_equal(view.nr, NN_ARRAY_SIZE(expected));
	for (size_t i = 0; i < view.nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(&view, i);
		NN_AUTO(free) char *name = nn_asprintf("%s %s", row->workload, row->metric);

		assert_string_equal(name, expected[i]);
	}
	assert_null(nn_html_view_row(&view, view.nr));
	assert_null(nn_html_view_row(&view, SIZE_MAX));
}

static void rows_of_a_campaign_and_workload_stay_together(void **state)
{
	static const struct wanted rows[] = {
		{"c1", "w", "x", "PROVEN", 0.99},
		{"c2", "w", "x", "REFUTED", 0.5},
		{"c1", "w", "y", "REFUTED", 0.6},
		{"c2", "w", "y", "PROVEN", 0.99},
	};
	static const char *const expected[] = {"c2", "c2", "c1", "c1"};
	NN_AUTO(comparison)
	struct nn_comparison *c = comparison_of(rows, NN_ARRAY_SIZE(rows));
	NN_AUTO(html_view) struct nn_html_view view;

	(void)state;
	nn_html_view_init(&view, c);
	for (size_t i = 0; i < view.nr; i++)
		assert_string_equal(nn_html_view_row(&view, i)->campaign, expected[i]);
	assert_false(view.has_pairings);
	assert_false(
		nn_html_is_same_workload(nn_html_view_row(&view, 1), nn_html_view_row(&view, 2)));
}

static void of_very_many_rows_the_worst_are_kept(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = comparison_of(NULL, 0);
	NN_AUTO(html_view) struct nn_html_view view;
	NN_AUTO(free) char *link = NULL;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		NN_AUTO(free) char *campaign = nn_asprintf("c%zu", i);
		const struct wanted wanted = {campaign, "w", "m", "INCONCLUSIVE",
					      0.96 - 1e-6 * (double)(i * 7919 % 20000)};

		add_row(c, &wanted);
	}
	nn_html_view_init(&view, c);
	assert_int_equal(view.nr, NN_HTML_ROWS);
	assert_int_equal(view.nr_detailed, NN_HTML_SECTIONS);
	for (size_t i = 0; i < view.nr; i++)
		assert_true(nn_html_view_row(&view, i)->performance_lower95 <
			    0.94 + 1e-6 * (NN_HTML_ROWS + 1));
	link = nn_html_row_link(&view, view.places[0].row);
	assert_non_null(link);
	assert_null(nn_html_row_link(&view, view.places[view.nr - 1].row));
}

static void few_claims_keep_their_order_and_many_give_the_worst(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = comparison_of(NULL, 0);
	NN_AUTO(html_view) struct nn_html_view few = {0}, many = {0};

	(void)state;
	sample_add_claim(c, "a", "PROVEN", 0.98, 1, SIZE_MAX, NULL);
	sample_add_claim(c, "b", "REFUTED", 0.8, 0.9, SIZE_MAX, NULL);
	nn_html_view_init(&few, c);
	assert_int_equal(few.nr_claims, 2);
	assert_int_equal(few.claims[0], 0);
	for (size_t i = 0; i < 100; i++)
		sample_add_claim(c, "c", "PROVEN", 0.98, 1, SIZE_MAX, NULL);
	nn_html_view_init(&many, c);
	assert_int_equal(many.nr_claims, NN_HTML_CLAIMS);
	assert_string_equal(c->claims[many.claims[0]].text, "b");
}

static void blocks_count_from_one_unless_a_file_numbers_them(void **state)
{
	struct nn_comparison c = {.source = NN_SOURCE_STORE};
	NN_AUTO(free) char *stored = nn_html_block(&c, 0);
	NN_AUTO(free) char *filed = NULL;

	(void)state;
	c.source = NN_SOURCE_FILE;
	filed = nn_html_block(&c, 0);
	assert_string_equal(stored, "1");
	assert_string_equal(filed, "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worst_workload_comes_first_and_names_count_by_size),
		cmocka_unit_test(rows_of_a_campaign_and_workload_stay_together),
		cmocka_unit_test(of_very_many_rows_the_worst_are_kept),
		cmocka_unit_test(few_claims_keep_their_order_and_many_give_the_worst),
		cmocka_unit_test(blocks_count_from_one_unless_a_file_numbers_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
