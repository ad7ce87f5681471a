/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a plan sets arms and workloads to, as facts that campaigns are compared by and series told
 * apart by: "plan.arm.vm" is "target=libvirt memory=8GiB", "plan.workload.null" is "runs=3", and
 * there are "plan.device" and "plan.spare". Settings stand in the order of their names: a plan that
 * says the same in another order is the same. Blocks, seed and claims change what can be said, not
 * what is measured, and are left out.
 */
#ifndef NN_CMD_PLAN_FACTS_H
#define NN_CMD_PLAN_FACTS_H

#include <stdbool.h>

#include "harness/plan/plan.h"
#include "harness/store/store.h"

/** Add the facts of a plan to @ret_facts. */
void nn_plan_facts(const struct nn_plan *plan, struct nn_pairs *ret_facts);

/**
 * The facts of the plan that a campaign was measured by; false, and none are added, when this build
 * does not understand it: imported figures have no plan, another version may have known more.
 */
bool nn_plan_facts_of_campaign(const struct nn_campaign *campaign, struct nn_pairs *ret_facts);

#endif
