/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/json.h"
#include "harness/base/units.h"
#include "harness/cmd/contender.h"
#include "harness/cmd/named.h"

/* As few as any verdict may rest on: reference statistics, §1.4. */
#define MIN_BOOTS 5

struct baseline_options {
	const char *db;
	bool is_forced;
	bool is_json;
};

#define OPTION_DB                                                              \
	NN_OPTION("db", NN_OPTION_STRING, struct baseline_options, db, "FILE", \
		  "the database (default $NEARNATIVE_DB or nearnative.db)")

static const struct nn_option baseline_set_options[] = {
	OPTION_DB,
	NN_OPTION("force", NN_OPTION_FLAG, struct baseline_options, is_forced, NULL,
		  "take a campaign that is not done or has an arm with fewer than 5 boots"),
	NN_OPTION_END,
};

static const struct nn_option baseline_list_options[] = {
	OPTION_DB,
	NN_OPTION("json", NN_OPTION_FLAG, struct baseline_options, is_json, NULL, "write JSON"),
	NN_OPTION_END,
};

static int baseline_set_execute(const struct nn_cmd *cmd, int argc, char *const *argv);
static int baseline_list_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_baseline_set = {
	.name = "baseline set",
	.operands = "NAME [CAMPAIGN]",
	.summary = "Let a name stand for a campaign (the latest without CAMPAIGN) in the gate",
	.details = "Nothing else moves a baseline, and 'nearnative baseline list' shows every move "
		   "that there was.",
	.options = baseline_set_options,
	.execute = baseline_set_execute,
};

const struct nn_command nn_command_baseline_list = {
	.name = "baseline list",
	.operands = "",
	.summary = "List baselines and every move of them",
	.options = baseline_list_options,
	.execute = baseline_list_execute,
};

/* ---- set ---- */

/* Names stand in scripts and in front of "campaign:…". */
static int check_name(const char *name, struct nn_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._/+-";

	if (*name && !name[strspn(name, allowed)])
		return 0;
	return nn_err_set(err, -EINVAL, "baseline name '%s': expected letters, digits and ._/+-",
			  name);
}

static int check_arm_boots(void *user, int nr_columns, const char *const *columns,
			   struct nn_err *err)
{
	uint64_t nr_boots = 0;
	int rc = nn_parse_u64(columns[2] ? columns[2] : "0", &nr_boots, err);

	(void)nr_columns;
	if (rc)
		return rc;
	if (nr_boots >= MIN_BOOTS)
		return 0;
	return nn_err_set(
		err, -EINVAL,
		"campaign '%s': arm '%s' has %" PRIu64
		" of at least %d boots that a verdict needs, --force takes it all the same",
		((const struct nn_campaign *)user)->uuid, columns[0], nr_boots, MIN_BOOTS);
}

static int check_campaign(struct nn_store *store, struct nn_campaign *campaign, struct nn_err *err)
{
	if (strcmp(campaign->state, "done") != 0)
		return nn_err_set(err, -EINVAL,
				  "campaign '%s' is %s and not done, --force takes it all the same",
				  campaign->uuid, campaign->state);
	return nn_store_each_arm(store, campaign->id, check_arm_boots, campaign, err);
}

static int baseline_move(const struct baseline_options *options, const struct nn_operands *operands,
			 struct nn_campaign *ret_campaign, struct nn_err *err)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	const char *which = operands->nr > 1 ? operands->values[1] : NULL;
	int rc = check_name(operands->values[0], err);

	if (!rc)
		rc = nn_store_open(nn_command_db(options->db), NN_STORE_WRITE, &store, err);
	if (!rc)
		rc = nn_named_campaign(store, which, ret_campaign, err);
	if (!rc && !options->is_forced)
		rc = check_campaign(store, ret_campaign, err);
	if (!rc)
		rc = nn_store_baseline_set(store, operands->values[0], ret_campaign->id, err);
	return rc;
}

static int baseline_set_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	NN_AUTO(free) char *name = NULL;
	struct baseline_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_baseline_set, argc, argv, &options, &operands,
				  (const size_t[]){1, 2});

	if (rc)
		return rc;
	if (baseline_move(&options, &operands, &campaign, &err))
		return nn_command_fail(cmd, &err);
	name = nn_contender_name(&campaign);
	nn_log_line(&cmd->log, NN_LOG_INFO, "baseline '%s' is campaign %s", operands.values[0],
		    name);
	return NN_EXIT_OK;
}

/* ---- list ---- */

/* A baseline that is being listed. */
struct listing {
	struct nn_store *store;
	struct nn_strbuf *text;
	json_t *array;
};

static int text_move(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_strbuf *text = user;

	(void)nr_columns;
	(void)err;
	nn_strbuf_addf(text, "  %s  %s  %s%s\n", columns[2], columns[1],
		       columns[3] ? "from " : "first", columns[3] ? columns[3] : "");
	return 0;
}

static int text_baseline(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct listing *listing = user;

	(void)nr_columns;
	nn_strbuf_addf(listing->text, "%s  %s  '%s'\n", columns[0], columns[1], columns[2]);
	return nn_store_each_baseline_move(listing->store, columns[0], text_move, listing->text,
					   err);
}

static int json_move(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	(void)nr_columns;
	(void)err;
	(void)json_array_append_new(user, json_pack("{s:o, s:o, s:o}", "moved",
						    nn_json_str_or_null(columns[2]), "campaign",
						    nn_json_str_or_null(columns[1]), "previous",
						    nn_json_str_or_null(columns[3])));
	return 0;
}

static int json_baseline(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct listing *listing = user;
	json_t *moves = json_array();

	(void)nr_columns;
	(void)json_array_append_new(listing->array,
				    json_pack("{s:o, s:o, s:o, s:o, s:o}", "name",
					      nn_json_str_or_null(columns[0]), "campaign",
					      nn_json_str_or_null(columns[1]), "campaign_name",
					      nn_json_str_or_null(columns[2]), "moved",
					      nn_json_str_or_null(columns[3]), "moves", moves));
	return nn_store_each_baseline_move(listing->store, columns[0], json_move, moves, err);
}

static int baseline_list(struct nn_store *store, bool is_json, struct nn_strbuf *text,
			 struct nn_err *err)
{
	NN_AUTO(json) json_t *array = json_array();
	NN_AUTO(free) char *dumped = NULL;
	struct listing listing = {.store = store, .text = text, .array = array};
	int rc = nn_store_each_baseline(store, is_json ? json_baseline : text_baseline, &listing,
					err);

	if (rc || !is_json)
		return rc;
	dumped = nn_json_pretty(array);
	nn_strbuf_add(text, dumped);
	return 0;
}

static int baseline_list_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct baseline_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_baseline_list, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (rc)
		return rc;
	rc = nn_store_open(nn_command_db(options.db), NN_STORE_READ, &store, &err);
	if (!rc)
		rc = baseline_list(store, options.is_json, &text, &err);
	return rc ? nn_command_fail(cmd, &err) : nn_command_print(cmd, &text);
}
