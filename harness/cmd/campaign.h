/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `run` and `resume` share: executing a campaign in front of a person. */
#ifndef NN_CMD_CAMPAIGN_H
#define NN_CMD_CAMPAIGN_H

#include "harness/cmd/command.h"
#include "harness/store/store.h"

struct nn_campaign_options {
	const char *db;
	const char *agent;
	bool is_quiet;
	bool is_dry_run; /* run only */
};

/**
 * Check the arms, begin a new campaign or (@resumed not NULL) go on with one, execute it, print its
 * report and where the time went.
 * Return: enum nn_exit.
 */
int nn_campaign_execute(const struct nn_cmd *cmd, struct nn_store *store,
			const struct nn_plan *plan, const struct nn_campaign *resumed,
			const struct nn_campaign_options *options);

#endif
