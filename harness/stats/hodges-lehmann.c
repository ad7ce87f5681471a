/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hodges–Lehmann estimates with the Wilcoxon tests that belong to them. */
#include "harness/stats/rank.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <gsl/gsl_sort_double.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/distribution.h"

#define ALPHA 0.05

/* Fewer boots leave no 95 % interval: 4 in the smaller arm, 6 pairs. */
#define MIN_UNPAIRED 4
#define MIN_PAIRED   6

/* Log ratios that are equal but for rounding, as those of 1 to 2 and 5 to 10 may be. */
#define ROUNDING 1e-12

/*
 * All sums u[i] + v[j] of two ascending arrays; with @is_walsh, where u and v are the same, only
 * those with i ≤ j. Never stored: they are counted, which needs no memory and takes O(nr) each.
 */
struct sums {
	const double *u;
	const double *v;
	size_t nr_u;
	size_t nr_v;
	bool is_walsh;
};

static size_t count_sums(const struct sums *sums, double limit)
{
	size_t nr = 0;
	size_t nr_doubled = 0;
	size_t j = sums->nr_v;

	/* rounded sums grow with both terms just as exact ones do, so that j only falls */
	for (size_t i = 0; i < sums->nr_u; i++) {
		while (j > 0 && sums->u[i] + sums->v[j - 1] > limit)
			j--;
		nr += j;
		nr_doubled += sums->u[i] + sums->u[i] <= limit;
	}
	return sums->is_walsh ? (nr + nr_doubled) / 2 : nr;
}

/* Doubles in ascending order as integers in ascending order, and back. */
static uint64_t order_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

