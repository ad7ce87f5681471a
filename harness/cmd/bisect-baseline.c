/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/bisect-baseline.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/cmd/plan-facts.h"
#include "harness/runner/machine.h"

#define HOST_BUILD "host.build"

int nn_bisect_baseline_alike(const struct nn_differences *differences, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (nn_differences_are_allowed(differences))
		return 0;
	for (size_t i = 0; i < differences->nr; i++) {
		const struct nn_difference *difference = &differences->items[i];

		if (!difference->is_allowed)
			nn_strbuf_addf(&sb, "%s%s (axis %s)", sb.len ? ", " : "", difference->name,
				       difference->axis->name);
	}
	return nn_err_set(err, -ENOTSUP,
			  "the baseline is not alike: %s differ; --allow AXIS names what may",
			  nn_strbuf_str(&sb));
}

/* ---- arms ---- */

static void judged_arms(const struct nn_bisect_baseline *baseline, struct nn_strings *ret_arms)
{
	const struct nn_comparison *campaign = nn_cross_side_campaign(baseline->side->cross);

	if (baseline->arm)
		nn_strings_add(ret_arms, nn_strdup(baseline->arm));
	for (size_t i = 0; !baseline->arm && i < campaign->nr_arms; i++)
		nn_strings_add(ret_arms, nn_strdup(campaign->arms[i].name));
}

static bool has_arm(const struct nn_plan *plan, const char *name, size_t len)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		const char *arm = plan->arms[i].name;

		if (strlen(arm) == len && memcmp(arm, name, len) == 0)
			return true;
	}
	return false;
}

/* An arm, or both arms of a ratio. */
static int check_arms(const struct nn_plan *plan, const struct nn_strings *arms, struct nn_err *err)
{
	for (size_t i = 0; i < arms->nr; i++) {
		const char *name = arms->items[i], *slash = strchr(name, '/');

		if (has_arm(plan, name, strlen(name)) ||
		    (slash && has_arm(plan, name, (size_t)(slash - name)) &&
		     has_arm(plan, slash + 1, strlen(slash + 1))))
			continue;
		return nn_err_set(err, -EINVAL,
				  "plan '%s' does not measure '%s', which is judged; --arm names "
				  "what is",
				  plan->path, name);
	}
	return 0;
}

/* ---- figures ---- */

static int check_workloads(const struct nn_plan *plan, const struct nn_bisect_params *params,
			   const struct nn_comparison *round, struct nn_err *err)
{
	NN_AUTO(bisect) struct nn_bisect bisect = {.params = *params};

	nn_bisect_add_round(&bisect, round);
	for (size_t i = 0; i < bisect.nr_rows; i++) {
		const char *workload = bisect.rows[i].workload;
		bool is_measured = false;

		for (size_t k = 0; k < plan->nr_workloads; k++)
			is_measured |= strcmp(plan->workloads[k].name, workload) == 0;
		if (!is_measured)
			return nn_err_set(err, -ENOTSUP,
					  "plan '%s' does not measure '%s', which the baseline "
					  "has; --workload names what is judged",
					  plan->path, workload);
	}
	return 0;
}

/* What could not be compared with itself can be compared with nothing. */
static int check_figures(const struct nn_bisect_baseline *baseline, const struct nn_plan *plan,
			 const struct nn_bisect_params *params, const struct nn_strings *arms,
			 struct nn_err *err)
{
	NN_AUTO(cross_side) struct nn_cross_side *itself = NULL;
	NN_AUTO(comparison) struct nn_comparison *round = NULL;
	int rc = nn_cross_side_new(baseline->store, baseline->campaign->id, "B", &itself, err);

	if (!rc)
		rc = nn_cross_new(baseline->side->cross, itself, arms, &round, err);
	if (!rc && nn_bisect_check_baseline(params, round, arms, err))
		rc = nn_err_prefix(err, "baseline '%s'", baseline->campaign->name);
	return rc ? rc : check_workloads(plan, params, round, err);
}

