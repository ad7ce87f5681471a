/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T13: what cannot be judged is refused with its reason, and never ends as a number alone. */
#include "ci/validate/validate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci/validate/model.h"
#include "ci/validate/recording.h"
#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"

#define CLAIM "vm >= 90% of native"

/* The truth is far above the margin: only what is refused keeps the claim from being PROVEN. */
#define PROVABLE                                                                                  \
	.nr_campaigns = 1, .ratio = 1, .boot_sd = 0.002, .run_sd = 0.0005, .iteration_sd = 0.002, \
	.nr_runs = 3, .nr_iterations = 20

struct refusal {
	const char *name;
	struct model model;
	const char *left_out;    /* lines with this text; NULL: none */
	const char *other_claim; /* or NULL */
	const char *verdict;
	const char *reason; /* stands in one of the reasons; NULL: there is none */
};

static const struct refusal refusals[] = {
	{.name = "nothing to refuse",
	 .model = {.name = "fine", .nr_blocks = 6, PROVABLE},
	 .verdict = "PROVEN"},
	{.name = "4 boots an arm",
	 .model = {.name = "few", .nr_blocks = 4, PROVABLE},
	 .verdict = "INCONCLUSIVE",
	 .reason = "fewer than 5 boots: 4"},
	{.name = "a block lacks its VM boot",
	 .model = {.name = "missing", .nr_blocks = 7, PROVABLE},
	 .left_out = ",vm,3,",
	 .verdict = "INCONCLUSIVE",
	 .reason = "missing pairs: only 6 of 7 blocks"},
	{.name = "two margins for one subject",
	 .model = {.name = "mixed", .nr_blocks = 6, PROVABLE},
	 .other_claim = "vm >= 89% of native",
	 .verdict = "INVALID",
	 .reason = "mixed margins"},
	{.name = "runs climb by 5 % an iteration",
	 .model = {.name = "unsteady", .nr_blocks = 6, .climb_log = 0.05, PROVABLE},
	 .verdict = "INVALID",
	 .reason = "no steady state in 18 of 18 runs"},
};

/* ---- asking the program ---- */

static int ask(const char *const *argv, const char *input, json_t **ret_report, struct nn_err *err)
{
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	int rc = nn_subprocess_run(&(struct nn_subprocess_spec){.argv = argv, .input = input},
				   &result, err);

	if (rc)
		return rc;
	if (result.exit_status)
		return nn_err_set(err, -EIO, "%s: exit status %d: %s", argv[1], result.exit_status,
				  nn_strbuf_str(&result.err_out));
	return nn_json_parse(nn_strbuf_str(&result.out), result.out.len, ret_report, err);
}

static int ask_of_model(const struct validate *validate, const struct refusal *refusal,
			json_t **ret_report, struct nn_err *err)
{
	const char *argv[] = {validate->nearnative,
			      "analyse",
			      "-",
			      "--format",
			      "json",
			      "--claim",
			      CLAIM,
			      NULL,
			      NULL,
			      NULL};
	NN_AUTO(strbuf) struct nn_strbuf kept = NN_STRBUF_INIT;
	NN_AUTO(free) char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc = out ? model_write(&refusal->model, out) : -errno;

	if ((out && fclose(out)) || rc)
		return nn_err_set(err, rc ? rc : -EIO, "write campaign '%s'", refusal->model.name);
	for (char *line = text, *next; *line; line = next) {
		next = strchr(line, '\n') + 1;
		next[-1] = '\0';
		if (!refusal->left_out || !strstr(line, refusal->left_out))
			nn_strbuf_addf(&kept, "%s\n", line);
	}
	if (refusal->other_claim) {
		argv[7] = "--claim";
		argv[8] = refusal->other_claim;
	}
	return ask(argv, nn_strbuf_str(&kept), ret_report, err);
}

/* ---- looking at the answer ---- */

static bool have_text(const json_t *reasons, const char *text)
{
	size_t i;
	json_t *reason;

	json_array_foreach (reasons, i, reason) {
		if (strstr(json_string_value(reason), text))
			return true;
	}
	return false;
}

static bool says(const json_t *object, const char *key, const char *verdict)
{
	const char *seen = nn_json_opt_str(object, key);

	return seen && strcmp(seen, verdict) == 0;
}

static bool has_reason(const json_t *claim, const char *reason)
{
	const json_t *of_row = json_object_get(claim, "reasons");
	const json_t *of_claim = json_object_get(claim, "claim_reasons");

	if (reason)
		return have_text(of_row, reason) || have_text(of_claim, reason);
	return !json_array_size(of_row) && !json_array_size(of_claim);
}

