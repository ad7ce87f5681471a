/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Undo what the journal of a database says is still changed, newest first: after a crash, a power
 * cut or a failed reset. Doing it again is harmless.
 */
#ifndef NN_RUNNER_RESTORE_H
#define NN_RUNNER_RESTORE_H

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/store/store.h"

struct nn_restored {
	unsigned int nr_restored; /* settings and drivers that are as they were again */
	unsigned int nr_rebooted; /* that the machine forgot because it was booted since */
	unsigned int nr_gone;     /* whose device is away */
	unsigned int nr_failed;   /* that are still changed; they stay in the journal */
};

/**
 * Restore all. Folders for short-lived files that a crash left are removed and not counted.
 * @say: called with a sentence for each entry: what is as it was, or what is not and why; or NULL.
 * Return: 0 when the journal is empty afterwards; -EBUSY when another orchestrator has what it is
 * about; else the first failure.
 */
int nn_runner_restore(struct nn_store *store, const struct nn_sysroot *sysroot,
		      void (*say)(void *user, const char *sentence), void *user,
		      struct nn_restored *ret_restored, struct nn_err *err);

#endif
