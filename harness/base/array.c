/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *array_checked(void *p, size_t nr, size_t size)
{
	if (p || !nr || !size)
		return p;
	(void)fprintf(stderr, "nearnative: out of memory (%zu x %zu bytes)\n", nr, size);
	abort();
}

void *nn_calloc(size_t nr, size_t size)
{
	return array_checked(calloc(nr, size), nr, size);
}

void *nn_reallocarray(void *p, size_t nr, size_t size)
{
	return array_checked(reallocarray(p, nr, size), nr, size);
}

char *nn_strdup(const char *s)
{
	return s ? nn_strndup(s, strlen(s)) : NULL;
}

char *nn_strndup(const char *s, size_t len)
{
	char *copy = nn_calloc(len + 1, 1);

	memcpy(copy, s, len);
	return copy;
}

size_t nn_array_capacity(size_t cap, size_t needed)
{
	size_t grown = cap ? cap * 2 : 8;

	return grown > needed ? grown : needed;
}
