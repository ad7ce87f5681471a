/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims from the command line, and the exit status that the verdicts of claims stand for. */
#ifndef NN_CMD_CLAIMS_H
#define NN_CMD_CLAIMS_H

#include "harness/base/options.h"
#include "harness/plan/plan.h"
#include "reports/comparison.h"

struct nn_given_claims {
	struct nn_plan_claim *parsed;
	struct nn_claim_request *requests; /* point into @parsed */
	size_t nr;
};

/** -EINVAL with what is wrong in which text. */
int nn_given_claims_parse(const struct nn_option_list *texts, struct nn_given_claims *ret_claims,
			  struct nn_err *err);
void nn_given_claims_release(struct nn_given_claims *claims);
NN_AUTO_DEFINE(given_claims, struct nn_given_claims, nn_given_claims_release(p))

/**
 * Return: NN_EXIT_REGRESSION when a claim is refuted, NN_EXIT_NO_VERDICT when one has no verdict or
 * the store is not what its plan says, else NN_EXIT_OK.
 */
int nn_claims_exit(const struct nn_comparison *comparison);

#endif
