/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/bisect.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/base/units.h"
#include "harness/cmd/bisect-baseline.h"
#include "harness/cmd/campaign.h"
#include "harness/cmd/contender.h"
#include "harness/cmd/named.h"
#include "harness/plan/schedule.h"

/*
 * git's contract, git-bisect(1): 0 is good, 1 to 127 bad but for 125, which skips the commit; above
 * 127 ends the bisection. So none of the other commands' codes may leave this one.
 */
enum {
	EXIT_GOOD = 0,
	EXIT_BAD = 1,
	EXIT_SKIP = 125,
	EXIT_STOP = 128,
};

struct bisect_options {
	struct nn_campaign_options campaign;
	const char *base;
	const char *arm;
	const char *baseline;
	struct nn_option_list allow;
	double threshold;
	const char *workload;
	const char *metric;
	uint64_t max_rounds;
	const char *format;
};

static const struct nn_option bisect_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct bisect_options, campaign.db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("base", NN_OPTION_STRING, struct bisect_options, base, "ARM",
		  "the arm that is known to be good"),
	NN_OPTION("arm", NN_OPTION_STRING, struct bisect_options, arm, "ARM",
		  "the arm to be judged; with --baseline also a ratio as vm/native (default there: "
		  "every arm)"),
	NN_OPTION("baseline", NN_OPTION_STRING, struct bisect_options, baseline, "NAME",
		  "compare with this baseline, or campaign:UUID, instead of with --base"),
	NN_OPTION("allow", NN_OPTION_LIST, struct bisect_options, allow, "AXIS",
		  "may differ from the baseline too, see 'nearnative compare --list-axes' (kernel, "
		  "driver and hypervisor always may)"),
	NN_OPTION("threshold", NN_OPTION_SHARE, struct bisect_options, threshold, "SHARE",
		  "a slowdown above it is bad (default 2%)"),
	NN_OPTION("workload", NN_OPTION_STRING, struct bisect_options, workload, "GLOB",
		  "judge these workloads only"),
	NN_OPTION("metric", NN_OPTION_STRING, struct bisect_options, metric, "GLOB",
		  "judge these metrics only"),
	NN_OPTION("max-rounds", NN_OPTION_U64, struct bisect_options, max_rounds, "N",
		  "measure up to so many times near the threshold (default 3)"),
	NN_OPTION("agent", NN_OPTION_STRING, struct bisect_options, campaign.agent, "FILE",
		  "the agent (default: nearnative-agent beside this program)"),
	NN_OPTION("format", NN_OPTION_STRING, struct bisect_options, format, "FORMAT",
		  "of the summary, text or json (default text)"),
	NN_OPTION("quiet", NN_OPTION_FLAG, struct bisect_options, campaign.is_quiet, NULL,
		  "no progress within a round"),
	NN_OPTION_END,
};

static int bisect_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_bisect = {
	.name = "bisect",
	.operands = "PLAN",
	.summary = "A step of `git bisect run`: measure now and tell good from bad",
	.details =
		"Executes the plan and judges whether the candidate is slower than --threshold "
		"allows. With --base and --arm two arms of the plan are compared block by block: "
		"one with the known-good kernel or QEMU, one with what was just built. With "
		"--baseline the arms are compared with a stored campaign. Bad when a slowdown "
		"above the threshold is shown for anything that is judged, good when one that "
		"reaches it is ruled out for everything; near the threshold further rounds of "
		"interleaved boots are added, up to --max-rounds. Each round is judged at 0.05 "
		"divided by --max-rounds. A plan of at least 5 blocks can be judged by its first "
		"round. Keep the plan and the database outside of the tree that is bisected.\n\n"
		"Two arms of one target differ in software alone, so they are judged on any "
		"machine, also on one that is itself a VM. Emulated machines, clocks that run "
		"wrong, results that differ and whatever else makes a comparison INVALID cannot "
		"be judged.\n\n"
		"Exit status, as git-bisect(1) wants it: 0 good; 1 bad; 125 cannot tell, skip "
		"this commit (near the threshold after all rounds, figures that cannot be "
		"trusted, boots that fail); 128 stop, for every commit would fail alike (usage, "
		"plan, a machine that is not fit, the database, a baseline that is unlike or "
		"unfit, which is found out before anything is measured where it can be: fewer than "
		"5 boots, no figures of what is judged or none to be trusted, other settings, "
		"another machine or build); 130 "
		"interrupted. A script around it builds first: make || exit 125",
	.options = bisect_options,
	.execute = bisect_execute,
};

