/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>

#include "harness/store/rows.h"

int nn_store_each_arm(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		      struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, arm.target,"
		" count(*) FILTER (WHERE boot.state = 'done'),"
		" count(*) FILTER (WHERE boot.state = 'failed'),"
		" count(*) FILTER (WHERE boot.state = 'done' AND boot.is_session)"
		" FROM arm LEFT JOIN boot ON boot.arm = arm.id WHERE arm.campaign = ?"
		" GROUP BY arm.id ORDER BY arm.id",
		each, user, err, "i", campaign);
}

int nn_store_each_fact(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		       struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, fact.side, fact.name, fact.value, count(*),"
		" (SELECT count(*) FROM boot AS peer"
		"  WHERE peer.arm = arm.id AND peer.state = 'done')"
		" FROM arm JOIN boot ON boot.arm = arm.id JOIN fact ON fact.boot = boot.id"
		" WHERE arm.campaign = ? AND boot.state = 'done'"
		" GROUP BY arm.id, fact.side, fact.name, fact.value"
		" ORDER BY arm.id, fact.side, fact.name, fact.value",
		each, user, err, "i", campaign);
}

int nn_store_fact(struct nn_store *store, int64_t campaign, const char *arm, const char *side,
		  const char *name, char **ret_value, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store,
				"SELECT group_concat(value, ' | ') FROM"
				" (SELECT DISTINCT fact.value AS value FROM arm"
				"  JOIN boot ON boot.arm = arm.id JOIN fact ON fact.boot = boot.id"
				"  WHERE arm.campaign = ? AND arm.name = ? AND fact.side = ?"
				"  AND fact.name = ? AND boot.state = 'done' ORDER BY fact.value)",
				&row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "isss", campaign, arm, side, name);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc < 0)
		return rc;
	*ret_value = nn_sql_column_strdup(row, 0); /* without facts the sum of texts is NULL */
	return 0;
}

int nn_store_each_unsure_setting(struct nn_store *store, int64_t campaign, nn_row_fn each,
				 void *user, struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, substr(asked.name, length('requested.') + 1) AS setting,"
		" asked.value, seen.value, unseen.value, count(*)"
		" FROM arm JOIN boot ON boot.arm = arm.id"
		" JOIN fact AS asked ON asked.boot = boot.id AND asked.side = 'host'"
		"  AND asked.name GLOB 'requested.*'"
		" LEFT JOIN fact AS seen ON seen.boot = boot.id"
		"  AND seen.name = 'effective.' || substr(asked.name, length('requested.') + 1)"
		" LEFT JOIN fact AS unseen ON unseen.boot = boot.id"
		"  AND unseen.name = 'unproved.' || substr(asked.name, length('requested.') + 1)"
		" WHERE arm.campaign = ? AND boot.state = 'done'"
		" AND seen.value IS NOT asked.value"
		" GROUP BY arm.id, asked.name, asked.value, seen.value, unseen.value"
		" ORDER BY arm.id, asked.name, seen.value, unseen.value",
		each, user, err, "i", campaign);
}

int nn_store_each_event(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, block.number, event.severity, event.kind, event.message,"
		" count(*) FROM event LEFT JOIN boot ON boot.id = event.boot"
		" LEFT JOIN block ON block.id = boot.block"
		" LEFT JOIN arm ON arm.id = boot.arm WHERE event.campaign = ?"
		" GROUP BY event.boot, event.severity, event.kind, event.message"
		" ORDER BY min(event.id)",
		each, user, err, "i", campaign);
}

int nn_store_each_run_event(struct nn_store *store, int64_t run, nn_row_fn each, void *user,
			    struct nn_err *err)
{
	/* By the boot, for that is what there is an index for. */
	return nn_sql_each_row(store,
			       "SELECT severity, kind, message FROM event"
			       " WHERE boot = (SELECT boot FROM run WHERE id = ?1) AND run = ?1"
			       " ORDER BY id",
			       each, user, err, "i", run);
}

int nn_store_each_not_ok(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			 struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, run.workload,"
		" CASE run.outcome WHEN 'ok' THEN 'disturbed' ELSE coalesce(run.outcome, 'broken')"
		" END AS outcome,"
		" CASE WHEN run.outcome IS NULL THEN 'the run was never finished'"
		" WHEN run.outcome = 'ok' THEN run.disturbed"
		" ELSE run.reason END AS reason, count(*)"
		" FROM arm JOIN boot ON boot.arm = arm.id JOIN run ON run.boot = boot.id"
		" WHERE arm.campaign = ? AND boot.state = 'done'"
		" AND (run.outcome IS NOT 'ok' OR run.disturbed IS NOT NULL)"
		" GROUP BY arm.id, run.workload, 3, 4"
		" ORDER BY arm.id, run.workload, 3, 4",
		each, user, err, "i", campaign);
}

