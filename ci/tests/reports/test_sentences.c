/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/sentences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/sample.h"

#define PLUS_MINUS "\xc2\xb1"
#define BY_CI90    "(90 % interval, as for equivalence)"

/* A row that only says what the case needs. */
static struct nn_report_row blank(void)
{
	struct nn_report_row row;

	sample_blank_row(&row);
	row.workload = (char *)"compute/bandwidth";
	row.metric = (char *)"copy";
	row.unit = (char *)"GB/s";
	row.base_arm = (char *)"native";
	row.arm = (char *)"vm";
	row.nr_boots = 10;
	return row;
}

static void difference_is_told_with_what_it_leaves_open(void **state)
{
	static const struct {
		double performance;
		double p_value;
		double p_adjusted;
		double within_pct;
		double margin;
		const char *text;
	} cases[] = {
		{0.9935, 0.0001, 0.0003, 0.8, NAN,
		 "0.65 % worse (p = 0.0003), yet equivalent within " PLUS_MINUS "0.80 %"},
		{1.031, 0.00001, 0.00002, 3.6, NAN, "3.1 % better (p < 0.0001)"},
		/* the margin says what is small, up to 5 % */
		{0.975, 0.01, 0.02, 2.9, 0.97,
		 "2.5 % worse (p = 0.0200), yet equivalent within " PLUS_MINUS "2.9 %"},
		{0.70, 0.01, 0.02, 31, 0.5, "30 % worse (p = 0.0200)"},
		{0.999, 0.41, 0.62, 0.9, NAN,
		 "no significant difference (p = 0.62); up to 0.90 % cannot be excluded " BY_CI90},
		/* significant alone, but not among the others */
		{0.99, 0.03, 0.08, 1.9, NAN,
		 "no significant difference (p = 0.0800); up to 1.9 % cannot be excluded " BY_CI90},
		{0.99, 0.03, NAN, 1.9, NAN,
		 "1.0 % worse (p = 0.0300), yet equivalent within " PLUS_MINUS "1.9 %"},
		{0.99, 0.3, NAN, NAN, NAN, "no significant difference (p = 0.30)"},
		{0.99, NAN, NAN, 1, NAN, ""},
		{NAN, 0.3, 0.3, NAN, NAN, ""},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_report_row row = blank();
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		row.performance_ratio = cases[i].performance;
		row.p_value = cases[i].p_value;
		row.p_adjusted = cases[i].p_adjusted;
		row.equivalent_within_pct = cases[i].within_pct;
		row.margin = cases[i].margin;
		assert_int_equal(nn_sentence_difference(&sb, &row), *cases[i].text != '\0');
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
		assert_null(strstr(nn_strbuf_str(&sb), "same"));
	}
}

static void lone_row_has_no_difference(void **state)
{
	struct nn_report_row row = blank();
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	row.is_lone = true;
	row.performance_ratio = 1;
	row.p_value = 0.5;
	assert_false(nn_sentence_difference(&sb, &row));
}

static void guard_bounds_the_share_of_slow_boots(void **state)
{
	static const struct {
		uint64_t nr_slow;
		double share;
		double margin;
		const char *text;
	} cases[] = {
		{0, 0.2589, 0.97,
		 "0 of 10 vm boots below the margin: at most 26 % of boots can be that slow"},
		{2, 0.5561, 0.97,
		 "2 of 10 vm boots below the margin: at most 56 % of boots can be that slow"},
		{0, 0.2589, NAN, ""},
		{0, NAN, 0.97, ""},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_report_row row = blank();
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		row.nr_slow_boots = cases[i].nr_slow;
		row.slow_share_upper95 = cases[i].share;
		row.margin = cases[i].margin;
		assert_int_equal(nn_sentence_guard(&sb, &row), *cases[i].text != '\0');
		assert_string_equal(nn_strbuf_str(&sb), cases[i].text);
	}
}

static void aa_interval_stands_with_its_boots_and_date(void **state)
{
	struct nn_report_row row = blank();
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	assert_false(nn_sentence_aa(&sb, &row));
	row.aa = (struct nn_report_aa){.campaign = (char *)"u",
				       .started = (char *)"2025-11-20T08:12:00Z",
				       .ratio = 1,
				       .ratio_ci95 = {0.9979, 1.0035},
				       .nr_boots = 10};
	assert_true(nn_sentence_aa(&sb, &row));
	assert_string_equal(nn_strbuf_str(&sb), "A/A on this machine: 0.9979\xe2\x80\x93"
						"1.0035 (10 boots, 2025-11-20)");
}

