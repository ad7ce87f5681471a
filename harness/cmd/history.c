/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/history.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/cmd/command.h"
#include "harness/cmd/plan-facts.h"
#include "harness/cmd/render.h"

struct history_options {
	const char *db;
	struct nn_history_options which;
	const char *format;
	const char *output;
	bool is_no_store;
};

static const struct nn_option history_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct history_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("arm", NN_OPTION_STRING, struct history_options, which.arm, "ARM",
		  "only this arm, or ratio of two as vm/native"),
	NN_OPTION("workload", NN_OPTION_STRING, struct history_options, which.workload, "GLOB",
		  "only these workloads"),
	NN_OPTION("metric", NN_OPTION_STRING, struct history_options, which.metric, "GLOB",
		  "only these metrics"),
	NN_OPTION("machine", NN_OPTION_STRING, struct history_options, which.machine, "FINGERPRINT",
		  "only the machines whose fingerprint begins so"),
	NN_OPTION("version", NN_OPTION_STRING, struct history_options, which.version, "FACT",
		  "the fact that labels campaigns (default kernel.release of the arm's own "
		  "system; host:NAME is the host's)"),
	NN_OPTION("format", NN_OPTION_STRING, struct history_options, format, "FORMAT",
		  "text, html or json (default text)"),
	NN_OPTION("output", NN_OPTION_STRING, struct history_options, output, "FILE",
		  "write there instead of to the standard output"),
	NN_OPTION("no-store", NN_OPTION_FLAG, struct history_options, is_no_store, NULL,
		  "do not store what is decided"),
	NN_OPTION_END,
};

static int history_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_history = {
	.name = "history",
	.operands = "",
	.summary = "Metrics over all finished campaigns, with the points at which they changed",
	.details =
		"One series for each machine, arm, workload, metric and what the plan set arm, "
		"workload and device to, oldest campaign first; a point is the mean over boots of "
		"the logarithm of their values. Settings are shown where several series differ in "
		"nothing else; those of imported figures, and of plans that this version does not "
		"understand, are unknown. The ratio of each arm to the base arm (vm/native) is a "
		"series of its own, in which drift of the hardware cancels. Changes are found by E-divisive with a permutation test "
		"(p 0.01, segments of at least 5 campaigns, changes of at least 1 % and twice the "
		"standard error), in series of at least 10 campaigns. What the last campaigns may "
		"have changed, and is too fresh to decide, is told as a suspicion.\n\n"
		"A change is decided once: it is stored with the detector's version, and stays as "
		"it was decided when later campaigns let it be found elsewhere or not at all, "
		"which is told. One that was made before settings were told apart is told with the "
		"series that the campaign before it is in. A database that cannot be written is read all the same. Exit "
		"status: 0, also when there are changes; 2 usage, or no series matches; 3 the "
		"database cannot be read.",
	.options = history_options,
	.execute = history_execute,
};

static bool is_format(const char *format)
{
	static const char *const formats[] = {"text", "html", "json"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(formats); i++) {
		if (strcmp(formats[i], format) == 0)
			return true;
	}
	return false;
}

static bool has_filter(const struct nn_history_options *which)
{
	return which->arm || which->workload || which->metric || which->machine;
}

static int history_read(const struct history_options *options, struct nn_history **ret_history,
			struct nn_err *err)
{
	NN_AUTO(history) struct nn_history *history = NULL;
	NN_AUTO(store) struct nn_store *store = NULL;
	int rc;

	if (!is_format(options->format))
		return nn_err_set(err, -EINVAL, "unknown format '%s', expected text, html or json",
				  options->format);
	rc = nn_store_open(nn_command_db(options->db), NN_STORE_READ, &store, err);
	if (!rc)
		rc = nn_history_new(store, &options->which, &history, err);
	if (!rc && !history->nr_series && has_filter(&options->which))
		rc = nn_err_set(err, -EINVAL,
				"no series of '%s' matches, of %zu campaigns that were looked at",
				nn_command_db(options->db), history->nr_finished);
	if (!rc)
		*ret_history = NN_STEAL(history);
	return rc;
}

/* The writer's lock is held for the decisions alone, so that a campaign is not kept waiting. */
static void history_keep(const struct nn_cmd *cmd, const struct history_options *options,
			 struct nn_history *history)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	struct nn_err err = {0};
	int rc;

	if (options->is_no_store || !nn_history_count_unstored(history))
		return;
	rc = nn_store_open(nn_command_db(options->db), NN_STORE_WRITE, &store, &err);
	if (!rc)
		rc = nn_history_keep(history, store, &err);
	if (rc)
		nn_log_line(&cmd->log, NN_LOG_WARNING, "%zu new decisions are not stored: %s",
			    nn_history_count_unstored(history), err.message);
}

static int history_render(const struct nn_cmd *cmd, const struct history_options *options,
			  const struct nn_history *history)
{
	const char *path = nn_command_db(options->db);
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};

	if (strcmp(options->format, "html") == 0)
		nn_history_html(history, name, &text);
	else if (strcmp(options->format, "text") == 0)
		nn_history_text(history, name, !options->output && nn_log_wants_colour(stdout),
				&text);
	else if (nn_history_json(history, &text, &err))
		return nn_command_fail(cmd, &err);
	return nn_render_write(cmd, options->output, &text);
}

static int history_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(history) struct nn_history *history = NULL;
	struct history_options options = {.which.plan_facts = nn_plan_facts_of_campaign,
					  .format = "text"};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_history, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (rc)
		return rc;
	if (history_read(&options, &history, &err))
		return nn_command_fail(cmd, &err);
	history_keep(cmd, &options, history);
	return history_render(cmd, &options, history);
}
