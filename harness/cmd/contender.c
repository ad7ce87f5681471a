/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/contender.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/cmd/plan-facts.h"

int nn_contender_open(struct nn_store *store, const struct nn_campaign *campaign, const char *label,
		      struct nn_contender *ret_contender, struct nn_err *err)
{
	struct nn_contender contender = {0};
	int rc = nn_cross_side_new(store, campaign->id, label, &contender.cross, err);

	if (rc)
		return rc;
	/* A plan of another version, or of imported figures, is compared by its hash. */
	contender.has_plan = nn_plan_facts_of_campaign(campaign, &contender.plan);
	*ret_contender = contender;
	return 0;
}

void nn_contender_release(struct nn_contender *contender)
{
	nn_cross_side_free(contender->cross);
	nn_pairs_release(&contender->plan);
	*contender = (struct nn_contender){0};
}

static void arms_of_ratios(const struct nn_strings *arms, struct nn_strings *ret_arms)
{
	for (size_t i = 0; arms && i < arms->nr; i++) {
		const char *slash = strchr(arms->items[i], '/');

		nn_strings_add(ret_arms, nn_strdup(arms->items[i]));
		if (!slash)
			continue;
		nn_strings_add(ret_arms,
			       nn_strndup(arms->items[i], (size_t)(slash - arms->items[i])));
		nn_strings_add(ret_arms, nn_strdup(slash + 1));
	}
}

void nn_contender_differences(const struct nn_contender *a, const struct nn_contender *b,
			      const struct nn_strings *arms, uint32_t axes,
			      struct nn_differences *ret_differences)
{
	const struct nn_likeness_side sides[] = {
		{nn_cross_side_campaign(a->cross), a->has_plan ? &a->plan : NULL},
		{nn_cross_side_campaign(b->cross), b->has_plan ? &b->plan : NULL},
	};
	struct nn_strings all = {0};

	arms_of_ratios(arms, &all);
	nn_likeness_check(&sides[0], &sides[1], &all, axes, ret_differences);
	nn_strings_release(&all);
}

int nn_contender_axes(const struct nn_option_list *list, uint32_t *axes, struct nn_err *err)
{
	for (size_t i = 0; i < list->nr; i++) {
		int rc = nn_axes_parse(list->values[i], axes, err);

		if (rc)
			return rc;
	}
	return 0;
}

char *nn_contender_name(const struct nn_campaign *campaign)
{
	return nn_asprintf("'%s' (%s)", campaign->name, campaign->uuid);
}