/* Everything that is open while the step goes on. */
struct bisecting {
	const struct nn_cmd *cmd;
	const struct bisect_options *options;
	struct nn_plan *plan;
	struct nn_store *store;
	struct nn_campaign baseline;
	struct nn_contender sides[2]; /* baseline and candidate */
	uint32_t axes;                /* that may differ between them */
	struct nn_bisect pool;
	struct nn_strings campaigns; /* UUIDs, one a round */
	enum nn_bisect_outcome outcome;
	char *reason; /* why it cannot be told, or NULL */
};

static void bisecting_release(struct bisecting *bisecting)
{
	for (size_t i = 0; i < 2; i++)
		nn_contender_release(&bisecting->sides[i]);
	nn_campaign_release(&bisecting->baseline);
	nn_bisect_release(&bisecting->pool);
	nn_strings_release(&bisecting->campaigns);
	nn_plan_free(bisecting->plan);
	nn_store_abandon(bisecting->store); /* leaves no file that holds nothing */
	free(bisecting->reason);
}

/* ---- before anything is booted ---- */

static bool has_arm(const struct nn_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		if (strcmp(plan->arms[i].name, name) == 0)
			return true;
	}
	return false;
}

static int check_arm(const struct nn_plan *plan, const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	if (has_arm(plan, name))
		return 0;
	for (size_t i = 0; i < plan->nr_arms; i++)
		nn_strbuf_addf(&known, "%s'%s'", i ? ", " : "", plan->arms[i].name);
	return nn_err_set(err, -EINVAL, "plan '%s' has no arm '%s', it has %s", plan->path, name,
			  nn_strbuf_str(&known));
}

static int check_judged(const struct nn_plan *plan, const struct bisect_options *options,
			struct nn_err *err)
{
	const char *workload = options->workload ? options->workload : "*";
	const char *metric = options->metric ? options->metric : "*";

	for (size_t i = 0; i < plan->nr_workloads; i++) {
		const char *name = plan->workloads[i].name;

		if (fnmatch(workload, name, 0) == 0 &&
		    nn_command_catalog()->has_metric(name, metric))
			return 0;
	}
	return nn_err_set(err, -EINVAL, "plan '%s' measures nothing that matches %s:%s", plan->path,
			  workload, metric);
}

static int check_options(const struct bisect_options *options, struct nn_err *err)
{
	if (options->baseline && options->base)
		return nn_err_set(err, -EINVAL, "give --base with --arm, or --baseline, not both");
	if (!options->baseline && !(options->base && options->arm))
		return nn_err_set(err, -EINVAL,
				  "'bisect' needs --base ARM and --arm ARM, or --baseline NAME");
	if (options->base && strcmp(options->base, options->arm) == 0)
		return nn_err_set(err, -EINVAL, "--base and --arm are the same arm '%s'",
				  options->arm);
	if (!(options->threshold > 0 && options->threshold < 1))
		return nn_err_set(err, -EINVAL,
				  "--threshold: expected more than 0 and less than "
				  "100 %%");
	if (!options->max_rounds)
		return nn_err_set(err, -EINVAL, "--max-rounds: 0, expected at least 1");
	if (strcmp(options->format, "text") != 0 && strcmp(options->format, "json") != 0)
		return nn_err_set(err, -EINVAL, "unknown format '%s', expected text or json",
				  options->format);
	return 0;
}

static int find_baseline(struct bisecting *bisecting, struct nn_err *err)
{
	int rc = nn_named_baseline(bisecting->store, bisecting->options->baseline,
				   &bisecting->baseline, err);

	return rc ? rc
		  : nn_contender_open(bisecting->store, &bisecting->baseline, "A",
				      &bisecting->sides[0], err);
}

static int open_baseline(struct bisecting *bisecting, struct nn_err *err)
{
	const struct nn_bisect_baseline baseline = {
		.store = bisecting->store,
		.campaign = &bisecting->baseline,
		.side = &bisecting->sides[0],
		.arm = bisecting->options->arm,
		.axes = bisecting->axes,
	};
	int rc = find_baseline(bisecting, err);

	return rc ? rc
		  : nn_bisect_baseline_check(bisecting->cmd, &baseline, bisecting->plan,
					     &bisecting->pool.params, err);
}

