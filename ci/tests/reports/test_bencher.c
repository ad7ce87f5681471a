/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"
#include "harness/base/json.h"

static json_t *render(const struct nn_comparison *comparison)
{
	NN_AUTO(free) char *text = render_as("bencher", comparison);
	struct nn_err err = {0};
	json_t *root = NULL;

	if (nn_json_parse(text, strlen(text), &root, &err))
		fail_msg("%s", err.message);
	return root;
}

static const json_t *metric(const json_t *root, const char *benchmark)
{
	return json_object_get(json_object_get(root, benchmark), "performance-ratio");
}

static void ratios_are_metrics_with_their_interval(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(json) json_t *root = render(c);
	const json_t *copy = metric(root, "compute/bandwidth copy (vm / native)");
	const json_t *latency = metric(root, "compute/launch-latency latency (vm / native)");

	(void)state;
	assert_true(json_real_value(json_object_get(copy, "value")) ==
		    c->rows[0].performance_ratio);
	assert_true(json_real_value(json_object_get(copy, "lower_value")) ==
		    c->rows[0].performance_ci95[0]);
	assert_true(json_real_value(json_object_get(copy, "upper_value")) ==
		    c->rows[0].performance_ci95[1]);
	/* of times the ratio is turned: more is better of every metric */
	assert_true(json_real_value(json_object_get(latency, "value")) < 1);
}

static void what_is_in_doubt_or_alone_is_left_out(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(json) json_t *root = render(c);

	(void)state;
	assert_int_equal(json_object_size(root), 4);
	assert_null(metric(root, "graphics/fill-rate fill (vm / native)"));
	assert_null(metric(root, "iommu/dma-map map-4KiB (vm / native)"));
	c->allow_emulated = false;

	NN_AUTO(json) json_t *refused = render(c);

	assert_int_equal(json_object_size(refused), 0);
}

static void interval_that_is_unknown_is_absent(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	c->rows[0].performance_ci95[0] = NAN;

	NN_AUTO(json) json_t *root = render(c);
	const json_t *copy = metric(root, "compute/bandwidth copy (vm / native)");

	assert_non_null(json_object_get(copy, "value"));
	assert_null(json_object_get(copy, "lower_value"));
	assert_null(json_object_get(copy, "upper_value"));
}

static void names_are_clean_and_never_taken_twice(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		free(c->rows[i].workload);
		c->rows[i].workload = nn_strdup("w\n\xff");
		free(c->rows[i].metric);
		c->rows[i].metric = nn_strdup("m");
	}

	NN_AUTO(json) json_t *root = render(c);

	assert_int_equal(json_object_size(root), 4);
	assert_non_null(metric(root, "w \xef\xbf\xbd m (vm / native)"));
	assert_non_null(metric(root, "w \xef\xbf\xbd m (vm / native) [us]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ratios_are_metrics_with_their_interval),
		cmocka_unit_test(what_is_in_doubt_or_alone_is_left_out),
		cmocka_unit_test(interval_that_is_unknown_is_absent),
		cmocka_unit_test(names_are_clean_and_never_taken_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
