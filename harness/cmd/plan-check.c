/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/command.h"

/* Fewer boots say too little about their spread (stats: never accept fewer than 5). */
#define MIN_CLAIM_BLOCKS 5

static const struct nn_option plan_check_options[] = {NN_OPTION_END};

static int plan_check_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_plan_check = {
	.name = "plan check",
	.operands = "FILE",
	.summary = "Check a plan without touching the machine",
	.options = plan_check_options,
	.execute = plan_check_execute,
};

static int plan_check_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};
	int none;
	int rc = nn_command_parse(cmd, &nn_command_plan_check, argc, argv, &none, &operands,
				  (const size_t[]){1, 1});

	if (rc)
		return rc;
	if (nn_plan_load(operands.values[0], nn_command_catalog(), &plan, &err)) {
		nn_log_err(&cmd->log, &err);
		return NN_EXIT_USAGE;
	}
	nn_strbuf_addf(&text, "%s: good: %zu arms, %zu workloads, %llu blocks, sha256 %s\n",
		       operands.values[0], plan->nr_arms, plan->nr_workloads,
		       (unsigned long long)plan->blocks, plan->hash);
	if (plan->is_aa)
		nn_strbuf_addf(&text, "A/A: '%s' against itself, its second boot as '%s'\n",
			       plan->arms[0].name, plan->arms[1].name);
	if (plan->nr_claims && plan->blocks < MIN_CLAIM_BLOCKS)
		nn_log_line(&cmd->log, NN_LOG_WARNING,
			    "%llu blocks: no claim can be judged with fewer than %d",
			    (unsigned long long)plan->blocks, MIN_CLAIM_BLOCKS);
	return nn_command_print(cmd, &text);
}
