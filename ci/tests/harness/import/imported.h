/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixtures and texts through an importer, and short ways to look into what came out. */
#ifndef NN_TESTS_IMPORT_IMPORTED_H
#define NN_TESTS_IMPORT_IMPORTED_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/import/import.h"

#define FIXTURES "ci/tests/fixtures/import/"

static inline void nn_auto_import_boot(struct nn_import_boot *p)
{
	nn_import_boot_release(p);
}

static inline struct nn_import_boot read_fixture(const struct nn_importer *importer,
						 const char *name, const char *only)
{
	NN_AUTO(free) char *path = nn_asprintf(FIXTURES "%s", name);
	struct nn_import_boot boot = {0};
	struct nn_err err = {0};

	if (nn_import_file(importer, path, only, &boot, &err))
		fail_msg("%s: %s", path, err.message);
	assert_string_equal(boot.name, name);
	return boot;
}

static inline struct nn_import_boot read_text(const struct nn_importer *importer, const char *text,
					      const char *only)
{
	struct nn_import_boot boot = {0};
	struct nn_err err = {0};

	if (nn_import_text(importer, text, strlen(text), "t", only, &boot, &err))
		fail_msg("%s", err.message);
	return boot;
}

static inline const struct nn_import_run *run_of(const struct nn_import_boot *boot,
						 const char *workload)
{
	for (size_t i = 0; i < boot->nr_runs; i++) {
		if (strcmp(boot->runs[i].workload, workload) == 0)
			return &boot->runs[i];
	}
	fail_msg("no workload '%s'", workload);
	return NULL;
}

/* A figure that is to be there, with everything that is stored of it. */
struct expected_value {
	const char *workload;
	const char *metric;
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	uint64_t iteration;
	double value;
};

static inline const struct nn_sample *sample_of(const struct nn_import_boot *boot,
						const char *workload, const char *metric,
						uint64_t iteration)
{
	const struct nn_import_run *run = run_of(boot, workload);

	for (size_t i = 0; i < run->samples.nr; i++) {
		const struct nn_sample *sample = &run->samples.items[i];

		if (strcmp(sample->metric, metric) == 0 && sample->iteration == iteration)
			return sample;
	}
	return NULL;
}

static inline void assert_values(const struct nn_import_boot *boot,
				 const struct expected_value *expected, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct expected_value *e = &expected[i];
		const struct nn_sample *sample =
			sample_of(boot, e->workload, e->metric, e->iteration);

		if (!sample)
			fail_msg("no %s of %s, iteration %d", e->metric, e->workload,
				 (int)e->iteration);
		assert_string_equal(sample->unit, e->unit);
		assert_int_equal(sample->direction, e->direction);
		assert_int_equal(sample->kind, e->kind);
		assert_int_equal(sample->phase, NN_PHASE_STEADY);
		assert_true(sample->value == e->value);
	}
}

static inline size_t nr_values_of(const struct nn_import_boot *boot)
{
	size_t nr = 0;

	for (size_t i = 0; i < boot->nr_runs; i++)
		nr += boot->runs[i].samples.nr;
	return nr;
}

static inline void assert_outcome(const struct nn_import_boot *boot, const char *workload,
				  enum nn_outcome outcome, const char *reason)
{
	const struct nn_import_run *run = run_of(boot, workload);

	assert_int_equal(run->outcome, outcome);
	if (reason)
		assert_string_equal(run->reason, reason);
	else
		assert_null(run->reason);
}

static inline void assert_fact(const struct nn_import_boot *boot, const char *name,
			       const char *value)
{
	const char *found = nn_pairs_get(&boot->facts, name);

	if (!found)
		fail_msg("no fact '%s'", name);
	assert_string_equal(found, value);
}

/* A text that no import may take, and the whole message. */
struct malformed {
	const char *text;
	const char *message;
};

static inline void assert_malformed(const struct nn_importer *importer,
				    const struct malformed *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct nn_import_boot boot = {0};
		struct nn_err err = {0};
		int rc = nn_import_text(importer, cases[i].text, strlen(cases[i].text), "dir/t",
					NULL, &boot, &err);

		if (rc != -EBADMSG && rc != -EINVAL)
			fail_msg("'%s' gave %d", cases[i].text, rc);
		assert_string_equal(err.message, cases[i].message);
		assert_null(boot.runs);
		/* nobody has to listen */
		assert_int_equal(nn_import_text(importer, cases[i].text, strlen(cases[i].text), "t",
						NULL, &boot, NULL),
				 rc);
	}
}

#endif