static int bisect_open(struct bisecting *bisecting, const char *plan, struct nn_err *err)
{
	const struct bisect_options *options = bisecting->options;
	int rc = check_options(options, err);

	bisecting->axes = nn_axes_of_gate();
	if (!rc)
		rc = nn_contender_axes(&options->allow, &bisecting->axes, err);
	if (!rc)
		rc = nn_plan_load(plan, nn_command_catalog(), &bisecting->plan, err);
	if (!rc && options->base)
		rc = check_arm(bisecting->plan, options->base, err);
	if (!rc && options->base)
		rc = check_arm(bisecting->plan, options->arm, err);
	if (!rc)
		rc = check_judged(bisecting->plan, options, err);
	if (!rc)
		rc = nn_store_open(nn_command_db(options->campaign.db), NN_STORE_CREATE,
				   &bisecting->store, err);
	if (!rc && options->baseline)
		rc = open_baseline(bisecting, err);
	return rc;
}

/* ---- a round ---- */

/* Which arms the baseline is asked about. */
static void baseline_arms(const struct bisecting *bisecting, struct nn_strings *ret_arms)
{
	if (bisecting->options->arm)
		nn_strings_add(ret_arms, nn_strdup(bisecting->options->arm));
	else
		nn_cross_arms(bisecting->sides[0].cross, bisecting->sides[1].cross, ret_arms);
}

static int check_alike(const struct bisecting *bisecting, const struct nn_strings *arms,
		       struct nn_err *err)
{
	NN_AUTO(differences) struct nn_differences differences = {0};

	nn_contender_differences(&bisecting->sides[0], &bisecting->sides[1], arms, bisecting->axes,
				 &differences);
	return nn_bisect_baseline_alike(&differences, err);
}

static int read_against_baseline(struct bisecting *bisecting, const struct nn_campaign *campaign,
				 struct nn_comparison **ret_comparison, struct nn_err *err)
{
	struct nn_strings arms = {0};
	int rc;

	nn_contender_release(&bisecting->sides[1]);
	rc = nn_contender_open(bisecting->store, campaign, "B", &bisecting->sides[1], err);
	if (rc)
		return rc;
	baseline_arms(bisecting, &arms);
	rc = check_alike(bisecting, &arms, err);
	if (!rc)
		rc = nn_cross_new(bisecting->sides[0].cross, bisecting->sides[1].cross, &arms,
				  ret_comparison, err);
	nn_strings_release(&arms);
	return rc;
}

static int judge_round(struct bisecting *bisecting, int64_t id, struct nn_err *err)
{
	const struct bisect_options *options = bisecting->options;
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	int rc = nn_store_campaign_get(bisecting->store, id, &campaign, err);

	if (rc)
		return rc;
	nn_strings_add(&bisecting->campaigns, nn_strdup(campaign.uuid));
	if (options->baseline)
		rc = read_against_baseline(bisecting, &campaign, &comparison, err);
	else
		rc = nn_bisect_read_pair(bisecting->store, id, options->base, options->arm,
					 &comparison, err);
	if (rc)
		return rc;
	nn_bisect_add_round(&bisecting->pool, comparison);
	bisecting->outcome = nn_bisect_judge(&bisecting->pool);
	return 0;
}

/* Equal plans with equal seeds would boot in the same order again. */
static uint64_t round_seed(const struct nn_plan *plan, uint64_t round)
{
	return plan->seed && round ? plan->seed + round : plan->seed;
}

/* Return: 0, or the exit code that ends the step. */
static int bisect_round(struct bisecting *bisecting, uint64_t round)
{
	struct nn_plan plan = *bisecting->plan;
	const struct nn_campaign_job job = {
		.store = bisecting->store, .plan = &plan, .options = &bisecting->options->campaign};
	struct nn_measured measured;
	struct nn_err err = {0};
	int rc;

	plan.seed = round_seed(&plan, round);
	rc = nn_campaign_measure(bisecting->cmd, &job, &measured, &err);
	if (!rc)
		rc = judge_round(bisecting, measured.campaign, &err);
	if (!rc)
		return 0;
	nn_log_err(&bisecting->cmd->log, &err);
	if (rc == -EINTR)
		return NN_EXIT_INTERRUPTED;
	/* Nothing was booted, or our own side failed: the next commit would end the same way. */
	if (rc != -ELOOP)
		return EXIT_STOP;
	bisecting->outcome = NN_BISECT_UNTOLD;
	bisecting->reason = nn_strdup(err.message);
	return EXIT_SKIP;
}

static void say_round(const struct bisecting *bisecting, uint64_t round)
{
	const struct nn_bisect_row *row = nn_bisect_decisive(&bisecting->pool, bisecting->outcome);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (row)
		nn_bisect_words_row(&sb, row);
	else
		nn_strbuf_add(&sb, "nothing was measured that could be judged");
	nn_log_line(&bisecting->cmd->log, NN_LOG_INFO, "round %" PRIu64 " of %" PRIu64 ": %s: %s",
		    round + 1, bisecting->options->max_rounds,
		    nn_bisect_outcome_name(bisecting->outcome), nn_strbuf_str(&sb));
}

