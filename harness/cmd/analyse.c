/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/cmd/claims.h"
#include "harness/cmd/command.h"
#include "harness/cmd/render.h"
#include "reports/file.h"

struct analyse_options {
	const char *base;
	const char *arm;
	struct nn_option_list claims;
	const char *pairing;
	const char *format;
	const char *output;
	bool is_check;
};

static const struct nn_option analyse_options[] = {
	NN_OPTION("base", NN_OPTION_STRING, struct analyse_options, base, "ARM",
		  "the arm that others are divided by (default: the claims', else native, else the "
		  "first)"),
	NN_OPTION("arm", NN_OPTION_STRING, struct analyse_options, arm, "ARM",
		  "compare this arm only (default: all)"),
	NN_OPTION("claim", NN_OPTION_LIST, struct analyse_options, claims, "TEXT",
		  "judge 'ARM >= 97% of BASE [for WORKLOAD[:METRIC]]'; may be given several times"),
	NN_OPTION("pairing", NN_OPTION_STRING, struct analyse_options, pairing, "HOW",
		  "auto, paired or unpaired: are arms of one block pairs? (default auto)"),
	NN_OPTION("format", NN_OPTION_STRING, struct analyse_options, format, "FORMAT",
		  "text, html, json … (see 'nearnative list'; default text)"),
	NN_OPTION("output", NN_OPTION_STRING, struct analyse_options, output, "FILE",
		  "write there instead of to the standard output"),
	NN_OPTION("check", NN_OPTION_FLAG, struct analyse_options, is_check, NULL,
		  "exit 1 when a claim is refuted, 4 when one has no verdict"),
	NN_OPTION_END,
};

static int parse_pairing(const char *text, enum nn_pairing *ret_pairing, struct nn_err *err)
{
	static const char *const words[] = {"auto", "paired", "unpaired"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(words); i++) {
		if (!text || strcmp(text, words[i]) == 0) {
			*ret_pairing = (enum nn_pairing)i;
			return 0;
		}
	}
	return nn_err_set(err, -EINVAL, "--pairing '%s', expected auto, paired or unpaired", text);
}

static int analyse_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_analyse = {
	.name = "analyse",
	.operands = "FILE.csv",
	.summary = "Compare the arms in anybody's numbers, from a CSV file",
	.details =
		"The file has a header and the columns campaign, arm, block, boot, run, iteration, "
		"workload, metric, unit, direction (higher or lower is better) and value, in any "
		"order; other columns are ignored, but for phase: rows that say warmup are left out. "
		"An empty value is an absent one. '-' reads the standard input. Arms are compared "
		"within each campaign. The exit status is 0 whenever a report was produced, but for "
		"--check.",
	.options = analyse_options,
	.execute = analyse_execute,
};

static int analyse_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(given_claims) struct nn_given_claims claims = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct analyse_options options = {.format = "text"};
	const struct nn_report *report = NULL;
	struct nn_file_options file = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_analyse, argc, argv, &options, &operands,
				  (const size_t[]){1, 1});

	if (rc)
		return rc;
	rc = nn_given_claims_parse(&options.claims, &claims, &err);
	if (!rc)
		rc = parse_pairing(options.pairing, &file.pairing, &err);
	if (!rc)
		rc = nn_render_find(options.format, &report, &err);
	file.base = options.base;
	file.arm = options.arm;
	file.claims = (struct nn_claim_requests){claims.requests, claims.nr};
	if (!rc)
		rc = nn_comparison_from_file(operands.values[0], &file, &comparison, &err);
	free(options.claims.values);
	if (rc) { /* the command line, or the input file */
		nn_log_err(&cmd->log, &err);
		return NN_EXIT_USAGE;
	}
	rc = nn_render_comparison(cmd, report, comparison, options.output);
	return !rc && options.is_check ? nn_claims_exit(comparison) : rc;
}
