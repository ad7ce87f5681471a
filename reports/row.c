/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/row.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/moments.h"
#include "harness/stats/multiple.h"
#include "harness/stats/quantile.h"
#include "harness/stats/random.h"
#include "harness/stats/rank.h"
#include "harness/stats/resample.h"
#include "reports/figures.h"
#include "reports/row-side.h"

#define METHOD_PAIRED  "paired t on log ratios"
#define METHOD_WELCH   "Welch t on logs"
#define METHOD_FIELLER "Fieller on means"

#define TOO_LARGE "a value or a ratio is beyond what a number can hold"

/* ---- the figures of a row ---- */

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

/* The smallest e for which the 90 % interval lies within [1 − e, 1/(1 − e)]. */
static double equivalent_within_pct(const double ci90[2])
{
	if (isnan(ci90[0]) || isnan(ci90[1]))
		return NAN;
	return 100 * fmax(0, fmax(1 - ci90[0], 1 - 1 / ci90[1]));
}

static void set_ratio(struct nn_report_row *row, const struct nn_ratio *ratio)
{
	row->method = row->is_paired ? METHOD_PAIRED : METHOD_WELCH;
	row->ratio = ratio->estimate;
	memcpy(row->ratio_ci95, ratio->ci95, sizeof(row->ratio_ci95));
	row->ratio_ci90[0] = ratio->lower95;
	row->ratio_ci90[1] = ratio->upper95;
	row->sd_log = ratio->sd_log;
	row->se_log = ratio->se_log;
	row->df = ratio->df;
	row->p_value = ratio->p_value;
	row->mde_pct = nn_ratio_mde_pct(ratio, row->is_paired);
	row->equivalent_within_pct = equivalent_within_pct(row->ratio_ci90);
	turn(row, ratio);
}

/* Equal data give equal bytes, and no two rows share their random numbers. */
static uint64_t row_seed(const struct nn_report_row *row)
{
	NN_AUTO(free)
	char *name = nn_asprintf("%s\n%s\n%s\n%s\n%s", row->campaign ? row->campaign : "",
				 row->workload, row->metric, row->base_arm, row->arm);

	return nn_random_seed_of(name);
}

static void cross_check(struct nn_report_row *row, const struct nn_figures *figures)
{
	struct nn_hodges_lehmann hl;
	double ci95[2];
	uint64_t seed = row_seed(row);
	int rc;

	if (figures->is_paired)
		rc = nn_bootstrap_t_paired(figures->base, figures->arm, figures->nr_base,
					   NN_BOOTSTRAP_RESAMPLES, seed, ci95);
	else
		rc = nn_bootstrap_t_unpaired(figures->base, figures->nr_base, figures->arm,
					     figures->nr_arm, NN_BOOTSTRAP_RESAMPLES, seed, ci95);
	if (!rc)
		memcpy(row->ratio_ci95_bootstrap_t, ci95, sizeof(ci95));
	if (figures->is_paired)
		rc = nn_hodges_lehmann_paired(figures->base, figures->arm, figures->nr_base, &hl);
	else
		rc = nn_hodges_lehmann_unpaired(figures->base, figures->nr_base, figures->arm,
						figures->nr_arm, &hl);
	if (rc)
		return;
	row->hodges_lehmann = hl.estimate;
	memcpy(row->hodges_lehmann_ci95, hl.ci95, sizeof(hl.ci95));
}

/* Of zero and negative values there is no log: the ratio of means is shown, nothing rests on it. */
static void fill_without_logs(struct nn_report_row *row, const struct nn_figures *figures)
{
	row->base_value = nn_moments(figures->base, figures->nr_base).mean;
	row->value = nn_moments(figures->arm, figures->nr_arm).mean;
	if (!nn_ratio_fieller(figures->base, figures->nr_base, figures->arm, figures->nr_arm,
			      &row->ratio, row->ratio_ci95))
		row->method = METHOD_FIELLER;
	nn_strings_add(&row->reasons,
		       nn_strdup(isfinite(row->base_value) && isfinite(row->value)
					 ? "a value is zero or negative, of which there is no log "
					   "ratio"
					 : TOO_LARGE));
}

