/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allocation and growable arrays. Memory that cannot be had ends the program with a message: an
 * orchestrator that is out of memory can do nothing better than to stop, and its journal restores
 * the machine. So no caller checks these results. Products are checked for overflow.
 */
#ifndef NN_BASE_ARRAY_H
#define NN_BASE_ARRAY_H

#include <stddef.h>

/** Zeroed room for @nr elements of @size bytes; the caller frees. */
void *nn_calloc(size_t nr, size_t size);

/** Like reallocarray(); the caller frees the result in place of @p. */
void *nn_reallocarray(void *p, size_t nr, size_t size);

/** A copy of @s, or NULL for NULL; the caller frees. */
char *nn_strdup(const char *s);

/** A copy of the first @len bytes of @s with a NUL behind; the caller frees. */
char *nn_strndup(const char *s, size_t len);

/** The capacity to grow to so that @needed elements fit; at least doubles. */
size_t nn_array_capacity(size_t cap, size_t needed);

/*
 * Append a zeroed element to the array (@items, @nr, @cap) and yield its address, which holds until
 * the next append. Three plain members keep a struct's array readable in a debugger.
 */
#define NN_ARRAY_APPEND(items, nr, cap)                                              \
	({                                                                           \
		if ((nr) == (cap)) {                                                 \
			(cap) = nn_array_capacity((cap), (nr) + 1);                  \
			(items) = nn_reallocarray((items), (cap), sizeof(*(items))); \
		}                                                                    \
		(items)[(nr)] = (__typeof__(*(items))){0};                           \
		&(items)[(nr)++];                                                    \
	})

#endif
