/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/steady.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/moments.h"
#include "harness/stats/quantile.h"

#define MIN_VALUES 8

/* Levels that differ by less are the same. */
#define LEVEL_TOLERANCE 0.01

/*
 * What the halves may differ by through noise: 3 standard errors, for iterations whose neighbours
 * correlate by 0.5. Their mean then has τ = 3 times the variance that independent ones would have,
 * and their differences half.
 */
#define NOISE_SE    3.0
#define NOISE_SCALE 6.0

/* Quartile of the normal distribution. */
#define NORMAL_QUARTILE 0.6744897501960817

/* Georges et al.: the last 10 iterations vary by less than 2 %. */
#define GEORGES_WINDOW 10
#define GEORGES_COV    0.02

/* Barrett et al.: an outlier lies beyond 3 × (p90 − p10) from the median of 200 iterations around
 * it; the first half window is exempt, for it may be warm-up. */
#define OUTLIER_WINDOW 200
#define OUTLIER_SPREAD 3

/* They saw no steady state where a different segment ends within the last 500 of 2,000 iterations;
 * with fewer iterations it is the same share. */
#define TAIL_MAX   500
#define TAIL_SHARE 4

/* Longer runs are segmented by the means of batches. */
#define MAX_SEGMENTED 300

struct segment {
	double mean;
	double variance;
};

const char *nn_steady_name(enum nn_steady steady)
{
	switch (steady) {
	case NN_STEADY_FLAT:
		return "flat";
	case NN_STEADY_WARMUP:
		return "warmup";
	case NN_STEADY_SLOWDOWN:
		return "slowdown";
	case NN_STEADY_NONE:
		return "none";
	case NN_STEADY_UNKNOWN:
		break;
	}
	return "unknown";
}

/* ---- fewer than 200 iterations ---- */

/* Half the variance of the differences of neighbours, by their median: neither a change of the
 * level nor a few wild iterations add to it. */
static double difference_variance(const double *values, size_t nr)
{
	NN_AUTO(free) double *differences = nn_calloc(nr, sizeof(*differences));
	double sd;

	for (size_t i = 1; i < nr; i++)
		differences[i - 1] = fabs(values[i] - values[i - 1]);
	sd = nn_median(differences, nr - 1) / NORMAL_QUARTILE;
	return sd * sd / 2;
}

/*
 * Medians of 10 noisy iterations differ by more than 1 % as a rule: of steady runs with 2 % noise
 * and an autocorrelation of 0.5 the bare rule calls one in four unsteady. So the halves must also
 * differ by more than their noise explains.
 */
static bool is_noise(const double *values, size_t nr, double difference)
{
	double se = sqrt(NOISE_SCALE * 2 * difference_variance(values, nr) / ((double)nr / 2));

	return fabs(difference) <= NOISE_SE * se;
}

static enum nn_steady classify_few(const double *values, size_t nr, bool is_lower_better)
{
	const double first = nn_median(values, nr / 2);
	const double last = nn_median(values + nr - nr / 2, nr / 2);
	struct nn_moments end;

	if (fabs(last - first) <= LEVEL_TOLERANCE * fabs(first) ||
	    is_noise(values, nr, last - first))
		return NN_STEADY_FLAT;
	if (nr < GEORGES_WINDOW)
		return NN_STEADY_NONE;
	end = nn_moments(values + nr - GEORGES_WINDOW, GEORGES_WINDOW);
	if (sqrt(end.variance) > GEORGES_COV * fabs(end.mean))
		return NN_STEADY_NONE;
	return (first > last) == is_lower_better ? NN_STEADY_WARMUP : NN_STEADY_SLOWDOWN;
}

/* ---- 200 iterations and more ---- */

/* Where @value stands, or would be inserted, in ascending @sorted. */
static size_t place_of(const double *sorted, size_t nr, double value)
{
	size_t low = 0;

	while (low < nr) {
		size_t middle = (low + nr) / 2;

		if (sorted[middle] < value)
			low = middle + 1;
		else
			nr = middle;
	}
	return low;
}

static void insert_value(double *sorted, size_t nr, double value)
{
	size_t i = place_of(sorted, nr, value);

	memmove(sorted + i + 1, sorted + i, (nr - i) * sizeof(*sorted));
	sorted[i] = value;
}

static void remove_value(double *sorted, size_t nr, double value)
{
	size_t i = place_of(sorted, nr, value);

	memmove(sorted + i, sorted + i + 1, (nr - i - 1) * sizeof(*sorted));
}

static bool is_outlier(const double *sorted, double value)
{
	double spread = nn_quantile_type7(sorted, OUTLIER_WINDOW, 0.9) -
			nn_quantile_type7(sorted, OUTLIER_WINDOW, 0.1);
	double median = nn_quantile_type7(sorted, OUTLIER_WINDOW, 0.5);

	return fabs(value - median) > OUTLIER_SPREAD * spread;
}

/*
 * Copy all values but outliers, which would each be a segment of their own.
 * @ret_places: the index in @values of each that is kept.
 * Return: their number.
 */