static void fill_mean(struct nn_report_row *row)
{
	NN_AUTO(figures) struct nn_figures figures = nn_figures_collect(row, nn_figure_mean, 0);
	struct nn_ratio ratio;

	row->nr_boots = figures.nr_base < figures.nr_arm ? figures.nr_base : figures.nr_arm;
	if (!row->nr_boots)
		return;
	if (nn_figures_ratio(&figures, &ratio)) {
		fill_without_logs(row, &figures);
		return;
	}
	row->base_value = nn_geometric_mean(figures.base, figures.nr_base);
	row->value = nn_geometric_mean(figures.arm, figures.nr_arm);
	set_ratio(row, &ratio);
	if (!isfinite(row->performance_ratio) || !(row->performance_ratio > 0)) {
		row->performance_ratio = NAN; /* which no claim is judged by */
		nn_strings_add(&row->reasons, nn_strdup(TOO_LARGE));
		return;
	}
	cross_check(row, &figures);
	nn_row_flag_skew(row);
}

/* ---- tails ---- */

static void fill_tail(struct nn_report_row *row, size_t which, double *ret_p_value)
{
	NN_AUTO(figures) struct nn_figures figures = nn_figures_collect(row, nn_figure_tail, which);
	struct nn_report_tail *tail = &row->tails[which];
	size_t nr = figures.nr_base < figures.nr_arm ? figures.nr_base : figures.nr_arm;
	struct nn_ratio ratio;

	if (!nr) {
		tail->reason = nn_asprintf("fewer than %d iterations a boot beyond it",
					   NN_QUANTILE_MIN_BEYOND);
		return;
	}
	if (nr < row->nr_boots) {
		tail->reason = nn_asprintf(
			"fewer than %d iterations beyond it in %" PRIu64 " of %" PRIu64 " boots",
			NN_QUANTILE_MIN_BEYOND, row->nr_boots - nr, row->nr_boots);
		return;
	}
	if (nn_figures_ratio(&figures, &ratio)) {
		tail->reason = nn_strdup("a value is zero or negative");
		return;
	}
	tail->base_value = nn_geometric_mean(figures.base, figures.nr_base);
	tail->value = nn_geometric_mean(figures.arm, figures.nr_arm);
	tail->ratio = ratio.estimate;
	memcpy(tail->ratio_ci95, ratio.ci95, sizeof(tail->ratio_ci95));
	*ret_p_value = ratio.p_value;
}

static void fill_tails(struct nn_report_row *row)
{
	double p_values[NN_NR_TAILS], adjusted[NN_NR_TAILS];

	for (size_t i = 0; i < NN_NR_TAILS; i++) {
		p_values[i] = NAN;
		fill_tail(row, i, &p_values[i]);
	}
	nn_adjust_benjamini_hochberg(p_values, NN_NR_TAILS, adjusted);
	for (size_t i = 0; i < NN_NR_TAILS; i++)
		row->tails[i].p_adjusted = adjusted[i];
}

/* ---- building ---- */

static void blank_side(struct nn_report_side *side)
{
	side->sd_log = side->variation = side->effective_samples = NAN;
	side->outlier_share = side->trimmed_value = NAN;
	side->drift_pct = side->drift_p_value = NAN;
}

static void blank_figures(struct nn_report_row *row)
{
	double *const absent[] = {
		&row->base_value,
		&row->value,
		&row->ratio,
		&row->hodges_lehmann,
		&row->p_value,
		&row->p_adjusted,
		&row->mde_pct,
		&row->equivalent_within_pct,
		&row->performance_ratio,
		&row->performance_lower95,
		&row->performance_upper95,
		&row->margin,
		&row->sd_log,
		&row->se_log,
		&row->df,
		&row->slow_share_upper95,
		&row->ceiling,
		&row->aa.ratio,
	};
	double *const intervals[] = {
		row->ratio_ci95,          row->ratio_ci90,       row->ratio_ci95_bootstrap_t,
		row->hodges_lehmann_ci95, row->performance_ci95, row->aa.ratio_ci95,
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(absent); i++)
		*absent[i] = NAN;
	for (size_t i = 0; i < NN_ARRAY_SIZE(intervals); i++)
		intervals[i][0] = intervals[i][1] = NAN;
	for (size_t i = 0; i < NN_NR_TAILS; i++)
		row->tails[i] = (struct nn_report_tail){
			.probability = nn_tail_probabilities[i],
			.base_value = NAN,
			.value = NAN,
			.ratio = NAN,
			.ratio_ci95 = {NAN, NAN},
			.p_adjusted = NAN,
		};
	blank_side(&row->base_side);
	blank_side(&row->side);
}

