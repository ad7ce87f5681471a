/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/command.h"

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
	return nn_command_print(cmd, &text);
}
