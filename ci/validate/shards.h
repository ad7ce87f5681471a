/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulations that run in this program rather than through nearnative, spread over the processors:
 * each processor simulates every n-th case in a process of its own and hands back counts, which are
 * added up. Cases have seeds of their own, so the number of processors changes nothing.
 */
#ifndef NN_CI_VALIDATE_SHARDS_H
#define NN_CI_VALIDATE_SHARDS_H

#include <stddef.h>

#include "harness/base/err.h"

#define SHARD_NR_COUNTS 16

/** Simulate case @number and add to @counts. */
typedef void (*shard_fn)(const void *user, size_t number, double counts[SHARD_NR_COUNTS]);

/** Return: 0, or -errno. */
int shards_run(size_t nr_cases, shard_fn simulate, const void *user,
	       double ret_counts[SHARD_NR_COUNTS], struct nn_err *err);

#endif
