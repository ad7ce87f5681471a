/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>

#include "harness/store/rows.h"

/* Where is the baseline now? 0: nowhere yet. */
static int baseline_campaign(struct nn_store *store, const char *name, int64_t *ret_campaign,
			     struct nn_err *err)
{
	int64_t campaign = 0;
	int rc = nn_sql_query_int(store, &campaign, err,
				  "SELECT campaign FROM baseline WHERE name = ?", "s", name);

	if (rc && rc != -ENOENT)
		return rc;
	*ret_campaign = campaign;
	return 0;
}

static int baseline_move(struct nn_store *store, const char *name, int64_t campaign,
			 int64_t previous, struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO baseline_move (name, campaign, moved, previous)"
				" VALUES (?, ?, " NN_SQL_NOW ", ?)",
				"sir", name, campaign, previous);

	return rc ? rc
		  : nn_sql_execute(store, err,
				   "INSERT INTO baseline (name, campaign, moved, moved_from)"
				   " VALUES (?, ?, " NN_SQL_NOW ", ?) ON CONFLICT (name) DO UPDATE"
				   " SET campaign = excluded.campaign, moved = excluded.moved,"
				   " moved_from = excluded.moved_from",
				   "sir", name, campaign, previous);
}

int nn_store_baseline_set(struct nn_store *store, const char *name, int64_t campaign,
			  struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int64_t previous = 0;
	int rc;

	if (!*name)
		return nn_err_set(err, -EINVAL, "set baseline: its name is empty");
	rc = nn_transaction_begin(store, &transaction, err);
	if (!rc)
		rc = baseline_campaign(store, name, &previous, err);
	if (!rc && previous != campaign)
		rc = baseline_move(store, name, campaign, previous, err);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	return rc ? nn_err_prefix(err, "set baseline '%s' to campaign %lld", name,
				  (long long)campaign)
		  : 0;
}

static int add_name(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_strbuf *names = user;

	(void)nr_columns;
	(void)err;
	nn_strbuf_addf(names, "%s'%s'", names->len ? ", " : "", columns[0]);
	return 0;
}

static int tell_names(struct nn_store *store, const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf names = NN_STRBUF_INIT;
	int rc = nn_store_each_baseline(store, add_name, &names, err);

	if (rc)
		return rc;
	if (!names.len)
		return nn_err_set(err, -ENOENT, "database '%s' has no baseline '%s', nor any other",
				  store->path, name);
	return nn_err_set(err, -ENOENT, "database '%s' has no baseline '%s', only %s", store->path,
			  name, nn_strbuf_str(&names));
}

int nn_store_baseline_find(struct nn_store *store, const char *name,
			   struct nn_campaign *ret_campaign, struct nn_err *err)
{
	int64_t campaign = 0;
	int rc = baseline_campaign(store, name, &campaign, err);

	if (rc)
		return rc;
	if (!campaign)
		return tell_names(store, name, err);
	return nn_store_campaign_get(store, campaign, ret_campaign, err);
}

int nn_store_each_baseline(struct nn_store *store, nn_row_fn each, void *user, struct nn_err *err)
{
	return nn_sql_each_row(store,
			       "SELECT baseline.name, campaign.uuid, campaign.name, baseline.moved,"
			       " earlier.uuid, (SELECT count(*) FROM baseline_move"
			       "  WHERE baseline_move.name = baseline.name)"
			       " FROM baseline JOIN campaign ON campaign.id = baseline.campaign"
			       " LEFT JOIN campaign AS earlier ON earlier.id = baseline.moved_from"
			       " ORDER BY baseline.name",
			       each, user, err, "");
}

int nn_store_each_baseline_move(struct nn_store *store, const char *name, nn_row_fn each,
				void *user, struct nn_err *err)
{
	return nn_sql_each_row(store,
			       "SELECT move.name, campaign.uuid, move.moved, earlier.uuid"
			       " FROM baseline_move AS move"
			       " JOIN campaign ON campaign.id = move.campaign"
			       " LEFT JOIN campaign AS earlier ON earlier.id = move.previous"
			       " WHERE ?1 IS NULL OR move.name = ?1 ORDER BY move.id",
			       each, user, err, "s", name);
}
