/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/rows.h"

#include <assert.h>
#include <stdarg.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

/* One row as texts. SQLite's own text of a number has 15 digits, which is not enough. */
struct row_texts {
	const char *columns[NN_SUMMARY_NR_COLUMNS];
	struct nn_strbuf reals[NN_SUMMARY_NR_COLUMNS];
};

static void row_texts_release(struct row_texts *texts)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts->reals); i++)
		nn_strbuf_release(&texts->reals[i]);
}

NN_AUTO_DEFINE(row_texts, struct row_texts, row_texts_release(p))

static void row_texts_take(struct row_texts *texts, sqlite3_stmt *row, int nr)
{
	for (int i = 0; i < nr; i++) {
		if (sqlite3_column_type(row, i) == SQLITE_FLOAT) {
			nn_strbuf_clear(&texts->reals[i]);
			nn_strbuf_add_double(&texts->reals[i], sqlite3_column_double(row, i));
			texts->columns[i] = nn_strbuf_str(&texts->reals[i]);
		} else {
			texts->columns[i] = (const char *)sqlite3_column_text(row, i);
		}
	}
}

static int each_row(struct nn_store *store, sqlite3_stmt *row, nn_row_fn each, void *user,
		    struct nn_err *err)
{
	NN_AUTO(row_texts) struct row_texts texts = {0};
	int nr = sqlite3_column_count(row);
	int rc;

	assert(nr <= NN_SUMMARY_NR_COLUMNS);
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err)) {
		int answer;

		row_texts_take(&texts, row, nr);
		answer = each(user, nr, texts.columns, err);
		if (answer)
			return answer;
	}
	return rc;
}

int nn_sql_each_row(struct nn_store *store, const char *sql, nn_row_fn each, void *user,
		    struct nn_err *err, const char *kinds, ...)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	va_list args;
	int rc = nn_sql_prepare(store, sql, &row, err);

	if (rc)
		return rc;
	va_start(args, kinds);
	rc = nn_sql_vbind(store, row, err, kinds, &args);
	va_end(args);
	return rc ? rc : each_row(store, row, each, user, err);
}
