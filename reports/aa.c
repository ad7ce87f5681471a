/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one arm against itself gave on the same machine, beside each row that compares two arms. */
#include "reports/build.h"

#include <math.h>

#include "harness/base/array.h"
#include "reports/judge.h"

/* As many as are looked through for the arms and metrics of this campaign, newest first. */
#define MAX_AA_CAMPAIGNS 8

struct aa_campaigns {
	struct nn_strings uuids;
	struct nn_strings started;
};

static int take_campaign(void *user, int64_t campaign, const char *uuid, const char *started,
			 struct nn_err *err)
{
	struct aa_campaigns *found = user;

	(void)campaign;
	(void)err;
	if (found->uuids.nr == MAX_AA_CAMPAIGNS)
		return 0;
	nn_strings_add(&found->uuids, nn_strdup(uuid));
	/* two campaigns may have begun at the same time, and a list of strings is a set */
	*NN_ARRAY_APPEND(found->started.items, found->started.nr, found->started.cap) =
		nn_strdup(started ? started : "");
	return 0;
}

static bool is_about(const struct nn_report_row *aa, const struct nn_report_row *row)
{
	return aa->arm && !aa->is_lone && isfinite(aa->ratio) && aa->nr_boots >= NN_MIN_BOOTS &&
	       (strcmp(aa->base_arm, row->base_arm) == 0 || strcmp(aa->base_arm, row->arm) == 0) &&
	       strcmp(aa->workload, row->workload) == 0 && strcmp(aa->metric, row->metric) == 0 &&
	       strcmp(aa->unit, row->unit) == 0;
}

static void note(struct nn_comparison *out, const struct nn_comparison *aa, const char *started)
{
	for (size_t i = 0; i < out->nr_rows; i++) {
		struct nn_report_row *row = &out->rows[i];

		for (size_t j = 0; row->arm && !row->aa.campaign && j < aa->nr_rows; j++) {
			const struct nn_report_row *found = &aa->rows[j];

			if (!is_about(found, row))
				continue;
			row->aa.campaign = nn_strdup(aa->summary[NN_SUMMARY_UUID]);
			row->aa.started = nn_strdup(started);
			row->aa.ratio = found->ratio;
			memcpy(row->aa.ratio_ci95, found->ratio_ci95, sizeof(found->ratio_ci95));
			row->aa.nr_boots = found->nr_boots;
		}
	}
}

int nn_build_aa(struct nn_build *build, struct nn_err *err)
{
	const char *machine = build->out->summary[NN_SUMMARY_MACHINE];
	struct aa_campaigns found = {0};
	int rc = 0;

	if (build->out->is_aa || !machine)
		return 0;
	rc = nn_store_each_aa(build->store, machine, build->campaign, take_campaign, &found, err);
	for (size_t i = 0; !rc && i < found.uuids.nr; i++) {
		NN_AUTO(comparison) struct nn_comparison *aa = NULL;

		rc = nn_comparison_new(build->store, found.uuids.items[i], NULL, &aa, err);
		if (!rc)
			note(build->out, aa, found.started.items[i]);
	}
	nn_strings_release(&found.uuids);
	nn_strings_release(&found.started);
	return rc;
}
