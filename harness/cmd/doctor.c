/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/doctor/doctor.h"

#include "harness/base/json.h"
#include "harness/cmd/command.h"

struct doctor_options {
	bool is_json;
};

static const struct nn_option doctor_options[] = {
	NN_OPTION("json", NN_OPTION_FLAG, struct doctor_options, is_json, NULL, "write JSON"),
	NN_OPTION_END,
};

static void doctor_text(const struct nn_check *check, const struct nn_finding *finding,
			struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "%-20s  %s  %s", check->name, nn_health_name(finding->health),
		       finding->what);
	if (finding->hint)
		nn_strbuf_addf(sb, " (%s)", finding->hint);
	nn_strbuf_addc(sb, '\n');
}

static json_t *doctor_json(const struct nn_check *check, const struct nn_finding *finding)
{
	return json_pack("{s:s, s:s, s:o, s:o}", "check", check->name, "result",
			 nn_health_name(finding->health), "what",
			 nn_json_str_or_null(finding->what), "hint",
			 nn_json_str_or_null(finding->hint));
}

static int doctor_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_doctor = {
	.name = "doctor",
	.operands = "[DEVICE]",
	.summary = "Check whether this machine can pass a device through, and what is wrong",
	.details = "Exit status 1 when a check fails. Nothing is changed.",
	.options = doctor_options,
	.execute = doctor_execute,
};

static int doctor_examine(const struct nn_cmd *cmd, const struct nn_patient *patient, bool is_json)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *array = json_array();
	NN_AUTO(free) char *text = NULL;
	bool has_failure = false;
	int rc;

	for (size_t i = 0; i < nn_nr_checks; i++) {
		struct nn_finding finding;

		nn_check_execute(&nn_checks[i], patient, &finding);
		has_failure |= finding.health == NN_HEALTH_FAIL;
		if (is_json)
			(void)json_array_append_new(array, doctor_json(&nn_checks[i], &finding));
		else
			doctor_text(&nn_checks[i], &finding, &sb);
	}
	if (is_json) {
		text = nn_json_pretty(array);
		nn_strbuf_add(&sb, text);
	}
	rc = nn_command_print(cmd, &sb);
	if (rc)
		return rc;
	return has_failure ? NN_EXIT_REGRESSION : NN_EXIT_OK;
}

static int doctor_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(patient) struct nn_patient patient = {0};
	struct doctor_options options = {0};
	struct nn_err err = {0};
	char bdf[NN_BDF_CAP] = "";
	int rc = nn_command_parse(cmd, &nn_command_doctor, argc, argv, &options, &operands,
				  (const size_t[]){0, 1});

	if (rc)
		return rc;
	if (operands.nr && nn_bdf_parse(operands.values[0], bdf, &err))
		return nn_command_fail(cmd, &err);
	if (nn_patient_init(&patient, &cmd->sysroot, bdf[0] ? bdf : NULL, &err))
		return nn_command_fail(cmd, &err);
	return doctor_examine(cmd, &patient, options.is_json);
}
