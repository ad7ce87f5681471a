/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/hash.h"
#include "harness/base/units.h"
#include "harness/cmd/campaign.h"
#include "harness/plan/schedule.h"

static const struct nn_option run_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct nn_campaign_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("agent", NN_OPTION_STRING, struct nn_campaign_options, agent, "FILE",
		  "the agent (default: nearnative-agent beside this program)"),
	NN_OPTION("dry-run", NN_OPTION_FLAG, struct nn_campaign_options, is_dry_run, NULL,
		  "print the schedule and touch nothing"),
	NN_OPTION("force", NN_OPTION_FLAG, struct nn_campaign_options, is_forced, NULL,
		  "take a device although a process, a network or a display needs it; never a disk "
		  "in use"),
	NN_OPTION("quiet", NN_OPTION_FLAG, struct nn_campaign_options, is_quiet, NULL,
		  "no progress"),
	NN_OPTION_END,
};

static void run_print_block(const struct nn_plan *plan, const struct nn_scheduled_block *block,
			    size_t index, struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "block %zu:", index + 1);
	for (size_t i = 0; i < plan->nr_arms; i++)
		nn_strbuf_addf(sb, " %s", plan->arms[block->arms[i]].name);
	nn_strbuf_add(sb, "\n  jobs:");
	for (size_t i = 0; i < block->nr_jobs; i++)
		nn_strbuf_addf(sb, " %s", plan->workloads[block->jobs[i].workload].name);
	nn_strbuf_addc(sb, '\n');
}

static int run_print_schedule(const struct nn_cmd *cmd, const struct nn_plan *plan)
{
	uint64_t seed = plan->seed ? plan->seed : nn_random_seed();
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(plan, seed);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_addf(&sb, "plan '%s': %zu blocks of %zu arms, seed %llu%s\n", plan->name,
		       schedule->nr_blocks, plan->nr_arms, (unsigned long long)seed,
		       plan->seed ? "" : " (drawn now; the plan names none)");
	if (plan->is_aa)
		nn_strbuf_addf(&sb, "A/A: '%s' against itself, its second boot as '%s'\n",
			       plan->arms[0].name, plan->arms[1].name);
	for (size_t i = 0; i < schedule->nr_blocks; i++)
		run_print_block(plan, &schedule->blocks[i], i, &sb);
	nn_strbuf_add(&sb, "estimated time: ");
	nn_strbuf_add_duration(&sb, nn_schedule_estimate_ns(schedule, plan));
	nn_strbuf_addc(&sb, '\n');
	return nn_command_print(cmd, &sb);
}

static int run_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_run = {
	.name = "run",
	.operands = "PLAN",
	.summary = "Execute a plan: boot its arms in random order, measure, store, report",
	.details = "Every transition is stored before it is acted on. SIGINT stops the campaign "
		   "after giving every device back; 'nearnative resume' continues it, also after a "
		   "crash.",
	.options = run_options,
	.execute = run_execute,
};

static int run_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	NN_AUTO(store) struct nn_store *store = NULL;
	struct nn_campaign_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_run, argc, argv, &options, &operands,
				  (const size_t[]){1, 1});

	if (rc)
		return rc;
	if (nn_plan_load(operands.values[0], nn_command_catalog(), &plan, &err)) {
		nn_log_err(&cmd->log, &err);
		return NN_EXIT_USAGE;
	}
	plan->is_forced = options.is_forced;
	if (options.is_dry_run)
		return run_print_schedule(cmd, plan);
	if (nn_store_open(nn_command_db(options.db), NN_STORE_CREATE, &store, &err))
		return nn_command_fail(cmd, &err);
	rc = nn_campaign_execute(cmd, store, plan, NULL, &options);
	if (rc)
		nn_store_abandon(NN_STEAL(store)); /* leaves no file that holds nothing */
	return rc;
}
