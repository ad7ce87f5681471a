/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <string.h>

#include "harness/base/hash.h"
#include "harness/store/statement.h"

/* The arm is looked up within the campaign, so that no boot can mix two campaigns. */
static int boot_insert(struct nn_store *store, const struct nn_boot_row *row, const char *uuid,
		       int64_t *ret_id, struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO block (campaign, number) VALUES (?, ?)"
				" ON CONFLICT DO NOTHING",
				"iu", row->campaign, row->block);

	if (!rc)
		rc = nn_sql_update(store, "arm of this campaign", row->arm, err,
				   "INSERT INTO boot (uuid, block, arm, position, attempt,"
				   " is_session, machine_boot, state, started)"
				   " SELECT ?, block.id, arm.id, ?, ?, ?, ?, 'preparing'"
				   ", " NN_SQL_NOW
				   " FROM arm JOIN block ON block.campaign = arm.campaign"
				   " WHERE arm.id = ? AND arm.campaign = ? AND block.number = ?",
				   "suubsiiu", uuid, row->position, row->attempt, row->is_session,
				   row->machine_boot, row->arm, row->campaign, row->block);
	if (!rc)
		*ret_id = sqlite3_last_insert_rowid(store->db);
	return rc;
}

int nn_store_boot_add(struct nn_store *store, const struct nn_boot_row *row, int64_t *ret_id,
		      char ret_uuid[NN_UUID_CAP], struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	char uuid[NN_UUID_CAP];
	int64_t id = 0;
	int rc = nn_transaction_begin(store, &transaction, err);

	nn_uuid_new(uuid);
	if (!rc)
		rc = boot_insert(store, row, uuid, &id, err);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	if (rc)
		return nn_err_prefix(err, "add boot of block %llu",
				     (unsigned long long)row->block + 1);
	*ret_id = id;
	memcpy(ret_uuid, uuid, sizeof(uuid));
	return 0;
}

bool nn_store_has_boot(struct nn_store *store, const char *uuid)
{
	int64_t id;

	return nn_sql_query_int(store, &id, NULL, "SELECT id FROM boot WHERE uuid = ?", "s",
				uuid) == 0;
}

int nn_store_boot_state(struct nn_store *store, int64_t boot, const char *state, const char *reason,
			struct nn_err *err)
{
	return nn_sql_update(store, "boot", boot, err,
			     "UPDATE boot SET state = ?2, reason = ?3, finished ="
			     " CASE WHEN ?2 IN ('done', 'failed') THEN " NN_SQL_NOW " END"
			     " WHERE id = ?1",
			     "iss", boot, state, reason);
}

int nn_store_boots_abandon(struct nn_store *store, int64_t campaign, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = nn_sql_execute(store, err,
				    "UPDATE run SET outcome = 'broken', reason = 'interrupted',"
				    " finished = " NN_SQL_NOW " WHERE outcome IS NULL AND boot IN"
				    " (SELECT boot.id FROM boot JOIN arm ON arm.id = boot.arm"
				    "  WHERE arm.campaign = ?)",
				    "i", campaign);
	if (!rc)
		rc = nn_sql_execute(store, err,
				    "UPDATE boot SET state = 'failed', reason = 'interrupted',"
				    " finished = " NN_SQL_NOW
				    " WHERE state NOT IN ('done', 'failed')"
				    " AND arm IN (SELECT id FROM arm WHERE campaign = ?)",
				    "i", campaign);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	return rc;
}

int nn_store_boot_progress(struct nn_store *store, const struct nn_boot_row *place,
			   struct nn_boot_tally *ret_tally, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store,
				"SELECT total(boot.state = 'done') > 0, count(*),"
				" count(*) FILTER (WHERE boot.state = 'failed'"
				"  AND boot.reason IS NOT 'interrupted'),"
				" count(*) FILTER (WHERE boot.state = 'failed'"
				"  AND boot.reason = 'interrupted' AND boot.machine_boot <> ?)"
				" FROM boot JOIN block ON block.id = boot.block"
				" WHERE block.campaign = ? AND block.number = ? AND boot.arm = ?",
				&row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "siui", place->machine_boot, place->campaign,
				 place->block, place->arm);
	if (!rc)
		rc = nn_sql_step(store, row, err); /* an aggregate: always one row */
	if (rc < 0)
		return rc;
	*ret_tally = (struct nn_boot_tally){
		.is_done = sqlite3_column_int(row, 0),
		.nr_attempts = (uint64_t)sqlite3_column_int64(row, 1),
		.nr_failed = (uint64_t)sqlite3_column_int64(row, 2),
		.nr_reboots = (uint64_t)sqlite3_column_int64(row, 3),
	};
	return 0;
}

