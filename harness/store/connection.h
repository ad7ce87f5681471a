/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the file is opened and journalled. A connection is normal, or alone where the file system
 * cannot map shared memory, which WAL needs to coordinate processes (9p, some network shares).
 */
#ifndef NN_STORE_CONNECTION_H
#define NN_STORE_CONNECTION_H

#include "harness/store/statement.h"
#include "harness/store/store.h"

enum nn_sharing { NN_SHARING_NORMAL, NN_SHARING_NONE };

/** Open and configure store->db; read-only stores refuse every change. */
int nn_connection_open(struct nn_store *store, enum nn_store_mode mode, enum nn_sharing sharing,
		       struct nn_err *err);

/**
 * Settle a writer's journal, and prove by taking a write lock that it works: WAL, or a rollback
 * journal without sharing.
 */
int nn_connection_set_journal(struct nn_store *store, enum nn_sharing sharing, struct nn_err *err);

/** Did the latest call fail for want of shared memory, so that another try without it may do? */
bool nn_connection_lacks_sharing(const struct nn_store *store);

/** Replace the connection by one on a private copy, which may be changed and vanishes at the end.
 */
int nn_connection_copy(struct nn_store *store, struct nn_err *err);

/** From here on nothing can be changed through this connection. */
int nn_connection_forbid_changes(struct nn_store *store, struct nn_err *err);

void nn_connection_close(struct nn_store *store);

#endif