int nn_store_each_run_note(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			   struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, run.workload, run.note, run.is_software,"
		" count(DISTINCT run.checksum), count(*)"
		" FROM arm JOIN boot ON boot.arm = arm.id JOIN run ON run.boot = boot.id"
		" WHERE arm.campaign = ? AND boot.state = 'done' AND run.outcome = 'ok'"
		" AND run.disturbed IS NULL"
		" GROUP BY arm.id, run.workload, run.note, run.is_software"
		" ORDER BY arm.id, run.workload, run.note, run.is_software",
		each, user, err, "i", campaign);
}

int nn_store_each_checksum_conflict(struct nn_store *store, int64_t campaign, nn_row_fn each,
				    void *user, struct nn_err *err)
{
	/* Sorted within, so that the arms are named in the order of the plan. */
	return nn_sql_each_row(
		store,
		"SELECT workload, number, run, group_concat(arm, ', ') FROM"
		" (SELECT run.workload AS workload, block.number AS number, run.run AS run,"
		"  run.checksum AS checksum, arm.name AS arm"
		"  FROM arm JOIN boot ON boot.arm = arm.id"
		"  JOIN block ON block.id = boot.block JOIN run ON run.boot = boot.id"
		"  WHERE arm.campaign = ? AND boot.state = 'done' AND run.outcome = 'ok'"
		"  AND run.checksum <> 0"
		"  ORDER BY run.workload, block.number, run.run, arm.id)"
		" GROUP BY workload, number, run HAVING count(DISTINCT checksum) > 1"
		" ORDER BY workload, number, run",
		each, user, err, "i", campaign);
}

int nn_store_each_clock(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT arm.name, block.number, boot.clock_rate_error, boot.clock_bound,"
		" boot.clock_span_ns, boot.clock_is_mismatch"
		" FROM arm JOIN boot ON boot.arm = arm.id"
		" JOIN block ON block.id = boot.block"
		" WHERE arm.campaign = ? AND boot.state = 'done'"
		" AND boot.clock_span_ns IS NOT NULL ORDER BY arm.id, block.number",
		each, user, err, "i", campaign);
}

int nn_store_each_claim(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			struct nn_err *err)
{
	return nn_sql_each_row(store,
			       "SELECT text, arm, base, workload, metric, margin FROM claim"
			       " WHERE campaign = ? ORDER BY id",
			       each, user, err, "i", campaign);
}

int nn_store_summary(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		     struct nn_err *err)
{
	/* In the order of enum nn_summary_column. */
	return nn_sql_each_row(
		store,
		"SELECT campaign.uuid, campaign.name, campaign.state, campaign.started,"
		" campaign.finished, printf('%u', campaign.seed), campaign.plan_hash,"
		" campaign.base_arm, campaign.allow_emulated, campaign.build_id,"
		" machine.fingerprint, machine.description, machine.is_emulated,"
		" campaign.boot_ns, campaign.workloads_ns, campaign.own_ns, device.bdf,"
		" campaign.driver_before, campaign.driver_after, campaign.is_aa,"
		" campaign.plan_text"
		" FROM campaign JOIN machine ON machine.id = campaign.machine"
		" LEFT JOIN device ON device.id = campaign.device WHERE campaign.id = ?",
		each, user, err, "i", campaign);
}

int nn_store_each_campaign(struct nn_store *store, nn_row_fn each, void *user, struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT campaign.uuid, campaign.name, campaign.state, campaign.started,"
		" campaign.finished, machine.fingerprint, machine.description,"
		" machine.is_emulated, campaign.is_aa, campaign.base_arm, campaign.plan_hash,"
		" (SELECT count(*) FROM arm JOIN boot ON boot.arm = arm.id"
		"  WHERE arm.campaign = campaign.id AND boot.state = 'done'), campaign.id"
		" FROM campaign JOIN machine ON machine.id = campaign.machine"
		" ORDER BY campaign.started, campaign.id",
		each, user, err, "");
}

int nn_store_each_aa(struct nn_store *store, const char *machine_fingerprint, int64_t except,
		     nn_aa_fn each, void *user, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store,
				"SELECT campaign.id, campaign.uuid, campaign.started FROM campaign"
				" JOIN machine ON machine.id = campaign.machine"
				" WHERE machine.fingerprint = ? AND campaign.id <> ?"
				" AND campaign.is_aa AND campaign.state = 'done'"
				" ORDER BY campaign.started DESC, campaign.id DESC",
				&row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "si", machine_fingerprint, except);
	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err)) {
		int answer = each(user, sqlite3_column_int64(row, 0), nn_sql_text(row, 1),
				  nn_sql_text(row, 2), err);

		if (answer)
			return answer;
	}
	return rc;
}
