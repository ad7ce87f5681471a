/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/plan-facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/cmd/command.h"

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

void nn_plan_facts(const struct nn_plan *plan, struct nn_pairs *ret_facts)
{
	for (size_t i = 0; i < plan->nr_arms; i++)
		add_arm(ret_facts, &plan->arms[i]);
	for (size_t i = 0; i < plan->nr_workloads; i++)
		add_workload(ret_facts, &plan->workloads[i]);
	add_device(ret_facts, &plan->device);
	if (plan->spare)
		nn_pairs_add(ret_facts, "plan.spare", plan->spare);
}

bool nn_plan_facts_of_campaign(const struct nn_campaign *campaign, struct nn_pairs *ret_facts)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;

	if (nn_plan_parse(campaign->plan_text, campaign->plan_path, nn_command_catalog(), &plan,
			  NULL))
		return false;
	nn_plan_facts(plan, ret_facts);
	return true;
}
