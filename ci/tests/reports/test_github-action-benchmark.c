/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"
#include "harness/base/json.h"

static json_t *render(const struct nn_comparison *comparison)
{
	NN_AUTO(free) char *text = render_as("github-action-benchmark", comparison);
	struct nn_err err = {0};
	json_t *root = NULL;

	if (nn_json_parse(text, strlen(text), &root, &err))
		fail_msg("%s", err.message);
	return root;
}

static void entries_have_what_the_action_reads(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	c->rows[0].p_adjusted = 0.41;
	nn_strings_add(&c->rows[0].flags, nn_strdup("drift: of native"));

	NN_AUTO(json) json_t *root = render(c);
	const json_t *entry = json_array_get(root, 0);

	assert_int_equal(json_array_size(root), 4); /* INVALID and lone rows are left out */
	assert_string_equal(nn_json_opt_str(entry, "name"), "compute/bandwidth copy (vm / native)");
	assert_string_equal(nn_json_opt_str(entry, "unit"), "% of native");
	assert_true(json_real_value(json_object_get(entry, "value")) ==
		    100 * c->rows[0].performance_ratio);
	assert_string_equal(nn_json_opt_str(entry, "extra"),
			    "native 12.42 GB/s\nvm 12.40 GB/s\n10 boots\nPROVEN\n"
			    "no significant difference (p = 0.41)\ndrift: of native");
}

/* The action takes what follows "± " for a number, and charts nothing when it is none. */
static void range_is_a_plain_number(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	c->rows[1].performance_ci95[1] = NAN;

	NN_AUTO(json) json_t *root = render(c);
	const char *range = nn_json_opt_str(json_array_get(root, 0), "range");
	char *end;

	assert_begins(range, "\xc2\xb1 ");
	assert_true(fabs(strtod(range + 3, &end) - 0.4) < 0.011);
	assert_string_equal(end, "");
	assert_null(json_object_get(json_array_get(root, 1), "range"));
}

static void more_is_better_of_times_too(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(json) json_t *root = render(c);

	(void)state;
	assert_string_equal(nn_json_opt_str(json_array_get(root, 1), "name"),
			    "compute/launch-latency latency (vm / native)");
	assert_true(json_real_value(json_object_get(json_array_get(root, 1), "value")) < 100);
}

static void nothing_to_chart_is_an_empty_list(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	c->allow_emulated = false;

	NN_AUTO(free) char *text = render_as("github-action-benchmark", c);

	assert_string_equal(text, "[]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_have_what_the_action_reads),
		cmocka_unit_test(range_is_a_plain_number),
		cmocka_unit_test(more_is_better_of_times_too),
		cmocka_unit_test(nothing_to_chart_is_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
