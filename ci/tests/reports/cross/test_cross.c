/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/cross.h"

#include <errno.h>

#include "ci/tests/reports/pair.h"
#include "harness/store/statement.h"
#include "reports/cross/series.h"

/* A store and both sides of two campaigns in it. */
struct sides {
	struct nn_cross_side *a;
	struct nn_cross_side *b;
};

static struct sides open_sides(struct pair *pair, int64_t a, int64_t b)
{
	struct sides sides = {0};
	struct nn_err err = {0};

	sim_must(nn_cross_side_new(pair->store, a, "A", &sides.a, &err), &err);
	sim_must(nn_cross_side_new(pair->store, b, "B", &sides.b, &err), &err);
	return sides;
}

static struct nn_comparison *cross(const struct sides *sides, bool with_ratios)
{
	struct nn_comparison *comparison = NULL;
	struct nn_strings arms = {0};
	struct nn_err err = {0};

	nn_cross_arms(sides->a, sides->b, &arms);
	if (with_ratios)
		nn_cross_ratios(sides->a, sides->b, &arms);
	sim_must(nn_cross_new(sides->a, sides->b, &arms, &comparison, &err), &err);
	nn_strings_release(&arms);
	return comparison;
}

static void close_sides(struct sides *sides)
{
	nn_cross_side_free(sides->a);
	nn_cross_side_free(sides->b);
}

static const struct nn_report_row *row_of(const struct nn_comparison *comparison, const char *arm,
					  const char *workload)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (strcmp(row->arm, arm) == 0 && strcmp(row->workload, workload) == 0)
			return row;
	}
	fail_msg("no row of '%s' in '%s'", workload, arm);
	return NULL;
}

static void assert_reason(const struct nn_strings *reasons, const char *expected)
{
	for (size_t i = 0; i < reasons->nr; i++) {
		if (strstr(reasons->items[i], expected))
			return;
	}
	fail_msg("nothing says '%s', the first of %zu is '%s'", expected, reasons->nr,
		 reasons->nr ? reasons->items[0] : "");
}

static const struct sim even = {
	.nr_blocks = 6,
	.seed = 1,
	.series = {SIM_SERIES("native", "iommu/nvme-read", "throughput", NN_HIGHER_IS_BETTER, 200,
			      0.002),
		   SIM_SERIES("vm", "iommu/nvme-read", "throughput", NN_HIGHER_IS_BETTER, 190,
			      0.002)},
};

static void arms_stand_beside_the_same_arm_of_the_other_campaign(void **state)
{
	struct pair *pair = *state;
	struct sim other = even;
	int64_t a = sim_record(pair, &even), b;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	const struct nn_report_row *row;
	struct sides sides;

	other.seed = 2;
	other.name = "later";
	other.series[0].mean *= 0.5; /* the machine is half as fast, the VM with it */
	other.series[1].mean *= 0.5 * 0.9;
	b = sim_record(pair, &other);
	sides = open_sides(pair, a, b);
	c = cross(&sides, true);
	assert_int_equal(c->source, NN_SOURCE_CROSS);
	assert_int_equal(c->nr_rows, 3);
	assert_int_equal(c->nr_arms, 4);
	assert_string_equal(c->arms[3].name, "B:vm");
	assert_text(c->title, "B: later ");
	assert_text(c->title, " against A: nightly ");
	for (size_t i = 0; i < NN_SUMMARY_NR_COLUMNS; i++)
		assert_null(c->summary[i]);
	row = row_of(c, "B:native", "iommu/nvme-read");
	assert_string_equal(row->base_arm, "A:native");
	assert_false(row->is_paired);
	assert_string_equal(row->method, "Welch t on logs");
	assert_float_equal(row->ratio, 0.5, 0.005);
	assert_float_equal(row_of(c, "B:vm", "iommu/nvme-read")->ratio, 0.45, 0.005);
	/* what cancels is the machine: what is left is what the VM lost */
	row = row_of(c, "B:vm/native", "iommu/nvme-read");
	assert_string_equal(row->base_arm, "A:vm/native");
	assert_string_equal(row->unit, "ratio");
	assert_int_equal(row->direction, NN_HIGHER_IS_BETTER);
	assert_float_equal(row->ratio, 0.9, 0.005);
	assert_float_equal(row->base_value, 0.95, 0.005);
	assert_int_equal(row->nr_boots, 6);
	assert_null(row->verdict);
	close_sides(&sides);
}

