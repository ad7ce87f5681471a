/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A comparison from anybody's numbers: a CSV file with a header and the columns campaign, arm,
 * block, boot, run, iteration, workload, metric, unit, direction (higher or lower is better) and
 * value, in any order, other columns ignored; but for `phase`, as `nearnative db export` writes it:
 * rows whose phase is "warmup" are left out. An empty value is an absent one.
 */
#ifndef NN_REPORTS_FILE_H
#define NN_REPORTS_FILE_H

#include "reports/comparison.h"
#include "reports/row.h"

struct nn_file_options {
	const char *base; /* NULL: the claims' base, else "native", else the file's first arm */
	const char *arm;  /* compare this one only; NULL: every other arm */
	enum nn_pairing pairing;
	struct nn_claim_requests claims;
};

/**
 * Read the whole file and build the comparison of all its campaigns, in the order of the file.
 * Holds 16 bytes a value while it reads. Return: 0; -EINVAL with file, line and column; -errno.
 */
int nn_comparison_from_file(const char *path, const struct nn_file_options *options,
			    struct nn_comparison **ret_comparison, struct nn_err *err);

#endif
