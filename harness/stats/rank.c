/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/rank.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/distribution.h"

/*
 * The null distribution of a statistic that is symmetric about max/2. Exact: @lower[k] of @total
 * equally likely outcomes give k or less, for k up to max/2; else normal.
 */
struct null_distribution {
	double *lower; /* NULL: use the normal approximation */
	double total;
	size_t max;
	double sd;
};

static void release_null(struct null_distribution *null)
{
	free(null->lower);
}
NN_AUTO_DEFINE(null, struct null_distribution, release_null(p))

/* Turn counts of k = 0 … max/2 into cumulative ones, and complete the total by symmetry. */
static void accumulate(struct null_distribution *null)
{
	const size_t half = null->max / 2;

	for (size_t k = 1; k <= half; k++)
		null->lower[k] += null->lower[k - 1];
	/* an even maximum has a middle outcome, which is its own mirror image */
	null->total = 2 * null->lower[half];
	if (null->max % 2 == 0)
		null->total -= null->lower[half] - (half ? null->lower[half - 1] : 0);
}

/*
 * Counts of U for growing n: c(k, m, n) = c(k − n, m − 1, n) + c(k, m, n − 1), where row i of the
 * table holds c(·, i, n). Only additions of positive numbers: no digit is lost.
 */
static double *count_rank_sums(size_t m, size_t n)
{
	const size_t width = m * n / 2 + 1;
	NN_AUTO(free) double *rows = nn_calloc((m + 1) * width, sizeof(*rows));
	double *counts = nn_calloc(width, sizeof(*counts));

	for (size_t i = 0; i <= m; i++)
		rows[i * width] = 1; /* with n = 0 there is one outcome */
	for (size_t j = 1; j <= n; j++) {
		for (size_t i = 1; i <= m; i++) {
			const size_t end = i * j < width ? i * j + 1 : width;
			const double *fewer = rows + (i - 1) * width;
			double *row = rows + i * width;

			for (size_t k = j; k < end; k++)
				row[k] += fewer[k - j];
		}
	}
	memcpy(counts, rows + m * width, width * sizeof(*counts));
	return counts;
}

static struct null_distribution rank_sum_null(size_t m, size_t n)
{
	const double product = (double)m * (double)n;
	struct null_distribution null = {.max = m * n};

	null.sd = sqrt(product * ((double)m + (double)n + 1) / 12);
	if (m <= NN_RANK_EXACT_MAX && n <= NN_RANK_EXACT_MAX) {
		null.lower = count_rank_sums(m, n);
		accumulate(&null);
	}
	return null;
}

/* Counts of V: every rank is in the sum or not. */
static struct null_distribution signed_rank_null(size_t n)
{
	struct null_distribution null = {.max = n * (n + 1) / 2};
	const size_t half = null.max / 2;

	null.sd = sqrt((double)null.max * (2 * (double)n + 1) / 12);
	if (n > NN_RANK_EXACT_MAX)
		return null;
	null.lower = nn_calloc(half + 1, sizeof(*null.lower));
	null.lower[0] = 1;
	for (size_t rank = 1; rank <= n; rank++) {
		for (size_t k = half; k >= rank; k--)
			null.lower[k] += null.lower[k - rank];
	}
	accumulate(&null);
	return null;
}

static double null_cdf(const struct null_distribution *null, double value)
{
	const double max = (double)null->max;
	const double k = floor(value);

	if (isnan(value))
		return NAN;
	if (k < 0 || k >= max)
		return k >= max;
	if (!null->lower)
		return nn_normal_cdf((k + 0.5 - max / 2) / null->sd);
	if (k <= floor(max / 2))
		return null->lower[(size_t)k] / null->total;
	return 1 - null->lower[null->max - (size_t)k - 1] / null->total;
}

static size_t null_quantile(const struct null_distribution *null, double p)
{
	/* rounding must not pass over an outcome whose probability is p: R's tolerance */
	const double target = p - 1e-14;
	size_t below = 0;
	size_t above = null->max;

	while (below < above) {
		size_t middle = below + (above - below) / 2;

		if (null_cdf(null, (double)middle) < target)
			below = middle + 1;
		else
			above = middle;
	}
	return below;
}

double nn_rank_sum_cdf(double w, size_t m, size_t n)
{
	NN_AUTO(null) struct null_distribution null = rank_sum_null(m, n);

	return null_cdf(&null, w);
}

size_t nn_rank_sum_quantile(double p, size_t m, size_t n)
{
	NN_AUTO(null) struct null_distribution null = rank_sum_null(m, n);

	return null_quantile(&null, p);
}

double nn_signed_rank_cdf(double v, size_t n)
{
	NN_AUTO(null) struct null_distribution null = signed_rank_null(n);

	return null_cdf(&null, v);
}

size_t nn_signed_rank_quantile(double p, size_t n)
{
	NN_AUTO(null) struct null_distribution null = signed_rank_null(n);

	return null_quantile(&null, p);
}
