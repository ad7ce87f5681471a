/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is the file made as we make it? A file from elsewhere can carry our marks over tables without
 * constraints, views that say something else, or triggers that act when we write. Everything that
 * reads rows relies on what the schema promises of them, so the promise is checked once, when the
 * file is opened; quick_check then holds every row to it.
 */
#ifndef NN_STORE_SHAPE_H
#define NN_STORE_SHAPE_H

#include "harness/store/statement.h"

/**
 * Does the file, of the present format, have every table, index and view of ours, to the word but
 * for blanks and comments, and no trigger? Others may be there beside them.
 * Return: 0; -EUCLEAN with the first that differs; -errno.
 */
int nn_store_check_shape(struct nn_store *store, struct nn_err *err);

/**
 * Check the pages and rows of every table that is small in any file: all but samples, telemetry and
 * artifacts, of whose columns nothing is promised then.
 */
int nn_store_check_small(struct nn_store *store, struct nn_err *err);

#endif
