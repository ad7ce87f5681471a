/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/contender.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/plan/plan.h"

/* ---- plans as facts ---- */

static int by_name(const void *a, const void *b)
{
	const struct nn_pair *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* In order of their names: a plan that says the same in another order is the same. */
static void add_settings(struct nn_strbuf *sb, const struct nn_pairs *settings)
{
	NN_AUTO(free) struct nn_pair *sorted = nn_calloc(settings->nr + 1, sizeof(*sorted));

	if (settings->nr)
		memcpy(sorted, settings->items, settings->nr * sizeof(*sorted));
	qsort(sorted, settings->nr, sizeof(*sorted), by_name);
	for (size_t i = 0; i < settings->nr; i++)
		nn_strbuf_addf(sb, " %s=%s", sorted[i].name, sorted[i].value);
}

static void add_plan_fact(struct nn_pairs *facts, const char *kind, const char *name,
			  const struct nn_strbuf *value)
{
	NN_AUTO(free) char *fact = nn_asprintf("plan.%s.%s", kind, name);

	nn_pairs_add(facts, fact, nn_strbuf_str(value));
}

static void add_arm(struct nn_pairs *facts, const struct nn_plan_arm *arm)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "target=%s", arm->target);
	add_settings(&sb, &arm->settings);
	add_plan_fact(facts, "arm", arm->name, &sb);
}

static void add_workload(struct nn_pairs *facts, const struct nn_plan_workload *workload)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "runs=%" PRIu64, workload->runs);
	if (workload->iterations)
		nn_strbuf_addf(&sb, " iterations=%" PRIu64, workload->iterations);
	if (workload->warmup != UINT64_MAX)
		nn_strbuf_addf(&sb, " warmup=%" PRIu64, workload->warmup);
	add_settings(&sb, &workload->settings);
	add_plan_fact(facts, "workload", workload->name, &sb);
}

static void add_device(struct nn_pairs *facts, const struct nn_plan_device *device)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (device->kind == NN_PLAN_NO_DEVICE)
		return;
	nn_strbuf_add(&sb, device->name);
	if (device->kind == NN_PLAN_VIRTUAL_FUNCTION)
		nn_strbuf_addf(&sb, " vf %" PRIu64, device->vf);
	if (device->kind == NN_PLAN_MEDIATED)
		nn_strbuf_addf(&sb, " mdev %s", device->type);
	nn_pairs_add(facts, "plan.device", nn_strbuf_str(&sb));
}

/* Blocks, seed and claims change what can be said, not what is measured. */
static void describe_plan(const struct nn_plan *plan, struct nn_pairs *ret_facts)
{
	for (size_t i = 0; i < plan->nr_arms; i++)
		add_arm(ret_facts, &plan->arms[i]);
	for (size_t i = 0; i < plan->nr_workloads; i++)
		add_workload(ret_facts, &plan->workloads[i]);
	add_device(ret_facts, &plan->device);
	if (plan->spare)
		nn_pairs_add(ret_facts, "plan.spare", plan->spare);
}

/* ---- sides ---- */

int nn_contender_open(struct nn_store *store, const struct nn_campaign *campaign, const char *label,
		      struct nn_contender *ret_contender, struct nn_err *err)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_contender contender = {0};
	int rc = nn_cross_side_new(store, campaign->id, label, &contender.cross, err);

	if (rc)
		return rc;
	/* A plan of another version, or of imported figures, is compared by its hash. */
	contender.has_plan = nn_plan_parse(campaign->plan_text, campaign->plan_path,
					   nn_command_catalog(), &plan, NULL) == 0;
	if (contender.has_plan)
		describe_plan(plan, &contender.plan);
	*ret_contender = contender;
	return 0;
}

void nn_contender_release(struct nn_contender *contender)
{
	nn_cross_side_free(contender->cross);
	nn_pairs_release(&contender->plan);
	*contender = (struct nn_contender){0};
}

int nn_contender_find(struct nn_store *store, const char *which, struct nn_campaign *ret_campaign,
		      struct nn_err *err)
{
	int rc = nn_store_campaign_find(store, which, ret_campaign, err);

	if (rc == -ENOENT)
		err->code = rc = -EINVAL;
	return rc;
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
