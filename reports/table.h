/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CSV file of samples in memory: its names once each, its values by run. Private to this folder.
 */
#ifndef NN_REPORTS_TABLE_H
#define NN_REPORTS_TABLE_H

#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/protocol/message.h"

/* Distinct texts and their numbers, in the order of first use. */
struct nn_names {
	char **items;
	size_t nr, cap;
	uint32_t *slots; /* open addressing; number + 1, 0: free */
	size_t nr_slots;
};

enum nn_table_key {
	NN_KEY_CAMPAIGN,
	NN_KEY_WORKLOAD,
	NN_KEY_METRIC,
	NN_KEY_ARM,
	NN_KEY_BOOT,
	NN_KEY_RUN,
	NN_NR_KEYS,
};

struct nn_table_value {
	uint32_t iteration;
	uint32_t line; /* for messages; lines beyond 2^32 are told modulo */
	double value;
};

/* What one run measured of one metric. */
struct nn_table_run {
	uint32_t keys[NN_NR_KEYS]; /* indices into the table's names */
	uint64_t block;
	uint32_t unit;
	enum nn_direction direction;
	uint64_t line;        /* of its first value, */
	uint32_t unit_column; /* and where in it these stand, for messages */
	uint32_t direction_column;
	struct nn_table_value *values;
	size_t nr, cap;
	uint64_t nr_absent; /* rows without a value */
};

struct nn_table {
	struct nn_names names[NN_NR_KEYS];
	struct nn_names units;
	struct nn_table_run *runs;
	size_t nr_runs, cap_runs;
	uint32_t *slots; /* of runs by their keys and block */
	size_t nr_slots;
};

/**
 * Read @path; afterwards runs are sorted by campaign (in the file's order), workload, metric, arm,
 * block, boot and run, and values by iteration.
 * Return: 0; -EINVAL with file, line and column; -errno.
 */
int nn_table_read(const char *path, struct nn_table *ret_table, struct nn_err *err);
void nn_table_release(struct nn_table *table);
NN_AUTO_DEFINE(table, struct nn_table, nn_table_release(p))

/** The text of key @key of @run. */
const char *nn_table_name(const struct nn_table *table, const struct nn_table_run *run,
			  enum nn_table_key key);

/** Number of @text among @names, which it joins when it is new. */
uint32_t nn_names_add(struct nn_names *names, const char *text);

#endif
