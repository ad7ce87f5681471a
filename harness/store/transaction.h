/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several changes of a store that happen together or not at all. */
#ifndef NN_STORE_TRANSACTION_H
#define NN_STORE_TRANSACTION_H

#include "harness/base/cleanup.h"
#include "harness/base/err.h"

struct nn_store;

/*
 * A transaction that its scope rolls back unless it was committed. Within another one it is a
 * savepoint, so that a function which needs one need not know whether its caller has one.
 */
struct nn_transaction {
	struct nn_store *store; /* NULL: over, or not begun */
};

int nn_transaction_begin(struct nn_store *store, struct nn_transaction *ret_transaction,
			 struct nn_err *err);
int nn_transaction_commit(struct nn_transaction *transaction, struct nn_err *err);
void nn_transaction_rollback(struct nn_transaction *transaction);
NN_AUTO_DEFINE(transaction, struct nn_transaction, nn_transaction_rollback(p))

#endif
