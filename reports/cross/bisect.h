/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a candidate slower than a threshold allows? What `git bisect run` asks at each step, put to
 *one or several rounds of boots whose values are pooled. A slowdown is the share of performance
 *that is lost: 1 − the ratio turned so that higher is better.
 *
 *	BAD      of some row a slowdown above the threshold is shown (one-sided,
 *	         Benjamini–Hochberg over the rows)
 *	UNTOLD   of some row the figures cannot be trusted, or there are none
 *	GOOD     of every row a slowdown that reaches the threshold is ruled out (one-sided)
 *	NEAR     else: another round may tell
 *
 * Each round is a look at the same boots and more, so each is judged at 0.05 ÷ the number of rounds
 * there may be: the error over all of them is at most 0.05.
 *
 * Arms of one campaign are compared pair by pair. Where both are reached the same way (two kernels
 * in VMs, two sessions) only software differs, and it does not matter whether a hypervisor lies
 * below them: "no bare metal" speaks against claims on native performance alone, and is left out
 * here. Everything else that makes a comparison INVALID does so here.
 */
#ifndef NN_REPORTS_BISECT_H
#define NN_REPORTS_BISECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/stats/ratio.h"
#include "harness/store/store.h"
#include "reports/comparison.h"

#define NN_BISECT_THRESHOLD 0.02
#define NN_BISECT_ROUNDS    3
#define NN_BISECT_ALPHA     0.05 /* over all rounds */

enum nn_bisect_outcome { NN_BISECT_GOOD, NN_BISECT_BAD, NN_BISECT_NEAR, NN_BISECT_UNTOLD };

struct nn_bisect_params {
	double threshold;     /* 0.02: of the slowdown */
	uint64_t max_rounds;  /* at least 1 */
	const char *workload; /* globs of what is judged; NULL: everything */
	const char *metric;
};

/* One metric of one pair of arms, over all rounds. */
struct nn_bisect_row {
	char *base_arm;
	char *arm;
	char *workload;
	char *metric;
	char *unit;
	enum nn_direction direction;
	bool is_paired;
	double *base; /* values of boots; paired by index */
	size_t nr_base, cap_base;
	double *values; /* of the candidate */
	size_t nr, cap;
	struct nn_strings doubts; /* why the figures cannot be trusted */
	/* Filled by nn_bisect_judge(); NaN when it cannot be told. */
	struct nn_ratio performance;
	double p_bad;          /* of "the slowdown is at most the threshold" */
	double p_bad_adjusted; /* over the rows */
	double p_good;         /* of "the slowdown reaches the threshold" */
	enum nn_bisect_outcome outcome;
};

struct nn_bisect {
	struct nn_bisect_params params; /* strings borrowed */
	size_t nr_rounds;
	struct nn_bisect_row *rows;
	size_t nr_rows, cap_rows;
};

void nn_bisect_release(struct nn_bisect *bisect);
NN_AUTO_DEFINE(bisect, struct nn_bisect, nn_bisect_release(p))

/** Two arms of a campaign as rows of a comparison, with what speaks against them. */
int nn_bisect_read_pair(struct nn_store *store, int64_t campaign, const char *base, const char *arm,
			struct nn_comparison **ret_comparison, struct nn_err *err);

/**
 * Add a round: made by nn_bisect_read_pair(), or by nn_cross_new() with the baseline as A, whose
 * boots count once. What only the candidate has is left out; what it lacks cannot be told.
 */
void nn_bisect_add_round(struct nn_bisect *bisect, const struct nn_comparison *round);

/**
 * Could any candidate be told from this baseline? Each arm that is judged needs figures, each row
 * at least NN_MIN_BOOTS boots and nothing that speaks against them.
 * @round: the baseline made a round of itself, by nn_cross_new().
 * @arms: that are judged, as they were given to it.
 * Return: 0, or -ENOTSUP with the first reason.
 */
int nn_bisect_check_baseline(const struct nn_bisect_params *params,
			     const struct nn_comparison *round, const struct nn_strings *arms,
			     struct nn_err *err);

/** Judge all rows by what is there so far. */
enum nn_bisect_outcome nn_bisect_judge(struct nn_bisect *bisect);

/** The row that decided: worst slowdown among those with the overall outcome; NULL: no rows. */
const struct nn_bisect_row *nn_bisect_decisive(const struct nn_bisect *bisect,
					       enum nn_bisect_outcome outcome);

/** "good", "bad", "near the threshold", "cannot tell". */
const char *nn_bisect_outcome_name(enum nn_bisect_outcome outcome);

/** Append "5.1 % slower (95 % sure of 4.2 to 6.0 %)" or the doubts. */
void nn_bisect_words_row(struct nn_strbuf *sb, const struct nn_bisect_row *row);

/** A new array of the rows for programs. */
json_t *nn_bisect_json(const struct nn_bisect *bisect);

#endif
