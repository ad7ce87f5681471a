/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <errno.h>
#include <string.h>

#include "harness/cmd/command.h"

struct report_options {
	const char *db;
	const char *format;
	const char *output;
	bool is_check;
};

static const struct nn_option report_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct report_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("format", NN_OPTION_STRING, struct report_options, format, "FORMAT",
		  "html, json or text (default text)"),
	NN_OPTION("output", NN_OPTION_STRING, struct report_options, output, "FILE",
		  "write there instead of to the standard output"),
	NN_OPTION("check", NN_OPTION_FLAG, struct report_options, is_check, NULL,
		  "exit 1 when a claim is refuted, 4 when one has no verdict"),
	NN_OPTION_END,
};

/* A refuted claim outweighs one without a verdict. */
static int report_check(const struct nn_comparison *comparison)
{
	int worst = NN_EXIT_OK;

	for (size_t i = 0; i < comparison->nr_claims; i++) {
		const char *verdict = comparison->claims[i].verdict;

		if (strcmp(verdict, "REFUTED") == 0)
			return NN_EXIT_REGRESSION;
		if (strcmp(verdict, "PROVEN") != 0)
			worst = NN_EXIT_NO_VERDICT;
	}
	return worst;
}

static int report_write(const struct nn_cmd *cmd, const char *path, const struct nn_strbuf *text)
{
	struct nn_err err = {0};
	NN_AUTO(file) FILE *file = NULL;
	bool is_written;

	if (!path)
		return nn_command_print(cmd, text);
	file = fopen(path, "we");
	is_written = file && fwrite(nn_strbuf_str(text), 1, text->len, file) == text->len &&
		     fflush(file) == 0;
	if (is_written && fclose(NN_STEAL(file)) == 0)
		return NN_EXIT_OK;
	(void)nn_err_errno(&err, errno, "write '%s'", path);
	return nn_command_fail(cmd, &err);
}

static int report_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_report = {
	.name = "report",
	.operands = "[CAMPAIGN]",
	.summary = "Report a campaign: native against virtual, with verdicts",
	.details =
		"CAMPAIGN is a UUID, the beginning of one, or a name; without it the latest. The "
		"exit status is 0 whenever a report was produced, but for --check.",
	.options = report_options,
	.execute = report_execute,
};

static int report_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct report_options options = {.format = "text"};
	struct nn_report_style style = {.use_colour = nn_log_wants_colour(stdout)};
	const struct nn_report *report;
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_report, argc, argv, &options, &operands,
				  (const size_t[]){0, 1});

	if (rc)
		return rc;
	if (options.output)
		style.use_colour = false;
	report = nn_report_find(options.format);
	if (!report)
		rc = nn_err_set(&err, -EINVAL, "unknown format '%s', see 'nearnative list'",
				options.format);
	if (!rc)
		rc = nn_store_open(nn_command_db(options.db), NN_STORE_READ, &store, &err);
	if (!rc)
		rc = nn_comparison_new(store, operands.nr ? operands.values[0] : NULL, &comparison,
				       &err);
	if (!rc)
		rc = report->render(comparison, &style, &text, &err);
	if (rc)
		return nn_command_fail(cmd, &err);
	rc = report_write(cmd, options.output, &text);
	return !rc && options.is_check ? report_check(comparison) : rc;
}
