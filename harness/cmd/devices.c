/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/json.h"
#include "harness/cmd/command.h"
#include "harness/cmd/devices-saved.h"
#include "harness/cmd/devices-text.h"
#include "harness/runner/survey.h"

struct devices_options {
	const char *db;
	bool is_json;
	bool wants_save;
	bool wants_saved;
	bool wants_compare;
};

static const struct nn_option devices_options[] = {
	NN_OPTION("json", NN_OPTION_FLAG, struct devices_options, is_json, NULL, "write JSON"),
	NN_OPTION("save", NN_OPTION_FLAG, struct devices_options, wants_save, NULL,
		  "keep the survey in the database"),
	NN_OPTION("saved", NN_OPTION_FLAG, struct devices_options, wants_saved, NULL,
		  "list the surveys that the database has"),
	NN_OPTION("compare", NN_OPTION_FLAG, struct devices_options, wants_compare, NULL,
		  "two boards side by side: surveys by id, UUID or machine, or files that --json "
		  "wrote"),
	NN_OPTION("db", NN_OPTION_STRING, struct devices_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION_END,
};

static int devices_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_devices = {
	.name = "devices",
	.operands = "[DEVICE] | --compare A B",
	.summary = "PCI functions by IOMMU group, which can be assigned, and the board's isolation",
	.details =
		"Root sees more: all of configuration space (ACS, MSI, FLR) and the processes of "
		"others. Nothing is changed. A card is all functions of one slot; a board "
		"isolates well when few cards share a group. Mediated devices that drivers offer "
		"follow, as {parent: NAME, mdev: TYPE} of a plan wants them. --json writes "
		"nearnative.devices/1. A campaign keeps a survey when it begins.",
	.options = devices_options,
	.execute = devices_execute,
};

static int devices_json(const struct nn_cmd *cmd, const struct nn_survey *survey, const char *only)
{
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *json = NULL;
	NN_AUTO(free) char *text = NULL;
	struct nn_survey_machine who;
	struct nn_machine machine;

	nn_machine_read(&cmd->sysroot, &machine);
	who = nn_survey_machine(&machine);
	json = nn_survey_json(survey, &who, only);
	nn_machine_release(&machine);
	text = nn_json_pretty(json);
	nn_strbuf_add(&out, text);
	return nn_command_print(cmd, &out);
}

static int devices_text(const struct nn_cmd *cmd, const struct nn_survey *survey, const size_t *at)
{
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;

	if (at)
		nn_devices_text_one(survey, *at, &out);
	else if (survey->devices.nr)
		nn_devices_text(survey, &out);
	else
		nn_log_line(&cmd->log, NN_LOG_INFO, "this machine shows no PCI functions");
	return nn_command_print(cmd, &out);
}

/* @device: of one function, or NULL. */
static int devices_show(const struct nn_cmd *cmd, const struct devices_options *options,
			const char *device)
{
	NN_AUTO(survey) struct nn_survey survey = {0};
	struct nn_err err = {0};
	char bdf[NN_BDF_CAP];
	size_t at = 0;
	int rc = device ? nn_bdf_parse(device, bdf, &err) : 0;

	if (!rc)
		rc = nn_survey_read(&cmd->sysroot, &survey, &err);
	if (!rc && device)
		rc = nn_survey_find(&survey, bdf, &at, &err);
	if (!rc && options->wants_save)
		rc = nn_devices_save(cmd, options->db, &survey, &err);
	if (rc)
		return nn_command_fail(cmd, &err);
	return options->is_json ? devices_json(cmd, &survey, device ? bdf : NULL)
				: devices_text(cmd, &survey, device ? &at : NULL);
}

static int devices_usage(const struct nn_cmd *cmd, const char *what)
{
	nn_log_line(&cmd->log, NN_LOG_ERROR, "'devices': %s", what);
	return NN_EXIT_USAGE;
}

static int devices_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	struct devices_options options = {0};
	int rc = nn_command_parse(cmd, &nn_command_devices, argc, argv, &options, &operands,
				  (const size_t[]){0, 2});

	if (rc)
		return rc;
	if (options.wants_save + options.wants_saved + options.wants_compare > 1)
		return devices_usage(cmd, "only one of --save, --saved and --compare");
	if (options.wants_compare)
		return operands.nr == 2 ? nn_devices_compare(cmd, options.db, operands.values,
							     options.is_json)
					: devices_usage(cmd, "--compare needs two surveys: A B");
	if (operands.nr > (options.wants_saved ? 0 : 1))
		return devices_usage(cmd, "too many operands");
	if (options.wants_saved)
		return nn_devices_list_saved(cmd, options.db, options.is_json);
	return devices_show(cmd, &options, operands.nr ? operands.values[0] : NULL);
}
