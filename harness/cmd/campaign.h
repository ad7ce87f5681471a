/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `run`, `resume` and `bisect` share: executing a campaign in front of a person. */
#ifndef NN_CMD_CAMPAIGN_H
#define NN_CMD_CAMPAIGN_H

#include "harness/cmd/command.h"
#include "harness/runner/runner.h"
#include "harness/store/store.h"

struct nn_campaign_options {
	const char *db;
	const char *agent;
	bool is_again;
	bool is_forced;
	bool is_quiet;
	bool is_dry_run; /* run only */
};

/* What is to be measured; borrowed. */
struct nn_campaign_job {
	struct nn_store *store;
	const struct nn_plan *plan;
	const struct nn_campaign *resumed; /* NULL: a new campaign */
	const struct nn_campaign_options *options;
};

struct nn_measured {
	int64_t campaign; /* 0: none was begun, so nothing was booted */
	struct nn_time_spent spent;
};

/**
 * Check the arms, begin a new campaign or go on with one, and execute it.
 * @ret_measured: filled on failure too.
 * Return: as nn_runner_execute(); what comes before it is -ENOTSUP and the like.
 */
int nn_campaign_measure(const struct nn_cmd *cmd, const struct nn_campaign_job *job,
			struct nn_measured *ret_measured, struct nn_err *err);

/**
 * Check the arms, begin a new campaign or (@resumed not NULL) go on with one, execute it, print its
 * report and where the time went.
 * Return: enum nn_exit.
 */
int nn_campaign_execute(const struct nn_cmd *cmd, struct nn_store *store,
			const struct nn_plan *plan, const struct nn_campaign *resumed,
			const struct nn_campaign_options *options);

#endif