static size_t drop_outliers(const double *values, size_t nr, double *ret_kept, size_t *ret_places)
{
	const size_t half = OUTLIER_WINDOW / 2;
	double sorted[OUTLIER_WINDOW + 1];
	size_t nr_kept = 0;

	for (size_t i = 0; i < OUTLIER_WINDOW; i++)
		insert_value(sorted, i, values[i]);
	for (size_t i = 0; i < nr; i++) {
		/* the window around i, moved inside where it would reach beyond the end */
		if (i > half && i + half <= nr) {
			insert_value(sorted, OUTLIER_WINDOW, values[i + half - 1]);
			remove_value(sorted, OUTLIER_WINDOW + 1, values[i - half - 1]);
		}
		if (i < half || !is_outlier(sorted, values[i])) {
			ret_places[nr_kept] = i;
			ret_kept[nr_kept++] = values[i];
		}
	}
	return nr_kept;
}

/*
 * Mean and variance in units of the level of the last segment, so that the rule needs no units.
 * @changes: ends with @nr in the place of one more change.
 */
static struct segment describe(const double *values, const size_t *changes, size_t i, double level)
{
	size_t start = i ? changes[i - 1] : 0;
	struct nn_moments moments = nn_moments(values + start, changes[i] - start);

	return (struct segment){
		.mean = moments.mean / level,
		.variance = moments.variance / (level * level),
	};
}

/* Do mean ± variance of a segment and of the last one overlap? */
static bool is_like_last(const struct segment *segment, const struct segment *last)
{
	return fabs(segment->mean - last->mean) <=
	       segment->variance + fmax(last->variance, LEVEL_TOLERANCE);
}

/*
 * @tail: a segment unlike the last one may not reach into so many values at the end.
 * @ret_start: the end of the last segment that is unlike the last one.
 */
static enum nn_steady classify_segments(const double *values, const size_t *changes,
					size_t nr_segments, size_t tail, bool is_lower_better,
					size_t *ret_start)
{
	const size_t nr = changes[nr_segments - 1];
	const struct segment absolute = describe(values, changes, nr_segments - 1, 1);
	const double level = absolute.mean != 0 ? fabs(absolute.mean) : 1;
	const struct segment last = describe(values, changes, nr_segments - 1, level);
	enum nn_steady steady = NN_STEADY_FLAT;

	*ret_start = 0;
	for (size_t i = 0; i + 1 < nr_segments; i++) {
		struct segment segment = describe(values, changes, i, level);

		if (is_like_last(&segment, &last))
			continue;
		if (changes[i] > nr - tail)
			return NN_STEADY_NONE;
		*ret_start = changes[i];
		/* steady, but not at the best level that was seen */
		if ((segment.mean < last.mean) == is_lower_better)
			steady = NN_STEADY_SLOWDOWN;
		else if (steady == NN_STEADY_FLAT)
			steady = NN_STEADY_WARMUP;
	}
	return steady;
}

/*
 * PELT prunes nothing where nothing changes, so a long steady run costs the square of its length.
 * Means of equal batches, in place, keep that bounded; the first one is the shorter one.
 * Return: their number.
 */
static size_t average_batches(double *values, size_t nr, size_t len)
{
	const size_t nr_batches = (nr + len - 1) / len;
	size_t end = nr - (nr_batches - 1) * len;
	size_t start = 0;

	for (size_t i = 0; i < nr_batches; i++) {
		double sum = 0;

		for (size_t j = start; j < end; j++)
			sum += values[j];
		values[i] = sum / (double)(end - start);
		start = end;
		end += len;
	}
	return nr_batches;
}

static enum nn_steady classify_many(const double *values, size_t nr, bool is_lower_better,
				    size_t *ret_start)
{
	NN_AUTO(free) double *kept = nn_calloc(nr, sizeof(*kept));
	NN_AUTO(free) size_t *places = nn_calloc(nr, sizeof(*places));
	NN_AUTO(free) size_t *changes = nn_calloc(nr + 1, sizeof(*changes));
	const size_t nr_kept = drop_outliers(values, nr, kept, places);
	const size_t len = (nr_kept + MAX_SEGMENTED - 1) / MAX_SEGMENTED;
	const size_t tail = nr_kept / TAIL_SHARE < TAIL_MAX ? nr_kept / TAIL_SHARE : TAIL_MAX;
	const size_t nr_batches = average_batches(kept, nr_kept, len);
	enum nn_steady steady;
	size_t nr_changes, start;

	nr_changes =
		nn_pelt_mean_variance(kept, nr_batches, 15 * log((double)nr_batches), 2, changes);
	changes[nr_changes] = nr_batches;
	steady = classify_segments(kept, changes, nr_changes + 1, tail / len, is_lower_better,
				   &start);
	if (start && steady != NN_STEADY_NONE)
		*ret_start = places[nr_kept - (nr_batches - start) * len];
	return steady;
}

enum nn_steady nn_steady_classify(const double *values, size_t nr, bool is_lower_better,
				  size_t *ret_start)
{
	*ret_start = 0;
	if (nr < MIN_VALUES)
		return NN_STEADY_UNKNOWN;
	if (nr < NN_STEADY_PELT_MIN)
		return classify_few(values, nr, is_lower_better);
	return classify_many(values, nr, is_lower_better, ret_start);
}