/* Wherever a reader looks (claims, their entries, comparisons) it must say @verdict. */
static bool is_said(const json_t *report, const char *verdict, const char *reason)
{
	const json_t *claims = json_object_get(report, "claims");
	const json_t *rows = json_object_get(report, "comparisons");
	size_t i;
	json_t *object;

	json_array_foreach (claims, i, object) {
		if (!says(object, "claim_verdict", verdict) || !says(object, "verdict", verdict) ||
		    !has_reason(object, reason))
			return false;
	}
	json_array_foreach (rows, i, object) {
		if (!says(object, "verdict", verdict))
			return false;
	}
	return json_array_size(claims) > 0 && json_array_size(rows) > 0;
}

/* "INVALID", or what the places that are looked at say where they differ. */
static char *verdicts_in(const json_t *report)
{
	const json_t *claim = json_array_get(json_object_get(report, "claims"), 0);
	const json_t *row = json_array_get(json_object_get(report, "comparisons"), 0);
	const char *of_claim = nn_json_opt_str(claim, "claim_verdict");
	const char *of_row = nn_json_opt_str(row, "verdict");

	if (!of_claim || !of_row || strcmp(of_claim, of_row) == 0)
		return nn_strdup(of_claim ? of_claim : "no claim");
	return nn_asprintf("%s, row %s", of_claim, of_row);
}

static void note_refusal(struct validate *validate, const json_t *report, const char *name,
			 const char *verdict, const char *reason)
{
	NN_AUTO(free) char *seen = verdicts_in(report);

	validate_fact(validate, is_said(report, verdict, reason), verdict, seen, "%s: %s%s%s", name,
		      reason ? "\"" : "no reason", reason ? reason : "", reason ? "\"" : "");
}

/* 60 iterations a boot: 3 lie beyond p95. */
static void note_tail(struct validate *validate, const json_t *report)
{
	const json_t *row = json_array_get(json_object_get(report, "comparisons"), 0);
	const json_t *tail = json_array_get(json_object_get(row, "tails"), 1);
	const char *reason = nn_json_opt_str(tail, "reason");
	bool is_absent = json_is_null(json_object_get(tail, "ratio")) &&
			 json_is_null(json_object_get(tail, "value"));

	validate_fact(validate, is_absent && reason && strstr(reason, "fewer than 10 iterations"),
		      "no figure", is_absent ? "no figure" : "a figure",
		      "p95 of 60 iterations a boot: \"fewer than 10 iterations\"");
}

/* ---- of databases ---- */

static int refuse_of_store(struct validate *validate, const struct recording *recording,
			   const char *what, const char *verdict, const char *reason,
			   struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/%s.db", validate->folder, recording->name);
	const char *argv[] = {validate->nearnative, "report", "--db", path,
			      "--format",           "json",   NULL};
	NN_AUTO(json) json_t *report = NULL;
	int rc = recording_write(path, recording, 1, err);

	if (!rc)
		rc = ask(argv, NULL, &report, err);
	if (!rc)
		note_refusal(validate, report, what, verdict, reason);
	return rc;
}

static int refuse_uneven_discards(struct validate *validate, struct nn_err *err)
{
	struct recording recording = {.name = "even",
				      .claim = CLAIM,
				      .margin = 0.9,
				      .nr_blocks = 6,
				      .nr_workloads = 1,
				      .nr_runs = 5,
				      .nr_iterations = 20,
				      .boot_sd = 0.002,
				      .iteration_sd = 0.002,
				      .ratio = 1};
	int rc = refuse_of_store(validate, &recording, "database, nothing to refuse", "PROVEN",
				 NULL, err);

	recording.name = "uneven";
	recording.nr_failed[MODEL_VM] = 4;
	return rc ? rc
		  : refuse_of_store(validate, &recording, "database, 4 of 30 runs of the VM failed",
				    "INVALID", "runs were discarded unevenly", err);
}

int validate_refusals(struct validate *validate, struct nn_err *err)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(refusals); i++) {
		const struct refusal *refusal = &refusals[i];
		NN_AUTO(json) json_t *report = NULL;
		int rc = ask_of_model(validate, refusal, &report, err);

		if (rc)
			return rc;
		note_refusal(validate, report, refusal->name, refusal->verdict, refusal->reason);
		if (i == 0)
			note_tail(validate, report);
	}
	return refuse_uneven_discards(validate, err);
}
