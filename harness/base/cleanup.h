/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Release by scope: a variable declared NN_AUTO(kind) is released when its scope ends, on every
 * path, so an early return is the normal style. Hand a resource over with NN_STEAL().
 *
 * A header that owns a type offers its kind with NN_AUTO_DEFINE(kind, type, statement), where the
 * statement sees the variable's address as @p. Releasers accept the empty value (NULL, -1, zeroes).
 */
#ifndef NN_BASE_CLEANUP_H
#define NN_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NN_AUTO(kind) __attribute__((cleanup(nn_auto_##kind)))

#define NN_AUTO_DEFINE(kind, type, statement)      \
	static inline void nn_auto_##kind(type *p) \
	{                                          \
		statement;                         \
	}

/* The value of a pointer variable, which is NULL from here on. */
#define NN_STEAL(ptr)                              \
	({                                         \
		__typeof__(ptr) nn_stolen = (ptr); \
		(ptr) = NULL;                      \
		nn_stolen;                         \
	})

/* The value of a descriptor variable, which is -1 from here on. */
#define NN_STEAL_FD(fd)               \
	({                            \
		int nn_stolen = (fd); \
		(fd) = -1;            \
		nn_stolen;            \
	})

static inline void nn_auto_free(void *p)
{
	free(*(void **)p);
}

static inline void nn_auto_fd(const int *p)
{
	if (*p >= 0)
		(void)close(*p); /* a writer that cares checks its own close() */
}

static inline void nn_auto_file(FILE **p)
{
	if (*p)
		(void)fclose(*p); /* a writer that cares checks its own fclose() */
}

static inline void nn_auto_dir(DIR **p)
{
	if (*p)
		(void)closedir(*p);
}

#endif
