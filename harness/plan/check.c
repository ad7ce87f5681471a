/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/check.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"
#include "harness/base/clock.h"
#include "harness/base/units.h"

#define DEFAULT_BLOCKS  10
#define DEFAULT_RUNS    3
#define DEFAULT_RETRIES 3

#define MAX_NAME_LEN 64
#define NAME_BYTES   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

#define MAX_DEADLINE_NS (168 * 3600 * NN_NS_PER_S)

struct check {
	const char *path;
	const struct nn_lines *lines;
	const struct nn_plan_catalog *catalog;
	struct nn_plan *plan;
};

struct number_rule {
	const char *key;
	uint64_t min;
	uint64_t max;
};

static const struct number_rule blocks_rule = {"blocks", 1, 1000};
static const struct number_rule runs_rule = {"runs", 1, 100};
static const struct number_rule retries_rule = {"retries", 0, 100};
static const struct number_rule iterations_rule = {"iterations", 1, 1000000000};
static const struct number_rule warmup_rule = {"warmup", 0, 1000000000};
/* the database's and JSON's whole numbers are signed; 0 stands for "not given" */
static const struct number_rule seed_rule = {"seed", 1, (1ULL << 53) - 1};

static const struct deadline_rule {
	const char *key;
	size_t raw_offset;
	size_t plan_offset;
	uint64_t default_ns;
} deadline_rules[] = {
	{"bind", offsetof(struct nn_raw_deadlines, bind), offsetof(struct nn_deadlines, bind_ns),
	 30 * NN_NS_PER_S},
	{"boot", offsetof(struct nn_raw_deadlines, boot), offsetof(struct nn_deadlines, boot_ns),
	 180 * NN_NS_PER_S},
	{"hello", offsetof(struct nn_raw_deadlines, hello), offsetof(struct nn_deadlines, hello_ns),
	 120 * NN_NS_PER_S},
	{"run", offsetof(struct nn_raw_deadlines, run), offsetof(struct nn_deadlines, run_ns),
	 120 * NN_NS_PER_S},
	{"upload", offsetof(struct nn_raw_deadlines, upload),
	 offsetof(struct nn_deadlines, upload_ns), 60 * NN_NS_PER_S},
	{"shutdown", offsetof(struct nn_raw_deadlines, shutdown),
	 offsetof(struct nn_deadlines, shutdown_ns), 60 * NN_NS_PER_S},
};

static const struct nn_lines_node *root_of(const struct check *check)
{
	return &check->lines->nodes[0];
}

/* The value of @key in @mapping, or the nearest place to point at. */
static const struct nn_lines_node *place_of(const struct check *check,
					    const struct nn_lines_node *mapping, const char *key)
{
	const struct nn_lines_node *node = nn_lines_member(check->lines, mapping, key);

	if (node)
		return node;
	return mapping ? mapping : root_of(check);
}

/* Put the place in front of a message that another layer has made. */
static int placed(const struct check *check, const struct nn_lines_node *node, struct nn_err *err)
{
	return nn_err_prefix(err, "%s:%u", check->path, node->line);
}

static int check_name(const struct check *check, const struct nn_lines_node *node, const char *name,
		      struct nn_err *err)
{
	size_t len = strlen(name);

	if (len && len <= MAX_NAME_LEN && strspn(name, NAME_BYTES) == len)
		return 0;
	return nn_err_set(
		err, -EINVAL,
		"%s:%u: '%s' is no name, expected 1 to %d letters, digits, '.', '_' or '-'",
		check->path, node->line, name, MAX_NAME_LEN);
}

/* The number under @rule's key in @mapping; *@value is the default and stays when @text is NULL. */
static int parse_number(const struct check *check, const struct nn_lines_node *mapping,
			const struct number_rule *rule, const char *text, uint64_t *value,
			struct nn_err *err)
{
	const struct nn_lines_node *node = place_of(check, mapping, rule->key);
	uint64_t number;

