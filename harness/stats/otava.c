/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Apache Otava's detector with its peculiarities: it is here to check the project's own by numbers
 * that others published, so it must err where they err.
 */
#include "harness/stats/change.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/distribution.h"

/* A change point with the t test between its two neighbouring segments. */
struct point {
	size_t index;
	double p_value;
	double magnitude; /* the larger relative change of the mean, seen from either side */
};

struct points {
	struct point *items; /* ascending */
	size_t nr;
	size_t cap;
};

NN_AUTO_DEFINE(points, struct points, free(p->items))

struct candidate {
	size_t index;
	double q;
};

/* Mean and population variance: Otava's standard deviation divides by n, though the t test that it
 * is given to expects n − 1. */
struct side {
	double nr;
	double mean;
	double variance;
};

static struct side describe(const double *values, size_t nr)
{
	struct side side = {.nr = (double)nr};

	for (size_t i = 0; i < nr; i++)
		side.mean += values[i] / side.nr;
	for (size_t i = 0; i < nr; i++)
		side.variance += (values[i] - side.mean) * (values[i] - side.mean) / side.nr;
	return side;
}

/* Student's two-sided t test with equal variances; 1 where there is nothing to tell from. */
static double t_test(const struct side *left, const struct side *right)
{
	const double df = left->nr + right->nr - 2;
	const double difference = fabs(left->mean - right->mean);
	double pooled;

	if (df <= 0 || difference == 0)
		return 1;
	pooled = ((left->nr - 1) * left->variance + (right->nr - 1) * right->variance) / df;
	if (pooled == 0)
		return 0;
	return 2 * nn_t_cdf(-difference / sqrt(pooled * (1 / left->nr + 1 / right->nr)), df);
}

static double relative_change(double from, double to)
{
	return from == 0 ? 0 : fabs(to / from - 1);
}

static void test_point(struct point *point, const double *values, size_t start, size_t end)
{
	struct side left = describe(values + start, point->index - start);
	struct side right = describe(values + point->index, end - point->index);

	point->p_value = t_test(&left, &right);
	point->magnitude = fmax(relative_change(left.mean, right.mean),
				relative_change(right.mean, left.mean));
}

/* Test point number @i between its neighbours; nothing when there is no such point. */
static void refresh(struct points *points, size_t i, const double *values, size_t nr)
{
	size_t start = i && i <= points->nr ? points->items[i - 1].index : 0;

	if (i >= points->nr)
		return;
	test_point(&points->items[i], values, start,
		   i + 1 < points->nr ? points->items[i + 1].index : nr);
}

static void insert_point(struct points *points, struct point point)
{
	size_t i = points->nr;

	(void)NN_ARRAY_APPEND(points->items, points->nr, points->cap);
	for (; i > 0 && points->items[i - 1].index > point.index; i--)
		points->items[i] = points->items[i - 1];
	points->items[i] = point;
}

static bool has_point(const struct points *points, size_t index)
{
	for (size_t i = 0; i < points->nr; i++) {
		if (points->items[i].index == index)
			return true;
	}
	return false;
}

/* U-statistic Q of n values against the m behind them, from sums of their distances. */
static double free_end_q(double n, double m, double between, double within_left,
			 double within_right)
{
	double q = 2 * between / (n + m);

	if (n > 1)
		q -= 2 * m * within_left / ((n + m) * (n - 1));
	if (m > 1)
		q -= 2 * n * within_right / ((n + m) * (m - 1));
	return q;
}

/* The values before @end as right sides: Q of all splits when the right side ends there. */
static void try_end(const double *within, const double *between, size_t end, struct candidate *best)
{
	for (size_t split = 1; split < end; split++) {
		double q = free_end_q((double)split, (double)(end - split), between[split],
				      within[split], within[end] - within[split] - between[split]);

		if (q > best->q || (q == best->q && split < best->index))
			*best = (struct candidate){.index = split, .q = q};
	}
}

/*
 * The best split of @values, where the right side may end anywhere: a change that is undone later
 * stands out better against the part before it is undone. @nr ≥ 2.
 */
static struct candidate best_split(const double *values, size_t nr)
{
	NN_AUTO(free) double *within = nn_calloc(nr + 1, sizeof(*within));   /* first i values */
	NN_AUTO(free) double *between = nn_calloc(nr + 1, sizeof(*between)); /* them and the rest */
	struct candidate best = {.q = -INFINITY};

	for (size_t end = 1; end <= nr; end++) {
		double to_left = 0;

		for (size_t split = 1; split < end; split++) {
			to_left += fabs(values[end - 1] - values[split - 1]);
			between[split] += to_left;
		}
		within[end] = within[end - 1] + to_left;
		try_end(within, between, end, &best);
	}
	return best;
}

