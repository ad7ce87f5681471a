/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>

#include "harness/base/hash.h"
#include "harness/store/statement.h"

int nn_store_machine(struct nn_store *store, const struct nn_machine_row *row, int64_t *ret_id,
		     struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int64_t id = 0;
	int rc = nn_transaction_begin(store, &transaction, err);

	/* Once emulated, always: older campaigns of this machine must not turn genuine. */
	if (!rc)
		rc = nn_sql_execute(store, err,
				    "INSERT INTO machine (fingerprint, description, is_emulated)"
				    " VALUES (?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET"
				    " description = coalesce(excluded.description, description),"
				    " is_emulated = max(excluded.is_emulated, is_emulated)",
				    "ssb", row->fingerprint, row->description, row->is_emulated);
	if (!rc)
		rc = nn_sql_query_int(store, &id, err,
				      "SELECT id FROM machine WHERE fingerprint = ?", "s",
				      row->fingerprint);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	if (rc)
		return nn_err_prefix(err, "add machine");
	*ret_id = id;
	return 0;
}

static int device_add(struct nn_store *store, int64_t machine, const char *bdf, int64_t *ret_id,
		      struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO device (machine, bdf) VALUES (?, ?)"
				" ON CONFLICT DO NOTHING",
				"is", machine, bdf);

	return rc ? rc
		  : nn_sql_query_int(store, ret_id, err,
				     "SELECT id FROM device WHERE machine = ? AND bdf = ?", "is",
				     machine, bdf);
}

int nn_store_campaign_add(struct nn_store *store, const struct nn_campaign_row *row,
			  int64_t *ret_id, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	char uuid[NN_UUID_CAP];
	int64_t device = 0;
	int64_t id = 0;
	int rc = nn_transaction_begin(store, &transaction, err);

	nn_uuid_new(uuid);
	if (!rc && row->device_bdf)
		rc = device_add(store, row->machine, row->device_bdf, &device, err);
	if (!rc)
		rc = nn_sql_insert(
			store, &id, err,
			"INSERT INTO campaign (uuid, machine, device, driver_before, name,"
			" plan_path, plan_text, plan_hash, seed, build_id, base_arm,"
			" allow_emulated, is_aa, state, started) VALUES"
			" (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', " NN_SQL_NOW ")",
			"sirsssssussbb", uuid, row->machine, device, row->device_driver, row->name,
			row->plan_path, row->plan_text, row->plan_hash, row->seed, row->build_id,
			row->base_arm, row->allow_emulated, row->is_aa);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	if (rc)
		return nn_err_prefix(err, "add campaign '%s'", row->name);
	*ret_id = id;
	return 0;
}

int nn_store_campaign_state(struct nn_store *store, int64_t campaign, const char *state,
			    struct nn_err *err)
{
	return nn_sql_update(store, "campaign", campaign, err,
			     "UPDATE campaign SET state = ?2, finished ="
			     " CASE ?2 WHEN 'running' THEN NULL ELSE " NN_SQL_NOW " END"
			     " WHERE id = ?1",
			     "is", campaign, state);
}

int nn_store_campaign_spent(struct nn_store *store, int64_t campaign, uint64_t boot_ns,
			    uint64_t workloads_ns, uint64_t own_ns, struct nn_err *err)
{
	return nn_sql_update(store, "campaign", campaign, err,
			     "UPDATE campaign SET boot_ns = boot_ns + ?2,"
			     " workloads_ns = workloads_ns + ?3, own_ns = own_ns + ?4"
			     " WHERE id = ?1",
			     "iuuu", campaign, boot_ns, workloads_ns, own_ns);
}

int nn_store_campaign_driver_after(struct nn_store *store, int64_t campaign, const char *driver,
				   struct nn_err *err)
{
	return nn_sql_update(store, "campaign", campaign, err,
			     "UPDATE campaign SET driver_after = ?2 WHERE id = ?1", "is", campaign,
			     driver);
}

int nn_store_arm_add(struct nn_store *store, int64_t campaign, const char *name, const char *target,
		     int64_t *ret_id, struct nn_err *err)
{
	int rc = nn_sql_insert(store, ret_id, err,
			       "INSERT INTO arm (campaign, name, target) VALUES (?, ?, ?)", "iss",
			       campaign, name, target);

	return rc ? nn_err_prefix(err, "add arm '%s'", name) : 0;
}

int nn_store_claim_add(struct nn_store *store, int64_t campaign, const char *text, const char *arm,
		       const char *base, const char *workload, const char *metric, double margin,
		       struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO claim (campaign, text, arm, base, workload, metric,"
				" margin) VALUES (?, ?, ?, ?, ?, ?, ?)",
				"isssssd", campaign, text, arm, base, workload, metric, margin);

	return rc ? nn_err_prefix(err, "add claim '%s'", text) : 0;
}