	if (!text)
		return 0;
	if (nn_parse_u64(text, &number, NULL) || number < rule->min || number > rule->max)
		return nn_err_set(err, -EINVAL,
				  "%s:%u: %s is '%s', expected a whole number from %" PRIu64
				  " to %" PRIu64,
				  check->path, node->line, rule->key, text, rule->min, rule->max);
	*value = number;
	return 0;
}

static int parse_functions(const struct check *check, const struct nn_raw_plan *raw,
			   struct nn_err *err)
{
	struct nn_plan *plan = check->plan;
	char bdf[NN_BDF_CAP];
	int rc = nn_check_plan_device(check->path, check->lines, &plan->device, err);

	if (rc || !raw->spare)
		return rc;
	if (nn_bdf_parse(raw->spare, bdf, err)) {
		(void)nn_err_prefix(err, "spare");
		return placed(check, place_of(check, root_of(check), "spare"), err);
	}
	plan->spare = nn_strdup(bdf);
	if (plan->device.kind != NN_PLAN_NO_DEVICE && strcmp(plan->device.name, plan->spare) == 0)
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: the spare function is the device under test, expected another function",
			check->path, place_of(check, root_of(check), "spare")->line);
	return 0;
}

/* Whose settings are read: a target's or a workload's. */
struct settings_owner {
	const char *name;
	int (*check_setting)(const char *owner, const char *name, const char *text,
			     struct nn_err *err);
};

static int parse_settings(const struct check *check, const struct nn_lines_node *mapping,
			  const struct settings_owner *owner, struct nn_pairs *ret_settings,
			  struct nn_err *err)
{
	const struct nn_lines_node *settings = nn_lines_member(check->lines, mapping, "settings");
	const struct nn_lines_node *node;

	if (!settings)
		return 0;
	if (settings->kind != NN_LINES_MAPPING)
		return nn_err_set(err, -EINVAL,
				  "%s:%u: settings is %s, expected a mapping such as {name: value}",
				  check->path, settings->line,
				  settings->kind == NN_LINES_SEQUENCE ? "a list" : "one value");
	for (size_t i = settings->first_child; i; i = node->next) {
		node = &check->lines->nodes[i];
		if (node->kind != NN_LINES_SCALAR)
			return nn_err_set(
				err, -EINVAL,
				"%s:%u: the setting '%s' is no single value, expected '%s: value'",
				check->path, node->line, node->key, node->key);
		if (owner->check_setting(owner->name, node->key, node->text, err))
			return placed(check, node, err);
		nn_pairs_add(ret_settings, node->key, node->text);
	}
	return 0;
}

static const struct nn_plan_arm *find_arm(const struct nn_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		if (strcmp(plan->arms[i].name, name) == 0)
			return &plan->arms[i];
	}
	return NULL;
}

/* An error about an arm's name that is not in the plan. */
static int unknown_arm(const struct check *check, const struct nn_lines_node *node,
		       const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf names = NN_STRBUF_INIT;

	for (size_t i = 0; i < check->plan->nr_arms; i++)
		nn_strbuf_addf(&names, "%s%s", i ? ", " : "", check->plan->arms[i].name);
	return nn_err_set(err, -EINVAL, "%s:%u: no arm is called '%s', expected one of: %s%s",
			  check->path, node->line, name, nn_strbuf_str(&names),
			  check->plan->is_aa ? " (design.aa leaves the others out)" : "");
}

static int parse_arm(const struct check *check, const struct nn_raw_arm *raw,
		     const struct nn_lines_node *node, struct nn_err *err)
{
	const struct nn_lines_node *name_node = place_of(check, node, "name");
	const struct settings_owner owner = {.name = raw->target,
					     .check_setting = check->catalog->check_target_setting};
	const struct nn_plan_arm *first = find_arm(check->plan, raw->name);
	struct nn_plan_arm *arm;
	int rc = check_name(check, name_node, raw->name, err);

	if (rc)
		return rc;
	if (first)
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: two arms are called '%s', expected different names (first at line %u)",
			check->path, name_node->line, raw->name, first->line);
	if (check->catalog->check_target(raw->target, err))
		return placed(check, place_of(check, node, "target"), err);
	arm = &check->plan->arms[check->plan->nr_arms++];
	arm->name = nn_strdup(raw->name);
	arm->target = nn_strdup(raw->target);
	arm->line = name_node->line;
	rc = parse_settings(check, node, &owner, &arm->settings, err);
	if (rc || !check->catalog->check_arm || !check->catalog->check_arm(arm, err))
		return rc;
	return placed(check, name_node, err);
}

