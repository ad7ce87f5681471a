/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A claim's text, from a plan or the command line. */
#include "ci/fuzz/fuzz.h"

#include <math.h>

#include "harness/plan/plan.h"

static char *claim_text(const struct nn_plan_claim *claim)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	nn_strbuf_addf(&text, "%s >= %.17f of %s for %s:%s", claim->arm, claim->margin, claim->base,
		       claim->workload, claim->metric);
	return nn_strbuf_detach(&text);
}

/* What was understood, written down, is understood as the same. */
static void check_again(const struct nn_plan_claim *claim)
{
	NN_AUTO(free) char *text = claim_text(claim);
	struct nn_plan_claim again = {0};
	struct nn_err err = {0};

	fuzz_require(nn_claim_parse(text, &again, &err) == 0, "'%s': %s", text, err.message);
	fuzz_require(strcmp(again.arm, claim->arm) == 0 && strcmp(again.base, claim->base) == 0 &&
			     strcmp(again.workload, claim->workload) == 0 &&
			     strcmp(again.metric, claim->metric) == 0 &&
			     fabs(again.margin - claim->margin) < 1e-15,
		     "'%s' reads otherwise", text);
	nn_claim_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(free) char *text = nn_strndup(size ? (const char *)bytes : "", size);
	struct nn_plan_claim claim = {0};
	struct nn_err err = {0};
	int rc = nn_claim_parse(text, &claim, &err);

	if (rc) {
		fuzz_require(rc < 0 && err.message[0], "a failure without a message");
		return 0;
	}
	fuzz_require(claim.margin > 0 && claim.margin <= 2, "margin %g", claim.margin);
	check_again(&claim);
	nn_claim_release(&claim);
	return 0;
}
