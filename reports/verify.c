/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are claims and terms those of the plan? Its bytes and their hash were stored before the first
 * boot; whatever was altered in the database since shows here. The stored plan is read by the
 * plan's own parser, so that no spelling of YAML looks like a change.
 */
#include "reports/build.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/compat.h"
#include "harness/base/hash.h"
#include "harness/base/strbuf.h"
#include "harness/plan/plan.h"

/* Between a margin in the database and the same one read again; no person means less by a change.
 */
#define MARGIN_SLACK 1e-9

/* ---- the plan ---- */

static int accept_name(const char *name NN_UNUSED, struct nn_err *err NN_UNUSED)
{
	return 0;
}

static int accept_setting(const char *owner NN_UNUSED, const char *name NN_UNUSED,
			  const char *text NN_UNUSED, struct nn_err *err NN_UNUSED)
{
	return 0;
}

/* The plan ran: a workload or target that this build has not says nothing about its claims. */
static const struct nn_plan_catalog any_name = {
	.check_workload = accept_name,
	.check_workload_setting = accept_setting,
	.check_target = accept_name,
	.check_target_setting = accept_setting,
};

static const char *plan_text(const struct nn_comparison *comparison)
{
	const char *text = comparison->summary[NN_SUMMARY_PLAN_TEXT];

	return text ? text : "";
}

static bool is_plan_genuine(const struct nn_comparison *comparison)
{
	const char *text = plan_text(comparison);
	const char *hash = comparison->summary[NN_SUMMARY_PLAN_HASH];
	char of_text[NN_SHA256_HEX_CAP];

	nn_sha256_hex(text, strlen(text), of_text);
	return hash && strcmp(of_text, hash) == 0;
}

/* ---- verdicts withheld ---- */

/* Nothing that is judged on this campaign counts, late claims as little as the plan's. */
static void void_campaign(struct nn_comparison *comparison, char *take_why)
{
	for (size_t i = 0; i < comparison->nr_claims; i++)
		nn_strings_add(&comparison->claims[i].reasons, nn_strdup(take_why));
	nn_strings_add(&comparison->remarks, take_why);
	comparison->is_unverified = true;
}

/* No accusation, but nothing can be said to have been claimed before the data either. */
static void void_unread(struct nn_comparison *comparison, const char *why)
{
	NN_AUTO(free)
	char *reason = nn_asprintf("cannot be verified: this version does not understand the plan "
				   "that was stored before the first boot (%s)",
				   why);

	for (size_t i = 0; i < comparison->nr_claims; i++) {
		if (!comparison->claims[i].is_late)
			nn_strings_add(&comparison->claims[i].reasons, nn_strdup(reason));
	}
	nn_strings_add(&comparison->remarks, nn_asprintf("the claims %s", reason));
	comparison->is_unverified = true;
}

static void void_claim(struct nn_comparison *comparison, struct nn_report_claim *claim,
		       char *take_why)
{
	nn_strings_add(&claim->reasons, take_why);
	comparison->is_unverified = true;
}

/* ---- claims ---- */

static bool has_margin(const struct nn_report_claim *stored, const struct nn_plan_claim *planned)
{
	return fabs(stored->margin - planned->margin) <= MARGIN_SLACK;
}

static bool has_subject(const struct nn_report_claim *stored, const struct nn_plan_claim *planned)
{
	return strcmp(stored->arm, planned->arm) == 0 && strcmp(stored->base, planned->base) == 0 &&
	       strcmp(stored->workload, planned->workload) == 0 &&
	       strcmp(stored->metric, planned->metric) == 0;
}

static bool has_text(const struct nn_report_claim *stored, const struct nn_plan_claim *planned)
{
	return strcmp(stored->text, planned->text) == 0;
}

static bool is_same(const struct nn_report_claim *stored, const struct nn_plan_claim *planned)
{
	return has_text(stored, planned) && has_subject(stored, planned) &&
	       has_margin(stored, planned);
}

/* Which claims of plan and database have found each other; a claim that is made twice is two. */
struct matching {
	struct nn_comparison *comparison;
	const struct nn_plan *plan; /* NULL: there never was one */
	bool *is_stored;            /* of each of the plan's claims, */
	bool *is_planned;           /* and of each of the database's */
};

/* The first claim of the plan that @is_like holds for and none of the database has found, or NULL.
 */
static const struct nn_plan_claim *find_planned(struct matching *matching, size_t stored,
						bool (*is_like)(const struct nn_report_claim *,
								const struct nn_plan_claim *))
{
	for (size_t i = 0; matching->plan && i < matching->plan->nr_claims; i++) {
		const struct nn_plan_claim *planned = &matching->plan->claims[i];

		if (matching->is_stored[i] ||
		    !is_like(&matching->comparison->claims[stored], planned))
			continue;
		matching->is_stored[i] = matching->is_planned[stored] = true;
		return planned;
	}
	return NULL;
}

static void tell_difference(struct nn_comparison *comparison, struct nn_report_claim *stored,
			    const struct nn_plan_claim *planned)
{
	if (!has_margin(stored, planned))
		void_claim(comparison, stored,
			   nn_asprintf("changed later: the margin is stored as %.6g, the plan's "
				       "claim names %.6g",
				       stored->margin, planned->margin));
	if (!has_subject(stored, planned))
		void_claim(comparison, stored,
			   nn_asprintf("changed later: it is stored as about arm '%s' against "
				       "'%s' for %s:%s, in the plan about '%s' against '%s' for "
				       "%s:%s",
				       stored->arm, stored->base, stored->workload, stored->metric,
				       planned->arm, planned->base, planned->workload,
				       planned->metric));
}