static int parse_arms(const struct check *check, const struct nn_raw_plan *raw, struct nn_err *err)
{
	const struct nn_lines_node *list = place_of(check, root_of(check), "arms");

	check->plan->arms = nn_calloc(raw->nr_arms, sizeof(*check->plan->arms));
	for (size_t i = 0; i < raw->nr_arms; i++) {
		int rc = parse_arm(check, &raw->arms[i], nn_lines_item(check->lines, list, i), err);

		if (rc)
			return rc;
	}
	return 0;
}

static int parse_workload(const struct check *check, const struct nn_raw_workload *raw,
			  const struct nn_lines_node *node, struct nn_err *err)
{
	const struct settings_owner owner = {
		.name = raw->name, .check_setting = check->catalog->check_workload_setting};
	struct nn_plan_workload *workload = &check->plan->workloads[check->plan->nr_workloads];
	const struct nn_lines_node *name_node = place_of(check, node, "name");
	int rc;

	/* results are told apart by the workload's name, so that one with two settings would mix */
	for (size_t i = 0; i < check->plan->nr_workloads; i++) {
		const struct nn_plan_workload *first = &check->plan->workloads[i];

		if (strcmp(first->name, raw->name) == 0)
			return nn_err_set(
				err, -EINVAL,
				"%s:%u: the workload '%s' is listed twice, expected it once (first at line %u)",
				check->path, name_node->line, raw->name, first->line);
	}
	if (check->catalog->check_workload(raw->name, err))
		return placed(check, name_node, err);
	check->plan->nr_workloads++;
	workload->name = nn_strdup(raw->name);
	workload->line = name_node->line;
	workload->warmup = UINT64_MAX;
	rc = parse_number(check, node, &iterations_rule, raw->iterations, &workload->iterations,
			  err);
	if (rc)
		return rc;
	rc = parse_number(check, node, &warmup_rule, raw->warmup, &workload->warmup, err);
	if (rc)
		return rc;
	rc = parse_number(check, node, &runs_rule, raw->runs, &workload->runs, err);
	if (rc)
		return rc;
	return parse_settings(check, node, &owner, &workload->settings, err);
}

/* @runs: per boot, of a workload that does not say itself. */
static int parse_workloads(const struct check *check, const struct nn_raw_plan *raw, uint64_t runs,
			   struct nn_err *err)
{
	const struct nn_lines_node *list = place_of(check, root_of(check), "workloads");

