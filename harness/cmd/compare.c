/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/cmd/contender.h"
#include "harness/cmd/named.h"
#include "harness/cmd/render.h"

struct compare_options {
	const char *db;
	const char *db_b;
	struct nn_option_list axes;
	struct nn_option_list arms;
	const char *format;
	const char *output;
	bool is_list_axes;
};

static const struct nn_option compare_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct compare_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("db-b", NN_OPTION_STRING, struct compare_options, db_b, "FILE",
		  "the database of B, where it is another one"),
	NN_OPTION("axis", NN_OPTION_LIST, struct compare_options, axes, "AXIS",
		  "what may differ besides results: kernel, driver, gpu, board, …; several with "
		  "commas or by giving it again"),
	NN_OPTION("arm", NN_OPTION_LIST, struct compare_options, arms, "ARM",
		  "only this arm, or ratio of two as vm/native; may be given several times"),
	NN_OPTION("format", NN_OPTION_STRING, struct compare_options, format, "FORMAT",
		  "of the report, see 'nearnative list' (default text)"),
	NN_OPTION("output", NN_OPTION_STRING, struct compare_options, output, "FILE",
		  "write there instead of to the standard output"),
	NN_OPTION("list-axes", NN_OPTION_FLAG, struct compare_options, is_list_axes, NULL,
		  "list the axes with the facts that belong to each"),
	NN_OPTION_END,
};

static int compare_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_compare = {
	.name = "compare",
	.operands = "A B",
	.summary = "Two campaigns side by side: machines, GPUs, kernels …",
	.details =
		"A and B are campaigns by UUID, the beginning of one, or name. Each arm of A is "
		"compared with the same arm of B, unpaired, and so is the ratio of each arm to the "
		"base arm (vm/native), in which drift of the hardware cancels. Whatever differs "
		"besides results must belong to the axes given with --axis: facts of the machine "
		"and of each arm, settings of the plan, builds. What follows from a difference "
		"that was asked for (mitigations from the kernel) is excused. Otherwise the "
		"differences are listed and nothing else. Exit status: 0 compared, 2 usage, 3 the "
		"database cannot be read, 4 refused: not like for like.",
	.options = compare_options,
	.execute = compare_execute,
};

/* Everything that is open while two campaigns are compared. */
struct comparing {
	const struct compare_options *options;
	const struct nn_report *report;
	struct nn_store *stores[2];
	struct nn_campaign campaigns[2];
	struct nn_contender sides[2];
	struct nn_strings arms;
	uint32_t axes;
	struct nn_differences differences;
};

static void comparing_release(struct comparing *comparing)
{
	for (size_t i = 0; i < 2; i++) {
		nn_contender_release(&comparing->sides[i]);
		nn_campaign_release(&comparing->campaigns[i]);
		nn_store_close(comparing->stores[i]);
	}
	nn_strings_release(&comparing->arms);
	nn_differences_release(&comparing->differences);
}

static int compare_open(struct comparing *comparing, const char *const which[2], struct nn_err *err)
{
	const struct compare_options *options = comparing->options;
	const char *paths[] = {options->db, options->db_b ? options->db_b : options->db};
	static const char *const labels[] = {"A", "B"};

	for (size_t i = 0; i < 2; i++) {
		struct nn_campaign *campaign = &comparing->campaigns[i];
		int rc = nn_store_open(nn_command_db(paths[i]), NN_STORE_READ,
				       &comparing->stores[i], err);

		if (!rc)
			rc = nn_named_campaign(comparing->stores[i], which[i], campaign, err);
		if (!rc)
			rc = nn_contender_open(comparing->stores[i], campaign, labels[i],
					       &comparing->sides[i], err);
		if (rc)
			return rc;
	}
	if (strcmp(comparing->campaigns[0].uuid, comparing->campaigns[1].uuid) == 0)
		return nn_err_set(err, -EINVAL, "'%s' and '%s' are the same campaign", which[0],
				  which[1]);
	return 0;
}

/* The arms that were asked for, or those that both have with their ratios. */
static void compare_arms(struct comparing *comparing)
{
	const struct nn_option_list *asked = &comparing->options->arms;
	const struct nn_cross_side *a = comparing->sides[0].cross, *b = comparing->sides[1].cross;
	struct nn_strings all = {0};

	for (size_t i = 0; i < asked->nr; i++)
		nn_strings_add(&comparing->arms, nn_strdup(asked->values[i]));
	if (asked->nr)
		return;
	nn_cross_arms(a, b, &all);
	for (size_t i = 0; i < all.nr; i++) {
		if (nn_comparison_arm(nn_cross_side_campaign(a), all.items[i]) &&
		    nn_comparison_arm(nn_cross_side_campaign(b), all.items[i]))
			nn_strings_add(&comparing->arms, nn_strdup(all.items[i]));
	}
	nn_cross_ratios(a, b, &comparing->arms);
	nn_strings_release(&all);
}

