/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shape of a plan, loaded by libcyaml: which keys there are and where lists and mappings stand.
 * All values stay text here, because what they may be is said better by the parsers of
 * harness/base/units.h than by libcyaml (whose booleans, for one, take any unknown word for true).
 * The free keys of `settings` are ignored by the schema: libcyaml's mappings have fixed keys, while
 * these depend on the target or workload named beside them. They are read from struct nn_lines, and
 * so is `device`, which is a text or a mapping.
 */
#ifndef NN_PLAN_SCHEMA_H
#define NN_PLAN_SCHEMA_H

#include <stddef.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/plan/lines.h"

struct nn_raw_arm {
	char *name;
	char *target;
};

struct nn_raw_workload {
	char *name;
	char *iterations;
	char *warmup;
	char *runs;
};

struct nn_raw_design {
	char *blocks;
	char *runs;
	char *seed;
	char *base;
	char *aa;
	char *retries;
};

struct nn_raw_deadlines {
	char *bind;
	char *boot;
	char *hello;
	char *run;
	char *upload;
	char *shutdown;
};

/* The text of every value; NULL where the plan says nothing. */
struct nn_raw_plan {
	char *name;
	char *spare;
	struct nn_raw_arm *arms;
	size_t nr_arms;
	struct nn_raw_workload *workloads;
	size_t nr_workloads;
	struct nn_raw_design design;
	char **claims;
	size_t nr_claims;
	struct nn_raw_deadlines deadlines;
	char *allow_emulated;
};

/**
 * Load @len bytes of YAML by the schema.
 * @path, @lines: of the same text, for messages.
 * Return: 0, or -EINVAL with "PATH:LINE: what is wrong, what was expected".
 */
int nn_schema_load(const char *text, size_t len, const char *path, const struct nn_lines *lines,
		   struct nn_raw_plan **ret_raw, struct nn_err *err);

void nn_schema_free(struct nn_raw_plan *raw);
NN_AUTO_DEFINE(raw_plan, struct nn_raw_plan *, nn_schema_free(*p))

#endif
