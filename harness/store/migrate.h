/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of a file: made new, or brought from an older format to the present one. */
#ifndef NN_STORE_MIGRATE_H
#define NN_STORE_MIGRATE_H

#include "harness/store/statement.h"

/** Make the tables of an empty file, whole or not at all. */
int nn_store_create(struct nn_store *store, struct nn_err *err);

/**
 * Bring a file of format @version to NN_STORE_VERSION, in one transaction.
 * Return: 0; -EUCLEAN when what comes out is not what nn_store_create() makes; -errno.
 */
int nn_store_migrate(struct nn_store *store, int64_t version, struct nn_err *err);

#endif