static json_t *campaign_json(const struct nn_campaign *campaign)
{
	return json_pack("{s:o, s:o}", "uuid", nn_json_str_or_null(campaign->uuid), "name",
			 nn_json_str_or_null(campaign->name));
}

static void refusal_json(const struct comparing *comparing, struct nn_strbuf *sb)
{
	NN_AUTO(json)
	json_t *root = json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", "nearnative.differences/1",
				 "a", campaign_json(&comparing->campaigns[0]), "b",
				 campaign_json(&comparing->campaigns[1]), "axes",
				 nn_axes_json(comparing->axes), "differences",
				 nn_differences_json(&comparing->differences));
	NN_AUTO(free) char *text = nn_json_pretty(root);

	nn_strbuf_add(sb, text);
}

/* Nothing but the differences: figures beside each other would be compared all the same. */
static int compare_refuse(const struct nn_cmd *cmd, const struct comparing *comparing)
{
	NN_AUTO(free) char *a = nn_contender_name(&comparing->campaigns[0]);
	NN_AUTO(free) char *b = nn_contender_name(&comparing->campaigns[1]);
	NN_AUTO(strbuf) struct nn_strbuf axes = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	bool is_json = strcmp(comparing->options->format, "json") == 0;
	/* a file meant for another format is not filled with text */
	bool is_to_file = is_json || strcmp(comparing->options->format, "text") == 0;
	int rc;

	nn_axes_name(comparing->axes, &axes);
	if (is_json) {
		refusal_json(comparing, &text);
	} else {
		nn_strbuf_addf(&text, "not like for like (axes asked for: %s)\nA  %s\nB  %s\n\n",
			       nn_strbuf_str(&axes), a, b);
		nn_differences_text(&comparing->differences, comparing->axes, &text);
	}
	rc = nn_render_write(cmd, is_to_file ? comparing->options->output : NULL, &text);
	nn_log_line(&cmd->log, NN_LOG_ERROR,
		    "campaigns %s and %s are not alike: more differs than the axes asked for (%s); "
		    "--axis names what may differ",
		    a, b, nn_strbuf_str(&axes));
	return rc ? rc : NN_EXIT_NO_VERDICT;
}

static int compare_report(const struct nn_cmd *cmd, const struct comparing *comparing)
{
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};
	int rc = nn_cross_new(comparing->sides[0].cross, comparing->sides[1].cross,
			      &comparing->arms, &comparison, &err);

	if (rc)
		return nn_command_fail(cmd, &err);
	nn_differences_remark(&comparing->differences, comparison);
	return nn_render_comparison(cmd, comparing->report, comparison, comparing->options->output);
}

static int compare_campaigns(const struct nn_cmd *cmd, const struct compare_options *options,
			     const char *const which[2])
{
	struct comparing comparing = {.options = options};
	struct nn_err err = {0};
	int rc = nn_contender_axes(&options->axes, &comparing.axes, &err);

	if (!rc)
		rc = nn_render_find(options->format, &comparing.report, &err);
	if (!rc)
		rc = compare_open(&comparing, which, &err);
	if (rc) {
		comparing_release(&comparing);
		return nn_command_fail(cmd, &err);
	}
	compare_arms(&comparing);
	nn_contender_differences(&comparing.sides[0], &comparing.sides[1], &comparing.arms,
				 comparing.axes, &comparing.differences);
	if (nn_differences_are_allowed(&comparing.differences))
		rc = compare_report(cmd, &comparing);
	else
		rc = compare_refuse(cmd, &comparing);
	comparing_release(&comparing);
	return rc;
}

static int compare_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct compare_options options = {.format = "text"};
	int rc = nn_command_parse(cmd, &nn_command_compare, argc, argv, &options, &operands,
				  (const size_t[]){0, 2});

	if (!rc && options.is_list_axes) {
		nn_axes_explain(&text);
		rc = nn_command_print(cmd, &text);
	} else if (!rc && operands.nr != 2) {
		nn_log_line(&cmd->log, NN_LOG_ERROR, "'compare' needs two campaigns: A B");
		rc = NN_EXIT_USAGE;
	} else if (!rc) {
		rc = compare_campaigns(cmd, &options, operands.values);
	}
	free(options.axes.values);
	free(options.arms.values);
	return rc;
}
