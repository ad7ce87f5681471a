/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/rich.h"
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

static void figures_beyond_the_ratio_are_there(void **state)
{
	static const char *const row_keys[] = {"method",
					       "paired",
					       "ratio_ci95_bootstrap_t",
					       "hodges_lehmann",
					       "hodges_lehmann_ci95",
					       "ratio_ci90",
					       "p_value",
					       "p_adjusted",
					       "mde_pct",
					       "equivalent_within_pct",
					       "tails",
					       "flags",
					       "performance_ci95",
					       "aa",
					       "ceiling",
					       "share_of_ceiling",
					       "slow_boots",
					       "boots_detail",
					       NULL};
	static const char *const boot_keys[] = {"arm", "block", "boot", "value", NULL};
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();
	NN_AUTO(json) json_t *root = render(comparison);
	const json_t *row = element(root, "comparisons", 1);
	const json_t *tail = element(row, "tails", 1);

	(void)state;
	assert_has_keys(row, row_keys);
	assert_string_equal(nn_json_opt_str(row, "method"), "paired t on log ratios");
	assert_true(json_is_true(json_object_get(row, "paired")));
	assert_true(json_real_value(json_object_get(tail, "probability")) == 0.95);
	assert_true(json_is_null(json_object_get(tail, "reason")));
	assert_string_equal(nn_json_opt_str(element(row, "tails", 2), "reason"),
			    comparison->rows[1].tails[2].reason);
	assert_int_equal(json_array_size(json_object_get(row, "boots_detail")), 2 * RICH_BLOCKS);
	assert_has_keys(element(row, "boots_detail", 0), boot_keys);
	assert_string_equal(nn_json_opt_str(element(row, "boots_detail", 0), "arm"), "native");
	assert_string_equal(nn_json_opt_str(element(row, "boots_detail", RICH_BLOCKS), "arm"),
			    "vm");
	assert_true(json_real_value(json_object_get(row, "share_of_ceiling")) ==
		    comparison->rows[1].value / comparison->rows[1].ceiling);
	assert_int_equal(json_integer_value(json_object_get(row, "slow_boots")), 0);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "aa"), "boots")),
			 RICH_BLOCKS);
}

/* A claim has an entry for each row that it covers; of none, one with its globs. */
static void claims_are_told_row_by_row(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();
	NN_AUTO(json) json_t *root = render(comparison);
	const json_t *claims = json_object_get(root, "claims");
	static const struct {
		const char *workload;
		const char *metric;
		const char *verdict;
		bool is_late;
	} cases[] = {
		{"compute/bandwidth", "d2h", "PROVEN", false},
		{"compute/bandwidth", "copy", "PROVEN", false},
		{"compute/bandwidth", "h2d", "PROVEN", false},
		{"compute/launch-latency", "roundtrip", "REFUTED", false},
		{"iommu/nvme-read", "throughput", "INCONCLUSIVE", false},
		{"graphics/fill-rate", "fill_rate", "INVALID", false},
		{"*", "*", "INVALID", false},
		{"compute/gemm", "throughput", "PROVEN", true},
	};

	(void)state;
	assert_int_equal(json_array_size(claims), NN_ARRAY_SIZE(cases));
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		const json_t *claim = json_array_get(claims, i);

		assert_string_equal(nn_json_opt_str(claim, "workload"), cases[i].workload);
		assert_string_equal(nn_json_opt_str(claim, "metric"), cases[i].metric);
		assert_string_equal(nn_json_opt_str(claim, "verdict"), cases[i].verdict);
		assert_string_equal(nn_json_opt_str(claim, "claim_verdict"), cases[i].verdict);
		assert_string_equal(nn_json_opt_str(claim, "campaign"), SAMPLE_CAMPAIGN);
		assert_int_equal(json_is_true(json_object_get(claim, "late")), cases[i].is_late);
	}
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(claims, 4), "boots_needed")), 14);
}

static void file_knows_neither_emulation_nor_clock(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = sample_comparison();

	(void)state;
	comparison->source = NN_SOURCE_FILE;

	NN_AUTO(json) json_t *root = render(comparison);

	assert_string_equal(nn_json_opt_str(root, "source"), "file");
	assert_true(json_is_null(json_object_get(root, "emulated")));
	assert_true(json_is_null(json_object_get(root, "clock")));
}

static void boots_needed_stand_with_their_row(void **state)
{
	NN_AUTO(json) json_t *root = render_sample();

	(void)state;
	assert_int_equal(json_integer_value(
				 json_object_get(element(root, "comparisons", 4), "boots_needed")),
			 14);
	assert_true(json_is_null(json_object_get(element(root, "comparisons", 0), "boots_needed")));
}

/* Every member the renderer writes is described by the schema and the other way round. */
static void check_members(const json_t *value, const json_t *schema, const json_t *definitions,
			  const char *where)
{
	const json_t *reference = json_object_get(schema, "$ref");
	const json_t *choices = json_object_get(schema, "oneOf");
	const json_t *properties;
	const char *key;
	json_t *member;

	if (reference)
		schema = json_object_get(definitions,
					 strrchr(json_string_value(reference), '/') + 1);
	if (choices) { /* null or something */
		check_members(value, json_array_get(choices, 1), definitions, where);
		return;
	}
	properties = json_object_get(schema, "properties");
	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			check_members(json_array_get(value, i), json_object_get(schema, "items"),
				      definitions, where);
	}
	if (!json_is_object(value) || !properties)
		return;
	assert_int_equal(json_object_size(value), json_object_size(properties));
	assert_int_equal(json_array_size(json_object_get(schema, "required")),
			 json_object_size(properties));
	assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
	json_object_foreach ((json_t *)value, key, member) {
		const json_t *described = json_object_get(properties, key);

		if (!described || !json_object_get(described, "description"))
			fail_msg("'%s' of '%s' has no description", key, where);
		check_members(member, described, definitions, key);
	}
}

static void schema_describes_every_member(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();
	NN_AUTO(json) json_t *root = render(comparison);
	NN_AUTO(json)
	json_t *schema = json_load_file("reports/schema/nearnative.report.1.schema.json", 0, NULL);

	(void)state;
	assert_non_null(schema);
	check_members(root, schema, json_object_get(schema, "$defs"), "the report");
}

static void same_comparison_gives_the_same_bytes(void **state)
{
	const struct nn_report_style style = {0};
	struct nn_strbuf out[2] = {NN_STRBUF_INIT, NN_STRBUF_INIT};
	struct nn_err err = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = rich_comparison();

		assert_int_equal(nn_report_find("json")->render(comparison, &style, &out[i], &err),
				 0);
	}
	assert_string_equal(nn_strbuf_str(&out[0]), nn_strbuf_str(&out[1]));
	nn_strbuf_release(&out[0]);
	nn_strbuf_release(&out[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_keys_are_there),
		cmocka_unit_test(absent_is_null),
		cmocka_unit_test(single_arm_compares_with_null),
		cmocka_unit_test(numbers_round_trip),
		cmocka_unit_test(direction_and_seed_are_what_the_contract_says),
		cmocka_unit_test(figures_beyond_the_ratio_are_there),
		cmocka_unit_test(claims_are_told_row_by_row),
		cmocka_unit_test(file_knows_neither_emulation_nor_clock),
		cmocka_unit_test(boots_needed_stand_with_their_row),
		cmocka_unit_test(schema_describes_every_member),
		cmocka_unit_test(same_comparison_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
