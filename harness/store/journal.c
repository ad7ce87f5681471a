/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include "harness/base/array.h"
#include "harness/store/statement.h"

NN_AUTO_DEFINE(journal_rows, struct nn_journal_rows, nn_journal_rows_release(p))

void nn_journal_rows_release(struct nn_journal_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		free(rows->items[i].machine_boot);
		free(rows->items[i].kind);
		free(rows->items[i].subject);
		free(rows->items[i].wanted);
		free(rows->items[i].before);
	}
	free(rows->items);
	*rows = (struct nn_journal_rows){0};
}

int nn_store_journal_add(struct nn_store *store, const struct nn_journal_row *row, int64_t *ret_id,
			 struct nn_err *err)
{
	int rc = nn_sql_insert(store, ret_id, err,
			       "INSERT INTO journal (machine_boot, kind, subject, wanted, before,"
			       " opened) VALUES (?, ?, ?, ?, ?, " NN_SQL_NOW ")",
			       "sssss", row->machine_boot, row->kind, row->subject, row->wanted,
			       row->before);

	return rc ? nn_err_prefix(err, "journal the %s of '%s'", row->kind, row->subject) : 0;
}

int nn_store_journal_done(struct nn_store *store, int64_t id, struct nn_err *err)
{
	return nn_sql_update(store, "journal entry", id, err,
			     "UPDATE journal SET done = " NN_SQL_NOW " WHERE id = ?1", "i", id);
}

int nn_store_journal_close(struct nn_store *store, int64_t id, const char *how, struct nn_err *err)
{
	/* Closing again is harmless, and the first way stays on record. */
	return nn_sql_update(store, "journal entry", id, err,
			     "UPDATE journal SET closed = coalesce(closed, " NN_SQL_NOW "),"
			     " how = coalesce(how, ?2) WHERE id = ?1",
			     "is", id, how);
}

int nn_store_journal_open(struct nn_store *store, struct nn_journal_rows *ret_rows,
			  struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *statement = NULL;
	NN_AUTO(journal_rows) struct nn_journal_rows rows = {0};
	int rc =
		nn_sql_prepare(store,
			       "SELECT id, machine_boot, kind, subject, wanted, before FROM journal"
			       " WHERE closed IS NULL ORDER BY id DESC",
			       &statement, err);

	if (rc)
		return rc;
	for (rc = nn_sql_step(store, statement, err); rc > 0;
	     rc = nn_sql_step(store, statement, err)) {
		struct nn_journal_row *row = NN_ARRAY_APPEND(rows.items, rows.nr, rows.cap);

		row->id = sqlite3_column_int64(statement, 0);
		row->machine_boot = nn_sql_column_strdup(statement, 1);
		row->kind = nn_sql_column_strdup(statement, 2);
		row->subject = nn_sql_column_strdup(statement, 3);
		row->wanted = nn_sql_column_strdup(statement, 4);
		row->before = nn_sql_column_strdup(statement, 5);
	}
	if (rc)
		return rc;
	*ret_rows = rows;
	rows = (struct nn_journal_rows){0};
	return 0;
}
