/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `nearnative analyse` from outside: simulated campaigns go in through a pipe, the CSV report comes
 * back as figures. Nothing of the program's inside is used.
 */
#ifndef NN_CI_VALIDATE_ANALYSIS_H
#define NN_CI_VALIDATE_ANALYSIS_H

#include "ci/validate/model.h"
#include "ci/validate/validate.h"

/* One comparison; what the report leaves empty is NaN or "". Texts hold until the callback ends. */
struct figures {
	double ratio;
	double ratio_ci95[2];
	double bootstrap_t[2];
	double hodges_lehmann_ci95[2];
	double p_value;
	const char *verdict;
	const char *flags;
	const char *reasons;
};

struct analysis {
	const char *claim;   /* or NULL */
	const char *pairing; /* or NULL: auto */
};

typedef void (*figures_fn)(void *user, const struct figures *figures);

/**
 * Have all campaigns of @model analysed in one go; @each sees one comparison after the other.
 * Return: 0; -EIO when the program failed, or gave another number of comparisons than there are
 * campaigns; -errno.
 */
int analysis_run(const struct validate *validate, const struct model *model,
		 const struct analysis *analysis, figures_fn each, void *user, struct nn_err *err);

/** Does the interval hold @value? False when a bound is NaN. */
bool analysis_covers(const double interval[2], double value);

#endif
