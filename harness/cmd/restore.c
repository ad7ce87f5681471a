/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/array.h"
#include "harness/cmd/command.h"
#include "harness/device/reservation.h"
#include "harness/runner/restore.h"
#include "harness/store/store.h"

struct restore_options {
	const char *db;
};

static const struct nn_option restore_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct restore_options, db, "FILE",
		  "the database (default: each that this machine remembers to have changed "
		  "something for, and $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION_END,
};

static int restore_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_restore = {
	.name = "restore",
	.operands = "",
	.summary = "Put devices and settings back as they were before a crash",
	.details =
		"Replays the journal backwards: drivers, SR-IOV, power, consoles, huge pages, "
		"governors, IOMMU modes, control groups; machines of ours that are left over are "
		"ended. Prints a line for each thing that is as it was, or why it is not; then "
		"the exit status is 3 and the journal keeps it. Doing it again is harmless.",
	.options = restore_options,
	.execute = restore_execute,
};

struct restoring {
	const struct nn_cmd *cmd;
	struct nn_strbuf *text;
	unsigned int nr;     /* entries that were dealt with */
	struct nn_err first; /* failure */
};

static void restore_say(void *user, const char *sentence)
{
	struct restoring *restoring = user;

	nn_strbuf_addf(restoring->text, "%s\n", sentence);
	restoring->nr++;
}

static bool is_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && !st.st_size;
}

/* One that is named stands in the way of all others until somebody removes the files. */
static int cannot_open(const char *files, struct nn_err *err)
{
	if (!files)
		return err->code;
	return nn_err_prefix(err,
			     "named by %s, to be removed when the database is lost and the machine "
			     "is as it should be",
			     files);
}

static int restore_one(struct restoring *restoring, const char *path)
{
	NN_AUTO(free) char *files = nn_reservation_files(&restoring->cmd->sysroot, path);
	NN_AUTO(store) struct nn_store *store = NULL;
	struct nn_restored restored;
	struct nn_err err = {0};
	int rc;

	/* Killed before it was anything, its orchestrator had changed nothing. */
	if (is_empty(path) && !files)
		return 0;
	rc = nn_store_open(path, NN_STORE_WRITE, &store, &err);
	if (rc)
		rc = cannot_open(files, &err);
	else
		rc = nn_runner_restore(store, &restoring->cmd->sysroot, restore_say, restoring,
				       &restored, &err);
	if (rc && !restoring->first.code)
		restoring->first = err;
	return rc;
}

/* The default database may well not exist when another one is remembered. */
static int databases(const struct nn_cmd *cmd, const char *given, struct nn_name_list *ret_paths,
		     struct nn_err *err)
{
	const char *path = nn_command_db(given);
	NN_AUTO(free) char *full = realpath(path, NULL);
	int rc = given ? 0 : nn_reservation_owners(&cmd->sysroot, ret_paths, err);
	bool is_there = false;

	for (size_t i = 0; full && i < ret_paths->nr; i++)
		is_there |= strcmp(ret_paths->names[i], full) == 0;
	if (!rc && !is_there && (given || !ret_paths->nr || full))
		*NN_ARRAY_APPEND(ret_paths->names, ret_paths->nr, ret_paths->cap) =
			nn_strdup(full ? full : path);
	return rc;
}

static int restore_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(name_list) struct nn_name_list paths = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct restoring restoring = {.cmd = cmd, .text = &text};
	struct restore_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_restore, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (rc)
		return rc;
	if (databases(cmd, options.db, &paths, &err))
		return nn_command_fail(cmd, &err);
	for (size_t i = 0; i < paths.nr; i++)
		(void)restore_one(&restoring, paths.names[i]); /* the first failure is told below */
	if (!restoring.nr && !restoring.first.code)
		nn_strbuf_add(&text, "nothing to restore\n");
	rc = nn_command_print(cmd, &text);
	return restoring.first.code ? nn_command_fail(cmd, &restoring.first) : rc;
}
