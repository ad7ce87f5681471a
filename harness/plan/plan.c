/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/plan.h"

#include <errno.h>

#include "harness/base/array.h"
#include "harness/base/file.h"
#include "harness/base/strbuf.h"
#include "harness/plan/check.h"
#include "harness/plan/lines.h"
#include "harness/plan/schema.h"

#define MAX_PLAN_BYTES (1024 * 1024)

/* Text that YAML would take for another encoding, or that is none, ends in a clear message here. */
static int check_bytes(const char *text, size_t len, const char *path, struct nn_err *err)
{
	const char *nul = memchr(text, '\0', len);
	unsigned int line = 1;

	if (len > MAX_PLAN_BYTES)
		return nn_err_set(err, -EFBIG,
				  "%s:1: the file is too large, expected at most 1 MiB", path);
	if (!nul)
		return 0;
	for (const char *p = text; p < nul; p++)
		line += *p == '\n';
	return nn_err_set(err, -EINVAL, "%s:%u: a NUL byte, expected text in UTF-8", path, line);
}

static int parse(const char *text, size_t len, const char *path,
		 const struct nn_plan_catalog *catalog, struct nn_plan **ret_plan,
		 struct nn_err *err)
{
	NN_AUTO(lines) struct nn_lines lines = {0};
	NN_AUTO(raw_plan) struct nn_raw_plan *raw = NULL;
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	int rc = check_bytes(text, len, path, err);

	if (rc)
		return rc;
	rc = nn_lines_read(text, len, path, &lines, err);
	if (rc)
		return rc;
	rc = nn_schema_load(text, len, path, &lines, &raw, err);
	if (rc)
		return rc;
	plan = nn_calloc(1, sizeof(*plan));
	plan->path = nn_strdup(path);
	plan->text = nn_strndup(text, len);
	nn_sha256_hex(text, len, plan->hash);
	rc = nn_check_plan(raw, &lines, catalog, plan, err);
	if (rc)
		return rc;
	*ret_plan = NN_STEAL(plan);
	return 0;
}

int nn_plan_load(const char *path, const struct nn_plan_catalog *catalog, struct nn_plan **ret_plan,
		 struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err unheard = {0}; /* messages are built in layers, also when nobody listens */
	struct nn_err *heard = err ? err : &unheard;
	int rc = nn_file_read(path, MAX_PLAN_BYTES, &text, heard);

	if (rc)
		return nn_err_prefix(heard, "plan");
	return parse(nn_strbuf_str(&text), text.len, path, catalog, ret_plan, heard);
}

int nn_plan_parse(const char *text, const char *path, const struct nn_plan_catalog *catalog,
		  struct nn_plan **ret_plan, struct nn_err *err)
{
	struct nn_err unheard = {0};
	struct nn_err *heard = err ? err : &unheard;

	return parse(text, strlen(text), path, catalog, ret_plan, heard);
}

void nn_plan_arms_free(struct nn_plan_arm *arms, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(arms[i].name);
		free(arms[i].target);
		nn_pairs_release(&arms[i].settings);
	}
	free(arms);
}

static void workloads_free(struct nn_plan *plan)
{
	for (size_t i = 0; i < plan->nr_workloads; i++) {
		free(plan->workloads[i].name);
		nn_pairs_release(&plan->workloads[i].settings);
	}
	free(plan->workloads);
}

void nn_plan_free(struct nn_plan *plan)
{
	if (!plan)
		return;
	nn_plan_arms_free(plan->arms, plan->nr_arms);
	workloads_free(plan);
	for (size_t i = 0; i < plan->nr_claims; i++)
		nn_claim_release(&plan->claims[i]);
	free(plan->claims);
	free(plan->path);
	free(plan->text);
	free(plan->name);
	free(plan->device.name);
	free(plan->device.type);
	free(plan->spare);
	free(plan->base);
	free(plan);
}