static void what_one_campaign_alone_measured_is_told(void **state)
{
	struct pair *pair = *state;
	struct sim fewer = even;
	int64_t a = sim_record(pair, &even), b;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	const struct nn_report_row *row;
	struct sides sides;

	fewer.series[1].workload = "system/timer";
	b = sim_record(pair, &fewer);
	sides = open_sides(pair, a, b);
	c = cross(&sides, true);
	row = row_of(c, "B:vm", "iommu/nvme-read");
	assert_true(row->is_lone);
	assert_int_equal(row->base_side.boots.nr, 6);
	assert_reason(&row->reasons, "measured in arm 'A:vm' only");
	row = row_of(c, "B:vm", "system/timer");
	assert_true(row->is_lone);
	assert_int_equal(row->side.boots.nr, 6);
	close_sides(&sides);
}

static void doubts_of_either_campaign_make_rows_invalid(void **state)
{
	struct pair *pair = *state;
	struct sim emulated = even;
	int64_t a = sim_record(pair, &even), b;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	struct sides sides;

	emulated.fingerprint = "beef";
	emulated.is_emulated = true;
	b = sim_record(pair, &emulated);
	sides = open_sides(pair, a, b);
	c = cross(&sides, false);
	assert_true(c->is_emulated);
	assert_non_null(c->banner);
	assert_string_equal(c->rows[0].verdict, "INVALID");
	assert_text(c->rows[0].reasons.items[0], "B: emulated");
	close_sides(&sides);
}

/* No plan says that emulation is allowed: neither campaign has one. */
static void emulation_that_was_allowed_later_is_not_allowed(void **state)
{
	struct pair *pair = *state;
	struct sim emulated = even;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	struct nn_err err = {0};
	struct sides sides;
	int64_t a, b;

	emulated.is_emulated = true;
	a = sim_record(pair, &emulated);
	b = sim_record(pair, &emulated);
	sim_must(nn_sql_script(pair->store, "UPDATE campaign SET allow_emulated = 1", &err), &err);
	sides = open_sides(pair, a, b);
	c = cross(&sides, false);
	assert_false(c->allow_emulated);
	assert_string_equal(c->rows[0].verdict, "INVALID");
	assert_reason(&c->remarks, "changed later: allow_emulated is stored as 'yes'");
	close_sides(&sides);
}

static void counted_instructions_are_valid_on_an_emulated_machine(void **state)
{
	struct pair *pair = *state;
	struct sim virtual = even;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	struct sides sides;
	int64_t a, b;

	virtual.is_emulated = true;
	virtual.facts[0] = "native clock.kind=virtual";
	virtual.facts[1] = "vm clock.kind=virtual";
	a = sim_record(pair, &virtual);
	b = sim_record(pair, &virtual);
	sides = open_sides(pair, a, b);
	c = cross(&sides, false);
	assert_true(c->is_virtual_time);
	assert_true(c->allow_emulated);
	assert_non_null(c->banner); /* it stays */
	assert_null(c->rows[0].verdict);
	close_sides(&sides);
}

/* An arm is compared with itself: whether it is the metal does not matter, but to the ratio. */
static void a_cloud_machine_may_be_compared_with_itself(void **state)
{
	struct pair *pair = *state;
	struct sim cloud = even;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	struct sides sides;
	int64_t a, b;

	cloud.facts[0] = "native hypervisor=KVMKVMKVM";
	a = sim_record(pair, &cloud);
	b = sim_record(pair, &cloud);
	sides = open_sides(pair, a, b);
	c = cross(&sides, true);
	assert_null(row_of(c, "B:native", "iommu/nvme-read")->verdict);
	assert_null(row_of(c, "B:vm", "iommu/nvme-read")->verdict);
	assert_string_equal(row_of(c, "B:vm/native", "iommu/nvme-read")->verdict, "INVALID");
	close_sides(&sides);
}

