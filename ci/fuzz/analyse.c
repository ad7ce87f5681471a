/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Anybody's numbers: a CSV file into a comparison, and that into every form of report. */
#include "ci/fuzz/fuzz.h"
#include "ci/fuzz/render.h"

#include "reports/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct nn_claim_request claim = {.text = "vm >= 97% of native",
						      .arm = "vm",
						      .base = "native",
						      .workload = "*",
						      .metric = "*",
						      .margin = 0.97};
	static const struct nn_file_options options = {.claims = {.items = &claim, .nr = 1}};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};
	NN_AUTO(fuzz_file) struct fuzz_file file = fuzz_file_new(bytes, size);
	int rc = nn_comparison_from_file(file.path, &options, &comparison, &err);

	if (rc)
		fuzz_check_failure(rc, &err);
	else
		fuzz_render(comparison);
	return 0;
}
