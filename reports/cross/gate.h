/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The regression gate: verdicts on the rows of a candidate (B) beside its baseline (A), of a
 * comparison made by nn_cross_new(). Reference statistics §2.8. A slowdown is the share of
 * performance that is lost: 1 − the ratio turned so that higher is better.
 *
 *	REGRESSION      H0 "slowdown ≤ min_effect" is rejected one-sided, Benjamini–Hochberg over
 *all rows, and the estimate is at least the threshold NO REGRESSION   else, when a slowdown above
 *the tolerance is ruled out (one-sided at 0.05) INCONCLUSIVE    else, or fewer than NN_MIN_BOOTS
 *boots; with the boots that would do INVALID         what speaks against the figures of either
 *campaign; machines that are unlike; a metric that the baseline has and the candidate lacks
 *
 * Improvements are told and never fail. The claims of the candidate's own plan count as well.
 */
#ifndef NN_REPORTS_GATE_H
#define NN_REPORTS_GATE_H

#include <stddef.h>

#include "reports/comparison.h"
#include "reports/cross/likeness.h"

#define NN_REGRESSION    "REGRESSION"
#define NN_NO_REGRESSION "NO REGRESSION"

struct nn_gate_params {
	double min_effect; /* 0.005: slowdowns up to it do not matter */
	double threshold;  /* 0.01: of the estimate, below which nothing is called a regression */
	double tolerance;  /* 0.02: what NO REGRESSION rules out */
	double fdr;        /* 0.05: false discovery rate over all rows */
};

#define NN_GATE_MIN_EFFECT 0.005
#define NN_GATE_THRESHOLD  0.01
#define NN_GATE_TOLERANCE  0.02
#define NN_GATE_FDR        0.05

/* How many rows, and claims, ended how. */
struct nn_gate_tally {
	size_t nr_regressions;
	size_t nr_clear;
	size_t nr_inconclusive;
	size_t nr_invalid; /* without those that vanished */
	size_t nr_vanished;
	size_t nr_improved; /* among the clear */
	size_t nr_new;      /* of the candidate alone: no verdict is wanted of them */
	size_t nr_claims_refuted;
	size_t nr_claims_open; /* INCONCLUSIVE or INVALID */
	size_t nr_claims_proven;
};

enum nn_gate_outcome { NN_GATE_PASSED, NN_GATE_FAILED, NN_GATE_NO_VERDICT };

/** -EINVAL unless 0 ≤ min_effect ≤ threshold ≤ tolerance < 1. */
int nn_gate_params_check(const struct nn_gate_params *params, struct nn_err *err);

/** Give every row of @comparison its verdict and reasons. @tally: counts are added. */
void nn_gate_judge(struct nn_comparison *comparison, const struct nn_gate_params *params,
		   struct nn_gate_tally *tally);

/**
 * Make every row INVALID before it is judged, because the campaigns are not alike. Does nothing
 * when all differences are allowed.
 */
void nn_gate_refuse_unlike(struct nn_comparison *comparison,
			   const struct nn_differences *differences);

/** Make every row INVALID before it is judged. @reason: what is wrong with the candidate. */
void nn_gate_refuse(struct nn_comparison *comparison, const char *reason);

/**
 * Move the claims of @candidate, and the rows that they rest on, into @comparison: arms get the
 * label "B". Call it last: these rows have verdicts of their own.
 * @candidate: made by nn_comparison_new(); what was moved is no longer there.
 */
void nn_gate_take_claims(struct nn_comparison *comparison, struct nn_comparison *candidate,
			 struct nn_gate_tally *tally);

/** FAILED before NO_VERDICT before PASSED; a gate that judged nothing has no verdict. */
enum nn_gate_outcome nn_gate_outcome(const struct nn_gate_tally *tally);

/** Append one line: "no regression: 14 compared, 14 clear". */
void nn_gate_summary(const struct nn_gate_tally *tally, struct nn_strbuf *sb);

/** Tell the outcome and the limits in front of all remarks. Call it last. */
void nn_gate_conclude(struct nn_comparison *comparison, const struct nn_gate_params *params,
		      const struct nn_gate_tally *tally);

#endif
