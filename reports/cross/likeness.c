/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/likeness.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/cross/likeness-values.h"

/* Differ between any two campaigns and explain nothing. */
static const char *const ignored[] = {
	"*boot_id*",
	"*uptime*",
	"*temperature*",
	"*hostname*",
	"*serial*",
	"*uuid*",
	"*:collector.*", /* why an instrument could not be used, which is no property of it */
	"*:*.started",
	"*:time",
	"*:time.*",
	"*:vm.memory.thp",
	"*:device.iommu.group", /* numbered in the order of discovery */
	NULL,
};

/* What the fingerprint of a machine is made of. */
static const char *const fingerprinted[] = {
	"machine:board.*", "machine:product.*", "machine:bios.*", "machine:cpu.model", NULL,
};

enum scope { SCOPE_CAMPAIGN, SCOPE_MACHINE, SCOPE_GUEST };

/* A fact that both sides may know. */
struct fact {
	const char *name;
	const char *where;
	enum scope scope;
	const char *a;
	const char *b;
};

/* The name that the globs of axes match, of the caller's. */
static char *key_of(enum scope scope, const char *name)
{
	static const char *const scopes[] = {
		[SCOPE_CAMPAIGN] = "campaign",
		[SCOPE_MACHINE] = "machine",
		[SCOPE_GUEST] = "guest",
	};

	return nn_asprintf("%s:%s", scopes[scope], name);
}

static void release_difference(struct nn_difference *difference)
{
	free(difference->name);
	free(difference->a);
	free(difference->b);
	nn_strings_release(&difference->where);
}

void nn_differences_release(struct nn_differences *differences)
{
	for (size_t i = 0; i < differences->nr; i++)
		release_difference(&differences->items[i]);
	free(differences->items);
	*differences = (struct nn_differences){0};
}

/* ---- gathering ---- */

