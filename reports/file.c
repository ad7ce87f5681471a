/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/build.h"
#include "reports/rows.h"
#include "reports/table.h"

#define DEFAULT_BASE "native"

struct building {
	const struct nn_table *table;
	const struct nn_file_options *options;
	struct nn_row_plan plan;
	struct nn_digester *digester;
	double *values; /* of one run */
	size_t cap_values;
};

/* ---- arms ---- */

static bool has_arm(const struct nn_table *table, const char *name)
{
	for (size_t i = 0; i < table->names[NN_KEY_ARM].nr; i++) {
		if (strcmp(table->names[NN_KEY_ARM].items[i], name) == 0)
			return true;
	}
	return false;
}

static int want_arm(const struct nn_table *table, const char *name, const char *path,
		    struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	if (has_arm(table, name))
		return 0;
	for (size_t i = 0; i < table->names[NN_KEY_ARM].nr; i++)
		nn_strbuf_addf(&known, "%s'%s'", i ? ", " : "", table->names[NN_KEY_ARM].items[i]);
	return nn_err_set(err, -EINVAL, "%s has no arm '%s', its arms are %s", path, name,
			  known.len ? nn_strbuf_str(&known) : "none");
}

static const char *choose_base(const struct nn_table *table, const struct nn_file_options *options)
{
	if (options->base)
		return options->base;
	if (options->claims.nr)
		return options->claims.items[0].base;
	if (has_arm(table, DEFAULT_BASE) || !table->names[NN_KEY_ARM].nr)
		return DEFAULT_BASE;
	return table->names[NN_KEY_ARM].items[0];
}

static int check_arms(const struct building *building, const char *path, struct nn_err *err)
{
	const struct nn_file_options *options = building->options;
	const struct nn_table *table = building->table;
	int rc = want_arm(table, choose_base(table, options), path, err);

	if (!rc && options->arm)
		rc = want_arm(table, options->arm, path, err);
	if (!rc && options->arm && strcmp(options->arm, choose_base(table, options)) == 0)
		rc = nn_err_set(err, -EINVAL, "arm '%s' is the base itself", options->arm);
	for (size_t i = 0; !rc && i < options->claims.nr; i++) {
		rc = want_arm(table, options->claims.items[i].arm, path, err);
		if (!rc)
			rc = want_arm(table, options->claims.items[i].base, path, err);
		if (rc)
			return nn_err_prefix(err, "claim '%s'", options->claims.items[i].text);
	}
	return rc;
}

static void plan_arms(struct building *building)
{
	const struct nn_file_options *options = building->options;
	const struct nn_names *arms = &building->table->names[NN_KEY_ARM];
	struct nn_row_plan *plan = &building->plan;
	size_t base;

	for (size_t i = 0; i < arms->nr; i++)
		(void)nn_row_plan_arm(plan, arms->items[i]);
	base = nn_row_plan_arm(plan, choose_base(building->table, options));
	for (size_t i = 0; i < arms->nr; i++) {
		if (!options->arm || strcmp(arms->items[i], options->arm) == 0)
			nn_row_plan_pair(plan, base, i);
	}
	for (size_t i = 0; i < options->claims.nr; i++)
		nn_row_plan_pair(plan, nn_row_plan_arm(plan, options->claims.items[i].base),
				 nn_row_plan_arm(plan, options->claims.items[i].arm));
	if (arms->nr == 1)
		nn_row_plan_pair(plan, 0, SIZE_MAX);
}

/* ---- series ---- */

static void digest_run(struct building *building, const struct nn_table_run *run)
{
	if (run->nr > building->cap_values) {
		building->cap_values = nn_array_capacity(building->cap_values, run->nr);
		building->values = nn_reallocarray(building->values, building->cap_values,
						   sizeof(*building->values));
	}
	for (size_t i = 0; i < run->nr; i++)
		building->values[i] = run->values[i].value;
	nn_digester_run(building->digester, building->values, run->nr,
			run->direction == NN_LOWER_IS_BETTER);
}

static bool is_same(const struct nn_table_run *a, const struct nn_table_run *b,
		    enum nn_table_key last)
{
	return memcmp(a->keys, b->keys, (last + 1) * sizeof(a->keys[0])) == 0;
}

static bool is_same_boot(const struct nn_table_run *a, const struct nn_table_run *b)
{
	return a->block == b->block && is_same(a, b, NN_KEY_BOOT);
}

/* Absent values are discarded ones; the share of them is compared between arms. */
static void count_absent(struct nn_series *series, const struct nn_table_run *run)
{
	struct nn_series_loss *loss = &series->losses[run->keys[NN_KEY_ARM]];

	loss->nr_absent += run->nr_absent;
	loss->nr_present += run->nr;
	loss->nr_runs += run->nr > 0;
}

