/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/statement.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "harness/base/array.h"

static int errno_of(int extended)
{
	switch (extended) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return EEXIST;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return ENOENT;
	default:
		break;
	}
	switch (extended & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return EUCLEAN;
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_READONLY:
		return EROFS;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
		return EINVAL;
	case SQLITE_TOOBIG:
		return E2BIG;
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return EACCES;
	default:
		return EIO;
	}
}

int nn_sql_fail(struct nn_store *store, struct nn_err *err)
{
	return nn_err_set(err, -errno_of(sqlite3_extended_errcode(store->db)), "database '%s': %s",
			  store->path, sqlite3_errmsg(store->db));
}

int nn_sql_prepare(struct nn_store *store, const char *sql, sqlite3_stmt **ret_statement,
		   struct nn_err *err)
{
	if (sqlite3_prepare_v2(store->db, sql, -1, ret_statement, NULL) != SQLITE_OK)
		return nn_sql_fail(store, err);
	return 0;
}

static int bind_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t len)
{
	/* A NULL pointer would be NULL, and an empty log is not an absent one. */
	if (!len)
		return sqlite3_bind_zeroblob(statement, at, 0);
	return sqlite3_bind_blob64(statement, at, bytes, len, SQLITE_STATIC);
}

static int bind_reference(sqlite3_stmt *statement, int at, int64_t id)
{
	return id ? sqlite3_bind_int64(statement, at, id) : sqlite3_bind_null(statement, at);
}

static int bind_one(sqlite3_stmt *statement, int at, char kind, va_list *args)
{
	const void *bytes;

	switch (kind) {
	case 'i':
		return sqlite3_bind_int64(statement, at, va_arg(*args, int64_t));
	case 'u':
		return sqlite3_bind_int64(statement, at, (int64_t)va_arg(*args, uint64_t));
	case 'b':
		return sqlite3_bind_int(statement, at, va_arg(*args, int));
	case 'd':
		return sqlite3_bind_double(statement, at, va_arg(*args, double));
	case 's':
		return sqlite3_bind_text(statement, at, va_arg(*args, const char *), -1,
					 SQLITE_STATIC);
	case 'r':
		return bind_reference(statement, at, va_arg(*args, int64_t));
	case 'B':
		bytes = va_arg(*args, const void *);
		return bind_blob(statement, at, bytes, va_arg(*args, size_t));
	default:
		assert(!"a kind that statement.h lists");
		return SQLITE_MISUSE;
	}
}

int nn_sql_vbind(struct nn_store *store, sqlite3_stmt *statement, struct nn_err *err,
		 const char *kinds, va_list *args)
{
	for (int at = 1; kinds[at - 1]; at++) {
		if (bind_one(statement, at, kinds[at - 1], args) != SQLITE_OK)
			return nn_sql_fail(store, err);
	}
	return 0;
}

int nn_sql_bind(struct nn_store *store, sqlite3_stmt *statement, struct nn_err *err,
		const char *kinds, ...)
{
	va_list args;
	int rc;

	va_start(args, kinds);
	rc = nn_sql_vbind(store, statement, err, kinds, &args);
	va_end(args);
	return rc;
}

int nn_sql_step(struct nn_store *store, sqlite3_stmt *statement, struct nn_err *err)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : nn_sql_fail(store, err);
}

static int execute(struct nn_store *store, struct nn_err *err, const char *sql, const char *kinds,
		   va_list *args)
{
	NN_AUTO(statement) sqlite3_stmt *statement = NULL;
	int rc = nn_sql_prepare(store, sql, &statement, err);

	if (!rc)
		rc = nn_sql_vbind(store, statement, err, kinds, args);
	if (rc)
		return rc;
	do
		rc = nn_sql_step(store, statement, err);
	while (rc > 0);
	return rc;
}

int nn_sql_execute(struct nn_store *store, struct nn_err *err, const char *sql, const char *kinds,
		   ...)
{
	va_list args;
	int rc;

	va_start(args, kinds);
	rc = execute(store, err, sql, kinds, &args);
	va_end(args);
	return rc;
}

