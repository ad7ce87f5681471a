/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/build.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/ratio.h"

/* Two arms that are compared, borrowed from the comparison. */
struct pairing {
	const char *base;
	const char *arm; /* NULL: there is no other arm */
};

/* The value of one boot. */
struct cell {
	size_t arm; /* index into the comparison's arms */
	uint64_t block;
	double value;
};

/*
 * Boot values come ordered by workload and metric, so one group of them at a time is enough,
 * however long the campaign was.
 */
struct grouping {
	struct nn_build *build;
	struct pairing *pairings;
	size_t nr_pairings, cap_pairings;
	char *workload; /* of the open group, or NULL */
	char *metric;
	char *unit;
	enum nn_direction direction;
	struct cell *cells;
	size_t nr_cells, cap_cells;
};

struct values {
	double *items;
	size_t nr;
	size_t cap;
};

static void add_pairing(struct grouping *grouping, const char *base, const char *arm)
{
	struct pairing *pairing;

	for (size_t i = 0; i < grouping->nr_pairings; i++) {
		pairing = &grouping->pairings[i];
		if (strcmp(pairing->base, base) == 0 && strcmp(pairing->arm, arm) == 0)
			return;
	}
	if (strcmp(base, arm) == 0 || !nn_comparison_arm(grouping->build->out, base) ||
	    !nn_comparison_arm(grouping->build->out, arm))
		return;
	pairing =
		NN_ARRAY_APPEND(grouping->pairings, grouping->nr_pairings, grouping->cap_pairings);
	*pairing = (struct pairing){.base = base, .arm = arm};
}

/* Every arm against the base, and whatever else a claim asks for. */
static void plan_pairings(struct grouping *grouping)
{
	const struct nn_comparison *out = grouping->build->out;
	const char *base = out->summary[NN_SUMMARY_BASE_ARM];

	for (size_t i = 0; base && i < out->nr_arms; i++)
		add_pairing(grouping, base, out->arms[i].name);
	for (size_t i = 0; i < out->nr_claims; i++)
		add_pairing(grouping, out->claims[i].base, out->claims[i].arm);
	if (out->nr_arms == 1)
		*NN_ARRAY_APPEND(grouping->pairings, grouping->nr_pairings,
				 grouping->cap_pairings) =
			(struct pairing){.base = out->arms[0].name};
}

static const struct cell *find_cell(const struct grouping *grouping, size_t arm, uint64_t block)
{
	for (size_t i = 0; i < grouping->nr_cells; i++) {
		const struct cell *cell = &grouping->cells[i];

		if (cell->arm == arm && cell->block == block)
			return cell;
	}
	return NULL;
}

static void values_add(struct values *values, double value)
{
	*NN_ARRAY_APPEND(values->items, values->nr, values->cap) = value;
}

static size_t arm_index(const struct nn_comparison *out, const char *name)
{
	return (size_t)(nn_comparison_arm(out, name) - out->arms);
}

/* The values of blocks in which both arms have one. */
static void collect_pairs(const struct grouping *grouping, size_t base, size_t arm,
			  struct values *ret_base, struct values *ret_arm)
{
	for (size_t i = 0; i < grouping->nr_cells; i++) {
		const struct cell *cell = &grouping->cells[i];
		const struct cell *other;

		if (cell->arm != base)
			continue;
		other = find_cell(grouping, arm, cell->block);
		if (!other)
			continue;
		values_add(ret_base, cell->value);
		values_add(ret_arm, other->value);
	}
}

static void collect_arm(const struct grouping *grouping, size_t arm, struct values *ret_values)
{
	for (size_t i = 0; i < grouping->nr_cells; i++) {
		if (grouping->cells[i].arm == arm)
			values_add(ret_values, grouping->cells[i].value);
	}
}

