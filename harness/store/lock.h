/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may write: the owner of an flock() on an empty file beside the database. A file of its own,
 * because SQLite drops its locks when anyone in this process closes the database. It stays where it
 * is when the database is closed.
 */
#ifndef NN_STORE_LOCK_H
#define NN_STORE_LOCK_H

#include <stdbool.h>

#include "harness/base/err.h"

/**
 * Become the writer of database @path until the descriptor is closed.
 * Return: 0; -EBUSY another is; -errno.
 */
int nn_lock_take(const char *path, int *ret_fd, struct nn_err *err);

/** Has database @path a writer on this system? */
bool nn_lock_is_taken(const char *path);

/** Remove the lock file of @path; by its owner only. */
void nn_lock_remove(const char *path);

#endif
