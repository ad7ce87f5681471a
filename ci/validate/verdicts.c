/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T2 size and T3 power of claims. */
#include "ci/validate/validate.h"

#include <math.h>
#include <string.h>

#include "ci/validate/analysis.h"

#define CLAIM "vm >= 97% of native"

/* Pairs of boots differ by 1 % (SD of log ratios), half of it in either arm. */
#define PAIRS_OF_1_PCT .boot_sd = 0.01 / M_SQRT2, MODEL_BOOTS

struct verdicts {
	size_t nr;
	size_t nr_proven;
	size_t nr_refuted;
	size_t nr_invalid;
	size_t nr_two_modes; /* not proven though the interval would allow it */
};

static void count_verdict(void *user, const struct figures *figures)
{
	struct verdicts *verdicts = user;

	verdicts->nr++;
	verdicts->nr_proven += strcmp(figures->verdict, "PROVEN") == 0;
	verdicts->nr_refuted += strcmp(figures->verdict, "REFUTED") == 0;
	verdicts->nr_invalid += strcmp(figures->verdict, "INVALID") == 0;
	verdicts->nr_two_modes += strstr(figures->reasons, "fall into two groups") != NULL;
}

static int judge(struct validate *validate, const struct model *model,
		 struct verdicts *ret_verdicts, struct nn_err *err)
{
	const struct analysis analysis = {.claim = CLAIM};

	*ret_verdicts = (struct verdicts){0};
	return analysis_run(validate, model, &analysis, count_verdict, ret_verdicts, err);
}

static double share(size_t nr_hits, const struct verdicts *verdicts)
{
	return (double)nr_hits / (double)verdicts->nr;
}

/* ---- T2 ---- */

static int size_at_margin(struct validate *validate, size_t nr_blocks, bool is_time,
			  struct nn_err *err)
{
	const struct model model = {.name = is_time ? "size-of-times" : "size",
				    .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				    .nr_blocks = nr_blocks,
				    .ratio = is_time ? 1 / 0.97 : 0.97,
				    .is_lower_better = is_time,
				    MODEL_LEVELS};
	const char *kind = is_time ? "times" : "rates";
	struct verdicts verdicts;
	int rc = judge(validate, &model, &verdicts, err);

	if (rc)
		return rc;
	validate_figure(validate, share(verdicts.nr_proven, &verdicts), AT_MOST(0.055, 4),
			"true ratio at the margin: PROVEN, %s, %zu boots", kind, nr_blocks);
	/* else a tool that refuses everything would pass */
	validate_figure(validate, share(verdicts.nr_invalid, &verdicts), AT_MOST(0.001, 4),
			"true ratio at the margin: INVALID, %s, %zu boots", kind, nr_blocks);
	validate_tell(validate, share(verdicts.nr_refuted, &verdicts), 4,
		      "true ratio at the margin: REFUTED, %s, %zu boots", kind, nr_blocks);
	return 0;
}

static int size_below_margin(struct validate *validate, struct nn_err *err)
{
	const struct model model = {.name = "below",
				    .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				    .nr_blocks = 10,
				    .ratio = 0.96,
				    PAIRS_OF_1_PCT};
	struct verdicts verdicts;
	int rc = judge(validate, &model, &verdicts, err);

	if (rc)
		return rc;
	validate_figure(validate, share(verdicts.nr_proven, &verdicts), AT_MOST(0.005, 4),
			"true ratio 1 %% below the margin: PROVEN, 10 boots");
	return 0;
}

int validate_verdict_size(struct validate *validate, struct nn_err *err)
{
	int rc = size_at_margin(validate, 5, false, err);

	if (!rc)
		rc = size_at_margin(validate, 10, false, err);
	if (!rc)
		rc = size_at_margin(validate, 10, true, err);
	return rc ? rc : size_below_margin(validate, err);
}

/* ---- T3 ---- */

static int power(struct validate *validate, size_t nr_blocks, double least, struct nn_err *err)
{
	const struct model model = {.name = "power",
				    .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				    .nr_blocks = nr_blocks,
				    .ratio = 0.99,
				    PAIRS_OF_1_PCT};
	struct verdicts verdicts;
	int rc = judge(validate, &model, &verdicts, err);

	if (rc)
		return rc;
	validate_figure(validate, share(verdicts.nr_proven, &verdicts), AT_LEAST(least, 4),
			"true ratio 0.99, margin 0.97: PROVEN, %zu boots", nr_blocks);
	validate_tell(validate, share(verdicts.nr_two_modes, &verdicts), 4,
		      "true ratio 0.99, margin 0.97: held up for two modes, %zu boots", nr_blocks);
	return 0;
}

int validate_verdict_power(struct validate *validate, struct nn_err *err)
{
	int rc = power(validate, 5, 0.90, err);

	return rc ? rc : power(validate, 10, 0.99, err);
}