static double value_of(uint64_t order)
{
	uint64_t bits = order >> 63 ? order & ~(1ULL << 63) : ~order;
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The @k-th smallest sum, from 1: bisection over all doubles finds it to the last bit. */
static double select_sum(const struct sums *sums, size_t k)
{
	uint64_t below = order_of(sums->u[0] + sums->v[0]);
	uint64_t above = order_of(sums->u[sums->nr_u - 1] + sums->v[sums->nr_v - 1]);

	while (below < above) {
		uint64_t middle = below + (above - below) / 2;

		if (count_sums(sums, value_of(middle)) < k)
			below = middle + 1;
		else
			above = middle;
	}
	return value_of(below);
}

/*
 * The rank of the interval's lower end among the sums: by the distribution without ties, with which
 * the interval is only wider.
 */
static size_t at_least_one(size_t rank)
{
	return rank ? rank : 1;
}

/*
 * Median and 95 % interval of the @nr sums, times @factor. The interval leaves out @rank − 1 sums
 * at either end; 0: too few boots for one.
 */
static void set_interval(const struct sums *sums, size_t nr, size_t rank, double factor,
			 struct nn_hodges_lehmann *ret)
{
	double middle = select_sum(sums, (nr + 1) / 2);

	if (nr % 2 == 0)
		middle = (middle + select_sum(sums, nr / 2 + 1)) / 2;
	ret->estimate = exp(factor * middle);
	ret->ci95[0] = rank ? exp(factor * select_sum(sums, rank)) : NAN;
	ret->ci95[1] = rank ? exp(factor * select_sum(sums, nr + 1 - rank)) : NAN;
}

/*
 * Two-sided p-value by the normal approximation, the statistic moved by 1/2 towards the middle for
 * continuity: with many boots, and with ties, for which the exact counts do not hold.
 */
static double approximate_p(double statistic, double middle, double sd)
{
	double distance = fmax(fabs(statistic - middle) - 0.5, 0);

	return sd > 0 ? fmin(1, 2 * nn_normal_cdf(-distance / sd)) : 1;
}

/* Ascending logs of @values; -EDOM when one has none. */
static int sorted_logs(const double *values, size_t nr, double *ret_logs)
{
	for (size_t i = 0; i < nr; i++) {
		if (!isfinite(values[i]) || values[i] <= 0)
			return -EDOM;
		ret_logs[i] = log(values[i]);
	}
	gsl_sort(ret_logs, 1, nr);
	return 0;
}

/* Σ(t³ − t) over groups of t equal values among ascending @sorted. */
static double tie_term(const double *sorted, size_t nr)
{
	double sum = 0;

	for (size_t start = 0, end; start < nr; start = end) {
		double t;

		for (end = start + 1; end < nr && sorted[end] == sorted[start];)
			end++;
		t = (double)(end - start);
		sum += t * t * t - t;
	}
	return sum;
}

/* U of the arm: pairs (arm, base) in which the arm is larger, ties counted half. */
static double count_larger(const double *arm, size_t nr_arm, const double *base, size_t nr_base)
{
	double twice = 0;
	size_t nr_below = 0;
	size_t nr_not_above = 0;

	for (size_t i = 0; i < nr_arm; i++) {
		while (nr_below < nr_base && base[nr_below] < arm[i])
			nr_below++;
		while (nr_not_above < nr_base && base[nr_not_above] <= arm[i])
			nr_not_above++;
		twice += (double)nr_below + (double)nr_not_above;
	}
	return twice / 2;
}

/* Σ(t³ − t) over the ties within both arms together. */
static double tie_term_of_both(const double *arm, size_t nr_arm, const double *base, size_t nr_base)
{
	NN_AUTO(free) double *all = nn_calloc(nr_arm + nr_base, sizeof(*all));

	memcpy(all, arm, nr_arm * sizeof(*all));
	memcpy(all + nr_arm, base, nr_base * sizeof(*all));
	gsl_sort(all, 1, nr_arm + nr_base);
	return tie_term(all, nr_arm + nr_base);
}

/* Of U; both arms ascending. */
static void set_rank_sum(const double *arm, size_t nr_arm, const double *base, size_t nr_base,
			 struct nn_hodges_lehmann *ret)
{
	const double ties = tie_term_of_both(arm, nr_arm, base, nr_base);
	const double product = (double)nr_arm * (double)nr_base;
	const double nr = (double)nr_arm + (double)nr_base;
	const double u = count_larger(arm, nr_arm, base, nr_base);

	ret->statistic = u;
	if (ties == 0 && nr_arm <= NN_RANK_EXACT_MAX && nr_base <= NN_RANK_EXACT_MAX)
		ret->p_value = fmin(1, 2 * nn_rank_sum_cdf(fmin(u, product - u), nr_arm, nr_base));
	else
		ret->p_value = approximate_p(
			u, product / 2, sqrt(product / 12 * (nr + 1 - ties / (nr * (nr - 1)))));
}

int nn_hodges_lehmann_unpaired(const double *base, size_t nr_base, const double *arm, size_t nr_arm,
			       struct nn_hodges_lehmann *ret)
{
	NN_AUTO(free) double *logs_base = NULL;
	NN_AUTO(free) double *logs_arm = NULL;
	struct nn_hodges_lehmann result;
	struct sums sums;
	size_t rank = 0;

	if (!nr_base || !nr_arm)
		return -EINVAL;
	logs_base = nn_calloc(nr_base, sizeof(*logs_base));
	logs_arm = nn_calloc(nr_arm, sizeof(*logs_arm));
	if (sorted_logs(base, nr_base, logs_base) || sorted_logs(arm, nr_arm, logs_arm))
		return -EDOM;
	set_rank_sum(logs_arm, nr_arm, logs_base, nr_base, &result);
	if (nr_base >= MIN_UNPAIRED && nr_arm >= MIN_UNPAIRED)
		rank = at_least_one(nn_rank_sum_quantile(ALPHA / 2, nr_arm, nr_base));
	/* a difference is a sum with the negated base, which ascends from its other end */
	for (size_t i = 0; i < nr_base; i++)
		logs_base[i] = -logs_base[i];
	gsl_sort(logs_base, 1, nr_base);
	sums = (struct sums){logs_arm, logs_base, nr_arm, nr_base, false};
	set_interval(&sums, nr_arm * nr_base, rank, 1, &result);
	*ret = result;
	return 0;
}

static int by_magnitude(const void *a, const void *b)
{
	const double left = fabs(*(const double *)a);
	const double right = fabs(*(const double *)b);

	return (left > right) - (left < right);
}

/*
 * Sum of the ranks of the positive @differences, none of which is 0, by magnitude, in which order
 * they are left; equal magnitudes share the mean of their ranks.
 * @ret_ties: Σ(t³ − t) over groups of t equal magnitudes.
 */
static double sum_positive_ranks(double *differences, size_t nr, double *ret_ties)
{
	double sum = 0;

	*ret_ties = 0;
	qsort(differences, nr, sizeof(*differences), by_magnitude);
	for (size_t start = 0, end; start < nr; start = end) {
		const double magnitude = fabs(differences[start]);
		double t;

		for (end = start + 1; end < nr && fabs(differences[end]) - magnitude <= ROUNDING;)
			end++;
		t = (double)(end - start);
		*ret_ties += t * t * t - t;
		for (size_t i = start; i < end; i++)
			sum += differences[i] > 0 ? (double)(start + 1 + end) / 2 : 0;
	}
	return sum;
}

/* Of V; pairs without a difference do not count, as in R's wilcox.test. */
static void set_signed_rank(const double *differences, size_t nr, struct nn_hodges_lehmann *ret)
{
	NN_AUTO(free) double *nonzero = nn_calloc(nr, sizeof(*nonzero));
	size_t nr_nonzero = 0;
	double n;
	double v;
	double ties;
	double max;

	for (size_t i = 0; i < nr; i++) {
		if (differences[i] != 0)
			nonzero[nr_nonzero++] = differences[i];
	}
	v = sum_positive_ranks(nonzero, nr_nonzero, &ties);
	n = (double)nr_nonzero;
	max = n * (n + 1) / 2;
	ret->statistic = v;
	if (ties == 0 && nr_nonzero == nr && nr <= NN_RANK_EXACT_MAX)
		ret->p_value = fmin(1, 2 * nn_signed_rank_cdf(fmin(v, max - v), nr));
	else
		ret->p_value = approximate_p(v, max / 2, sqrt(max * (2 * n + 1) / 12 - ties / 48));
}

int nn_hodges_lehmann_paired(const double *base, const double *arm, size_t nr,
			     struct nn_hodges_lehmann *ret)
{
	NN_AUTO(free) double *differences = NULL;
	struct nn_hodges_lehmann result;
	struct sums sums;
	size_t rank = 0;

	if (!nr)
		return -EINVAL;
	differences = nn_calloc(nr, sizeof(*differences));
	for (size_t i = 0; i < nr; i++) {
		if (!isfinite(base[i]) || !isfinite(arm[i]) || base[i] <= 0 || arm[i] <= 0)
			return -EDOM;
		differences[i] = log(arm[i]) - log(base[i]);
	}
	set_signed_rank(differences, nr, &result);
	if (nr >= MIN_PAIRED)
		rank = at_least_one(nn_signed_rank_quantile(ALPHA / 2, nr));
	gsl_sort(differences, 1, nr);
	/* Walsh averages are half the sums */
	sums = (struct sums){differences, differences, nr, nr, true};
	set_interval(&sums, nr * (nr + 1) / 2, rank, 0.5, &result);
	*ret = result;
	return 0;
}