int nn_store_boots_failed(struct nn_store *store, int64_t campaign, uint64_t *ret_nr,
			  struct nn_err *err)
{
	int64_t nr = 0;
	int rc = nn_sql_query_int(store, &nr, err,
				  "SELECT count(*) FROM boot JOIN arm ON arm.id = boot.arm"
				  " WHERE arm.campaign = ? AND boot.state = 'failed'"
				  " AND boot.reason IS NOT 'interrupted'",
				  "i", campaign);

	if (!rc)
		*ret_nr = (uint64_t)nr;
	return rc;
}

int nn_store_boot_clock(struct nn_store *store, int64_t boot, double rate_error, double bound,
			uint64_t span_ns, bool is_mismatch, struct nn_err *err)
{
	return nn_sql_update(store, "boot", boot, err,
			     "UPDATE boot SET clock_rate_error = ?2, clock_bound = ?3,"
			     " clock_span_ns = ?4, clock_is_mismatch = ?5 WHERE id = ?1",
			     "iddub", boot, rate_error, bound, span_ns, is_mismatch);
}

int nn_store_boot_agent(struct nn_store *store, int64_t boot, const char *agent_build,
			const char *credentials_from, struct nn_err *err)
{
	return nn_sql_update(store, "boot", boot, err,
			     "UPDATE boot SET agent_build = ?2, credentials_from = ?3"
			     " WHERE id = ?1",
			     "iss", boot, agent_build, credentials_from);
}

int nn_store_run_add(struct nn_store *store, const struct nn_run_row *row, int64_t *ret_id,
		     struct nn_err *err)
{
	int rc = nn_sql_insert(
		store, ret_id, err,
		"INSERT INTO run (uuid, boot, workload, position, run, seed, started)"
		" VALUES (?, ?, ?, ?, ?, ?, " NN_SQL_NOW ")",
		"sisuuu", row->uuid, row->boot, row->workload, row->position, row->run, row->seed);

	return rc ? nn_err_prefix(err, "add run of %s", row->workload) : 0;
}

int nn_store_run_finish(struct nn_store *store, int64_t run, const struct nn_finish *finish,
			struct nn_err *err)
{
	return nn_sql_update(
		store, "run", run, err,
		"UPDATE run SET outcome = ?2, reason = ?3, note = ?4, checksum = ?5,"
		" is_software = ?6, duration_ns = ?7, finished = " NN_SQL_NOW " WHERE id = ?1",
		"isssubu", run, nn_outcome_name(finish->outcome), finish->reason, finish->note,
		finish->checksum, finish->is_software, finish->duration_ns);
}

int nn_store_run_disturbed(struct nn_store *store, int64_t run, const char *why, struct nn_err *err)
{
	return nn_sql_update(store, "run", run, err, "UPDATE run SET disturbed = ?2 WHERE id = ?1",
			     "is", run, why);
}

static int fact_set(struct nn_store *store, int64_t boot, const char *side,
		    const struct nn_pair *fact, struct nn_err *err)
{
	return nn_sql_execute(store, err,
			      "INSERT INTO fact (boot, side, name, value) VALUES (?, ?, ?, ?)"
			      " ON CONFLICT DO UPDATE SET value = excluded.value",
			      "isss", boot, side, fact->name, fact->value);
}

int nn_store_facts_add(struct nn_store *store, int64_t boot, const char *side,
		       const struct nn_pairs *facts, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int rc = nn_transaction_begin(store, &transaction, err);

	for (size_t i = 0; !rc && i < facts->nr; i++) {
		rc = fact_set(store, boot, side, &facts->items[i], err);
		if (rc)
			(void)nn_err_prefix(err, "fact '%s'", facts->items[i].name);
	}
	return rc ? rc : nn_transaction_commit(&transaction, err);
}

int nn_store_artifact_add(struct nn_store *store, int64_t boot, const char *name, const void *bytes,
			  size_t len, struct nn_err *err)
{
	int rc = nn_sql_execute(store, err,
				"INSERT INTO artifact (boot, name, content) VALUES (?, ?, ?)"
				" ON CONFLICT DO UPDATE SET content = excluded.content",
				"isB", boot, name, bytes, len);

	return rc ? nn_err_prefix(err, "add artifact '%s'", name) : 0;
}
