/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a user names, whole and no larger than what is asked for has any use of. */
#ifndef NN_BASE_FILE_H
#define NN_BASE_FILE_H

#include "harness/base/err.h"
#include "harness/base/strbuf.h"

/**
 * Append the bytes of a file, pipe or the like: all of them, or more than @max_bytes when there are
 * too many, which is for the caller to refuse.
 * Return: 0, or -errno of opening and reading.
 */
int nn_file_read(const char *path, size_t max_bytes, struct nn_strbuf *ret_text,
		 struct nn_err *err);

#endif