int nn_sql_insert(struct nn_store *store, int64_t *ret_id, struct nn_err *err, const char *sql,
		  const char *kinds, ...)
{
	va_list args;
	int rc;

	va_start(args, kinds);
	rc = execute(store, err, sql, kinds, &args);
	va_end(args);
	if (!rc)
		*ret_id = sqlite3_last_insert_rowid(store->db);
	return rc;
}

int nn_sql_update(struct nn_store *store, const char *what, int64_t id, struct nn_err *err,
		  const char *sql, const char *kinds, ...)
{
	va_list args;
	int rc;

	va_start(args, kinds);
	rc = execute(store, err, sql, kinds, &args);
	va_end(args);
	if (!rc && sqlite3_changes(store->db) == 0)
		return nn_err_set(err, -ENOENT, "database '%s' has no %s %lld", store->path, what,
				  (long long)id);
	return rc;
}

int nn_sql_query_int(struct nn_store *store, int64_t *ret_value, struct nn_err *err,
		     const char *sql, const char *kinds, ...)
{
	NN_AUTO(statement) sqlite3_stmt *statement = NULL;
	va_list args;
	int rc = nn_sql_prepare(store, sql, &statement, err);

	if (rc)
		return rc;
	va_start(args, kinds);
	rc = nn_sql_vbind(store, statement, err, kinds, &args);
	va_end(args);
	if (!rc)
		rc = nn_sql_step(store, statement, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return -ENOENT;
	*ret_value = sqlite3_column_int64(statement, 0);
	return 0;
}

int nn_sql_script(struct nn_store *store, const char *sql, struct nn_err *err)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return nn_sql_fail(store, err);
	return 0;
}

int nn_sql_check(struct nn_store *store, struct nn_err *err, const char *sql, const char *kinds,
		 ...)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	const char *finding;
	va_list args;
	int rc = nn_sql_prepare(store, sql, &row, err);

	if (rc)
		return rc;
	va_start(args, kinds);
	rc = nn_sql_vbind(store, row, err, kinds, &args);
	va_end(args);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc < 0)
		return rc;
	finding = (const char *)sqlite3_column_text(row, 0);
	if (finding && strcmp(finding, "ok") == 0)
		return 0;
	return nn_err_set(err, -EUCLEAN, "database '%s' is corrupt: %s", store->path,
			  finding ? finding : "no answer to the check");
}

char *nn_sql_column_strdup(sqlite3_stmt *statement, int column)
{
	return nn_strdup((const char *)sqlite3_column_text(statement, column));
}

int nn_transaction_begin(struct nn_store *store, struct nn_transaction *ret_transaction,
			 struct nn_err *err)
{
	/* IMMEDIATE: a lock that cannot be had is told here and not half-way through. */
	int rc = nn_sql_script(
		store, store->nr_transactions ? "SAVEPOINT nested" : "BEGIN IMMEDIATE", err);

	if (rc)
		return rc;
	store->nr_transactions++;
	ret_transaction->store = store;
	return 0;
}

int nn_transaction_commit(struct nn_transaction *transaction, struct nn_err *err)
{
	struct nn_store *store = transaction->store;
	int rc =
		nn_sql_script(store, store->nr_transactions > 1 ? "RELEASE nested" : "COMMIT", err);

	if (rc)
		return rc; /* the scope's end rolls back */
	store->nr_transactions--;
	transaction->store = NULL;
	return 0;
}

void nn_transaction_rollback(struct nn_transaction *transaction)
{
	struct nn_store *store = transaction->store;

	if (!store)
		return;
	transaction->store = NULL;
	store->nr_transactions--;
	if (sqlite3_get_autocommit(store->db))
		return; /* a full disk or an I/O error made SQLite roll back all of it already */
	if (store->nr_transactions)
		(void)nn_sql_script(store, "ROLLBACK TO nested; RELEASE nested", NULL);
	else
		(void)nn_sql_script(store, "ROLLBACK", NULL); /* the first error is the one told */
}