/* The best candidate of all segments between the points of a window of @nr values. */
static bool next_candidate(const struct points *points, const double *values, size_t nr,
			   struct candidate *ret)
{
	struct candidate best = {.q = -INFINITY};

	for (size_t i = 0; i <= points->nr; i++) {
		size_t start = i ? points->items[i - 1].index : 0;
		size_t end = i < points->nr ? points->items[i].index : nr;
		struct candidate candidate;

		if (end - start < 2)
			continue;
		candidate = best_split(values + start, end - start);
		candidate.index += start;
		if (candidate.q > best.q)
			best = candidate;
	}
	*ret = best;
	return best.index > 0;
}

static void test_candidate(struct point *point, const struct points *points, const double *values,
			   size_t nr)
{
	size_t start = 0;
	size_t end = nr;

	for (size_t i = 0; i < points->nr; i++) {
		if (points->items[i].index < point->index)
			start = points->items[i].index;
		else if (end == nr)
			end = points->items[i].index;
	}
	test_point(point, values, start, end);
}

static void search_window(const double *values, size_t nr, double max_p_value,
			  struct points *points)
{
	struct candidate candidate;

	while (next_candidate(points, values, nr, &candidate)) {
		struct point point = {.index = candidate.index};

		test_candidate(&point, points, values, nr);
		if (point.p_value > max_p_value)
			return;
		insert_point(points, point);
	}
}

static double first_pass_p_value(double max_p_value)
{
	if (max_p_value < 0.05)
		return 10 * max_p_value;
	return max_p_value < 0.5 ? 2 * max_p_value : max_p_value;
}

/* Weak change points: the union of what overlapping windows find. */
static void search_series(const double *values, size_t nr, const struct nn_otava_params *params,
			  struct points *weak)
{
	const size_t window = params->window < 2 ? 2 : params->window;
	size_t start = 0;

	while (start < nr) {
		NN_AUTO(points) struct points found = {0};
		size_t end = nr - start < window ? nr : start + window;
		size_t last = 0;

		search_window(values + start, end - start, first_pass_p_value(params->max_p_value),
			      &found);
		for (size_t i = 0; i < found.nr; i++) {
			last = start + found.items[i].index;
			if (!has_point(weak, last))
				insert_point(weak, (struct point){.index = last});
		}
		start = last > start + window / 2 ? last : start + window / 2;
	}
	for (size_t i = 0; i < weak->nr; i++)
		refresh(weak, i, values, nr);
}

/* The point to delete next; @points->nr when all are good enough. */
static size_t weakest(const struct points *points, const struct nn_otava_params *params)
{
	size_t likeliest = 0;
	size_t smallest = 0;

	for (size_t i = 1; i < points->nr; i++) {
		if (points->items[i].p_value > points->items[likeliest].p_value)
			likeliest = i;
		if (points->items[i].magnitude < points->items[smallest].magnitude)
			smallest = i;
	}
	if (points->nr && points->items[likeliest].p_value >= params->max_p_value)
		return likeliest;
	if (points->nr && points->items[smallest].magnitude <= params->min_magnitude)
		return smallest;
	return points->nr;
}

static void delete_weak(struct points *points, const double *values, size_t nr,
			const struct nn_otava_params *params)
{
	size_t i = weakest(points, params);

	while (i < points->nr) {
		points->nr--;
		memmove(&points->items[i], &points->items[i + 1],
			(points->nr - i) * sizeof(*points->items));
		/* the point before, whose right side has grown too, keeps its test in Otava */
		refresh(points, i, values, nr);
		i = weakest(points, params);
	}
}

/* Missing values take the one before, at the start the first that is there. */
static bool fill_missing(double *filled, const double *values, size_t nr)
{
	size_t first = 0;

	while (first < nr && isnan(values[first]))
		first++;
	if (first == nr)
		return false;
	for (size_t i = 0; i < nr; i++) {
		if (i <= first)
			filled[i] = values[first];
		else
			filled[i] = isnan(values[i]) ? filled[i - 1] : values[i];
	}
	return true;
}

size_t nn_otava_change_points(const double *values, size_t nr, const struct nn_otava_params *params,
			      size_t *ret_indices)
{
	NN_AUTO(free) double *filled = nn_calloc(nr, sizeof(*filled));
	NN_AUTO(points) struct points points = {0};

	if (!fill_missing(filled, values, nr))
		return 0;
	search_series(filled, nr, params, &points);
	delete_weak(&points, filled, nr, params);
	for (size_t i = 0; i < points.nr; i++)
		ret_indices[i] = points.items[i].index;
	return points.nr;
}
