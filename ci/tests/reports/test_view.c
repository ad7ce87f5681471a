/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/sample.h"

/* A row of names only. */
static void add_row(struct nn_comparison *c, const char *campaign, const char *base,
		    const char *arm, const char *workload, const char *metric)
{
	struct nn_report_row *row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);

	sample_blank_row(row);
	row->campaign = nn_strdup(campaign);
	row->base_arm = nn_strdup(base);
	row->arm = nn_strdup(arm);
	row->workload = nn_strdup(workload);
	row->metric = nn_strdup(metric);
	row->unit = nn_strdup("us");
}

static struct nn_comparison *file_comparison(void)
{
	struct nn_comparison *c = nn_calloc(1, sizeof(*c));

	c->source = NN_SOURCE_FILE;
	c->nr_campaigns = 2;
	c->title = nn_strdup("numbers.csv");
	sample_add_arm(c, "native", "local", "");
	sample_add_arm(c, "vm-huge", "local", "");
	sample_add_arm(c, "vm", "local", "");
	add_row(c, "c10", "native", "vm", "w", "map-1MiB");
	add_row(c, "c10", "native", "vm", "w", "map-4KiB");
	add_row(c, "c10", "native", "vm", "a", "map-64KiB");
	add_row(c, "c9", "native", "vm", "w", "x");
	add_row(c, "c9", "native", "vm-huge", "w", "x");
	add_row(c, "c9", "native", "vm", "w", "y");
	return c;
}

static void rows_are_read_by_campaign_arms_workload_and_metric(void **state)
{
	static const size_t expected[] = {4, 3, 5, 2, 1, 0};
	NN_AUTO(comparison) struct nn_comparison *c = file_comparison();
	NN_AUTO(view) struct nn_view view = {0};

	(void)state;
	nn_view_init(&view, c);
	for (size_t i = 0; i < NN_ARRAY_SIZE(expected); i++)
		assert_int_equal(view.order[i], expected[i]);
	assert_ptr_equal(nn_view_row(&view, 0), &c->rows[4]);
}

static void groups_end_where_arms_or_campaigns_change(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = file_comparison();
	NN_AUTO(view) struct nn_view view = {0};

	(void)state;
	nn_view_init(&view, c);
	assert_int_equal(nn_view_group_end(&view, 0, true), 3);
	assert_int_equal(nn_view_group_end(&view, 3, true), 6);
	assert_int_equal(nn_view_group_end(&view, 0, false), 1);
	assert_int_equal(nn_view_group_end(&view, 1, false), 3);
}

static void rows_are_named_as_far_as_they_differ(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = file_comparison();
	NN_AUTO(comparison) struct nn_comparison *store = sample_comparison();
	NN_AUTO(view) struct nn_view view = {0};
	NN_AUTO(view) struct nn_view of_store = {0};
	NN_AUTO(free) char *name = NULL;
	NN_AUTO(free) char *series = NULL;
	NN_AUTO(free) char *short_name = NULL;
	NN_AUTO(free) char *short_series = NULL;

	(void)state;
	nn_view_init(&view, c);
	nn_view_init(&of_store, store);
	name = nn_view_row_name(&view, &c->rows[3]);
	assert_string_equal(name, "c9: vm, w x");
	series = nn_view_series_name(c, &c->rows[3]);
	assert_string_equal(series, "c9: w x (vm / native)");
	short_name = nn_view_row_name(&of_store, &store->rows[0]);
	assert_string_equal(short_name, "compute/bandwidth copy");
	short_series = nn_view_series_name(store, &store->rows[0]);
	assert_string_equal(short_series, "compute/bandwidth copy (vm / native)");
}

static void shared_reasons_are_those_of_every_row(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = file_comparison();
	NN_AUTO(view) struct nn_view view = {0};
	struct nn_strings shared = {0};

	(void)state;
	nn_view_init(&view, c);
	sample_add_reason(c, "everywhere");
	nn_strings_add(&c->rows[4].reasons, nn_strdup("here"));
	nn_view_shared_reasons(&view, 0, 6, &shared);
	assert_int_equal(shared.nr, 1);
	assert_string_equal(shared.items[0], "everywhere");
	nn_strings_release(&shared);
	nn_view_shared_reasons(&view, 0, 1, &shared); /* one row shares nothing */
	assert_int_equal(shared.nr, 0);
}

static void boots_needed_are_those_of_the_neediest_open_check(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(view) struct nn_view view = {0};

	(void)state;
	sample_add_check(&c->claims[0], 4);
	c->claims[0].checks[1].boots_needed = 3;
	c->claims[0].checks[0].boots_needed = 5; /* of a row that is PROVEN */
	nn_view_init(&view, c);
	assert_int_equal(nn_view_boots_needed(&view, &c->rows[4]), 14);
	assert_int_equal(nn_view_boots_needed(&view, &c->rows[0]), 0);
}

static void stored_campaigns_go_by_their_name(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *store = sample_comparison();
	NN_AUTO(comparison) struct nn_comparison *file = file_comparison();

	(void)state;
	assert_string_equal(nn_view_campaign(store, SAMPLE_CAMPAIGN), "demo");
	assert_string_equal(nn_view_campaign(file, "c9"), "c9");
	assert_string_equal(nn_view_campaign(file, NULL), "numbers.csv");
}

static void figures_in_doubt_are_not_trusted(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	assert_true(nn_view_is_trusted(c, &c->rows[0]));
	assert_true(nn_view_is_trusted(c, &c->rows[1]));
	assert_false(nn_view_is_trusted(c, &c->rows[2])); /* INVALID */
	assert_false(nn_view_is_trusted(c, &c->rows[3])); /* one arm only */
	c->allow_emulated = false;
	assert_false(nn_view_is_trusted(c, &c->rows[0]));
}

static void nothing_measured_is_an_empty_view(void **state)
{
	struct nn_comparison c = {0};
	NN_AUTO(view) struct nn_view view = {0};

	(void)state;
	nn_view_init(&view, &c);
	assert_non_null(view.order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read_by_campaign_arms_workload_and_metric),
		cmocka_unit_test(groups_end_where_arms_or_campaigns_change),
		cmocka_unit_test(rows_are_named_as_far_as_they_differ),
		cmocka_unit_test(shared_reasons_are_those_of_every_row),
		cmocka_unit_test(boots_needed_are_those_of_the_neediest_open_check),
		cmocka_unit_test(stored_campaigns_go_by_their_name),
		cmocka_unit_test(figures_in_doubt_are_not_trusted),
		cmocka_unit_test(nothing_measured_is_an_empty_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
