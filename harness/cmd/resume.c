/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "harness/cmd/campaign.h"
#include "harness/cmd/named.h"

static const struct nn_option resume_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct nn_campaign_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("agent", NN_OPTION_STRING, struct nn_campaign_options, agent, "FILE",
		  "the agent (default: nearnative-agent beside this program)"),
	NN_OPTION("again", NN_OPTION_FLAG, struct nn_campaign_options, is_again, NULL,
		  "go on with a boot during which this machine went down three times"),
	NN_OPTION("force", NN_OPTION_FLAG, struct nn_campaign_options, is_forced, NULL,
		  "take a device although a process, a network or a display needs it; never a disk "
		  "in use"),
	NN_OPTION("quiet", NN_OPTION_FLAG, struct nn_campaign_options, is_quiet, NULL,
		  "no progress"),
	NN_OPTION_END,
};

static int resume_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_resume = {
	.name = "resume",
	.operands = "[CAMPAIGN]",
	.summary = "Continue a campaign that was interrupted or killed",
	.details =
		"CAMPAIGN is a UUID, the beginning of one, or a name; without it the latest. The "
		"plan is the one that was stored, with its seed. At most the boot that was in "
		"progress is repeated.",
	.options = resume_options,
	.execute = resume_execute,
};

static int resume_load(struct nn_store *store, const char *which, struct nn_campaign *campaign,
		       struct nn_plan **ret_plan, struct nn_err *err)
{
	int rc = nn_named_campaign(store, which, campaign, err);

	if (rc)
		return rc;
	if (strcmp(campaign->state, "done") == 0)
		return nn_err_set(err, -EINVAL, "campaign '%s' (%s) is done, nothing to resume",
				  campaign->name, campaign->uuid);
	return nn_plan_parse(campaign->plan_text, campaign->plan_path, nn_command_catalog(),
			     ret_plan, err);
}

static int resume_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	NN_AUTO(store) struct nn_store *store = NULL;
	struct nn_campaign_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_resume, argc, argv, &options, &operands,
				  (const size_t[]){0, 1});

	if (rc)
		return rc;
	rc = nn_store_open(nn_command_db(options.db), NN_STORE_WRITE, &store, &err);
	if (!rc)
		rc = resume_load(store, operands.nr ? operands.values[0] : NULL, &campaign, &plan,
				 &err);
	if (rc)
		return nn_command_fail(cmd, &err);
	plan->is_forced = options.is_forced;
	return nn_campaign_execute(cmd, store, plan, &campaign, &options);
}
