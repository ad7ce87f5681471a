/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <errno.h>
#include <string.h>

#include "harness/base/hash.h"
#include "harness/cmd/claims.h"
#include "harness/cmd/command.h"
#include "harness/cmd/named.h"
#include "harness/cmd/render.h"

struct report_options {
	const char *db;
	const char *format;
	const char *output;
	struct nn_option_list claims;
	bool is_check;
};

static const struct nn_option report_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct report_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("format", NN_OPTION_STRING, struct report_options, format, "FORMAT",
		  "text, html, json … (see 'nearnative list'; default text)"),
	NN_OPTION("output", NN_OPTION_STRING, struct report_options, output, "FILE",
		  "write there instead of to the standard output"),
	NN_OPTION("claim", NN_OPTION_LIST, struct report_options, claims, "TEXT",
		  "judge this too; the report says that it was claimed after the data"),
	NN_OPTION("check", NN_OPTION_FLAG, struct report_options, is_check, NULL,
		  "exit 1 when a claim is refuted, 4 when one has no verdict or the database is "
		  "not what its plan says"),
	NN_OPTION_END,
};

static int report_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_report = {
	.name = "report",
	.operands = "[CAMPAIGN]",
	.summary = "Report a campaign: native against virtual, with verdicts",
	.details =
		"CAMPAIGN is a UUID, the beginning of one, or a name; without it the latest. The "
		"exit status is 0 whenever a report was produced, but for --check.",
	.options = report_options,
	.execute = report_execute,
};

/* The plan that counts is the stored one; a file that says otherwise by now is worth a word. */
static void warn_of_other_plan(const struct nn_cmd *cmd, const struct nn_comparison *comparison,
			       const char *path)
{
	const char *stored = comparison->summary[NN_SUMMARY_PLAN_HASH];
	char hash[NN_SHA256_HEX_CAP];

	if (!path || !stored || nn_sha256_file(path, hash, NULL) || strcmp(hash, stored) == 0)
		return;
	nn_log_line(&cmd->log, NN_LOG_WARNING,
		    "plan '%s' has changed since the campaign began; its claims and margins are "
		    "judged as they were stored before the first boot",
		    path);
}

static int report_build(const struct nn_cmd *cmd, const struct report_options *options,
			const char *which, const struct nn_report **ret_report,
			struct nn_comparison **ret_comparison, struct nn_err *err)
{
	NN_AUTO(given_claims) struct nn_given_claims claims = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	struct nn_claim_requests requests;
	int rc = nn_given_claims_parse(&options->claims, &claims, err);

	if (!rc)
		rc = nn_render_find(options->format, ret_report, err);
	if (!rc)
		rc = nn_store_open(nn_command_db(options->db), NN_STORE_READ, &store, err);
	if (!rc)
		rc = nn_named_campaign(store, which, &campaign, err);
	requests = (struct nn_claim_requests){claims.requests, claims.nr};
	if (!rc)
		rc = nn_comparison_new(store, campaign.uuid, &requests, ret_comparison, err);
	if (!rc)
		warn_of_other_plan(cmd, *ret_comparison, campaign.plan_path);
	return rc;
}

static int report_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct report_options options = {.format = "text"};
	const struct nn_report *report = NULL;
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_report, argc, argv, &options, &operands,
				  (const size_t[]){0, 1});

	if (rc)
		return rc;
	rc = report_build(cmd, &options, operands.nr ? operands.values[0] : NULL, &report,
			  &comparison, &err);
	free(options.claims.values);
	if (rc)
		return nn_command_fail(cmd, &err);
	rc = nn_render_comparison(cmd, report, comparison, options.output);
	return !rc && options.is_check ? nn_claims_exit(comparison) : rc;
}