	check->plan->workloads = nn_calloc(raw->nr_workloads, sizeof(*check->plan->workloads));
	for (size_t i = 0; i < raw->nr_workloads; i++) {
		int rc;

		check->plan->workloads[i].runs = runs;
		rc = parse_workload(check, &raw->workloads[i], nn_lines_item(check->lines, list, i),
				    err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Keep the arm at @index alone, and give it a double. */
static void double_arm(struct nn_plan *plan, size_t index, char *take_name)
{
	struct nn_plan_arm *arms = nn_calloc(2, sizeof(*arms));

	arms[0] = plan->arms[index];
	plan->arms[index] = (struct nn_plan_arm){0};
	arms[1] = (struct nn_plan_arm){
		.name = take_name, .target = nn_strdup(arms[0].target), .line = arms[0].line};
	for (size_t i = 0; i < arms[0].settings.nr; i++)
		nn_pairs_add(&arms[1].settings, arms[0].settings.items[i].name,
			     arms[0].settings.items[i].value);
	nn_plan_arms_free(plan->arms, plan->nr_arms);
	plan->arms = arms;
	plan->nr_arms = 2;
	plan->is_aa = true;
}

static int parse_aa(const struct check *check, const struct nn_raw_design *raw,
		    const struct nn_lines_node *design, struct nn_err *err)
{
	const struct nn_lines_node *node = place_of(check, design, "aa");
	const struct nn_plan_arm *arm;
	NN_AUTO(free) char *again = NULL;
	int rc;

	if (!raw->aa)
		return 0;
	arm = find_arm(check->plan, raw->aa);
	if (!arm)
		return unknown_arm(check, node, raw->aa, err);
	if (raw->base && strcmp(raw->base, raw->aa) != 0)
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: base is '%s', expected '%s', which aa runs against itself",
			check->path, place_of(check, design, "base")->line, raw->base, raw->aa);
	again = nn_asprintf("%s-again", raw->aa);
	rc = check_name(check, node, again, err);
	if (!rc)
		double_arm(check->plan, (size_t)(arm - check->plan->arms), NN_STEAL(again));
	return rc;
}

static int parse_design(const struct check *check, const struct nn_raw_design *raw,
			uint64_t *ret_runs, struct nn_err *err)
{
	const struct nn_lines_node *design =
		nn_lines_member(check->lines, root_of(check), "design");
	struct nn_plan *plan = check->plan;
	int rc;

	plan->blocks = DEFAULT_BLOCKS;
	plan->retries = DEFAULT_RETRIES;
	*ret_runs = DEFAULT_RUNS;
	rc = parse_number(check, design, &blocks_rule, raw->blocks, &plan->blocks, err);
	if (rc)
		return rc;
	rc = parse_number(check, design, &runs_rule, raw->runs, ret_runs, err);
	if (rc)
		return rc;
	rc = parse_number(check, design, &retries_rule, raw->retries, &plan->retries, err);
	if (rc)
		return rc;
	rc = parse_number(check, design, &seed_rule, raw->seed, &plan->seed, err);
	if (rc)
		return rc;
	if (raw->base && !find_arm(plan, raw->base))
		return unknown_arm(check, place_of(check, design, "base"), raw->base, err);
	rc = parse_aa(check, raw, design, err);
	if (rc)
		return rc;
	plan->base = nn_strdup(raw->base ? raw->base : plan->arms[0].name);
	return 0;
}

static bool matches_workload(const struct nn_plan *plan, const char *pattern)
{
	for (size_t i = 0; i < plan->nr_workloads; i++) {
		if (fnmatch(pattern, plan->workloads[i].name, 0) == 0)
			return true;
	}
	return false;
}

/* Does any workload that the claim is about measure what it names? */
static bool matches_metric(const struct check *check, const struct nn_plan_claim *claim)
{
	const struct nn_plan *plan = check->plan;

	for (size_t i = 0; i < plan->nr_workloads; i++) {
		const char *name = plan->workloads[i].name;

		if (fnmatch(claim->workload, name, 0) == 0 &&
		    check->catalog->has_metric(name, claim->metric))
			return true;
	}
	return false;
}

static int check_claim(const struct check *check, const struct nn_plan_claim *claim,
		       const struct nn_lines_node *node, struct nn_err *err)
{
	if (!find_arm(check->plan, claim->arm))
		return unknown_arm(check, node, claim->arm, err);
	if (!find_arm(check->plan, claim->base))
		return unknown_arm(check, node, claim->base, err);
	if (!matches_workload(check->plan, claim->workload))
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: a claim for '%s', which no workload of this plan matches, expected one of its names or a pattern such as 'iommu/*'",
			check->path, node->line, claim->workload);
	if (check->catalog->has_metric && !matches_metric(check, claim))
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: a claim for metric '%s', which '%s' does not measure, expected one that 'nearnative list' shows",
			check->path, node->line, claim->metric, claim->workload);
	return 0;
}

/* Two demands on the same rows: the weaker one is a slip, and no report could tell which it is. */
static int check_margins(const struct check *check, const struct nn_plan_claim *claim,
			 struct nn_err *err)
{
	for (const struct nn_plan_claim *first = check->plan->claims; first < claim; first++) {
		if (first->margin == claim->margin || strcmp(first->arm, claim->arm) != 0 ||
		    strcmp(first->base, claim->base) != 0 ||
		    strcmp(first->workload, claim->workload) != 0 ||
		    strcmp(first->metric, claim->metric) != 0)
			continue;
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: '%s' and, at line %u, '%s' are about the same, expected one margin",
			check->path, claim->line, claim->text, first->line, first->text);
	}
	return 0;
}

