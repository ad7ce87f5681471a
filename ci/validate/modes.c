/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T7: a mode of slow boots that hides in one arm. */
#include "ci/validate/validate.h"

#include <string.h>

#include "ci/validate/analysis.h"
#include "harness/base/strbuf.h"

/* How often the boots of an arm were said to fall into two groups. */
struct flags {
	size_t nr;
	size_t nr_flagged[MODEL_NR_ARMS];
	size_t nr_clear[MODEL_NR_ARMS]; /* "fall", not "may fall" */
};

static bool is_flagged(const char *flags, size_t arm, const char *verb)
{
	NN_AUTO(free)
	char *flag = nn_asprintf("bimodal: the boots of '%s' %s into", model_arm_names[arm], verb);

	return strstr(flags, flag) != NULL;
}

static void count_flags(void *user, const struct figures *figures)
{
	struct flags *flags = user;

	flags->nr++;
	for (size_t arm = 0; arm < MODEL_NR_ARMS; arm++) {
		bool is_clear = is_flagged(figures->flags, arm, "fall");

		flags->nr_clear[arm] += is_clear;
		flags->nr_flagged[arm] += is_clear || is_flagged(figures->flags, arm, "may fall");
	}
}

int validate_modes(struct validate *validate, struct nn_err *err)
{
	const struct model hidden = {.name = "modes",
				     .nr_campaigns = VALIDATE_NR_CAMPAIGNS,
				     .nr_blocks = 20,
				     .ratio = 1,
				     .boot_sd = 0.0065,
				     .slow_share = {[MODEL_VM] = 0.2},
				     .slow_log = 0.05,
				     MODEL_BOOTS};
	const struct analysis analysis = {.pairing = "paired"};
	struct flags flags = {0};
	int rc = analysis_run(validate, &hidden, &analysis, count_flags, &flags, err);
	double nr = (double)flags.nr;

	if (rc)
		return rc;
	validate_figure(validate, (double)flags.nr_flagged[MODEL_VM] / nr, AT_LEAST(0.88, 4),
			"20 %% of the VM's boots 5 %% slower: flagged, 20 boots");
	validate_figure(validate, (double)flags.nr_flagged[MODEL_NATIVE] / nr, AT_MOST(0.02, 4),
			"one mode only: flagged, 20 boots");
	validate_tell(validate, (double)flags.nr_clear[MODEL_VM] / nr, 4,
		      "20 %% of the VM's boots 5 %% slower: flagged as clear, 20 boots");
	return 0;
}