void nn_campaign_release(struct nn_campaign *campaign)
{
	free(campaign->name);
	free(campaign->plan_path);
	free(campaign->plan_text);
	free(campaign->plan_hash);
	free(campaign->state);
	free(campaign->device_bdf);
	free(campaign->device_driver);
	*campaign = (struct nn_campaign){0};
}

int nn_store_campaign_get(struct nn_store *store, int64_t campaign,
			  struct nn_campaign *ret_campaign, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc =
		nn_sql_prepare(store,
			       "SELECT campaign.uuid, name, plan_path, plan_text, plan_hash, state,"
			       " device.bdf, driver_before, seed, is_aa FROM campaign"
			       " LEFT JOIN device ON device.id = campaign.device"
			       " WHERE campaign.id = ?",
			       &row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "i", campaign);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return nn_err_set(err, -ENOENT, "database '%s' has no campaign %lld", store->path,
				  (long long)campaign);
	*ret_campaign = (struct nn_campaign){
		.id = campaign,
		.name = nn_sql_column_strdup(row, 1),
		.plan_path = nn_sql_column_strdup(row, 2),
		.plan_text = nn_sql_column_strdup(row, 3),
		.plan_hash = nn_sql_column_strdup(row, 4),
		.state = nn_sql_column_strdup(row, 5),
		.device_bdf = nn_sql_column_strdup(row, 6),
		.device_driver = nn_sql_column_strdup(row, 7),
		.seed = (uint64_t)sqlite3_column_int64(row, 8),
		.is_aa = sqlite3_column_int(row, 9) != 0,
	};
	(void)snprintf(ret_campaign->uuid, sizeof(ret_campaign->uuid), "%s",
		       (const char *)sqlite3_column_text(row, 0));
	return 0;
}

/* Later ids are not later campaigns once files have been merged, so the start decides. */
#define LATEST_FIRST " ORDER BY started DESC, id DESC LIMIT 1"

static int find_by_prefix(struct nn_store *store, const char *prefix, int64_t *ret_id,
			  struct nn_err *err)
{
	int64_t nr = 0;
	int rc = nn_sql_query_int(store, &nr, err,
				  "SELECT count(*) FROM campaign"
				  " WHERE substr(uuid, 1, length(?1)) = lower(?1)",
				  "s", prefix);

	if (rc)
		return rc;
	if (nr > 1)
		return nn_err_set(err, -ENOENT,
				  "'%s' is ambiguous: the UUIDs of %lld campaigns in '%s' begin so",
				  prefix, (long long)nr, store->path);
	return nn_sql_query_int(store, ret_id, err,
				"SELECT id FROM campaign"
				" WHERE substr(uuid, 1, length(?1)) = lower(?1)",
				"s", prefix);
}

int nn_store_campaign_find(struct nn_store *store, const char *which,
			   struct nn_campaign *ret_campaign, struct nn_err *err)
{
	struct nn_err silent = {0};
	int64_t id = 0;
	int rc;

	if (!which)
		rc = nn_sql_query_int(store, &id, &silent, "SELECT id FROM campaign" LATEST_FIRST,
				      "");
	else
		rc = nn_sql_query_int(store, &id, &silent,
				      "SELECT id FROM campaign WHERE name = ?" LATEST_FIRST, "s",
				      which);
	if (rc == -ENOENT && which && *which)
		rc = find_by_prefix(store, which, &id, &silent);
	if (rc == -ENOENT && !silent.code)
		return which ? nn_err_set(err, -ENOENT, "database '%s' has no campaign '%s'",
					  store->path, which)
			     : nn_err_set(err, -ENOENT, "database '%s' has no campaign",
					  store->path);
	if (rc)
		return nn_err_set(err, rc, "%s", silent.message);
	return nn_store_campaign_get(store, id, ret_campaign, err);
}

int nn_store_arm_find(struct nn_store *store, int64_t campaign, const char *name, int64_t *ret_id,
		      struct nn_err *err)
{
	struct nn_err why = {0};
	int rc = nn_sql_query_int(store, ret_id, &why,
				  "SELECT id FROM arm WHERE campaign = ? AND name = ?", "is",
				  campaign, name);

	if (rc == -ENOENT && !why.code)
		return nn_err_set(err, -ENOENT, "the campaign has no arm '%s'", name);
	return rc ? nn_err_set(err, rc, "%s", why.message) : 0;
}
