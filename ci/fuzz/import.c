/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result files of other tools. The first line of the input names the tool. */
#include "ci/fuzz/fuzz.h"

#include <math.h>

#include "harness/import/import.h"

static void check_run(const struct nn_import_run *run)
{
	fuzz_require(run->workload[0], "a workload without a name");
	fuzz_require(!run->reason || !fuzz_has_control(run->reason, ""), "reason of two lines");
	fuzz_require(!run->note || !fuzz_has_control(run->note, ""), "note of two lines");
	for (size_t i = 0; i < run->samples.nr; i++) {
		const struct nn_sample *sample = &run->samples.items[i];

		fuzz_require(isfinite(sample->value), "a value of %g", sample->value);
		fuzz_require(sample->metric[0] && !strpbrk(sample->metric, " :"), "metric '%s'",
			     sample->metric);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(fuzz_input) struct fuzz_input input = fuzz_split(bytes, size);
	const struct nn_importer *importer = NULL;
	struct nn_import_boot boot = {0};
	struct nn_err err = {0};
	int rc;

	if (nn_importer_find(input.word, &importer, NULL))
		return 0;
	rc = nn_import_text(importer, input.text, input.len, "dir/results", NULL, &boot, &err);
	if (rc) {
		fuzz_check_failure(rc, &err);
		fuzz_require(strncmp(err.message, "dir/results", 11) == 0,
			     "'%s' does not name the file", err.message);
		return 0;
	}
	fuzz_require(boot.nr_runs > 0 && strcmp(boot.name, "results") == 0, "a boot of nothing");
	for (size_t i = 0; i < boot.nr_runs; i++)
		check_run(&boot.runs[i]);
	nn_import_boot_release(&boot);
	return 0;
}
