/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/row-side.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"
#include "harness/stats/proportion.h"
#include "harness/stats/ratio.h"
#include "harness/stats/trend.h"
#include "reports/figures.h"
#include "reports/judge.h"

/* More than this share of an arm's runs without a steady state: reference statistics, §2.10. */
#define UNSTEADY_LIMIT (1.0 / 3.0)

/* Prompts to look, each at a level that an undisturbed campaign rarely reaches. */
#define ROUNDING           1e-9
#define FLAG_P_VALUE       0.01
#define DRIFT_MIN_PCT      0.5
#define VARIATION_FACTOR   2.0
#define OUTLIER_MIN_SHARE  0.02
#define EFFECTIVE_MIN      5.0
#define VARIATION_MIN_BOOT 5

static int by_block(const void *a, const void *b)
{
	const struct nn_cell *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return strcmp(x->boot, y->boot);
}

/* One number a boot, for the numerics; those without a log are left out. */
struct logs {
	double *items;
	double *blocks;
	size_t nr;
};

static void logs_release(struct logs *logs)
{
	free(logs->items);
	free(logs->blocks);
}

NN_AUTO_DEFINE(logs, struct logs, logs_release(p))

static struct logs logs_of(const struct nn_cells *boots)
{
	struct logs logs = {.items = nn_calloc(boots->nr + 1, sizeof(double)),
			    .blocks = nn_calloc(boots->nr + 1, sizeof(double))};

	for (size_t i = 0; i < boots->nr; i++) {
		double mean = boots->items[i].digest.mean;

		if (!isfinite(mean) || mean <= 0)
			continue;
		logs.items[logs.nr] = log(mean);
		logs.blocks[logs.nr++] = (double)boots->items[i].block;
	}
	return logs;
}

/* The geometric mean over boots of one figure, NaN when there is none or one is not positive. */
static double mean_figure(const struct nn_cells *boots, nn_figure_fn figure, size_t which)
{
	NN_AUTO(free) double *values = nn_calloc(boots->nr + 1, sizeof(*values));
	size_t nr = 0;

	for (size_t i = 0; i < boots->nr; i++) {
		double value = figure(&boots->items[i].digest, which);

		if (!isnan(value))
			values[nr++] = value;
	}
	return nn_geometric_mean(values, nr);
}

static double figure_trimmed(const struct nn_digest *digest, size_t which)
{
	(void)which;
	return digest->trimmed_mean;
}

static double figure_effective(const struct nn_digest *digest, size_t which)
{
	(void)which;
	return digest->effective_samples;
}

static void fill_between(struct nn_report_side *side)
{
	NN_AUTO(logs) struct logs logs = logs_of(&side->boots);
	struct nn_trend trend = nn_trend(logs.blocks, logs.items, logs.nr);
	double nr_steps;

	side->sd_log = nn_sd(logs.items, logs.nr);
	side->is_bimodal = nn_is_bimodal(logs.items, logs.nr, NULL, NULL);
	side->is_clearly_bimodal = nn_is_clearly_bimodal(logs.items, logs.nr);
	if (logs.nr < 2)
		return;
	nr_steps = logs.blocks[logs.nr - 1] - logs.blocks[0];
	side->drift_pct = 100 * expm1(trend.slope * nr_steps);
	side->drift_p_value = trend.p_value;
}

