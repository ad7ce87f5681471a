/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/import/import.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/hash.h"
#include "harness/cmd/command.h"
#include "harness/store/import.h"

struct import_options {
	const char *db;
	const char *from;
	const char *campaign;
	const char *arm;
	const char *base;
	const char *machine;
	const char *only;
	const char *again;
	bool is_emulated;
};

static const struct nn_option import_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct import_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db), made when absent"),
	NN_OPTION("from", NN_OPTION_STRING, struct import_options, from, "TOOL",
		  "clpeak, fio, glmark2, hyperfine, nvbandwidth, phoronix or stress-ng"),
	NN_OPTION("campaign", NN_OPTION_STRING, struct import_options, campaign, "NAME",
		  "the campaign, made when absent (default: the tool's name)"),
	NN_OPTION("arm", NN_OPTION_STRING, struct import_options, arm, "ARM",
		  "the arm that the files are boots of (default native)"),
	NN_OPTION("base", NN_OPTION_STRING, struct import_options, base, "ARM",
		  "the arm that others are compared with (default: the first that was imported)"),
	NN_OPTION(
		"machine", NN_OPTION_STRING, struct import_options, machine, "NAME",
		"the machine's fingerprint in the database, or any name for it (default unknown)"),
	NN_OPTION("emulated", NN_OPTION_FLAG, struct import_options, is_emulated, NULL,
		  "the figures come from an emulated machine"),
	NN_OPTION("only", NN_OPTION_STRING, struct import_options, only, "NAME",
		  "of a file that holds several: clpeak's device, phoronix' system"),
	NN_OPTION("again", NN_OPTION_STRING, struct import_options, again, "WORD",
		  "a file whose bytes the campaign has: refuse (default), skip, or keep it as "
		  "another run"),
	NN_OPTION_END,
};

/* The files in memory. */
struct files {
	struct nn_import_boot *items;
	struct nn_import_fate *fates;
	size_t nr;
};

static void files_release(struct files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		nn_import_boot_release(&files->items[i]);
	free(files->items);
	free(files->fates);
}

NN_AUTO_DEFINE(files, struct files, files_release(p))

static int import_again(const char *word, enum nn_import_again *ret_again, struct nn_err *err)
{
	static const char *const words[] = {[NN_IMPORT_REFUSE] = "refuse",
					    [NN_IMPORT_SKIP] = "skip",
					    [NN_IMPORT_KEEP] = "keep"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], word) == 0) {
			*ret_again = (enum nn_import_again)i;
			return 0;
		}
	}
	return nn_err_set(err, -EINVAL, "--again '%s': expected refuse, skip or keep", word);
}

static int import_prepare(const struct import_options *options,
			  const struct nn_importer **ret_importer, struct nn_import *ret_import,
			  struct nn_err *err)
{
	int rc;

	if (!options->from)
		return nn_err_set(err, -EINVAL, "'db import' needs --from TOOL");
	if (!*options->arm || (options->campaign && !*options->campaign))
		return nn_err_set(err, -EINVAL, "--arm and --campaign need a name");
	rc = nn_importer_find(options->from, ret_importer, err);
	if (!rc)
		rc = import_again(options->again, &ret_import->again, err);
	if (rc)
		return rc;
	ret_import->tool = (*ret_importer)->plugin.name;
	ret_import->campaign = options->campaign ? options->campaign : ret_import->tool;
	ret_import->arm = options->arm;
	ret_import->base = options->base;
	ret_import->machine = options->machine;
	ret_import->only = options->only;
	ret_import->is_emulated = options->is_emulated;
	return 0;
}

/* All files before the first byte is stored: a malformed one leaves the database as it was. */
static int import_read(const struct nn_importer *importer, const struct nn_operands *paths,
		       const char *only, struct files *ret_files, struct nn_err *err)
{
	ret_files->items = nn_calloc(paths->nr, sizeof(*ret_files->items));
	ret_files->fates = nn_calloc(paths->nr, sizeof(*ret_files->fates));
	for (size_t i = 0; i < paths->nr; i++) {
		int rc =
			nn_import_file(importer, paths->values[i], only, &ret_files->items[i], err);

		if (rc)
			return rc;
		ret_files->nr++;
	}
	return 0;
}

static int import_store(const struct import_options *options, struct nn_import *import,
			struct files *files, char ret_uuid[NN_UUID_CAP], struct nn_err *err)
{
	struct nn_store *store = NULL;
	char build_id[NN_SHA256_HEX_CAP];
	int rc = nn_command_build_id(build_id, err);

	if (rc)
		return rc;
	import->build_id = build_id;
	import->boots = files->items;
	import->nr_boots = files->nr;
	rc = nn_store_open(nn_command_db(options->db), NN_STORE_CREATE, &store, err);
	if (rc)
		return rc;
	rc = nn_store_import(store, import, files->fates, ret_uuid, err);
	if (rc)
		nn_store_abandon(store); /* no empty file stays behind */
	else
		nn_store_close(store);
	return rc;
}

static void import_say(const struct nn_cmd *cmd, const struct nn_import *import,
		       const struct files *files, const char *uuid)
{
	for (size_t i = 0; i < files->nr; i++) {
		const struct nn_import_fate *fate = &files->fates[i];

		nn_log_line(&cmd->log, NN_LOG_INFO, "'%s' %s block %llu of arm '%s'",
			    files->items[i].name,
			    fate->is_skipped ? "is left out: it already is" : "is",
			    (unsigned long long)fate->block + 1, import->arm);
	}
	nn_log_line(&cmd->log, NN_LOG_INFO, "campaign '%s' is %s", import->campaign, uuid);
}

static int import_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_db_import = {
	.name = "db import",
	.operands = "FILE...",
	.summary = "Take over what another benchmark measured, to compare its arms like our own",
	.details =
		"Every FILE is one boot of the arm: its n-th file stands in block n, and arms pair "
		"by that order. Repetitions within a file are iterations. All files are stored, with "
		"their bytes, or none is. Since nobody watched these boots, reports call them "
		"sessions. A campaign made so holds the files of one tool; further files of an arm "
		"continue it.",
	.options = import_options,
	.execute = import_execute,
};

static int import_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(files) struct files files = {0};
	struct import_options options = {.arm = "native", .again = "refuse"};
	const struct nn_importer *importer = NULL;
	struct nn_import import = {0};
	char uuid[NN_UUID_CAP];
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_db_import, argc, argv, &options, &operands,
				  (const size_t[]){1, SIZE_MAX});

	if (rc)
		return rc;
	rc = import_prepare(&options, &importer, &import, &err);
	if (!rc)
		rc = import_read(importer, &operands, options.only, &files, &err);
	if (rc) {
		nn_log_err(&cmd->log, &err);
		return NN_EXIT_USAGE;
	}
	rc = import_store(&options, &import, &files, uuid, &err);
	if (rc == -EEXIST) {
		nn_log_err(&cmd->log, &err);
		nn_log_line(&cmd->log, NN_LOG_INFO,
			    "--again skip leaves such files out, --again keep takes them as "
			    "another run");
		return NN_EXIT_USAGE;
	}
	if (rc)
		return nn_command_fail(cmd, &err);
	import_say(cmd, &import, &files, uuid);
	return NN_EXIT_OK;
}