static int parse_claims(const struct check *check, const struct nn_raw_plan *raw,
			struct nn_err *err)
{
	const struct nn_lines_node *list = nn_lines_member(check->lines, root_of(check), "claims");
	struct nn_plan *plan = check->plan;

	plan->claims = nn_calloc(raw->nr_claims, sizeof(*plan->claims));
	for (size_t i = 0; i < raw->nr_claims; i++) {
		const struct nn_lines_node *node = nn_lines_item(check->lines, list, i);
		struct nn_plan_claim *claim = &plan->claims[i];
		int rc;

		if (nn_claim_parse(raw->claims[i], claim, err))
			return placed(check, node, err);
		plan->nr_claims++;
		claim->line = node->line;
		rc = check_claim(check, claim, node, err);
		if (!rc)
			rc = check_margins(check, claim, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int parse_deadline(const struct check *check, const struct deadline_rule *rule,
			  const char *text, uint64_t *ret_ns, struct nn_err *err)
{
	const struct nn_lines_node *deadlines =
		nn_lines_member(check->lines, root_of(check), "deadlines");
	const struct nn_lines_node *node = place_of(check, deadlines, rule->key);
	uint64_t ns = rule->default_ns;

	if (text && nn_parse_duration_ns(text, &ns, err)) {
		(void)nn_err_prefix(err, "the deadline '%s'", rule->key);
		return placed(check, node, err);
	}
	if (!ns || ns > MAX_DEADLINE_NS)
		return nn_err_set(
			err, -EINVAL,
			"%s:%u: the deadline '%s' is %s, expected more than 0 and at most 168h",
			check->path, node->line, rule->key, text);
	*ret_ns = ns;
	return 0;
}

static int parse_deadlines(const struct check *check, const struct nn_raw_deadlines *raw,
			   struct nn_err *err)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(deadline_rules); i++) {
		const struct deadline_rule *rule = &deadline_rules[i];
		const char *text = *(char *const *)((const char *)raw + rule->raw_offset);
		uint64_t *ret_ns =
			(uint64_t *)((char *)&check->plan->deadlines + rule->plan_offset);
		int rc = parse_deadline(check, rule, text, ret_ns, err);

		if (rc)
			return rc;
	}
	return 0;
}

static int parse_allow_emulated(const struct check *check, const char *text, struct nn_err *err)
{
	if (!text || !nn_parse_bool(text, &check->plan->allow_emulated, err))
		return 0;
	(void)nn_err_prefix(err, "allow_emulated");
	return placed(check, place_of(check, root_of(check), "allow_emulated"), err);
}

int nn_check_plan(const struct nn_raw_plan *raw, const struct nn_lines *lines,
		  const struct nn_plan_catalog *catalog, struct nn_plan *plan, struct nn_err *err)
{
	const struct check check = {
		.path = plan->path, .lines = lines, .catalog = catalog, .plan = plan};
	uint64_t runs = 0;
	int rc = check_name(&check, place_of(&check, root_of(&check), "name"), raw->name, err);

	if (rc)
		return rc;
	plan->name = nn_strdup(raw->name);
	rc = parse_functions(&check, raw, err);
	if (rc)
		return rc;
	rc = parse_arms(&check, raw, err);
	if (rc)
		return rc;
	rc = parse_design(&check, &raw->design, &runs, err);
	if (rc)
		return rc;
	rc = parse_workloads(&check, raw, runs, err);
	if (rc)
		return rc;
	rc = parse_claims(&check, raw, err);
	if (rc)
		return rc;
	rc = parse_deadlines(&check, &raw->deadlines, err);
	if (rc)
		return rc;
	return parse_allow_emulated(&check, raw->allow_emulated, err);
}
