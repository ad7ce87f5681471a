/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "harness/cmd/command.h"
#include "harness/cmd/named.h"
#include "harness/store/store.h"

struct db_options {
	const char *db;
	bool is_json;
};

#define DB_OPTION_DB                                                     \
	NN_OPTION("db", NN_OPTION_STRING, struct db_options, db, "FILE", \
		  "the database (default $NEARNATIVE_DB or nearnative.db)")

static const struct nn_option db_info_options[] = {
	DB_OPTION_DB,
	NN_OPTION("json", NN_OPTION_FLAG, struct db_options, is_json, NULL, "write JSON"),
	NN_OPTION_END,
};

static const struct nn_option db_check_options[] = {DB_OPTION_DB, NN_OPTION_END};

static const struct nn_option db_export_options[] = {DB_OPTION_DB, NN_OPTION_END};

static int db_open(const struct nn_cmd *cmd, const struct db_options *options,
		   struct nn_store **ret_store)
{
	struct nn_err err = {0};

	if (nn_store_open(nn_command_db(options->db), NN_STORE_READ, ret_store, &err))
		return nn_command_fail(cmd, &err);
	return 0;
}

static int db_info_execute(const struct nn_cmd *cmd, int argc, char *const *argv);
static int db_check_execute(const struct nn_cmd *cmd, int argc, char *const *argv);
static int db_export_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_db_info = {
	.name = "db info",
	.operands = "",
	.summary = "What a database holds: campaigns, baselines, rows of each table",
	.details =
		"A campaign that is \"running\" while no process of this system writes to the "
		"database is shown as \"interrupted (crashed)\"; 'nearnative resume' continues "
		"it. Above 64 MiB every command but 'db check' reads the pages that it needs and "
		"checks no others.",
	.options = db_info_options,
	.execute = db_info_execute,
};

const struct nn_command nn_command_db_check = {
	.name = "db check",
	.operands = "",
	.summary = "Check a database's integrity in full",
	.options = db_check_options,
	.execute = db_check_execute,
};

const struct nn_command nn_command_db_export = {
	.name = "db export",
	.operands = "[CAMPAIGN]",
	.summary = "Write every sample of a campaign (the latest without CAMPAIGN) as CSV",
	.options = db_export_options,
	.execute = db_export_execute,
};

static int db_info_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct db_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_db_info, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (!rc)
		rc = db_open(cmd, &options, &store);
	if (rc)
		return rc;
	if (nn_store_info(store, options.is_json, &text, &err))
		return nn_command_fail(cmd, &err);
	return nn_command_print(cmd, &text);
}

static int db_check_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct db_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_db_check, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (!rc)
		rc = db_open(cmd, &options, &store);
	if (rc)
		return rc;
	if (nn_store_check(store, &err))
		return nn_command_fail(cmd, &err);
	nn_strbuf_add(&text, "ok\n");
	return nn_command_print(cmd, &text);
}

static int db_export_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	struct db_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_db_export, argc, argv, &options, &operands,
				  (const size_t[]){0, 1});

	if (!rc)
		rc = db_open(cmd, &options, &store);
	if (rc)
		return rc;
	rc = nn_named_campaign(store, operands.nr ? operands.values[0] : NULL, &campaign, &err);
	if (!rc)
		rc = nn_store_export_csv(store, campaign.uuid, stdout, &err);
	if (!rc && fflush(stdout))
		rc = nn_err_errno(&err, errno, "write to the standard output");
	return rc ? nn_command_fail(cmd, &err) : NN_EXIT_OK;
}
