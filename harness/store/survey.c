/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>

#include "harness/base/hash.h"
#include "harness/store/rows.h"

int nn_store_survey_add(struct nn_store *store, const struct nn_survey_row *row, int64_t *ret_id,
			struct nn_err *err)
{
	char uuid[NN_UUID_CAP];
	int rc;

	nn_uuid_new(uuid);
	rc = nn_sql_insert(store, ret_id, err,
			   "INSERT INTO survey (uuid, machine, campaign, taken, kernel,"
			   " nr_functions, nr_groups, nr_cards, nr_cards_alone, content)"
			   " VALUES (?, ?, ?, " NN_SQL_NOW ", ?, ?, ?, ?, ?, ?)",
			   "sirsuuuus", uuid, row->machine, row->campaign, row->kernel,
			   row->nr_functions, row->nr_groups, row->nr_cards, row->nr_cards_alone,
			   row->content);
	return rc ? nn_err_prefix(err, "add survey") : 0;
}

int nn_store_each_survey(struct nn_store *store, nn_row_fn each, void *user, struct nn_err *err)
{
	return nn_sql_each_row(
		store,
		"SELECT survey.id, survey.uuid, survey.taken, machine.fingerprint,"
		" machine.description, survey.kernel, survey.nr_functions, survey.nr_groups,"
		" survey.nr_cards, survey.nr_cards_alone, campaign.uuid FROM survey"
		" JOIN machine ON machine.id = survey.machine"
		" LEFT JOIN campaign ON campaign.id = survey.campaign"
		" ORDER BY survey.taken, survey.id",
		each, user, err, "");
}

/* Ids come before beginnings: they are what the list shows first. */
static const char found_sql[] =
	"WITH found AS (SELECT survey.id, survey.taken, survey.content, machine.id AS machine,"
	" CASE WHEN CAST(survey.id AS TEXT) = ?1 THEN 0"
	"  WHEN substr(survey.uuid, 1, length(?1)) = lower(?1) THEN 1"
	"  WHEN substr(machine.fingerprint, 1, length(?1)) = lower(?1) THEN 2 END AS kind"
	" FROM survey JOIN machine ON machine.id = survey.machine)"
	"SELECT content, kind, (SELECT count(*) FROM found AS f WHERE f.kind = found.kind),"
	" (SELECT count(DISTINCT f.machine) FROM found AS f WHERE f.kind = found.kind)"
	" FROM found WHERE kind IS NOT NULL ORDER BY kind, taken DESC, id DESC LIMIT 1";

enum { FOUND_CONTENT, FOUND_KIND, FOUND_NR_SURVEYS, FOUND_NR_MACHINES };
enum { KIND_ID, KIND_UUID, KIND_MACHINE };

static int64_t nr_meant(sqlite3_stmt *row)
{
	switch (sqlite3_column_int(row, FOUND_KIND)) {
	case KIND_UUID:
		return sqlite3_column_int64(row, FOUND_NR_SURVEYS);
	case KIND_MACHINE:
		return sqlite3_column_int64(row, FOUND_NR_MACHINES);
	default:
		return 1;
	}
}

int nn_store_survey_find(struct nn_store *store, const char *which, char **ret_content,
			 struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, found_sql, &row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "s", which);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc < 0)
		return rc;
	if (rc == 0 || !*which)
		return nn_err_set(err, -ENOENT, "database '%s' has no survey '%s'", store->path,
				  which);
	if (nr_meant(row) > 1)
		return nn_err_set(err, -ENOENT, "'%s' is ambiguous: %lld %s in '%s' begin so",
				  which, (long long)nr_meant(row),
				  sqlite3_column_int(row, FOUND_KIND) == KIND_UUID ? "surveys"
										   : "machines",
				  store->path);
	*ret_content = nn_sql_column_strdup(row, FOUND_CONTENT);
	return 0;
}