/* May it be another machine in some way? Then its facts alone tell what is different. */
static bool may_be_another_machine(uint32_t axes)
{
	uint32_t of_machine = 0;

	(void)nn_axes_parse("machine", &of_machine, NULL); /* a name of the table */
	return (axes & of_machine) != 0;
}

/* The boots to come are on the same machine, and would be INVALID. */
static int check_emulation(const struct nn_bisect_baseline *baseline, const struct nn_plan *plan,
			   struct nn_err *err)
{
	const struct nn_comparison *campaign = nn_cross_side_campaign(baseline->side->cross);

	if (!campaign->is_emulated || campaign->is_virtual_time || plan->allow_emulated ||
	    may_be_another_machine(baseline->axes))
		return 0;
	return nn_err_set(err, -ENOTSUP,
			  "baseline '%s': its machine is emulated, which plan '%s' does not allow "
			  "(allow_emulated)",
			  baseline->campaign->name, plan->path);
}

/* ---- likeness ---- */

/* Of a side: what its plan says, its machine and the build of nearnative. */
struct known {
	struct nn_comparison campaign;
	struct nn_report_arm arm;
	struct nn_pairs plan;
};

static void known_release(struct known *known)
{
	nn_pairs_release(&known->arm.facts);
	nn_pairs_release(&known->plan);
}

NN_AUTO_DEFINE(known, struct known, known_release(p))

static void know(struct known *known, const char *plan_hash, const char *machine, const char *build)
{
	known->campaign.summary[NN_SUMMARY_PLAN_HASH] = (char *)plan_hash;
	known->campaign.summary[NN_SUMMARY_MACHINE] = (char *)machine;
	known->campaign.arms = &known->arm;
	known->campaign.nr_arms = 1;
	known->arm.name = known->arm.target = (char *)"";
	nn_pairs_add(&known->arm.facts, HOST_BUILD, build);
}

static int check_likeness(const struct nn_cmd *cmd, const struct nn_bisect_baseline *baseline,
			  const struct nn_plan *plan, struct nn_err *err)
{
	const struct nn_comparison *campaign = nn_cross_side_campaign(baseline->side->cross);
	const char *then_build =
		campaign->nr_arms ? nn_pairs_get(&campaign->arms[0].facts, HOST_BUILD) : NULL;
	const char *then_machine = campaign->summary[NN_SUMMARY_MACHINE];
	NN_AUTO(known) struct known then = {0};
	NN_AUTO(known) struct known now = {0};
	NN_AUTO(differences) struct nn_differences differences = {0};
	char build[NN_SHA256_HEX_CAP];
	struct nn_machine machine;
	bool has_plan;
	int rc = nn_command_build_id(build, err);

	if (rc)
		return rc;
	nn_machine_read(&cmd->sysroot, &machine);
	nn_plan_facts(plan, &now.plan);
	has_plan = nn_plan_facts_of_campaign(baseline->campaign, &then.plan);
	know(&then, baseline->campaign->plan_hash, then_machine, then_build ? then_build : build);
	know(&now, plan->hash,
	     may_be_another_machine(baseline->axes) ? then_machine : machine.fingerprint, build);
	nn_likeness_check(&(struct nn_likeness_side){&then.campaign, has_plan ? &then.plan : NULL},
			  &(struct nn_likeness_side){&now.campaign, &now.plan}, NULL,
			  baseline->axes, &differences);
	nn_machine_release(&machine);
	return nn_bisect_baseline_alike(&differences, err);
}

int nn_bisect_baseline_check(const struct nn_cmd *cmd, const struct nn_bisect_baseline *baseline,
			     const struct nn_plan *plan, const struct nn_bisect_params *params,
			     struct nn_err *err)
{
	struct nn_strings arms = {0};
	int rc;

	judged_arms(baseline, &arms);
	rc = check_arms(plan, &arms, err);
	if (!rc)
		rc = check_figures(baseline, plan, params, &arms, err);
	if (!rc)
		rc = check_emulation(baseline, plan, err);
	if (!rc)
		rc = check_likeness(cmd, baseline, plan, err);
	nn_strings_release(&arms);
	return rc;
}
