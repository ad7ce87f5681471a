/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/schema.h"

#include <errno.h>

#include <cyaml/cyaml.h>

#include "harness/plan/complaint.h"

#define MAX_ARMS      32
#define MAX_WORKLOADS 256
#define MAX_CLAIMS    256

#define TEXT(key, flags, type, member) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), type, member, 0, CYAML_UNLIMITED)
#define REQUIRED(key, type, member) TEXT(key, CYAML_FLAG_DEFAULT, type, member)
#define OPTIONAL(key, type, member) TEXT(key, CYAML_FLAG_OPTIONAL, type, member)

static const cyaml_schema_field_t arm_fields[] = {
	REQUIRED("name", struct nn_raw_arm, name),
	REQUIRED("target", struct nn_raw_arm, target),
	CYAML_FIELD_IGNORE("settings", CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t workload_fields[] = {
	REQUIRED("name", struct nn_raw_workload, name),
	OPTIONAL("iterations", struct nn_raw_workload, iterations),
	OPTIONAL("warmup", struct nn_raw_workload, warmup),
	OPTIONAL("runs", struct nn_raw_workload, runs),
	CYAML_FIELD_IGNORE("settings", CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t design_fields[] = {
	OPTIONAL("blocks", struct nn_raw_design, blocks),
	OPTIONAL("runs", struct nn_raw_design, runs),
	OPTIONAL("seed", struct nn_raw_design, seed),
	OPTIONAL("base", struct nn_raw_design, base),
	OPTIONAL("aa", struct nn_raw_design, aa),
	OPTIONAL("retries", struct nn_raw_design, retries),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t deadline_fields[] = {
	OPTIONAL("bind", struct nn_raw_deadlines, bind),
	OPTIONAL("boot", struct nn_raw_deadlines, boot),
	OPTIONAL("hello", struct nn_raw_deadlines, hello),
	OPTIONAL("run", struct nn_raw_deadlines, run),
	OPTIONAL("upload", struct nn_raw_deadlines, upload),
	OPTIONAL("shutdown", struct nn_raw_deadlines, shutdown),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t arm_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct nn_raw_arm, arm_fields),
};

static const cyaml_schema_value_t workload_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct nn_raw_workload, workload_fields),
};

static const cyaml_schema_value_t claim_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t plan_fields[] = {
	REQUIRED("name", struct nn_raw_plan, name),
	CYAML_FIELD_IGNORE("device", CYAML_FLAG_OPTIONAL),
	OPTIONAL("spare", struct nn_raw_plan, spare),
	CYAML_FIELD_SEQUENCE_COUNT("arms", CYAML_FLAG_POINTER, struct nn_raw_plan, arms, nr_arms,
				   &arm_schema, 1, MAX_ARMS),
	CYAML_FIELD_SEQUENCE_COUNT("workloads", CYAML_FLAG_POINTER, struct nn_raw_plan, workloads,
				   nr_workloads, &workload_schema, 1, MAX_WORKLOADS),
	CYAML_FIELD_MAPPING("design", CYAML_FLAG_OPTIONAL, struct nn_raw_plan, design,
			    design_fields),
	CYAML_FIELD_SEQUENCE_COUNT("claims", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
				   struct nn_raw_plan, claims, nr_claims, &claim_schema, 0,
				   MAX_CLAIMS),
	CYAML_FIELD_MAPPING("deadlines", CYAML_FLAG_OPTIONAL, struct nn_raw_plan, deadlines,
			    deadline_fields),
	OPTIONAL("allow_emulated", struct nn_raw_plan, allow_emulated),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t plan_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct nn_raw_plan, plan_fields),
};

int nn_schema_load(const char *text, size_t len, const char *path, const struct nn_lines *lines,
		   struct nn_raw_plan **ret_raw, struct nn_err *err)
{
	NN_AUTO(complaint)
	struct nn_complaint complaint = {.path = path, .lines = lines, .schema = &plan_schema};
	const cyaml_config_t config = {
		.log_fn = nn_complaint_log,
		.log_ctx = &complaint,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn = cyaml_mem,
		.flags = CYAML_CFG_NO_ALIAS,
	};
	NN_AUTO(raw_plan) struct nn_raw_plan *raw = NULL;
	cyaml_err_t rc = cyaml_load_data((const uint8_t *)text, len, &config, &plan_schema,
					 (cyaml_data_t **)&raw, NULL);

	if (rc == CYAML_ERR_OOM)
		return nn_err_set(err, -ENOMEM, "%s: out of memory", path);
	if (rc != CYAML_OK)
		return nn_complaint_report(&complaint, cyaml_strerror(rc), err);
	if (!raw)
		return nn_err_set(err, -EINVAL, "%s:1: nothing in the file, expected a plan", path);
	*ret_raw = NN_STEAL(raw);
	return 0;
}

void nn_schema_free(struct nn_raw_plan *raw)
{
	const cyaml_config_t config = {.mem_fn = cyaml_mem};

	/* frees what cyaml_load_data() allocated; fails only for NULL arguments */
	(void)cyaml_free(&config, &plan_schema, raw, 0);
}
