/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T8: change points of histories, false and found. */
#include "harness/stats/change.h"

#include "ci/tests/harness/stats/series.h"
#include "ci/validate/shards.h"
#include "ci/validate/unit-tests.h"
#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/random.h"

#define NR_VALUES   100
#define MAX_CHANGES (NR_VALUES / 5)
#define STEP_AT     50

struct noise {
	const char *name;
	double df;          /* of Student's t; 0: normal */
	double spike_share; /* of values, which are higher by 8 SD */
	double rho;         /* of the value before */
	double step;        /* of the second half, in SDs */
};

enum count { NR_ALARMS, NR_FOUND };

static void draw_series(const struct noise *noise, struct nn_random *random, double *ret_values)
{
	double value = 0;

	for (size_t i = 0; i < NR_VALUES; i++) {
		bool is_spike = nn_random_uniform(random) < noise->spike_share;

		value *= noise->rho;
		value += noise->df > 0 ? nn_random_t(random, noise->df) : nn_random_normal(random);
		ret_values[i] = value + (is_spike ? 8 : 0) + (i < STEP_AT ? 0 : noise->step);
	}
}

static void simulate_series(const void *user, size_t number, double counts[SHARD_NR_COUNTS])
{
	const struct noise *noise = user;
	NN_AUTO(free) char *name = nn_asprintf("detector/%s/%zu", noise->name, number);
	NN_AUTO(random) struct nn_random *random = nn_random_new(nn_random_seed_of(name));
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	struct nn_change changes[MAX_CHANGES];
	double values[NR_VALUES];
	bool is_found = false;
	size_t nr;

	draw_series(noise, random, values);
	params.seed = nn_random_seed_of(name);
	nr = nn_change_points(values, NR_VALUES, &params, changes);
	for (size_t i = 0; i < nr; i++)
		is_found |= distance_of(changes[i].index, STEP_AT) <= 3;
	counts[NR_ALARMS] += nr > 0;
	counts[NR_FOUND] += is_found;
}

static int false_alarms(struct validate *validate, const struct noise *noise, double most,
			struct nn_err *err)
{
	double counts[SHARD_NR_COUNTS];
	int rc = shards_run(VALIDATE_NR_HISTORIES, simulate_series, noise, counts, err);

	if (!rc)
		validate_figure(validate, counts[NR_ALARMS] / VALIDATE_NR_HISTORIES,
				AT_MOST(most, 4), "history of %d without a change, %s: alarm",
				NR_VALUES, noise->name);
	return rc;
}

static int step_found(struct validate *validate, struct nn_err *err)
{
	static const struct noise step = {.name = "step", .step = 1.5};
	double counts[SHARD_NR_COUNTS];
	int rc = shards_run(VALIDATE_NR_HISTORIES, simulate_series, &step, counts, err);

	if (!rc)
		validate_figure(
			validate, counts[NR_FOUND] / VALIDATE_NR_HISTORIES, AT_LEAST(0.80, 4),
			"history of %d, step of 1.5 SD at %d: found within 3", NR_VALUES, STEP_AT);
	return rc;
}

/* ---- series that people have marked ---- */

/* F1 of what is found in a file of ci/tests/fixtures/series. */
static double score_file(const char *name, size_t *ret_nr_changes)
{
	NN_AUTO(free) char *path = nn_asprintf("ci/tests/fixtures/series/%s.txt", name);
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	struct nn_change changes[SERIES_MAX_VALUES / 5];
	struct change_set found = {0};
	struct series series;

	series_read(&series, path);
	params.seed = nn_random_seed_of(name);
	*ret_nr_changes = nn_change_points(series.values, series.nr, &params, changes);
	for (size_t i = 0; i < *ret_nr_changes; i++)
		change_set_add(&found, changes[i].index);
	return series_f1(series.annotations, series.nr_annotators, found);
}

static void marked_series(struct validate *validate)
{
	static const char *const names[] = {"qc1", "qc2", "qc3", "qc5", "nile"};
	double sum = 0;
	size_t nr_false = SIZE_MAX;

	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++) {
		size_t nr_changes;

		sum += score_file(names[i], &nr_changes);
		if (strcmp(names[i], "qc5") == 0)
			nr_false = nr_changes;
	}
	validate_figure(validate, sum / (double)NN_ARRAY_SIZE(names), AT_LEAST(0.9, 4),
			"series marked by people (qc1, qc2, qc3, qc5, nile): mean F1");
	validate_figure(validate, (double)nr_false, AT_MOST(0, 0),
			"series without a mark (qc5): change points");
}

int validate_detector(struct validate *validate, struct nn_err *err)
{
	static const struct {
		struct noise noise;
		double most;
	} alarms[] = {
		{{.name = "normal"}, 0.025},
		{{.name = "t with 3 degrees of freedom", .df = 3}, 0.025},
		{{.name = "5 % spikes", .spike_share = 0.05}, 0.025},
		{{.name = "AR(1) 0.5", .rho = 0.5}, 0.08},
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(alarms); i++)
		rc = false_alarms(validate, &alarms[i].noise, alarms[i].most, err);
	if (!rc)
		rc = step_found(validate, err);
	if (rc)
		return rc;
	marked_series(validate);
	return unit_test_run(validate, "otava", "change points as Apache Otava publishes them",
			     err);
}
