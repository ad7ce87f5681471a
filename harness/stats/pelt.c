/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/steady.h"

#include <math.h>
#include <stdint.h>

#include <gsl/gsl_sort.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/moments.h"

/* A start of the last segment that may still prove best. */
struct candidate {
	size_t start;
	size_t expires; /* number of values from which on it cannot be best; SIZE_MAX: not known */
	double cost;    /* of the values so far, with this start, without a penalty for it */
};

struct pelt {
	size_t nr;
	double penalty;
	size_t min_segment;
	double min_variance;
	double *sums;    /* of the first i values, taken from their median on */
	double *squares; /* of their squares */
	double *costs;   /* of the best segmentation of the first i values */
	size_t *starts;  /* of its last segment */
	struct candidate *candidates;
	size_t nr_candidates;
};

static void release_pelt(struct pelt *pelt)
{
	free(pelt->sums);
	free(pelt->squares);
	free(pelt->costs);
	free(pelt->starts);
	free(pelt->candidates);
}

NN_AUTO_DEFINE(pelt, struct pelt, release_pelt(p))

/*
 * The variance that rounding alone leaves in equal values, d²/12 for steps of d, where d is the
 * smallest difference in the series; and what the sums of squares can resolve. Without it a segment
 * of equal values would be infinitely likely, and coarse timers have many such.
 */
static double rounding_variance(const double *values, size_t nr)
{
	NN_AUTO(free) double *sorted = nn_calloc(nr, sizeof(*sorted));
	double step = INFINITY;
	double range;

	memcpy(sorted, values, nr * sizeof(*sorted));
	gsl_sort(sorted, 1, nr);
	for (size_t i = 1; i < nr; i++) {
		if (sorted[i] > sorted[i - 1])
			step = fmin(step, sorted[i] - sorted[i - 1]);
	}
	range = sorted[nr - 1] - sorted[0];
	return range > 0 ? fmax(step * step / 12, 1e-12 * range * range) : 1;
}

static void init_pelt(struct pelt *pelt, const double *values)
{
	const double middle = nn_median(values, pelt->nr);

	pelt->min_variance = rounding_variance(values, pelt->nr);
	pelt->sums = nn_calloc(pelt->nr + 1, sizeof(*pelt->sums));
	pelt->squares = nn_calloc(pelt->nr + 1, sizeof(*pelt->squares));
	pelt->costs = nn_calloc(pelt->nr + 1, sizeof(*pelt->costs));
	pelt->starts = nn_calloc(pelt->nr + 1, sizeof(*pelt->starts));
	pelt->candidates = nn_calloc(pelt->nr + 1, sizeof(*pelt->candidates));
	for (size_t i = 0; i < pelt->nr; i++) {
		double value = values[i] - middle;

		pelt->sums[i + 1] = pelt->sums[i] + value;
		pelt->squares[i + 1] = pelt->squares[i] + value * value;
	}
}

/*
 * −2 × the largest log-likelihood of a normal segment whose variance is at least the minimum. Being
 * a maximum over fixed parameters, two parts never cost more than their whole: PELT's condition.
 */
static double segment_cost(const struct pelt *pelt, size_t start, size_t end)
{
	const double n = (double)(end - start);
	const double sum = pelt->sums[end] - pelt->sums[start];
	const double squares = pelt->squares[end] - pelt->squares[start] - sum * sum / n;
	const double variance = fmax(squares / n, pelt->min_variance);

	return n * log(2 * M_PI * variance) + fmax(squares, 0) / variance;
}

/* Best last segment of the first @end values. */
static void extend(struct pelt *pelt, size_t end)
{
	pelt->costs[end] = INFINITY;
	for (size_t i = 0; i < pelt->nr_candidates; i++) {
		struct candidate *candidate = &pelt->candidates[i];
		size_t start = candidate->start;

		candidate->cost = pelt->costs[start] + segment_cost(pelt, start, end);
		if (candidate->cost + pelt->penalty < pelt->costs[end]) {
			pelt->costs[end] = candidate->cost + pelt->penalty;
			pelt->starts[end] = start;
		}
	}
}

/*
 * A start that loses even without the penalty of a further change at @end has lost for good, from
 * the time on that a segment starting at @end is long enough to be allowed.
 */
static void prune(struct pelt *pelt, size_t end)
{
	size_t nr_kept = 0;

	for (size_t i = 0; i < pelt->nr_candidates; i++) {
		struct candidate candidate = pelt->candidates[i];

		if (candidate.expires == SIZE_MAX && candidate.cost > pelt->costs[end])
			candidate.expires = end + pelt->min_segment;
		if (candidate.expires > end + 1)
			pelt->candidates[nr_kept++] = candidate;
	}
	pelt->nr_candidates = nr_kept;
}

static void add_candidate(struct pelt *pelt, size_t start)
{
	pelt->candidates[pelt->nr_candidates++] =
		(struct candidate){.start = start, .expires = SIZE_MAX};
}

static size_t collect_changes(const struct pelt *pelt, size_t *ret_changes)
{
	size_t nr_changes = 0;
	size_t i;

	for (size_t start = pelt->starts[pelt->nr]; start; start = pelt->starts[start])
		nr_changes++;
	i = nr_changes;
	for (size_t start = pelt->starts[pelt->nr]; start; start = pelt->starts[start])
		ret_changes[--i] = start;
	return nr_changes;
}

size_t nn_pelt_mean_variance(const double *values, size_t nr, double penalty, size_t min_segment,
			     size_t *ret_changes)
{
	NN_AUTO(pelt) struct pelt pelt = {.nr = nr, .penalty = penalty, .min_segment = min_segment};

	if (!pelt.min_segment)
		pelt.min_segment = 1;
	if (nr / 2 < pelt.min_segment)
		return 0;
	init_pelt(&pelt, values);
	pelt.costs[0] = -penalty;
	for (size_t end = pelt.min_segment; end <= nr; end++) {
		/* a segment may end where the last one is long enough to start */
		size_t start = end - pelt.min_segment;

		if (start == 0 || start >= pelt.min_segment)
			add_candidate(&pelt, start);
		extend(&pelt, end);
		prune(&pelt, end);
	}
	return collect_changes(&pelt, ret_changes);
}