void nn_row_fill_side(struct nn_report_side *ret_side, const struct nn_cells *cells, size_t arm)
{
	uint64_t nr_outliers = 0;

	for (size_t i = 0; i < cells->nr; i++) {
		const struct nn_digest *digest = &cells->items[i].digest;

		if (cells->items[i].arm != arm)
			continue;
		nn_cells_add(&ret_side->boots, &cells->items[i]);
		ret_side->nr_runs += digest->nr_runs;
		ret_side->nr_samples += digest->nr_samples;
		ret_side->nr_judged += digest->nr_judged;
		ret_side->nr_unsteady += digest->nr_unsteady;
		ret_side->nr_warmup += digest->nr_warmup;
		ret_side->nr_slowdown += digest->nr_slowdown;
		nr_outliers += digest->nr_outliers;
	}
	if (!ret_side->boots.nr)
		return;
	qsort(ret_side->boots.items, ret_side->boots.nr, sizeof(struct nn_cell), by_block);
	ret_side->value = mean_figure(&ret_side->boots, nn_figure_mean, 0);
	ret_side->trimmed_value = mean_figure(&ret_side->boots, figure_trimmed, 0);
	ret_side->variation = mean_figure(&ret_side->boots, nn_figure_variation, 0);
	ret_side->effective_samples = mean_figure(&ret_side->boots, figure_effective, 0);
	ret_side->outlier_share = (double)nr_outliers / (double)ret_side->nr_samples;
	fill_between(ret_side);
}

bool nn_side_is_unsteady(const struct nn_report_side *side)
{
	return (double)side->nr_unsteady > UNSTEADY_LIMIT * (double)side->nr_judged;
}

/* ---- flags ---- */

static void flag_modes(struct nn_report_row *row, const struct nn_report_side *side,
		       const char *arm)
{
	/* what is flagged as bimodal is not proven with fewer than 20 boots; a hint is less */
	bool is_hint = !side->is_clearly_bimodal && side->boots.nr < NN_MIN_BOOTS_BIMODAL;

	if (side->is_bimodal)
		nn_strings_add(&row->flags, nn_asprintf("%s: the boots of '%s' %s into two groups",
							is_hint ? "modes" : "bimodal", arm,
							is_hint ? "may fall" : "fall"));
}

/* Measured values scatter; equal ones are cached, counted, or of a clock too coarse for them. */
static void flag_constant(struct nn_report_row *row, const struct nn_report_side *side,
			  const char *arm)
{
	if (side->boots.nr > 2 && side->sd_log <= ROUNDING * ROUNDING)
		nn_strings_add(&row->flags,
			       nn_asprintf("constant: every boot of '%s' gives one and the same "
					   "value",
					   arm));
}

static void flag_drift(struct nn_report_row *row, const struct nn_report_side *side,
		       const char *arm)
{
	if (side->drift_p_value < FLAG_P_VALUE && fabs(side->drift_pct) > DRIFT_MIN_PCT)
		nn_strings_add(&row->flags,
			       nn_asprintf("drift: '%s' moves by %+.1f %% from the first block to "
					   "the last (p = %.2g)",
					   arm, side->drift_pct, side->drift_p_value));
}

static void flag_outliers(struct nn_report_row *row, const struct nn_report_side *side,
			  const char *arm)
{
	if (side->outlier_share > OUTLIER_MIN_SHARE)
		nn_strings_add(&row->flags,
			       nn_asprintf("outliers: %.1f %% of the iterations of '%s' lie "
					   "beyond 3 interquartile ranges",
					   100 * side->outlier_share, arm));
}

static void flag_dependence(struct nn_report_row *row, const struct nn_report_side *side,
			    const char *arm)
{
	if (side->effective_samples < EFFECTIVE_MIN)
		nn_strings_add(&row->flags,
			       nn_asprintf("autocorrelation: a run of '%s' is worth %.1f "
					   "independent iterations: lengthen iterations",
					   arm, side->effective_samples));
}

/* Where it is too many, it is the reason why the row is invalid. */
static void flag_unsteady(struct nn_report_row *row, const struct nn_report_side *side,
			  const char *arm)
{
	if (side->nr_unsteady && !nn_side_is_unsteady(side))
		nn_strings_add(&row->flags, nn_asprintf("no steady state: %" PRIu64 " of %" PRIu64
							" runs of '%s'",
							side->nr_unsteady, side->nr_judged, arm));
}

