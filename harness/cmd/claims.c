/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/claims.h"

#include <string.h>

#include "harness/base/array.h"
#include "harness/cmd/command.h"

int nn_given_claims_parse(const struct nn_option_list *texts, struct nn_given_claims *ret_claims,
			  struct nn_err *err)
{
	NN_AUTO(given_claims) struct nn_given_claims claims = {0};

	claims.parsed = nn_calloc(texts->nr + 1, sizeof(*claims.parsed));
	claims.requests = nn_calloc(texts->nr + 1, sizeof(*claims.requests));
	for (size_t i = 0; i < texts->nr; i++) {
		struct nn_plan_claim *claim = &claims.parsed[i];
		int rc = nn_claim_parse(texts->values[i], claim, err);

		if (rc)
			return rc;
		claims.nr++;
		claims.requests[i] = (struct nn_claim_request){
			.text = claim->text,
			.arm = claim->arm,
			.base = claim->base,
			.workload = claim->workload,
			.metric = claim->metric,
			.margin = claim->margin,
		};
	}
	*ret_claims = claims;
	claims = (struct nn_given_claims){0};
	return 0;
}

void nn_given_claims_release(struct nn_given_claims *claims)
{
	for (size_t i = 0; i < claims->nr; i++)
		nn_claim_release(&claims->parsed[i]);
	free(claims->parsed);
	free(claims->requests);
	*claims = (struct nn_given_claims){0};
}

/* A refuted claim outweighs one without a verdict. */
int nn_claims_exit(const struct nn_comparison *comparison)
{
	int worst = comparison->is_unverified ? NN_EXIT_NO_VERDICT : NN_EXIT_OK;

	for (size_t i = 0; i < comparison->nr_claims; i++) {
		const char *verdict = comparison->claims[i].verdict;

		if (strcmp(verdict, "REFUTED") == 0)
			return NN_EXIT_REGRESSION;
		if (strcmp(verdict, "PROVEN") != 0)
			worst = NN_EXIT_NO_VERDICT;
	}
	return worst;
}
