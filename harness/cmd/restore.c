/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/command.h"
#include "harness/runner/runner.h"
#include "harness/store/store.h"

struct restore_options {
	const char *db;
};

static const struct nn_option restore_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct restore_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION_END,
};

static int restore_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_restore = {
	.name = "restore",
	.operands = "",
	.summary = "Put devices and settings back as they were before a crash",
	.details = "Replays the database's journal backwards; doing it again is harmless.",
	.options = restore_options,
	.execute = restore_execute,
};

static int restore_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct restore_options options = {0};
	unsigned int nr_restored = 0;
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_restore, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (rc)
		return rc;
	rc = nn_store_open(nn_command_db(options.db), NN_STORE_WRITE, &store, &err);
	if (!rc)
		rc = nn_runner_restore(store, &cmd->sysroot, &nr_restored, &err);
	if (rc)
		return nn_command_fail(cmd, &err);
	if (nr_restored)
		nn_strbuf_addf(&text, "restored %u\n", nr_restored);
	else
		nn_strbuf_add(&text, "nothing to restore\n");
	return nn_command_print(cmd, &text);
}
