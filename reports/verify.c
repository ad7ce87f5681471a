/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are the claims those that the plan made before the first boot? The plan's bytes and their hash
 * were stored then; whatever was altered in the database since shows here.
 */
#include "reports/build.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/hash.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"

static bool is_plan_genuine(const struct nn_comparison *comparison)
{
	const char *text = comparison->summary[NN_SUMMARY_PLAN_TEXT];
	const char *hash = comparison->summary[NN_SUMMARY_PLAN_HASH];
	char of_text[NN_SHA256_HEX_CAP];

	if (!text || !*text || !hash)
		return true; /* imported: there never was a plan */
	nn_sha256_hex(text, strlen(text), of_text);
	return strcmp(of_text, hash) == 0;
}

/* The share that the claim's own text names: "vm >= 97% of native". NaN: it names none. */
static double margin_in(const char *text)
{
	const char *from = strstr(text, ">=");
	NN_AUTO(free) char *number = NULL;
	double margin = NAN;

	if (!from)
		return NAN;
	from += 2;
	from += strspn(from, " \t");
	number = nn_asprintf("%.*s%%", (int)strspn(from, "0123456789."), from);
	return nn_parse_share(number, &margin, NULL) ? NAN : margin;
}

static void verify_claim(const struct nn_comparison *comparison, struct nn_report_claim *claim)
{
	const char *plan = comparison->summary[NN_SUMMARY_PLAN_TEXT];

	if (plan && *plan && !strstr(plan, claim->text))
		nn_strings_add(&claim->reasons,
			       nn_strdup("changed later: the plan that was stored before the first "
					 "boot makes no such claim"));
	if (fabs(margin_in(claim->text) - claim->margin) > 1e-9)
		nn_strings_add(&claim->reasons,
			       nn_asprintf("changed later: the margin is stored as %.6g, the "
					   "plan's claim names another",
					   claim->margin));
}

void nn_build_verify_claims(struct nn_comparison *comparison)
{
	bool is_genuine = is_plan_genuine(comparison);

	if (!is_genuine)
		nn_strings_add(&comparison->remarks,
			       nn_strdup("the stored plan does not match the hash that was taken "
					 "before the first boot"));
	for (size_t i = 0; i < comparison->nr_claims; i++) {
		struct nn_report_claim *claim = &comparison->claims[i];

		if (claim->is_late)
			continue;
		if (!is_genuine)
			nn_strings_add(&claim->reasons,
				       nn_strdup("changed later: the plan's hash does not match"));
		verify_claim(comparison, claim);
	}
}