static int outcome_exit(enum nn_bisect_outcome outcome)
{
	switch (outcome) {
	case NN_BISECT_GOOD:
		return EXIT_GOOD;
	case NN_BISECT_BAD:
		return EXIT_BAD;
	case NN_BISECT_NEAR:
	case NN_BISECT_UNTOLD:
		break;
	}
	return EXIT_SKIP;
}

static int bisect_rounds(struct bisecting *bisecting)
{
	for (uint64_t round = 0; round < bisecting->options->max_rounds; round++) {
		int code = bisect_round(bisecting, round);

		if (code)
			return code;
		say_round(bisecting, round);
		if (bisecting->outcome != NN_BISECT_NEAR)
			break;
	}
	return outcome_exit(bisecting->outcome);
}

/* ---- summary ---- */

static void summary_text(const struct bisecting *bisecting, struct nn_strbuf *sb)
{
	const struct nn_bisect *pool = &bisecting->pool;

	nn_strbuf_addf(sb, "%s: threshold %g %%, %zu %s of %" PRIu64 "\n",
		       nn_bisect_outcome_name(bisecting->outcome), 100 * pool->params.threshold,
		       pool->nr_rounds, pool->nr_rounds == 1 ? "round" : "rounds",
		       pool->params.max_rounds);
	if (bisecting->reason)
		nn_strbuf_addf(sb, "  %s\n", bisecting->reason);
	for (size_t i = 0; i < pool->nr_rows; i++) {
		nn_strbuf_addf(sb, "  %s: ", nn_bisect_outcome_name(pool->rows[i].outcome));
		nn_bisect_words_row(sb, &pool->rows[i]);
		nn_strbuf_addc(sb, '\n');
	}
}

static void summary_json(const struct bisecting *bisecting, int code, struct nn_strbuf *sb)
{
	json_t *campaigns = json_array();
	NN_AUTO(json) json_t *root = NULL;
	NN_AUTO(free) char *text = NULL;

	for (size_t i = 0; i < bisecting->campaigns.nr; i++)
		(void)json_array_append_new(campaigns,
					    nn_json_str_or_null(bisecting->campaigns.items[i]));
	root = json_pack("{s:s, s:s, s:i, s:o, s:f, s:I, s:o, s:o}", "schema",
			 "nearnative.bisect/1", "outcome",
			 nn_bisect_outcome_name(bisecting->outcome), "exit", code, "reason",
			 nn_json_str_or_null(bisecting->reason), "threshold",
			 bisecting->pool.params.threshold, "max_rounds",
			 (json_int_t)bisecting->pool.params.max_rounds, "campaigns", campaigns,
			 "rows", nn_bisect_json(&bisecting->pool));
	text = nn_json_pretty(root);
	nn_strbuf_add(sb, text);
}

/* Return: @code, or that of a standard output which does not take the summary. */
static int bisect_print(const struct bisecting *bisecting, int code)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (strcmp(bisecting->options->format, "json") == 0)
		summary_json(bisecting, code, &sb);
	else
		summary_text(bisecting, &sb);
	return nn_command_print(bisecting->cmd, &sb) ? EXIT_STOP : code;
}

static int bisect_step(const struct nn_cmd *cmd, const struct bisect_options *options,
		       const char *plan)
{
	struct bisecting bisecting = {.cmd = cmd,
				      .options = options,
				      .pool.params = {.threshold = options->threshold,
						      .max_rounds = options->max_rounds,
						      .workload = options->workload,
						      .metric = options->metric}};
	struct nn_err err = {0};
	int code = EXIT_STOP;

	if (bisect_open(&bisecting, plan, &err))
		nn_log_err(&cmd->log, &err);
	else
		code = bisect_rounds(&bisecting);
	if (code < EXIT_STOP)
		code = bisect_print(&bisecting, code);
	bisecting_release(&bisecting);
	return code;
}

static int bisect_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	struct bisect_options options = {
		.threshold = NN_BISECT_THRESHOLD, .max_rounds = NN_BISECT_ROUNDS, .format = "text"};
	int code = EXIT_STOP;

	if (!nn_command_parse(cmd, &nn_command_bisect, argc, argv, &options, &operands,
			      (const size_t[]){1, 1})) {
		/* in git's log a line a round is enough */
		options.campaign.is_quiet |= !isatty(fileno(cmd->log.out));
		code = bisect_step(cmd, &options, operands.values[0]);
	}
	free(options.allow.values);
	return code;
}
