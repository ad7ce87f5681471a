/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private folders for short-lived files, below $TMPDIR or /tmp, removed with all they hold. */
#ifndef NN_BASE_SCRATCH_H
#define NN_BASE_SCRATCH_H

#include "harness/base/err.h"

/** Make a new folder that only we may enter; @ret_path is the caller's. */
int nn_scratch_new(char **ret_path, struct nn_err *err);

/**
 * Remove it recursively, without following links or leaving its file system. Accepts NULL. Any
 * other folder stays: a path may come from the journal of a database that somebody else made.
 */
void nn_scratch_remove(const char *path);

#endif