/* Without pairs each arm still tells what it measured. */
static double arm_mean(const struct grouping *grouping, size_t arm)
{
	struct values values = {0};
	double mean;

	collect_arm(grouping, arm, &values);
	mean = nn_geometric_mean(values.items, values.nr);
	free(values.items);
	return mean;
}

/* Rates are as they are; for times and the like the ratio is inverted and its bounds swap. */
static void turn(struct nn_report_row *row, const struct nn_ratio *ratio)
{
	bool is_turned = row->direction == NN_LOWER_IS_BETTER;

	row->performance_ratio = is_turned ? 1 / ratio->estimate : ratio->estimate;
	row->performance_lower95 = is_turned ? 1 / ratio->upper95 : ratio->lower95;
	row->performance_upper95 = is_turned ? 1 / ratio->lower95 : ratio->upper95;
	row->performance_ci95[0] = is_turned ? 1 / ratio->ci95[1] : ratio->ci95[0];
	row->performance_ci95[1] = is_turned ? 1 / ratio->ci95[0] : ratio->ci95[1];
}

static void fill_figures(struct nn_report_row *row, const struct values *base,
			 const struct values *arm)
{
	struct nn_ratio ratio;

	row->base_value = nn_geometric_mean(base->items, base->nr);
	row->value = nn_geometric_mean(arm->items, arm->nr);
	if (nn_ratio_paired(base->items, arm->items, base->nr, &ratio)) {
		nn_strings_add(&row->reasons, nn_strdup("a value is zero or negative, of which "
							"there is no ratio"));
		return;
	}
	row->ratio = ratio.estimate;
	row->ratio_ci95[0] = ratio.ci95[0];
	row->ratio_ci95[1] = ratio.ci95[1];
	row->sd_log = ratio.sd_log;
	turn(row, &ratio);
}

static void explain_pairs(const struct nn_comparison *out, struct nn_report_row *row)
{
	const struct nn_report_arm *base = nn_comparison_arm(out, row->base_arm);
	const struct nn_report_arm *arm = nn_comparison_arm(out, row->arm);
	uint64_t nr_boots = base->nr_boots < arm->nr_boots ? base->nr_boots : arm->nr_boots;

	if (!row->nr_boots)
		nn_strings_add(&row->reasons, nn_strdup("no block has a value in both arms"));
	else if (row->nr_boots < nr_boots)
		nn_strings_add(&row->reasons, nn_asprintf("only %" PRIu64 " of %" PRIu64
							  " boots have a value in both arms",
							  row->nr_boots, nr_boots));
}

static struct nn_report_row *append_row(struct nn_comparison *out)
{
	struct nn_report_row *row = NN_ARRAY_APPEND(out->rows, out->nr_rows, out->cap_rows);

	row->base_value = row->value = NAN;
	row->ratio = row->ratio_ci95[0] = row->ratio_ci95[1] = NAN;
	row->performance_ratio = row->performance_lower95 = row->performance_upper95 = NAN;
	row->performance_ci95[0] = row->performance_ci95[1] = NAN;
	row->margin = row->sd_log = NAN;
	return row;
}

static bool group_has_arm(const struct grouping *grouping, const char *name)
{
	size_t arm;

	if (!name)
		return false;
	arm = arm_index(grouping->build->out, name);
	for (size_t i = 0; i < grouping->nr_cells; i++) {
		if (grouping->cells[i].arm == arm)
			return true;
	}
	return false;
}

/* There is no ratio and hence no verdict; what speaks against the value is told all the same. */
static void fill_lone(struct grouping *grouping, struct nn_report_row *row)
{
	bool is_base = group_has_arm(grouping, row->base_arm);
	const char *arm = is_base ? row->base_arm : row->arm;
	struct values values = {0};
	double mean;

	collect_arm(grouping, arm_index(grouping->build->out, arm), &values);
	mean = nn_geometric_mean(values.items, values.nr);
	row->is_lone = true;
	row->nr_boots = values.nr;
	if (is_base)
		row->base_value = mean;
	else
		row->value = mean;
	nn_build_doubts(grouping->build, row->workload, arm, NULL, &row->reasons);
	nn_strings_add(&row->reasons, row->arm ? nn_asprintf("measured in arm '%s' only", arm)
					       : nn_strdup("one arm only: nothing to compare"));
	free(values.items);
}

