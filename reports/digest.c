/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/stats/moments.h"
#include "harness/stats/quantile.h"
#include "harness/stats/steady.h"
#include "harness/stats/trend.h"

/* Cut from either end of a run's sorted iterations for the trimmed mean. */
#define TRIM_SHARE 0.10

/* Tukey's far fence: beyond it an iteration is called an outlier. */
#define FENCE_IQR 3.0

/* Below this many values quartiles say nothing of outliers. */
#define FENCE_MIN_VALUES 8

const double nn_tail_probabilities[NN_NR_TAILS] = {0.50, 0.95, 0.99};

struct nn_digester {
	struct nn_harrell_davis *weights;
	double *pooled; /* all iterations of the boot */
	size_t nr, cap;
	double *sorted; /* of one run */
	size_t sorted_cap;
	double sum_of_means;
	double sum_of_trimmed;
	double sum_of_effective;
	uint64_t nr_runs, nr_judged;
	uint64_t nr_unsteady, nr_warmup, nr_slowdown;
};

struct nn_digester *nn_digester_new(void)
{
	struct nn_digester *digester = nn_calloc(1, sizeof(*digester));

	digester->weights = nn_harrell_davis_new(nn_tail_probabilities, NN_NR_TAILS);
	return digester;
}

void nn_digester_free(struct nn_digester *digester)
{
	if (!digester)
		return;
	nn_harrell_davis_free(digester->weights);
	free(digester->pooled);
	free(digester->sorted);
	free(digester);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double mean_of(const double *values, size_t nr)
{
	double sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += values[i];
	return sum / (double)nr;
}

static double trimmed_mean(struct nn_digester *digester, const double *values, size_t nr)
{
	size_t cut = (size_t)(TRIM_SHARE * (double)nr);

	if (nr > digester->sorted_cap) {
		digester->sorted_cap = nn_array_capacity(digester->sorted_cap, nr);
		digester->sorted = nn_reallocarray(digester->sorted, digester->sorted_cap,
						   sizeof(*digester->sorted));
	}
	memcpy(digester->sorted, values, nr * sizeof(*values));
	qsort(digester->sorted, nr, sizeof(*values), compare_doubles);
	return mean_of(digester->sorted + cut, nr - 2 * cut);
}

static void pool(struct nn_digester *digester, const double *values, size_t nr)
{
	size_t needed = digester->nr + nr;

	if (needed > digester->cap) {
		digester->cap = nn_array_capacity(digester->cap, needed);
		digester->pooled =
			nn_reallocarray(digester->pooled, digester->cap, sizeof(*digester->pooled));
	}
	memcpy(digester->pooled + digester->nr, values, nr * sizeof(*values));
	digester->nr = needed;
}

/* Return: where the run's steady part begins. */
static size_t judge_run(struct nn_digester *digester, const double *values, size_t nr,
			bool is_lower_better)
{
	size_t start;
	enum nn_steady steady = nn_steady_classify(values, nr, is_lower_better, &start);

	if (steady == NN_STEADY_UNKNOWN)
		return 0;
	digester->nr_judged++;
	digester->nr_unsteady += steady == NN_STEADY_NONE;
	digester->nr_warmup += start && steady == NN_STEADY_WARMUP;
	digester->nr_slowdown += start && steady == NN_STEADY_SLOWDOWN;
	digester->sum_of_effective += nn_effective_sample_size(values + start, nr - start);
	return start;
}

void nn_digester_run(struct nn_digester *digester, const double *values, size_t nr,
		     bool is_lower_better)
{
	size_t start;

	if (!nr)
		return;
	start = judge_run(digester, values, nr, is_lower_better);
	values += start;
	nr -= start;
	digester->nr_runs++;
	digester->sum_of_means += mean_of(values, nr);
	digester->sum_of_trimmed += trimmed_mean(digester, values, nr);
	pool(digester, values, nr);
}

static uint64_t count_outliers(const double *sorted, size_t nr)
{
	double low = nn_quantile_type7(sorted, nr, 0.25);
	double high = nn_quantile_type7(sorted, nr, 0.75);
	double fence = FENCE_IQR * (high - low);
	uint64_t count = 0;

	for (size_t i = 0; nr >= FENCE_MIN_VALUES && i < nr; i++)
		count += sorted[i] < low - fence || sorted[i] > high + fence;
	return count;
}

static void fill_distribution(struct nn_digester *digester, struct nn_digest *digest)
{
	const double *sorted = digester->pooled;
	size_t nr = digester->nr;

	nn_harrell_davis_compute(digester->weights, sorted, nr, digest->tails);
	for (size_t i = 0; i < NN_NR_TAILS; i++) {
		if (!nn_quantile_is_supported(nr, nn_tail_probabilities[i]))
			digest->tails[i] = NAN;
	}
	for (size_t i = 0; i < NN_NR_CURVE; i++)
		digest->curve[i] =
			nn_quantile_type7(sorted, nr, (double)i / (double)(NN_NR_CURVE - 1));
	digest->nr_outliers = count_outliers(sorted, nr);
}

struct nn_digest nn_digester_finish(struct nn_digester *digester)
{
	struct nn_digest digest = {.mean = NAN, .trimmed_mean = NAN, .variation = NAN};
	double nr_runs = (double)digester->nr_runs;
	struct nn_moments moments = nn_moments(digester->pooled, digester->nr);

	if (digester->nr)
		qsort(digester->pooled, digester->nr, sizeof(*digester->pooled), compare_doubles);
	fill_distribution(digester, &digest);
	if (digester->nr_runs) {
		digest.mean = digester->sum_of_means / nr_runs;
		digest.trimmed_mean = digester->sum_of_trimmed / nr_runs;
		digest.variation = sqrt(moments.variance) / fabs(moments.mean);
	}
	digest.effective_samples =
		digester->nr_judged ? digester->sum_of_effective / (double)digester->nr_judged
				    : NAN;
	digest.nr_runs = digester->nr_runs;
	digest.nr_samples = digester->nr;
	digest.nr_judged = digester->nr_judged;
	digest.nr_unsteady = digester->nr_unsteady;
	digest.nr_warmup = digester->nr_warmup;
	digest.nr_slowdown = digester->nr_slowdown;
	digester->nr = 0;
	digester->nr_runs = digester->nr_judged = 0;
	digester->nr_unsteady = digester->nr_warmup = digester->nr_slowdown = 0;
	digester->sum_of_means = digester->sum_of_trimmed = digester->sum_of_effective = 0;
	return digest;
}