static char *key_of_difference(const struct nn_difference *difference)
{
	if (strncmp(difference->name, "plan.", 5) == 0)
		return key_of(SCOPE_CAMPAIGN, difference->name);
	return key_of(difference->is_guest ? SCOPE_GUEST : SCOPE_MACHINE, difference->name);
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct nn_difference *find_difference(const struct nn_differences *differences,
					     const struct fact *fact, const char *a, const char *b)
{
	for (size_t i = 0; i < differences->nr; i++) {
		struct nn_difference *difference = &differences->items[i];

		if (difference->is_guest == (fact->scope == SCOPE_GUEST) &&
		    strcmp(difference->name, fact->name) == 0 && is_same_text(difference->a, a) &&
		    is_same_text(difference->b, b))
			return difference;
	}
	return NULL;
}

static void compare_fact(struct nn_differences *differences, const struct fact *fact)
{
	NN_AUTO(free) char *key = key_of(fact->scope, fact->name);
	NN_AUTO(free) char *a = NULL;
	NN_AUTO(free) char *b = NULL;
	struct nn_difference *difference;

	if (nn_globs_match(ignored, key) || nn_values_are_alike(key, fact->a, fact->b))
		return;
	a = nn_value_shown(fact->name, fact->a, fact->b);
	b = nn_value_shown(fact->name, fact->b, fact->a);
	difference = find_difference(differences, fact, a, b);
	if (!difference) {
		difference = NN_ARRAY_APPEND(differences->items, differences->nr, differences->cap);
		difference->name = nn_strdup(fact->name);
		difference->a = NN_STEAL(a);
		difference->b = NN_STEAL(b);
		difference->is_guest = fact->scope == SCOPE_GUEST;
	}
	nn_strings_add(&difference->where, nn_strdup(fact->where));
}

/* A machine that is reached over the network or through its BMC is itself what is measured. */
static bool is_guest(const struct nn_report_arm *arm)
{
	const char *hypervisor = nn_pairs_get(&arm->facts, "hypervisor");

	return strcmp(arm->target, "local") != 0 && strcmp(arm->target, "redfish") != 0 &&
	       !(hypervisor && strcmp(hypervisor, "none") == 0);
}

static void compare_named(struct nn_differences *differences, const struct nn_report_arm *a,
			  const struct nn_report_arm *b, const char *name)
{
	bool is_host = strncmp(name, "host.", 5) == 0;
	const struct fact fact = {
		.name = is_host ? name + 5 : name,
		.where = is_host ? "host" : a->name,
		.scope = !is_host && (is_guest(a) || is_guest(b)) ? SCOPE_GUEST : SCOPE_MACHINE,
		.a = nn_pairs_get(&a->facts, name),
		.b = nn_pairs_get(&b->facts, name),
	};

	compare_fact(differences, &fact);
}

static void compare_arms(struct nn_differences *differences, const struct nn_report_arm *a,
			 const struct nn_report_arm *b)
{
	for (size_t i = 0; i < a->facts.nr; i++)
		compare_named(differences, a, b, a->facts.items[i].name);
	for (size_t i = 0; i < b->facts.nr; i++) {
		const char *name = b->facts.items[i].name;

		if (!nn_pairs_get(&a->facts, name))
			compare_named(differences, a, b, name);
	}
}

/* Only what both plans have: what one alone measures cannot be compared anyway. */
static void compare_plans(struct nn_differences *differences, const struct nn_likeness_side *a,
			  const struct nn_likeness_side *b)
{
	struct fact fact = {.where = "campaign", .scope = SCOPE_CAMPAIGN};

	if (!a->plan || !b->plan) {
		fact.name = "plan.hash";
		fact.a = a->campaign->summary[NN_SUMMARY_PLAN_HASH];
		fact.b = b->campaign->summary[NN_SUMMARY_PLAN_HASH];
		compare_fact(differences, &fact);
		return;
	}
	for (size_t i = 0; i < a->plan->nr; i++) {
		fact.name = a->plan->items[i].name;
		fact.a = a->plan->items[i].value;
		fact.b = nn_pairs_get(b->plan, fact.name);
		if (fact.b)
			compare_fact(differences, &fact);
	}
}

/* The fingerprint says that machines differ; facts say it better, where there are any. */
static void compare_machines(struct nn_differences *differences, const struct nn_comparison *a,
			     const struct nn_comparison *b)
{
	const struct fact fact = {
		.name = "fingerprint",
		.where = "host",
		.scope = SCOPE_MACHINE,
		.a = a->summary[NN_SUMMARY_MACHINE],
		.b = b->summary[NN_SUMMARY_MACHINE],
	};

	for (size_t i = 0; i < differences->nr; i++) {
		const struct nn_difference *difference = &differences->items[i];
		NN_AUTO(free) char *key = key_of_difference(difference);

		if (nn_globs_match(fingerprinted, key))
			return;
	}
	compare_fact(differences, &fact);
}

/* ---- judging ---- */

static bool has_cause(const struct nn_differences *differences, const struct nn_axis *axis)
{
	for (size_t i = 0; i < differences->nr; i++) {
		NN_AUTO(free) char *key = key_of_difference(&differences->items[i]);

		if (nn_globs_match(axis->own, key))
			return true;
	}
	return false;
}

/* The axis that owns the fact; else one that it follows from, preferably one that differs. */
static void find_axis(const struct nn_differences *differences, struct nn_difference *difference)
{
	const struct nn_axis *other = &nn_axes[nn_nr_axes - 1];
	NN_AUTO(free) char *key = key_of_difference(difference);
	const struct nn_axis *followed = NULL;

	for (const struct nn_axis *axis = nn_axes; axis < other; axis++) {
		if (nn_globs_match(axis->own, key)) {
			difference->axis = axis;
			difference->is_own = true;
			return;
		}
	}
	for (const struct nn_axis *axis = nn_axes; axis < other; axis++) {
		if (!nn_globs_match(axis->follows, key))
			continue;
		if (!followed)
			followed = axis;
		if (has_cause(differences, axis)) {
			followed = axis;
			break;
		}
	}
	difference->axis = followed ? followed : other;
	difference->is_own = !followed;
}

/* Another build of the agent may know facts that this one did not. */
static bool is_new_fact(const struct nn_difference *difference, const struct nn_axis *axis)
{
	return strcmp(axis->name, "harness") == 0 && (!difference->a || !difference->b);
}

static bool is_allowed(const struct nn_differences *differences,
		       const struct nn_difference *difference, uint32_t axes)
{
	NN_AUTO(free) char *key = key_of_difference(difference);

	for (size_t i = 0; i < nn_nr_axes; i++) {
		const struct nn_axis *axis = &nn_axes[i];

		if (!(axes >> i & 1))
			continue;
		if (difference->axis == axis && difference->is_own)
			return true;
		if ((nn_globs_match(axis->follows, key) || is_new_fact(difference, axis)) &&
		    has_cause(differences, axis))
			return true;
	}
	return false;
}

static int by_axis(const void *a, const void *b)
{
	const struct nn_difference *x = a, *y = b;
	int order;

	if (x->axis != y->axis)
		return x->axis < y->axis ? -1 : 1;
	order = strcmp(x->name, y->name);
	return order ? order : x->is_guest - y->is_guest;
}

static bool is_same_difference(const struct nn_difference *x, const struct nn_difference *y)
{
	return x->axis == y->axis && x->is_own == y->is_own && x->is_allowed == y->is_allowed &&
	       strcmp(x->name, y->name) == 0 && is_same_text(x->a, y->a) &&
	       is_same_text(x->b, y->b);
}

/* What differs in machines and guests alike is told once. */
static void merge_same(struct nn_differences *differences)
{
	size_t nr = 0;

	for (size_t i = 0; i < differences->nr; i++) {
		struct nn_difference *difference = &differences->items[i];
		struct nn_difference *kept = NULL;

		for (size_t k = 0; k < nr && !kept; k++) {
			if (is_same_difference(&differences->items[k], difference))
				kept = &differences->items[k];
		}
		if (!kept) {
			differences->items[nr++] = *difference;
			continue;
		}
		for (size_t w = 0; w < difference->where.nr; w++)
			nn_strings_add(&kept->where, NN_STEAL(difference->where.items[w]));
		release_difference(difference);
	}
	differences->nr = nr;
}

void nn_likeness_check(const struct nn_likeness_side *a, const struct nn_likeness_side *b,
		       const struct nn_strings *arms, uint32_t axes,
		       struct nn_differences *ret_differences)
{
	struct nn_differences differences = {0};

	for (size_t i = 0; i < a->campaign->nr_arms; i++) {
		const struct nn_report_arm *arm = &a->campaign->arms[i];
		const struct nn_report_arm *other = nn_comparison_arm(b->campaign, arm->name);

		if (other && (!arms || !arms->nr || nn_strings_have(arms, arm->name)))
			compare_arms(&differences, arm, other);
	}
	compare_plans(&differences, a, b);
	compare_machines(&differences, a->campaign, b->campaign);
	for (size_t i = 0; i < differences.nr; i++)
		find_axis(&differences, &differences.items[i]);
	if (differences.nr)
		qsort(differences.items, differences.nr, sizeof(*differences.items), by_axis);
	for (size_t i = 0; i < differences.nr; i++)
		differences.items[i].is_allowed =
			is_allowed(&differences, &differences.items[i], axes);
	merge_same(&differences);
	*ret_differences = differences;
}
