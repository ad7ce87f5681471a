/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>

#include "harness/store/rows.h"

static int machine_of(struct nn_store *store, const char *fingerprint, int64_t *ret_id,
		      struct nn_err *err)
{
	int rc = nn_sql_query_int(store, ret_id, err,
				  "SELECT id FROM machine WHERE fingerprint = ?", "s", fingerprint);

	if (rc == -ENOENT)
		return nn_err_set(err, -ENOENT, "database '%s' has no machine '%s'", store->path,
				  fingerprint);
	return rc;
}

int nn_store_decision_add(struct nn_store *store, const struct nn_decision *decision,
			  bool *ret_is_new, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	const struct nn_series_key *key = &decision->key;
	int64_t machine = 0;
	bool is_new = false;
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = machine_of(store, key->machine, &machine, err);
	if (!rc)
		rc = nn_sql_execute(
			store, err,
			"INSERT INTO decision (machine, arm, workload, metric, unit,"
			" settings, campaign, detector, parameters, p_value, effect_log,"
			" before, after, decided) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
			" ?, ?, " NN_SQL_NOW ") ON CONFLICT DO NOTHING",
			"isssssissdddd", machine, key->arm, key->workload, key->metric, key->unit,
			key->settings, decision->campaign, decision->detector, decision->parameters,
			decision->p_value, decision->effect_log, decision->before, decision->after);
	if (!rc) {
		is_new = sqlite3_changes(store->db) > 0;
		rc = nn_transaction_commit(&transaction, err);
	}
	if (rc)
		return nn_err_prefix(err, "add decision on %s %s:%s", key->arm, key->workload,
				     key->metric);
	if (ret_is_new)
		*ret_is_new = is_new;
	return 0;
}

int nn_store_each_decision(struct nn_store *store, const struct nn_series_key *key, nn_row_fn each,
			   void *user, struct nn_err *err)
{
	const struct nn_series_key all = {0};
	const struct nn_series_key *of = key ? key : &all;

	return nn_sql_each_row(
		store,
		"SELECT machine.fingerprint, decision.arm, decision.workload, decision.metric,"
		" decision.unit, campaign.uuid, decision.detector, decision.parameters,"
		" decision.p_value, decision.effect_log, decision.before, decision.after,"
		" decision.decided, campaign.id, decision.settings FROM decision"
		" JOIN machine ON machine.id = decision.machine"
		" JOIN campaign ON campaign.id = decision.campaign"
		" WHERE ?1 IS NULL OR (machine.fingerprint = ?1 AND decision.arm = ?2"
		" AND decision.workload = ?3 AND decision.metric = ?4 AND decision.unit = ?5)"
		" ORDER BY 1, 2, 3, 4, 5, 15, campaign.started, campaign.id, decision.detector",
		each, user, err, "sssss", of->machine, of->arm, of->workload, of->metric, of->unit);
}