/* Digest the runs of one boot, which begin at @from. Return: the index of the next boot. */
static size_t add_boot(struct building *building, struct nn_series *series, size_t from)
{
	const struct nn_table *table = building->table;
	const struct nn_table_run *first = &table->runs[from];
	struct nn_cell cell = {.arm = first->keys[NN_KEY_ARM], .block = first->block};
	size_t i = from;

	for (; i < table->nr_runs && is_same_boot(&table->runs[i], first); i++) {
		count_absent(series, &table->runs[i]);
		digest_run(building, &table->runs[i]);
	}
	cell.digest = nn_digester_finish(building->digester);
	cell.boot = (char *)nn_table_name(table, first, NN_KEY_BOOT); /* copied by the callee */
	if (cell.digest.nr_runs)
		nn_cells_add(&series->cells, &cell);
	return i;
}

/* Rows of the series that begins at run @from. Return: the index of the next series. */
static size_t add_series(struct building *building, size_t from)
{
	const struct nn_table *table = building->table;
	const struct nn_table_run *first = &table->runs[from];
	struct nn_series series = {
		.campaign = nn_strdup(nn_table_name(table, first, NN_KEY_CAMPAIGN)),
		.workload = nn_strdup(nn_table_name(table, first, NN_KEY_WORKLOAD)),
		.metric = nn_strdup(nn_table_name(table, first, NN_KEY_METRIC)),
		.unit = nn_strdup(table->units.items[first->unit]),
		.direction = first->direction,
		.losses = nn_calloc(table->names[NN_KEY_ARM].nr, sizeof(*series.losses)),
	};
	size_t i = from;

	while (i < table->nr_runs && is_same(&table->runs[i], first, NN_KEY_METRIC))
		i = add_boot(building, &series, i);
	nn_row_plan_add(&building->plan, &series);
	nn_series_release(&series);
	return i;
}

/* ---- the comparison ---- */

static void add_claims(struct nn_comparison *out, const struct nn_table *table,
		       const struct nn_claim_requests *claims)
{
	for (size_t c = 0; c < table->names[NN_KEY_CAMPAIGN].nr; c++) {
		for (size_t i = 0; i < claims->nr; i++)
			(void)nn_comparison_add_claim(out, table->names[NN_KEY_CAMPAIGN].items[c],
						      &claims->items[i]);
	}
}

/* The most boots that any row of the arm rests on, over all campaigns. */
static void count_boots(struct nn_report_arm *arm, const struct nn_report_row *rows, size_t nr)
{
	uint64_t most = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct nn_report_row *row = &rows[i];
		const struct nn_report_side *side =
			strcmp(row->base_arm, arm->name) == 0 ? &row->base_side : &row->side;

		if (i && strcmp(row->campaign, rows[i - 1].campaign) != 0) {
			arm->nr_boots += most;
			most = 0;
		}
		if (side == &row->side && (!row->arm || strcmp(row->arm, arm->name) != 0))
			continue;
		most = side->boots.nr > most ? side->boots.nr : most;
	}
	arm->nr_boots += most;
}

static void add_arms(struct nn_comparison *out, const struct nn_row_plan *plan)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		struct nn_report_arm *arm = NN_ARRAY_APPEND(out->arms, out->nr_arms, out->cap_arms);

		arm->name = nn_strdup(plan->arms[i]);
		count_boots(arm, out->rows, out->nr_rows);
	}
}

static void build(struct building *building)
{
	struct nn_comparison *out = building->plan.out;

	plan_arms(building);
	building->digester = nn_digester_new();
	for (size_t i = 0; i < building->table->nr_runs;)
		i = add_series(building, i);
	nn_digester_free(building->digester);
	free(building->values);
	out->nr_campaigns = building->table->names[NN_KEY_CAMPAIGN].nr;
	add_arms(out, &building->plan);
	add_claims(out, building->table, &building->options->claims);
	nn_strings_add(&out->remarks,
		       nn_strdup("the figures come from a file: nothing is known of the machines, "
				 "of their clocks, or whether boots were boots"));
	nn_rows_adjust(out);
	nn_build_claims(out);
	nn_build_aggregates(out);
	nn_row_plan_release(&building->plan);
}

int nn_comparison_from_file(const char *path, const struct nn_file_options *options,
			    struct nn_comparison **ret_comparison, struct nn_err *err)
{
	NN_AUTO(table) struct nn_table table = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct building building = {.table = &table, .options = options};
	int rc = nn_table_read(path, &table, err);

	if (rc)
		return rc;
	if (!table.nr_runs)
		return nn_err_set(err, -EINVAL, "%s holds no value", path);
	rc = check_arms(&building, path, err);
	if (rc)
		return rc;
	comparison = nn_calloc(1, sizeof(*comparison));
	comparison->source = NN_SOURCE_FILE;
	comparison->title = nn_strdup(path);
	building.plan = (struct nn_row_plan){.out = comparison, .pairing = options->pairing};
	build(&building);
	*ret_comparison = NN_STEAL(comparison);
	return 0;
}
