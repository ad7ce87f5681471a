/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is kept of the iterations of one boot: a mean over runs and a few robust figures. Runs come
 * one at a time and are forgotten, so a campaign of any length is reduced to its boots. The caller
 * owns a digest; it has nothing to release.
 */
#ifndef NN_REPORTS_DIGEST_H
#define NN_REPORTS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"

/* p50, p95 and p99, by Harrell–Davis over the iterations of a boot. */
#define NN_NR_TAILS 3
extern const double nn_tail_probabilities[NN_NR_TAILS];

/* The distribution within a boot, for pictures: type 7 at 0, 0.05 … 1. */
#define NN_NR_CURVE 21

/* Of the steady part of each run, or of the whole run that has none. Absent figures are NaN. */
struct nn_digest {
	double mean;               /* over runs of each run's mean over iterations */
	double trimmed_mean;       /* the same with 10 % of the iterations cut at either end */
	double variation;          /* SD ÷ mean of the boot's iterations */
	double effective_samples;  /* mean over runs: reference statistics §2.10 */
	double tails[NN_NR_TAILS]; /* NaN: fewer than 10 iterations beyond it */
	double curve[NN_NR_CURVE];
	uint64_t nr_runs;
	uint64_t nr_samples;
	uint64_t nr_judged;   /* runs with enough iterations to tell: of these … */
	uint64_t nr_unsteady; /* … those that reached no steady state, */
	uint64_t nr_warmup;   /* … whose first iterations were worse and are left out, */
	uint64_t nr_slowdown; /* … and better and are left out */
	uint64_t nr_outliers; /* iterations beyond Tukey's 3 IQR */
};

struct nn_digester;

struct nn_digester *nn_digester_new(void);
void nn_digester_free(struct nn_digester *digester);
NN_AUTO_DEFINE(digester, struct nn_digester *, nn_digester_free(*p))

/** Add one run's finite values after its warm-up, in the order of iterations; @nr 0 adds nothing.
 */
void nn_digester_run(struct nn_digester *digester, const double *values, size_t nr,
		     bool is_lower_better);
/** The digest of the runs added since the last call; starts over. */
struct nn_digest nn_digester_finish(struct nn_digester *digester);

#endif
