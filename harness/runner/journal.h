/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The device journal on top of the store: how harness/device's entries become rows and come back.
 */
#ifndef NN_RUNNER_JOURNAL_H
#define NN_RUNNER_JOURNAL_H

#include "harness/base/sysfs.h"
#include "harness/device/bind.h"
#include "harness/store/store.h"

struct nn_store_journal {
	struct nn_store *store;
	char *machine_boot; /* this boot of the machine */
	struct nn_journal journal;
};

/** @journal may not move afterwards: its interface points at itself. */
void nn_store_journal_init(struct nn_store_journal *journal, struct nn_store *store,
			   const struct nn_sysroot *sysroot);
void nn_store_journal_release(struct nn_store_journal *journal);

#endif
