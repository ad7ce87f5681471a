/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of changes on top of the store: how the entries of harness/device become rows.
 */
#ifndef NN_RUNNER_JOURNAL_H
#define NN_RUNNER_JOURNAL_H

#include "harness/base/sysfs.h"
#include "harness/device/binding.h"
#include "harness/store/store.h"

struct nn_store_journal {
	struct nn_store *store;
	char *machine_boot; /* this boot of the machine */
	struct nn_journal journal;
	int64_t scratch_id; /* the entry of the folder below, 0: none */
};

/** @journal may not move afterwards: its interface points at itself. */
void nn_store_journal_init(struct nn_store_journal *journal, struct nn_store *store,
			   const struct nn_sysroot *sysroot);
void nn_store_journal_release(struct nn_store_journal *journal);

/** Make a folder for short-lived files that a restore removes after a crash. */
int nn_journalled_scratch_new(struct nn_store_journal *journal, char **ret_path,
			      struct nn_err *err);
/** Remove it and close its entry. Accepts NULL. */
void nn_journalled_scratch_remove(struct nn_store_journal *journal, const char *path);

/** An identity of this boot of the machine, of the caller's. */
char *nn_machine_boot(const struct nn_sysroot *sysroot);

#endif