static void flag_warmup(struct nn_report_row *row, const struct nn_report_side *side,
			const char *arm)
{
	if (side->nr_warmup)
		nn_strings_add(&row->flags,
			       nn_asprintf("warm-up: %" PRIu64 " of %" PRIu64 " runs of '%s' begin "
					   "worse than they settle: figures are of the level they "
					   "settle at",
					   side->nr_warmup, side->nr_judged, arm));
}

/* The machine's best is not what it keeps up: throttling, a cache or a disk's buffer that fills. */
static void flag_slowdown(struct nn_report_row *row, const struct nn_report_side *side,
			  const char *arm)
{
	if (side->nr_slowdown)
		nn_strings_add(&row->flags,
			       nn_asprintf("slowdown: %" PRIu64 " of %" PRIu64
					   " runs of '%s' begin "
					   "better than they settle: figures are of the level they "
					   "settle at",
					   side->nr_slowdown, side->nr_judged, arm));
}

static void add_variance_flag(struct nn_report_row *row, double factor, const char *where,
			      double p_value)
{
	const char *more = factor > 1 ? row->arm : row->base_arm;
	const char *less = factor > 1 ? row->base_arm : row->arm;

	nn_strings_add(&row->flags,
		       nn_asprintf("variance: '%s' scatters %.1f times as much as '%s' %s "
				   "(p = %.2g)",
				   more, factor > 1 ? factor : 1 / factor, less, where, p_value));
}

/* Equal means with unequal scatter are not equal machines: F test between boots. */
static void flag_variance_between(struct nn_report_row *row)
{
	double nr_base = (double)row->base_side.boots.nr, nr_arm = (double)row->side.boots.nr;
	double factor = row->side.sd_log / row->base_side.sd_log;
	double cdf, p_value;

	if (nr_base < VARIATION_MIN_BOOT || nr_arm < VARIATION_MIN_BOOT || !(factor > 0) ||
	    !isfinite(factor))
		return;
	cdf = nn_f_cdf(factor * factor, nr_arm - 1, nr_base - 1);
	p_value = 2 * fmin(cdf, 1 - cdf);
	if (p_value < FLAG_P_VALUE && fmax(factor, 1 / factor) >= VARIATION_FACTOR)
		add_variance_flag(row, factor, "between boots", p_value);
}

/* The same within boots, where each boot gives one coefficient of variation. */
static void flag_variance_within(struct nn_report_row *row)
{
	NN_AUTO(figures)
	struct nn_figures figures = nn_figures_collect(row, nn_figure_variation, 0);
	struct nn_ratio ratio;

	if (figures.nr_base < VARIATION_MIN_BOOT || figures.nr_arm < VARIATION_MIN_BOOT ||
	    nn_figures_ratio(&figures, &ratio))
		return;
	if (ratio.p_value < FLAG_P_VALUE &&
	    fmax(ratio.estimate, 1 / ratio.estimate) >= VARIATION_FACTOR)
		add_variance_flag(row, ratio.estimate, "within boots", ratio.p_value);
}

void nn_row_flag_sides(struct nn_report_row *row)
{
	static void (*const checks[])(struct nn_report_row *, const struct nn_report_side *,
				      const char *) = {
		flag_modes,      flag_constant, flag_drift,  flag_outliers,
		flag_dependence, flag_unsteady, flag_warmup, flag_slowdown,
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(checks); i++) {
		checks[i](row, &row->base_side, row->base_arm);
		checks[i](row, &row->side, row->arm);
	}
	flag_variance_between(row);
	flag_variance_within(row);
}

void nn_row_flag_skew(struct nn_report_row *row)
{
	double half_width = log(row->ratio_ci95[1] / row->ratio_ci95[0]) / 2;
	double distance = fabs(log(row->hodges_lehmann / row->ratio));

	if (distance > half_width && distance > ROUNDING)
		nn_strings_add(&row->flags,
			       nn_strdup("skewed: the t estimate and Hodges-Lehmann's are apart by "
					 "more than half the interval: inspect boots"));
}
