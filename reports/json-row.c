/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/json-row.h"

#include <math.h>

#include "reports/json-members.h"

static void set_names(json_t *object, const struct nn_comparison *c,
		      const struct nn_report_row *row)
{
	nn_member_text(object, "campaign",
		       row->campaign ? row->campaign : c->summary[NN_SUMMARY_UUID]);
	nn_member_text(object, "workload", row->workload);
	nn_member_text(object, "metric", row->metric);
	nn_member_text(object, "unit", row->unit);
	nn_member_text(object, "direction", nn_direction_name(row->direction));
	nn_member_text(object, "base_arm", row->base_arm);
	nn_member_text(object, "arm", row->arm);
	nn_member_text(object, "method", row->method);
	nn_member_set(object, "paired",
		      row->arm && !row->is_lone ? json_boolean(row->is_paired) : json_null());
	nn_member_count(object, "boots", row->nr_boots);
}

static void set_figures(json_t *object, const struct nn_report_row *row)
{
	nn_member_real(object, "base_value", row->base_value);
	nn_member_real(object, "value", row->value);
	nn_member_real(object, "ratio", row->ratio);
	nn_member_interval(object, "ratio_ci95", row->ratio_ci95);
	nn_member_interval(object, "ratio_ci90", row->ratio_ci90);
	nn_member_interval(object, "ratio_ci95_bootstrap_t", row->ratio_ci95_bootstrap_t);
	nn_member_real(object, "hodges_lehmann", row->hodges_lehmann);
	nn_member_interval(object, "hodges_lehmann_ci95", row->hodges_lehmann_ci95);
	nn_member_real(object, "sd_log", row->sd_log);
	nn_member_real(object, "p_value", row->p_value);
	nn_member_real(object, "p_adjusted", row->p_adjusted);
	nn_member_real(object, "mde_pct", row->mde_pct);
	nn_member_real(object, "equivalent_within_pct", row->equivalent_within_pct);
	nn_member_real(object, "performance_ratio", row->performance_ratio);
	nn_member_interval(object, "performance_ci95", row->performance_ci95);
	nn_member_real(object, "performance_lower95", row->performance_lower95);
	nn_member_real(object, "performance_upper95", row->performance_upper95);
}

static void set_verdict(json_t *object, const struct nn_report_row *row, uint64_t boots_needed)
{
	bool is_guarded = isfinite(row->slow_share_upper95);

	nn_member_real(object, "margin", row->margin);
	nn_member_text(object, "verdict", row->verdict);
	nn_member_set(object, "boots_needed",
		      boots_needed ? json_integer((json_int_t)boots_needed) : json_null());
	nn_member_strings(object, "reasons", &row->reasons);
	nn_member_strings(object, "flags", &row->flags);
	nn_member_set(object, "slow_boots",
		      is_guarded ? json_integer((json_int_t)row->nr_slow_boots) : json_null());
	nn_member_real(object, "slow_share_upper95", row->slow_share_upper95);
}

static json_t *tails_json(const struct nn_report_row *row)
{
	json_t *tails = json_array();

	for (size_t i = 0; i < NN_NR_TAILS; i++) {
		const struct nn_report_tail *tail = &row->tails[i];
		json_t *object = json_object();

		nn_member_real(object, "probability", tail->probability);
		nn_member_real(object, "base_value", tail->base_value);
		nn_member_real(object, "value", tail->value);
		nn_member_real(object, "ratio", tail->ratio);
		nn_member_interval(object, "ratio_ci95", tail->ratio_ci95);
		nn_member_real(object, "p_adjusted", tail->p_adjusted);
		nn_member_text(object, "reason", tail->reason);
		(void)json_array_append_new(tails, object);
	}
	return tails;
}

static json_t *aa_json(const struct nn_report_aa *aa)
{
	json_t *object;

	if (!aa->campaign)
		return json_null();
	object = json_object();
	nn_member_text(object, "campaign", aa->campaign);
	nn_member_text(object, "started", aa->started);
	nn_member_real(object, "ratio", aa->ratio);
	nn_member_interval(object, "ratio_ci95", aa->ratio_ci95);
	nn_member_count(object, "boots", aa->nr_boots);
	return object;
}

/* Of times the least possible is the ceiling, so a share is always at most 1. */
static double share(const struct nn_report_row *row, double value)
{
	return row->direction == NN_LOWER_IS_BETTER ? row->ceiling / value : value / row->ceiling;
}

static void set_ceiling(json_t *object, const struct nn_report_row *row)
{
	nn_member_real(object, "ceiling", row->ceiling);
	nn_member_text(object, "ceiling_source", row->ceiling_source);
	nn_member_real(object, "base_share_of_ceiling", share(row, row->base_value));
	nn_member_real(object, "share_of_ceiling", share(row, row->value));
}

static json_t *side_json(const struct nn_report_side *side)
{
	json_t *object;

	if (!side->boots.nr)
		return json_null();
	object = json_object();
	nn_member_count(object, "boots", side->boots.nr);
	nn_member_count(object, "runs", side->nr_runs);
	nn_member_count(object, "samples", side->nr_samples);
	nn_member_real(object, "sd_log", side->sd_log);
	nn_member_real(object, "variation", side->variation);
	nn_member_real(object, "effective_samples", side->effective_samples);
	nn_member_real(object, "outlier_share", side->outlier_share);
	nn_member_real(object, "trimmed_value", side->trimmed_value);
	nn_member_count(object, "unsteady_runs", side->nr_unsteady);
	nn_member_count(object, "warmup_runs", side->nr_warmup);
	nn_member_count(object, "slowdown_runs", side->nr_slowdown);
	nn_member_count(object, "judged_runs", side->nr_judged);
	nn_member_set(object, "bimodal", json_boolean(side->is_bimodal));
	nn_member_real(object, "drift_pct", side->drift_pct);
	nn_member_real(object, "drift_p_value", side->drift_p_value);
	return object;
}

static void add_boots(json_t *boots, const char *arm, const struct nn_cells *cells)
{
	for (size_t i = 0; i < cells->nr; i++) {
		const struct nn_cell *cell = &cells->items[i];
		json_t *object = json_object();

		nn_member_text(object, "arm", arm);
		nn_member_count(object, "block", cell->block);
		nn_member_text(object, "boot", cell->boot);
		nn_member_real(object, "value", cell->digest.mean);
		nn_member_count(object, "runs", cell->digest.nr_runs);
		nn_member_count(object, "samples", cell->digest.nr_samples);
		(void)json_array_append_new(boots, object);
	}
}

json_t *nn_json_row(const struct nn_comparison *comparison, const struct nn_report_row *row,
		    uint64_t boots_needed)
{
	json_t *object = json_object();
	json_t *boots = json_array();

	set_names(object, comparison, row);
	set_figures(object, row);
	set_verdict(object, row, boots_needed);
	nn_member_set(object, "tails", tails_json(row));
	nn_member_set(object, "aa", aa_json(&row->aa));
	set_ceiling(object, row);
	nn_member_set(object, "base_side", side_json(&row->base_side));
	nn_member_set(object, "side", side_json(&row->side));
	add_boots(boots, row->base_arm, &row->base_side.boots);
	if (row->arm)
		add_boots(boots, row->arm, &row->side.boots);
	nn_member_set(object, "boots_detail", boots);
	return object;
}