static void fill_pairs(struct grouping *grouping, struct nn_report_row *row)
{
	const struct nn_comparison *out = grouping->build->out;
	size_t base_index = arm_index(out, row->base_arm);
	size_t index = arm_index(out, row->arm);
	struct values base = {0}, arm = {0};

	/* doubts stand first among the reasons; with any of them the row is invalid */
	nn_build_doubts(grouping->build, row->workload, row->base_arm, row->arm, &row->reasons);
	if (row->reasons.nr)
		row->verdict = nn_strdup("INVALID");
	collect_pairs(grouping, base_index, index, &base, &arm);
	row->nr_boots = base.nr;
	if (base.nr) {
		fill_figures(row, &base, &arm);
	} else {
		row->base_value = arm_mean(grouping, base_index);
		row->value = arm_mean(grouping, index);
	}
	explain_pairs(out, row);
	free(base.items);
	free(arm.items);
}

static void add_row(struct grouping *grouping, const struct pairing *pairing)
{
	bool has_base = group_has_arm(grouping, pairing->base);
	bool has_arm = group_has_arm(grouping, pairing->arm);
	struct nn_report_row *row;

	if (!has_base && !has_arm)
		return;
	row = append_row(grouping->build->out);
	row->workload = nn_strdup(grouping->workload);
	row->metric = nn_strdup(grouping->metric);
	row->unit = nn_strdup(grouping->unit);
	row->direction = grouping->direction;
	row->base_arm = nn_strdup(pairing->base);
	row->arm = nn_strdup(pairing->arm);
	if (has_base && has_arm)
		fill_pairs(grouping, row);
	else
		fill_lone(grouping, row);
}

static void close_group(struct grouping *grouping)
{
	for (size_t i = 0; grouping->workload && i < grouping->nr_pairings; i++)
		add_row(grouping, &grouping->pairings[i]);
	free(NN_STEAL(grouping->workload));
	free(NN_STEAL(grouping->metric));
	free(NN_STEAL(grouping->unit));
	grouping->nr_cells = 0;
}

static bool is_in_group(const struct grouping *grouping, const struct nn_boot_value *value)
{
	return grouping->workload && strcmp(grouping->workload, value->workload) == 0 &&
	       strcmp(grouping->metric, value->metric) == 0;
}

static int take_boot_value(void *user, const struct nn_boot_value *value, struct nn_err *err)
{
	struct grouping *grouping = user;
	struct cell *cell;

	(void)err;
	if (!nn_comparison_arm(grouping->build->out, value->arm))
		return 0;
	if (!is_in_group(grouping, value)) {
		close_group(grouping);
		grouping->workload = nn_strdup(value->workload);
		grouping->metric = nn_strdup(value->metric);
		grouping->unit = nn_strdup(value->unit);
		grouping->direction = value->direction;
	}
	cell = NN_ARRAY_APPEND(grouping->cells, grouping->nr_cells, grouping->cap_cells);
	cell->arm = arm_index(grouping->build->out, value->arm);
	cell->block = value->block;
	cell->value = value->value;
	return 0;
}

int nn_build_rows(struct nn_build *build, struct nn_err *err)
{
	struct grouping grouping = {.build = build};
	int rc;

	plan_pairings(&grouping);
	rc = nn_store_each_boot_value(build->store, build->campaign, take_boot_value, &grouping,
				      err);
	if (!rc)
		close_group(&grouping);
	free(grouping.workload);
	free(grouping.metric);
	free(grouping.unit);
	free(grouping.cells);
	free(grouping.pairings);
	return rc;
}
