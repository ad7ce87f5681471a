/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/sample.h"
#include "harness/base/json.h"
#include "reports/report.h"

static json_t *render(struct nn_comparison *comparison)
{
	const struct nn_report_style style = {0};
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_err err = {0};
	json_t *root = NULL;

	assert_int_equal(nn_report_find("json")->render(comparison, &style, &out, &err), 0);
	assert_int_equal(nn_json_parse(nn_strbuf_str(&out), out.len, &root, &err), 0);
	return root;
}

static json_t *render_sample(void)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	return render(comparison);
}

static void assert_has_keys(const json_t *object, const char *const *keys)
{
	assert_true(json_is_object(object));
	for (; *keys; keys++) {
		if (!json_object_get(object, *keys))
			fail_msg("key '%s' is missing", *keys);
	}
}

static const json_t *element(const json_t *root, const char *key, size_t index)
{
	const json_t *value = json_array_get(json_object_get(root, key), index);

	assert_non_null(value);
	return value;
}

static void contract_keys_are_there(void **state)
{
	static const char *const top[] = {"schema",       "campaign", "machine",     "emulated",
					  "time_spent_s", "arms",     "comparisons", "claims",
					  "events",       "skipped",  NULL};
	static const char *const times[] = {"boot", "workloads", "own", NULL};
	static const char *const arm[] = {"name", "target", "boots", "facts", NULL};
	static const char *const row[] = {"campaign",          "workload", "metric",  "unit",
					  "direction",         "base_arm", "arm",     "boots",
					  "base_value",        "value",    "ratio",   "ratio_ci95",
					  "performance_ratio", "verdict",  "reasons", NULL};
	static const char *const claim[] = {"text",    "verdict",      "margin",  "lower95",
					    "upper95", "boots_needed", "reasons", NULL};
	static const char *const skip[] = {"arm", "workload", "reason", NULL};
	static const char *const campaign[] = {
		"uuid",      "name",   "state",         "started",      "finished", "seed",
		"plan_hash", "device", "driver_before", "driver_after", NULL};
	static const char *const machine[] = {"fingerprint", "description", NULL};
	NN_AUTO(json) json_t *root = render_sample();

	(void)state;
	assert_has_keys(root, top);
	assert_string_equal(nn_json_opt_str(root, "schema"), "nearnative.report/1");
	assert_has_keys(json_object_get(root, "campaign"), campaign);
	assert_has_keys(json_object_get(root, "machine"), machine);
	assert_has_keys(json_object_get(root, "time_spent_s"), times);
	assert_has_keys(element(root, "arms", 0), arm);
	assert_has_keys(element(root, "comparisons", 0), row);
	assert_has_keys(element(root, "claims", 0), claim);
	assert_has_keys(element(root, "skipped", 0), skip);
	assert_true(json_is_true(json_object_get(root, "emulated")));
}

static void absent_is_null(void **state)
{
	NN_AUTO(json) json_t *root = render_sample();
	const json_t *row = element(root, "comparisons", 3);
	const json_t *claim = element(root, "claims", 2);

	(void)state;
	assert_true(json_is_null(json_object_get(json_object_get(root, "campaign"), "finished")));
	assert_string_equal(nn_json_opt_str(row, "workload"), "iommu/dma-map");
	assert_true(json_is_null(json_object_get(row, "value")));
	assert_true(json_is_null(json_object_get(row, "ratio")));
	assert_true(json_is_null(json_object_get(row, "ratio_ci95")));
	assert_true(json_is_null(json_object_get(row, "performance_ratio")));
	assert_true(json_is_null(json_object_get(row, "verdict")));
	assert_true(json_is_null(json_object_get(claim, "lower95")));
	assert_true(json_is_null(json_object_get(claim, "boots_needed")));
}

static void single_arm_compares_with_null(void **state)
{
	static const char *const nulls[] = {"arm",        "value",   "ratio",
					    "ratio_ci95", "verdict", "performance_ratio"};
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	sample_make_lone(comparison);

	NN_AUTO(json) json_t *root = render(comparison);
	const json_t *row = element(root, "comparisons", 2);

	for (size_t i = 0; i < NN_ARRAY_SIZE(nulls); i++) {
		if (!json_is_null(json_object_get(row, nulls[i])))
			fail_msg("'%s' is not null", nulls[i]);
	}
	assert_string_equal(nn_json_opt_str(row, "base_arm"), "native");
	assert_string_equal(nn_json_opt_str(row, "unit"), "Mpixel/s");
	assert_true(json_real_value(json_object_get(row, "base_value")) ==
		    comparison->rows[2].base_value);
	assert_int_equal(json_integer_value(json_object_get(row, "boots")), 10);
	/* shared or not, each row keeps its reasons whole */
	assert_int_equal(json_array_size(json_object_get(row, "reasons")), 2);
}

static void numbers_round_trip(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();
	NN_AUTO(json) json_t *root = render(comparison);

	(void)state;
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];
		const json_t *object = element(root, "comparisons", i);
		const json_t *bounds = json_object_get(object, "ratio_ci95");

		if (isnan(row->ratio))
			continue;
		/* bit for bit */
		assert_true(json_real_value(json_object_get(object, "ratio")) == row->ratio);
		assert_true(json_real_value(json_object_get(object, "base_value")) ==
			    row->base_value);
		assert_true(json_real_value(json_array_get(bounds, 1)) == row->ratio_ci95[1]);
	}
}

static void direction_and_seed_are_what_the_contract_says(void **state)
{
	NN_AUTO(json) json_t *root = render_sample();

	(void)state;
	assert_string_equal(nn_json_opt_str(element(root, "comparisons", 0), "direction"),
			    "higher");
	assert_string_equal(nn_json_opt_str(element(root, "comparisons", 1), "direction"), "lower");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(root, "campaign"), "seed")), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_keys_are_there),
		cmocka_unit_test(absent_is_null),
		cmocka_unit_test(single_arm_compares_with_null),
		cmocka_unit_test(numbers_round_trip),
		cmocka_unit_test(direction_and_seed_are_what_the_contract_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
