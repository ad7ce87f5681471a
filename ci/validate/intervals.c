/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T1 coverage, T6 drift, T11 the trap of pooled iterations: all look at intervals of one model. */
#include "ci/validate/validate.h"

#include <math.h>

#include "ci/validate/analysis.h"
#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/ratio.h"

/* How often an interval held the truth, and how wide it was. */
struct coverage {
	double truth;
	size_t nr;
	size_t nr_t;
	size_t nr_bootstrap_t;
	size_t nr_hodges_lehmann;
	double sum_half_width; /* of logs */
};

static void count_coverage(void *user, const struct figures *figures)
{
	struct coverage *coverage = user;

	coverage->nr++;
	coverage->nr_t += analysis_covers(figures->ratio_ci95, coverage->truth);
	coverage->nr_bootstrap_t += analysis_covers(figures->bootstrap_t, coverage->truth);
	coverage->nr_hodges_lehmann +=
		analysis_covers(figures->hodges_lehmann_ci95, coverage->truth);
	coverage->sum_half_width += log(figures->ratio_ci95[1] / figures->ratio_ci95[0]) / 2;
}

static int cover(struct validate *validate, const struct model *model, const char *pairing,
		 struct coverage *ret_coverage, struct nn_err *err)
{
	const struct analysis analysis = {.pairing = pairing};

	*ret_coverage = (struct coverage){.truth = model->ratio};
	return analysis_run(validate, model, &analysis, count_coverage, ret_coverage, err);
}

static double share_of(size_t nr_hits, size_t nr)
{
	return (double)nr_hits / (double)nr;
}

/* ---- T1 ---- */

static int cover_both_ways(struct validate *validate, size_t nr_blocks, struct nn_err *err)
{
	const struct model model = {.name = "coverage",
				    .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				    .nr_blocks = nr_blocks,
				    .ratio = 0.97,
				    MODEL_LEVELS};
	struct coverage paired, welch;
	int rc = cover(validate, &model, "paired", &paired, err);

	if (!rc)
		rc = cover(validate, &model, "unpaired", &welch, err);
	if (rc)
		return rc;
	validate_figure(validate, share_of(paired.nr_t, paired.nr), WITHIN(0.943, 0.962, 4),
			"coverage, paired t, %zu boots", nr_blocks);
	validate_figure(validate, share_of(welch.nr_t, welch.nr), WITHIN(0.943, 0.966, 4),
			"coverage, Welch t, %zu boots", nr_blocks);
	validate_tell(validate, share_of(paired.nr_bootstrap_t, paired.nr), 4,
		      "coverage, paired bootstrap-t, %zu boots", nr_blocks);
	validate_tell(validate, share_of(welch.nr_bootstrap_t, welch.nr), 4,
		      "coverage, unpaired bootstrap-t, %zu boots", nr_blocks);
	if (nr_blocks >= 6) /* of fewer pairs no ranks make 95 % */
		validate_tell(validate, share_of(paired.nr_hodges_lehmann, paired.nr), 4,
			      "coverage, paired Hodges-Lehmann, %zu boots", nr_blocks);
	validate_tell(validate, paired.sum_half_width / (double)paired.nr, 4,
		      "half width of the paired interval, log, %zu boots", nr_blocks);
	return 0;
}

int validate_coverage(struct validate *validate, struct nn_err *err)
{
	static const size_t nrs_blocks[] = {5, 10, 20};
	int rc = 0;

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(nrs_blocks); i++)
		rc = cover_both_ways(validate, nrs_blocks[i], err);
	return rc;
}

/* ---- T6 ---- */

int validate_drift(struct validate *validate, struct nn_err *err)
{
	const struct model model = {.name = "drift",
				    .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				    .nr_blocks = 10,
				    .ratio = 0.97,
				    .block_sd = 0.02,
				    .boot_sd = 0.005,
				    MODEL_BOOTS};
	struct coverage paired, welch;
	int rc = cover(validate, &model, "paired", &paired, err);

	if (!rc)
		rc = cover(validate, &model, "unpaired", &welch, err);
	if (rc)
		return rc;
	validate_figure(validate, paired.sum_half_width / welch.sum_half_width, AT_MOST(0.45, 3),
			"blocks drift by 2 %%: width paired / unpaired, 10 boots");
	validate_figure(validate, share_of(paired.nr_t, paired.nr), WITHIN(0.943, 0.962, 4),
			"blocks drift by 2 %%: coverage, paired t, 10 boots");
	return 0;
}

/* ---- T11 ---- */

struct trap {
	size_t nr;
	size_t nr_different; /* p < 0.05 */
};

static void count_different(void *user, const struct figures *figures)
{
	struct trap *trap = user;

	trap->nr++;
	trap->nr_different += figures->p_value < 0.05;
}

/* Every iteration a boot of its own: what many tools do. */
static struct trap fall_into_trap(const struct model *model)
{
	const size_t nr = model_nr_values(model);
	NN_AUTO(free) double *native = nn_calloc(nr, sizeof(*native));
	NN_AUTO(free) double *vm = nn_calloc(nr, sizeof(*vm));
	struct trap trap = {.nr = model->nr_campaigns};

	for (size_t campaign = 0; campaign < model->nr_campaigns; campaign++) {
		struct nn_ratio ratio;

		model_fill(model, campaign, (double *[]){native, vm});
		if (!nn_ratio_welch(native, nr, vm, nr, &ratio))
			trap.nr_different += ratio.p_value < 0.05;
	}
	return trap;
}

int validate_naive_trap(struct validate *validate, struct nn_err *err)
{
	const struct model model = {.name = "trap",
				    .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				    .nr_blocks = 10,
				    .ratio = 1,
				    MODEL_LEVELS};
	const struct analysis analysis = {.pairing = "paired"};
	struct trap ours = {0};
	struct trap naive;
	int rc = analysis_run(validate, &model, &analysis, count_different, &ours, err);

	if (rc)
		return rc;
	naive = fall_into_trap(&model);
	validate_figure(validate, share_of(ours.nr_different, ours.nr), WITHIN(0.04, 0.06, 4),
			"nothing differs: called different, 10 boots");
	validate_figure(validate, share_of(naive.nr_different, naive.nr), WITHIN(0.5, 0.6, 4),
			"nothing differs: pooled iterations would call different");
	return 0;
}
