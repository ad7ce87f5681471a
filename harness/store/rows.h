/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a statement as texts, for the functions of store.h that take an nn_row_fn. */
#ifndef NN_STORE_ROWS_H
#define NN_STORE_ROWS_H

#include "harness/store/statement.h"
#include "harness/store/store.h"

/**
 * Give every row of @sql, at most NN_SUMMARY_NR_COLUMNS columns wide. Parameters as in statement.h.
 * Return: 0; what @each returned, if that is not 0; -errno.
 */
int nn_sql_each_row(struct nn_store *store, const char *sql, nn_row_fn each, void *user,
		    struct nn_err *err, const char *kinds, ...);

#endif