static void runs_that_fail_more_often_than_before_are_a_bias(void **state)
{
	struct pair *pair = *state;
	struct sim failing = even;
	int64_t a = sim_record(pair, &even), b;
	NN_AUTO(comparison) struct nn_comparison *c = NULL;
	const struct nn_report_row *row;
	struct sides sides;

	failing.series[1].nr_values = 5;
	failing.series[1].otherwise = NN_OUTCOME_FAILED;
	b = sim_record(pair, &failing);
	sides = open_sides(pair, a, b);
	c = cross(&sides, false);
	row = row_of(c, "B:vm", "iommu/nvme-read");
	assert_string_equal(row->verdict, "INVALID");
	assert_reason(&row->reasons, "runs were discarded unevenly: 0 % in 'A:vm', 17 % in 'B:vm'");
	assert_null(row_of(c, "B:native", "iommu/nvme-read")->verdict);
	close_sides(&sides);
}

static void an_unknown_arm_is_refused_with_those_that_there_are(void **state)
{
	static const char *const wrong[] = {"vmm", "vm/metal", "metal/native", "/"};
	struct pair *pair = *state;
	int64_t a = sim_record(pair, &even), b = sim_record(pair, &even);
	struct sides sides = open_sides(pair, a, b);

	for (size_t i = 0; i < NN_ARRAY_SIZE(wrong); i++) {
		struct nn_comparison *c = NULL;
		struct nn_strings arms = {0};
		struct nn_err err = {0};

		nn_strings_add(&arms, nn_strdup(wrong[i]));
		assert_int_equal(nn_cross_new(sides.a, sides.b, &arms, &c, &err), -EINVAL);
		assert_text(err.message, "unknown arm '");
		assert_text(err.message, "'native', 'vm'");
		nn_strings_release(&arms);
	}
	close_sides(&sides);
}

static void ratios_are_taken_within_blocks(void **state)
{
	static const struct nn_cell cells[] = {
		{.arm = 0, .block = 0, .digest = {.mean = 100, .nr_runs = 2}},
		{.arm = 0, .block = 1, .digest = {.mean = 200, .nr_runs = 2}},
		{.arm = 0, .block = 3, .digest = {.mean = 0, .nr_runs = 2}},
		{.arm = 1, .block = 1, .digest = {.mean = 100, .nr_runs = 3}},
		{.arm = 1, .block = 2, .digest = {.mean = 70, .nr_runs = 3}},
		{.arm = 1, .block = 3, .digest = {.mean = 70, .nr_runs = 3}},
	};
	struct nn_cells from = {0}, ratios = {0};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cells); i++)
		nn_cells_add(&from, &cells[i]);
	nn_cells_add_ratios(&ratios, &from, 0, 1, 7);
	assert_int_equal(ratios.nr, 1); /* block 3 has no ratio, the others no pair */
	assert_int_equal(ratios.items[0].arm, 7);
	assert_int_equal(ratios.items[0].block, 1);
	assert_float_equal(ratios.items[0].digest.mean, 0.5, 1e-12);
	assert_int_equal(ratios.items[0].digest.nr_runs, 5);
	nn_cells_release(&from);
	nn_cells_release(&ratios);
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(arms_stand_beside_the_same_arm_of_the_other_campaign),
		PAIR_TEST(what_one_campaign_alone_measured_is_told),
		PAIR_TEST(doubts_of_either_campaign_make_rows_invalid),
		PAIR_TEST(emulation_that_was_allowed_later_is_not_allowed),
		PAIR_TEST(counted_instructions_are_valid_on_an_emulated_machine),
		PAIR_TEST(a_cloud_machine_may_be_compared_with_itself),
		PAIR_TEST(runs_that_fail_more_often_than_before_are_a_bias),
		PAIR_TEST(an_unknown_arm_is_refused_with_those_that_there_are),
		cmocka_unit_test(ratios_are_taken_within_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
