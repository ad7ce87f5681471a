/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of arms that are not in effect, or of which nobody knows. */
#include "reports/build.h"

#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/words.h"

void nn_setting_tallies_release(struct nn_evidence *evidence)
{
	for (size_t i = 0; i < evidence->nr_settings; i++) {
		free(evidence->settings[i].arm);
		free(evidence->settings[i].setting);
		free(evidence->settings[i].requested);
		free(evidence->settings[i].effective);
		free(evidence->settings[i].reason);
	}
	free(evidence->settings);
	evidence->settings = NULL;
	evidence->nr_settings = 0;
	evidence->cap_settings = 0;
}

static int take_setting(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_evidence *evidence = user;
	struct nn_setting_tally *tally =
		NN_ARRAY_APPEND(evidence->settings, evidence->nr_settings, evidence->cap_settings);

	(void)nr_columns;
	(void)err;
	tally->arm = nn_strdup(columns[0]);
	tally->setting = nn_strdup(columns[1]);
	tally->requested = nn_strdup(columns[2] ? columns[2] : "");
	tally->effective = nn_strdup(columns[3]);
	tally->reason = nn_strdup(columns[4]);
	return 0;
}

int nn_build_settings(struct nn_build *build, struct nn_err *err)
{
	return nn_store_each_unsure_setting(build->store, build->campaign, take_setting,
					    &build->evidence, err);
}

void nn_build_doubt_settings(const struct nn_evidence *evidence, const char *arm,
			     struct nn_strings *reasons)
{
	for (size_t i = 0; i < evidence->nr_settings; i++) {
		const struct nn_setting_tally *tally = &evidence->settings[i];

		if (tally->effective && strcmp(tally->arm, arm) == 0)
			nn_strings_add(reasons,
				       nn_asprintf("setting '%s' of arm '%s' is not in effect: "
						   "requested %s, effective %s",
						   tally->setting, arm, tally->requested,
						   tally->effective));
	}
}

static const char *reason_of(const struct nn_setting_tally *tally)
{
	return tally->reason ? tally->reason : "nothing was recorded about it";
}

static bool is_alike(const struct nn_setting_tally *a, const struct nn_setting_tally *b)
{
	return !a->effective && !b->effective && strcmp(a->arm, b->arm) == 0 &&
	       strcmp(reason_of(a), reason_of(b)) == 0;
}

/* One sentence for all settings of an arm that share a reason; the list keeps it once. */
static void remark_on(struct nn_build *build, const struct nn_setting_tally *tally)
{
	const struct nn_evidence *evidence = &build->evidence;
	struct nn_strings names = {0};
	struct nn_strbuf sb = NN_STRBUF_INIT;

	for (size_t i = 0; i < evidence->nr_settings; i++) {
		if (is_alike(&evidence->settings[i], tally))
			nn_strings_add(&names, nn_strdup(evidence->settings[i].setting));
	}
	nn_strbuf_add(&sb, names.nr == 1 ? "setting " : "settings ");
	nn_words_join(&sb, &names, ", ");
	nn_strbuf_addf(&sb, " of arm '%s' could not be proved: %s", tally->arm, reason_of(tally));
	nn_strings_add(&build->out->remarks, nn_strbuf_detach(&sb));
	nn_strings_release(&names);
}

void nn_build_remark_settings(struct nn_build *build)
{
	for (size_t i = 0; i < build->evidence.nr_settings; i++) {
		if (!build->evidence.settings[i].effective)
			remark_on(build, &build->evidence.settings[i]);
	}
}