struct nn_report_row *nn_row_append(struct nn_comparison *comparison,
				    const struct nn_series *series, const char *base_arm,
				    const char *arm)
{
	struct nn_report_row *row =
		NN_ARRAY_APPEND(comparison->rows, comparison->nr_rows, comparison->cap_rows);

	blank_figures(row);
	row->campaign = nn_strdup(series->campaign);
	row->workload = nn_strdup(series->workload);
	row->metric = nn_strdup(series->metric);
	row->unit = nn_strdup(series->unit);
	row->direction = series->direction;
	row->base_arm = nn_strdup(base_arm);
	row->arm = nn_strdup(arm);
	return row;
}

void nn_row_compare(struct nn_report_row *row, const struct nn_cells *cells, size_t base,
		    size_t arm, enum nn_pairing pairing)
{
	nn_row_fill_side(&row->base_side, cells, base);
	nn_row_fill_side(&row->side, cells, arm);
	nn_count_blocks(&row->base_side.boots, &row->side.boots, &row->nr_blocks, &row->nr_pairs);
	row->is_paired =
		pairing == NN_PAIRING_AUTO ? row->nr_pairs > 0 : pairing == NN_PAIRING_PAIRED;
	fill_mean(row);
	if (!row->nr_boots) {
		row->base_value = row->base_side.value;
		row->value = row->side.value;
		return;
	}
	fill_tails(row);
	nn_row_flag_sides(row);
}

void nn_row_alone(struct nn_report_row *row, const struct nn_cells *cells, size_t arm, bool is_base)
{
	struct nn_report_side *side = is_base ? &row->base_side : &row->side;

	row->is_lone = true;
	nn_row_fill_side(side, cells, arm);
	row->nr_boots = side->boots.nr;
	if (is_base)
		row->base_value = side->value;
	else
		row->value = side->value;
}

struct nn_ratio nn_row_performance(const struct nn_report_row *row)
{
	return (struct nn_ratio){
		.nr_boots = row->nr_boots,
		.estimate = row->performance_ratio,
		.ci95 = {row->performance_ci95[0], row->performance_ci95[1]},
		.lower95 = row->performance_lower95,
		.upper95 = row->performance_upper95,
		.sd_log = row->sd_log,
		.se_log = row->se_log,
		.df = row->df,
		.p_value = row->p_value,
	};
}

/* Rows of one campaign stand together. */
static void adjust_campaign(struct nn_report_row *rows, size_t nr)
{
	NN_AUTO(free) double *p_values = nn_calloc(nr, sizeof(*p_values));
	NN_AUTO(free) double *adjusted = nn_calloc(nr, sizeof(*adjusted));

	for (size_t i = 0; i < nr; i++)
		p_values[i] = rows[i].p_value;
	nn_adjust_benjamini_hochberg(p_values, nr, adjusted);
	for (size_t i = 0; i < nr; i++)
		rows[i].p_adjusted = adjusted[i];
}

void nn_rows_adjust(struct nn_comparison *comparison)
{
	size_t first = 0;

	for (size_t i = 1; i <= comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[first];

		if (i < comparison->nr_rows &&
		    strcmp(comparison->rows[i].campaign, row->campaign) == 0)
			continue;
		adjust_campaign(&comparison->rows[first], i - first);
		first = i;
	}
}

void nn_row_release(struct nn_report_row *row)
{
	free(row->campaign);
	free(row->workload);
	free(row->metric);
	free(row->unit);
	free(row->base_arm);
	free(row->arm);
	free(row->ceiling_source);
	free(row->verdict);
	free(row->aa.campaign);
	free(row->aa.started);
	nn_cells_release(&row->base_side.boots);
	nn_cells_release(&row->side.boots);
	for (size_t i = 0; i < NN_NR_TAILS; i++)
		free(row->tails[i].reason);
	nn_strings_release(&row->flags);
	nn_strings_release(&row->reasons);
}
