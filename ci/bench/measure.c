/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ci/bench/stats and ci/bench/store need of nearnative beside its command line: data to work
 * on, and the numerics timed within the process, as the peers' are. Times are CPU seconds, for the
 * machine may be shared.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ci/validate/model.h"
#include "ci/validate/recording.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/compat.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/stats/change.h"
#include "harness/stats/moments.h"
#include "harness/stats/random.h"
#include "harness/stats/resample.h"

/* Steps of the series whose changes are searched for: between 0 and this many SDs. */
#define STEP_SDS 2
#define NR_STEPS 4

/* One interval takes less than a millisecond: so many make one measurement. */
#define NR_INTERVALS 50

/* ---- arguments ---- */

static uint64_t want_count(const char *text)
{
	struct nn_err err = {0};
	uint64_t value;

	if (nn_parse_u64(text, &value, &err) || !value) {
		(void)fprintf(stderr, "measure: '%s', expected a count\n", text);
		exit(2);
	}
	return value;
}

static int fail(const struct nn_err *err)
{
	(void)fprintf(stderr, "measure: %s\n", err->message);
	return EXIT_FAILURE;
}

/* ---- data ---- */

static int write_campaigns(char *const *args)
{
	const struct model model = {.name = "bench",
				    .nr_campaigns = want_count(args[0]),
				    .nr_blocks = want_count(args[1]),
				    .nr_runs = want_count(args[2]),
				    .nr_iterations = want_count(args[3]),
				    .ratio = 0.97,
				    .boot_sd = 0.01,
				    .run_sd = 0.005,
				    .iteration_sd = 0.02,
				    .autocorrelation = 0.5,
				    .spike_share = 0.01,
				    .spike_log = 0.15};

	return model_write(&model, stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int write_series(char *const *args)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(5);
	const uint64_t nr = want_count(args[0]);

	for (uint64_t i = 0; i < nr; i++) {
		uint64_t segment = i * (NR_STEPS + 1) / nr;
		double level = segment % 2 ? STEP_SDS : 0;

		(void)printf("%.17g\n", level + nn_random_normal(random));
	}
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int write_pairs(char *const *args)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(6);
	const uint64_t nr = want_count(args[0]);

	for (uint64_t i = 0; i < nr; i++)
		(void)printf("%.17g %.17g\n", 100 * exp(0.01 * nn_random_normal(random)),
			     97 * exp(0.01 * nn_random_normal(random)));
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * One campaign of 20 blocks and 5 runs a boot with two metrics; as many workloads as it takes for
 * the samples asked for. Written beside and moved, so that a file that is there is whole.
 */
static int write_database(char *const *args)
{
	struct recording recording = {.name = "bench",
				      .claim = "vm >= 97% of native",
				      .margin = 0.97,
				      .nr_blocks = 20,
				      .nr_workloads = 1,
				      .nr_runs = 5,
				      .nr_iterations = want_count(args[2]),
				      .boot_sd = 0.005,
				      .iteration_sd = 0.02,
				      .ratio = 0.985};
	NN_AUTO(free) char *beside = nn_asprintf("%s.new", args[0]);
	struct nn_err err = {0};

	recording.nr_workloads = want_count(args[1]) / recording_nr_samples(&recording);
	(void)unlink(beside); /* of a bench that was broken off */
	if (recording_write(beside, &recording, 1, &err))
		return fail(&err);
	if (rename(beside, args[0])) {
		(void)nn_err_errno(&err, errno, "move '%s'", beside);
		return fail(&err);
	}
	(void)printf("samples %llu\n", (unsigned long long)recording_nr_samples(&recording));
	return EXIT_SUCCESS;
}

static double *read_numbers(const char *path, size_t *ret_nr)
{
	NN_AUTO(file) FILE *file = fopen(path, "re");
	double *values = NULL;
	size_t cap = 0;
	double value;

	*ret_nr = 0;
	while (file && fscanf(file, "%lf", &value) == 1)
		*NN_ARRAY_APPEND(values, *ret_nr, cap) = value;
	if (!*ret_nr) {
		(void)fprintf(stderr, "measure: '%s' holds no numbers\n", path);
		exit(EXIT_FAILURE);
	}
	return values;
}

/* ---- the numerics ---- */

static double cpu_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* cannot fail for this clock */
	return (double)now.tv_sec + (double)now.tv_nsec / NN_NS_PER_S;
}

/* The bounds scatter with the seed: their SDs say what agreement means. */
static void say_spread(const double *base, const double *arm, size_t nr)
{
	double bounds[2][NR_INTERVALS];

	for (size_t i = 0; i < NR_INTERVALS; i++) {
		double ci95[2] = {NAN, NAN};

		(void)nn_bootstrap_t_paired(base, arm, nr, NN_BOOTSTRAP_RESAMPLES, i, ci95);
		bounds[0][i] = ci95[0];
		bounds[1][i] = ci95[1];
	}
	(void)printf("spread %.17g %.17g\n", nn_sd(bounds[0], NR_INTERVALS),
		     nn_sd(bounds[1], NR_INTERVALS));
}

static int time_bootstrap(char *const *args)
{
	size_t nr_values;
	NN_AUTO(free) double *values = read_numbers(args[0], &nr_values);
	const size_t nr = nr_values / 2;
	NN_AUTO(free) double *base = nn_calloc(nr, sizeof(*base));
	NN_AUTO(free) double *arm = nn_calloc(nr, sizeof(*arm));
	double ci95[2] = {NAN, NAN};

	for (size_t i = 0; i < nr; i++) {
		base[i] = values[2 * i];
		arm[i] = values[2 * i + 1];
	}
	for (uint64_t k = want_count(args[1]); k > 0; k--) {
		double started = cpu_seconds();

		for (size_t i = 0; i < NR_INTERVALS; i++) {
			if (nn_bootstrap_t_paired(base, arm, nr, NN_BOOTSTRAP_RESAMPLES, 1, ci95))
				return EXIT_FAILURE;
		}
		(void)printf("seconds %.17g\n", (cpu_seconds() - started) / NR_INTERVALS);
	}
	(void)printf("result %.17g %.17g\n", ci95[0], ci95[1]);
	say_spread(base, arm, nr);
	return EXIT_SUCCESS;
}

static int time_changes(char *const *args)
{
	struct nn_change_params params = NN_CHANGE_PARAMS_DEFAULT;
	size_t nr;
	NN_AUTO(free) double *values = read_numbers(args[0], &nr);
	NN_AUTO(free) struct nn_change *changes = nn_calloc(nr, sizeof(*changes));
	size_t nr_changes = 0;

	params.nr_permutations = want_count(args[1]);
	params.seed = 1;
	for (uint64_t k = want_count(args[2]); k > 0; k--) {
		double started = cpu_seconds();

		nr_changes = nn_change_points(values, nr, &params, changes);
		(void)printf("seconds %.17g\n", cpu_seconds() - started);
	}
	(void)printf("result");
	for (size_t i = 0; i < nr_changes; i++)
		(void)printf(" %zu", changes[i].index);
	(void)printf("\n");
	return EXIT_SUCCESS;
}

static const struct {
	const char *name;
	const char *args;
	int nr_args;
	int (*run)(char *const *args);
} commands[] = {
	{"campaigns", "CAMPAIGNS BLOCKS RUNS ITERATIONS", 4, write_campaigns},
	{"series", "VALUES", 1, write_series},
	{"pairs", "PAIRS", 1, write_pairs},
	{"database", "FILE SAMPLES ITERATIONS", 3, write_database},
	{"bootstrap", "FILE REPETITIONS", 2, time_bootstrap},
	{"changes", "FILE PERMUTATIONS REPETITIONS", 3, time_changes},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(commands); i++) {
		if (argc == commands[i].nr_args + 2 && strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argv + 2);
	}
	for (size_t i = 0; i < NN_ARRAY_SIZE(commands); i++)
		(void)fprintf(stderr, "usage: measure %s %s\n", commands[i].name, commands[i].args);
	return 2;
}