static void ceiling_of_times_is_reached_from_above(void **state)
{
	struct nn_report_row row = blank();
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	assert_false(nn_sentence_ceiling(&sb, &row));
	row.ceiling = 31.5;
	row.value = 25.2;
	row.ceiling_source = (char *)"PCIe 16 GT/s x16";
	assert_true(nn_sentence_ceiling(&sb, &row));
	assert_string_equal(nn_strbuf_str(&sb),
			    "25.20 of 31.50 GB/s, 80 % of the ceiling (PCIe 16 GT/s x16)");
	nn_strbuf_clear(&sb);
	row.direction = NN_LOWER_IS_BETTER;
	row.unit = (char *)"us";
	row.ceiling = 2;
	row.value = 8;
	row.ceiling_source = NULL;
	assert_true(nn_sentence_ceiling(&sb, &row));
	assert_string_equal(nn_strbuf_str(&sb), "8.000 of 2.000 us, 25 % of the ceiling");
}

static void claim_names_the_row_it_rests_on(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	struct nn_report_claim *claim = &c->claims[1];
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	assert_true(nn_sentence_claim(&sb, c, claim));
	assert_string_equal(
		nn_strbuf_str(&sb),
		"rests on iommu/nvme-read throughput: performance ratio 0.954\xe2\x80\x93"
		"0.993 (one-sided 95 % bounds), margin 0.97");
	nn_strbuf_clear(&sb);
	sample_add_check(claim, 0);
	nn_sentence_claim(&sb, c, claim);
	assert_non_null(strstr(nn_strbuf_str(&sb), "throughput, the worst of 2 rows: "));
	nn_strbuf_clear(&sb);
	nn_sentence_claim(&sb, c, &c->claims[2]); /* covers nothing */
	assert_string_equal(nn_strbuf_str(&sb), "margin 0.97");
}

static void aggregate_tells_how_much_is_in_it(void **state)
{
	struct nn_report_aggregate aggregate = {.base_arm = (char *)"native",
						.arm = (char *)"vm",
						.nr_boots = 10,
						.nr_rows = 12,
						.performance_ratio = 0.9412,
						.performance_ci95 = {0.9301, 0.9525}};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	assert_true(nn_sentence_aggregate(&sb, &aggregate));
	assert_string_equal(nn_strbuf_str(&sb),
			    "vm against native, 12 metrics together (geometric mean): performance "
			    "ratio 0.941 (0.930\xe2\x80\x93"
			    "0.953), 10 boots");
	aggregate.performance_ratio = NAN;
	nn_strbuf_clear(&sb);
	assert_false(nn_sentence_aggregate(&sb, &aggregate));
	assert_int_equal(sb.len, 0);
}

static void verdicts_are_counted_by_how_much_they_ask_for_a_look(void **state)
{
	static const char *const verdicts[] = {"PROVEN",       NULL,     "REFUTED",
					       "INCONCLUSIVE", "PROVEN", NULL};
	static const char *const gate[] = {"NO REGRESSION", "REGRESSION"};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	(void)state;
	assert_true(nn_sentence_verdicts(&sb, verdicts, 6));
	assert_string_equal(nn_strbuf_str(&sb),
			    "1 REFUTED, 1 INCONCLUSIVE, 2 PROVEN, 2 without a verdict");
	nn_strbuf_clear(&sb);
	assert_true(nn_sentence_verdicts(&sb, gate, 2));
	assert_string_equal(nn_strbuf_str(&sb), "1 REGRESSION, 1 NO REGRESSION");
	nn_strbuf_clear(&sb);
	assert_false(nn_sentence_verdicts(&sb, verdicts, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(difference_is_told_with_what_it_leaves_open),
		cmocka_unit_test(lone_row_has_no_difference),
		cmocka_unit_test(guard_bounds_the_share_of_slow_boots),
		cmocka_unit_test(aa_interval_stands_with_its_boots_and_date),
		cmocka_unit_test(ceiling_of_times_is_reached_from_above),
		cmocka_unit_test(claim_names_the_row_it_rests_on),
		cmocka_unit_test(aggregate_tells_how_much_is_in_it),
		cmocka_unit_test(verdicts_are_counted_by_how_much_they_ask_for_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
