/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of facts: when two of them are the same. What boots of an arm had is one text, "a | b"
 * where they differ. Private to this folder.
 */
#ifndef NN_REPORTS_LIKENESS_VALUES_H
#define NN_REPORTS_LIKENESS_VALUES_H

#include <stdbool.h>

/** Does one of @globs, which end with NULL, match all of @key? */
bool nn_globs_match(const char *const *globs, const char *key);

/**
 * Do both texts name the same values? In a kernel's command line only words count that can matter,
 * memory may differ by what a kernel keeps for itself, and of facts that vary between boots of one
 * machine one common value is enough.
 * @key: "machine:kernel.release"; @a, @b: NULL where the fact is absent.
 */
bool nn_values_are_alike(const char *key, const char *a, const char *b);

/**
 * @value as it is listed beside @other (or NULL), of the caller's: of a command line the words that
 * the other has not.
 */
char *nn_value_shown(const char *name, const char *value, const char *other);

#endif
