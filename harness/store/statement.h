/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of this folder share: the store itself, statements with bound parameters, and
 * transactions that nest. Values always travel as parameters, never in the text of a statement.
 *
 * Parameters are listed by kind, one letter each, then the values in that order:
 *	i int64_t   u uint64_t (its bits)   b bool   d double (NaN: NULL)
 *	s const char * (NULL: NULL)   B const void * and size_t
 *	r int64_t, the id of another row (0: NULL)
 * Strings and bytes must outlive the statement's last step.
 */
#ifndef NN_STORE_STATEMENT_H
#define NN_STORE_STATEMENT_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/store/transaction.h"

struct nn_store {
	sqlite3 *db;
	char *path;
	char *full_path;              /* absolute, without links */
	int lock_fd;                  /* held while open for writing, else -1 */
	bool is_made_here;            /* the file was not there before */
	unsigned int nr_transactions; /* how deep they are nested */
	sqlite3_stmt *sample_insert;  /* kept, because it runs once a sample */
};

/* Wall time as the store writes it. */
#define NN_SQL_NOW "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

NN_AUTO_DEFINE(statement, sqlite3_stmt *, (void)sqlite3_finalize(*p)) /* step() told its errors */

/** Record SQLite's latest error on this store. Return: the -errno that stands for it. */
int nn_sql_fail(struct nn_store *store, struct nn_err *err);

/** Compile @sql; the caller finalizes (NN_AUTO(statement)). */
int nn_sql_prepare(struct nn_store *store, const char *sql, sqlite3_stmt **ret_statement,
		   struct nn_err *err);

/** Bind all parameters of a statement that is not running. */
int nn_sql_bind(struct nn_store *store, sqlite3_stmt *statement, struct nn_err *err,
		const char *kinds, ...);

/** The same from a list of arguments, which it uses up. */
int nn_sql_vbind(struct nn_store *store, sqlite3_stmt *statement, struct nn_err *err,
		 const char *kinds, va_list *args);

/** Return: 1 when there is a row, 0 when there is none (any more), or -errno. */
int nn_sql_step(struct nn_store *store, sqlite3_stmt *statement, struct nn_err *err);

/** Prepare, bind, execute; rows are dropped. */
int nn_sql_execute(struct nn_store *store, struct nn_err *err, const char *sql, const char *kinds,
		   ...);

/** As nn_sql_execute() for one new row, whose id is @ret_id. */
int nn_sql_insert(struct nn_store *store, int64_t *ret_id, struct nn_err *err, const char *sql,
		  const char *kinds, ...);

/** As nn_sql_execute() for a change of one row; -ENOENT, naming @what and @id, when it is not
 * there. */
int nn_sql_update(struct nn_store *store, const char *what, int64_t id, struct nn_err *err,
		  const char *sql, const char *kinds, ...);

/** One integer from one row; -ENOENT without a message when there is no row. */
int nn_sql_query_int(struct nn_store *store, int64_t *ret_value, struct nn_err *err,
		     const char *sql, const char *kinds, ...);

/** Several statements without parameters, from the program's own text. */
int nn_sql_script(struct nn_store *store, const char *sql, struct nn_err *err);

/** Execute a check that answers "ok"; -EUCLEAN with its first finding. */
int nn_sql_check(struct nn_store *store, struct nn_err *err, const char *sql, const char *kinds,
		 ...);

/** A column's text, valid until the next step; NULL for NULL. */
static inline const char *nn_sql_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

/** A column's text as a string of the caller's, or NULL for NULL. */
char *nn_sql_column_strdup(sqlite3_stmt *statement, int column);

#endif