static void add_missing(struct nn_comparison *comparison, const struct nn_plan_claim *planned)
{
	const struct nn_claim_request request = {.text = planned->text,
						 .arm = planned->arm,
						 .base = planned->base,
						 .workload = planned->workload,
						 .metric = planned->metric,
						 .margin = planned->margin};

	void_claim(
		comparison,
		nn_comparison_add_claim(comparison, comparison->summary[NN_SUMMARY_UUID], &request),
		nn_strdup("changed later: the plan that was stored before the first boot makes "
			  "this claim, the database has it no more"));
}

/* Those that are the same first, so that one that was altered finds what it was made of. */
static void match_claims(struct matching *matching)
{
	struct nn_comparison *comparison = matching->comparison;
	size_t nr_stored = comparison->nr_claims;

	for (size_t i = 0; i < nr_stored; i++) {
		if (!comparison->claims[i].is_late)
			(void)find_planned(matching, i, is_same); /* the rest is for below */
	}
	for (size_t i = 0; i < nr_stored; i++) {
		struct nn_report_claim *stored = &comparison->claims[i];
		const struct nn_plan_claim *planned;

		if (stored->is_late || matching->is_planned[i])
			continue;
		planned = find_planned(matching, i, has_text);
		if (planned)
			tell_difference(comparison, stored, planned);
		else
			void_claim(comparison, stored,
				   nn_strdup("changed later: the plan that was stored before the "
					     "first boot makes no such claim"));
	}
	for (size_t i = 0; matching->plan && i < matching->plan->nr_claims; i++) {
		if (!matching->is_stored[i])
			add_missing(comparison, &matching->plan->claims[i]);
	}
}

static void verify_claims(struct nn_comparison *comparison, const struct nn_plan *plan)
{
	size_t nr_planned = plan ? plan->nr_claims : 0;
	NN_AUTO(free) bool *is_stored = nn_calloc(nr_planned + 1, sizeof(*is_stored));
	NN_AUTO(free) bool *is_planned = nn_calloc(comparison->nr_claims + 1, sizeof(*is_planned));
	struct matching matching = {.comparison = comparison,
				    .plan = plan,
				    .is_stored = is_stored,
				    .is_planned = is_planned};

	match_claims(&matching);
}

/* ---- terms: what else of the plan a verdict rests on ---- */

static void verify_term(struct nn_comparison *comparison, const char *what, const char *stored,
			const char *planned)
{
	if (strcmp(stored ? stored : "", planned) != 0)
		void_campaign(comparison,
			      nn_asprintf("changed later: %s is stored as '%s', the plan says '%s'",
					  what, stored ? stored : "", planned));
}

static const char *yes_or_no(bool is_so)
{
	return is_so ? "yes" : "no";
}

static const struct nn_plan_arm *planned_arm(const struct nn_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		if (strcmp(plan->arms[i].name, name) == 0)
			return &plan->arms[i];
	}
	return NULL;
}

/* How the base is reached decides whether it counts as bare metal. */
static void verify_arms(struct nn_comparison *comparison, const struct nn_plan *plan)
{
	for (size_t i = 0; i < comparison->nr_arms; i++) {
		const struct nn_report_arm *stored = &comparison->arms[i];
		const struct nn_plan_arm *planned = planned_arm(plan, stored->name);
		NN_AUTO(free) char *what = nn_asprintf("the target of arm '%s'", stored->name);

		if (planned)
			verify_term(comparison, what, stored->target, planned->target);
		else
			void_campaign(comparison,
				      nn_asprintf("changed later: arm '%s' is not in the plan",
						  stored->name));
	}
	for (size_t i = 0; i < plan->nr_arms; i++) {
		if (!nn_comparison_arm(comparison, plan->arms[i].name))
			void_campaign(comparison,
				      nn_asprintf("changed later: the plan's arm '%s' is not in "
						  "the database",
						  plan->arms[i].name));
	}
}

static void verify_terms(struct nn_comparison *comparison, const struct nn_plan *plan)
{
	NN_AUTO(free) char *seed = nn_asprintf("%" PRIu64, plan->seed);

	verify_term(comparison, "allow_emulated", yes_or_no(comparison->allow_emulated),
		    yes_or_no(plan->allow_emulated));
	comparison->allow_emulated = comparison->allow_emulated && plan->allow_emulated;
	verify_term(comparison, "one arm against itself (design.aa)", yes_or_no(comparison->is_aa),
		    yes_or_no(plan->is_aa));
	verify_term(comparison, "the base", comparison->summary[NN_SUMMARY_BASE_ARM], plan->base);
	if (plan->seed) /* else one was drawn */
		verify_term(comparison, "the seed", comparison->summary[NN_SUMMARY_SEED], seed);
	verify_arms(comparison, plan);
}

/* Imported figures were measured by no plan: nothing was claimed of them, and nothing allowed. */
static void verify_import(struct nn_comparison *comparison)
{
	verify_claims(comparison, NULL);
	verify_term(comparison, "allow_emulated", yes_or_no(comparison->allow_emulated),
		    yes_or_no(false));
	comparison->allow_emulated = false;
}

void nn_build_verify_claims(struct nn_comparison *comparison)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};

	if (!is_plan_genuine(comparison)) {
		void_campaign(comparison,
			      nn_strdup("changed later: the stored plan does not match the hash "
					"that was taken before the first boot"));
		return;
	}
	if (!*plan_text(comparison)) {
		verify_import(comparison);
		return;
	}
	if (nn_plan_parse(plan_text(comparison), "plan", &any_name, &plan, &err)) {
		void_unread(comparison, err.message);
		return;
	}
	verify_claims(comparison, plan);
	verify_terms(comparison, plan);
}
