/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/change.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/stats/energy.h"
#include "harness/stats/moments.h"
#include "harness/stats/random.h"
#include "harness/stats/trend.h"

/*
 * A part of the series between accepted change points. The largest Q of each permutation is kept:
 * a segment that the next change point does not cut needs no new permutations.
 */
struct segment {
	size_t start;
	struct nn_energy energy;
	size_t split; /* of the best split, within the segment; 0: too short to split */
	double q;
	double *maxima; /* of the permutations so far */
	size_t nr_maxima;
};

struct search {
	const double *values;
	size_t nr;
	struct nn_change_params params;
	size_t block_length; /* of the permutations */
	struct nn_random *random;
	struct segment *segments; /* ascending */
	size_t nr_segments;
	uint32_t *ranks;  /* of one permutation */
	uint32_t *blocks; /* their order */
	double *residuals;
};

static void init_segment(const struct search *search, struct segment *segment, size_t start,
			 size_t nr)
{
	*segment = (struct segment){.start = start};
	nn_energy_init(&segment->energy, search->values + start, nr);
	segment->q = nn_energy_scan(&segment->energy, segment->energy.ranks,
				    search->params.min_segment, &segment->split);
	if (segment->split)
		segment->maxima =
			nn_calloc(search->params.nr_permutations, sizeof(*segment->maxima));
}

static void release_segment(struct segment *segment)
{
	nn_energy_release(&segment->energy);
	free(segment->maxima);
}

static void init_search(struct search *search, const double *values, size_t nr,
			const struct nn_change_params *params, size_t block_length)
{
	*search = (struct search){
		.values = values, .nr = nr, .params = *params, .block_length = block_length};
	if (!search->params.min_segment)
		search->params.min_segment = 1;
	search->random = nn_random_new(params->seed);
	search->segments =
		nn_calloc(nr / search->params.min_segment + 1, sizeof(*search->segments));
	search->ranks = nn_calloc(nr, sizeof(*search->ranks));
	search->blocks = nn_calloc(nr + 1, sizeof(*search->blocks));
	search->residuals = nn_calloc(nr, sizeof(*search->residuals));
	init_segment(search, &search->segments[search->nr_segments++], 0, nr);
}

static void release_search(struct search *search)
{
	for (size_t i = 0; i < search->nr_segments; i++)
		release_segment(&search->segments[i]);
	free(search->segments);
	free(search->ranks);
	free(search->blocks);
	free(search->residuals);
	nn_random_free(search->random);
}

NN_AUTO_DEFINE(search, struct search, release_search(p))

static size_t best_segment(const struct search *search)
{
	size_t best = 0;

	for (size_t i = 1; i < search->nr_segments; i++) {
		if (search->segments[i].q > search->segments[best].q)
			best = i;
	}
	return best;
}

static void shuffle(struct nn_random *random, uint32_t *items, size_t nr)
{
	for (size_t i = nr; i > 1; i--) {
		size_t j = nn_random_below(random, i);
		uint32_t item = items[i - 1];

		items[i - 1] = items[j];
		items[j] = item;
	}
}

/* Blocks of equal length in random order; where the first one ends is random too, so that no
 * boundary is the same in all permutations. */
static void shuffle_blocks(struct search *search, const struct nn_energy *energy)
{
	const size_t length = search->block_length;
	const size_t first = nn_random_below(search->random, length) + 1;
	const size_t nr_blocks =
		first < energy->nr ? 1 + (energy->nr - first + length - 1) / length : 1;
	size_t nr_copied = 0;

	for (size_t i = 0; i < nr_blocks; i++)
		search->blocks[i] = (uint32_t)i;
	shuffle(search->random, search->blocks, nr_blocks);
	for (size_t i = 0; i < nr_blocks; i++) {
		size_t block = search->blocks[i];
		size_t start = block ? first + (block - 1) * length : 0;
		size_t end = first + block * length;

		if (end > energy->nr)
			end = energy->nr;
		memcpy(search->ranks + nr_copied, energy->ranks + start,
		       (end - start) * sizeof(*energy->ranks));
		nr_copied += end - start;
	}
}

static double permuted_maximum(struct search *search, struct segment *segment)
{
	struct nn_energy *energy = &segment->energy;

	if (search->block_length > 1) {
		shuffle_blocks(search, energy);
	} else {
		memcpy(search->ranks, energy->ranks, energy->nr * sizeof(*energy->ranks));
		shuffle(search->random, search->ranks, energy->nr);
	}
	return nn_energy_scan(energy, search->ranks, search->params.min_segment, NULL);
}

/* The largest Q of all segments in permutation number @permutation. */
static double permuted_search(struct search *search, size_t permutation)
{
	double largest = -INFINITY;

	for (size_t i = 0; i < search->nr_segments; i++) {
		struct segment *segment = &search->segments[i];

		if (!segment->split)
			continue;
		if (permutation == segment->nr_maxima)
			segment->maxima[segment->nr_maxima++] = permuted_maximum(search, segment);
		largest = fmax(largest, segment->maxima[permutation]);
	}
	return largest;
}

/* The p-value of the best split, whose Q is @q; 1 as soon as it cannot become significant. */
static double test_split(struct search *search, double q)
{
	/* orders with equal sums may differ in their last digits: they count as equally large */
	const double threshold = q - 1e-9 * fabs(q);
	const double nr_orders = 1 + (double)search->params.nr_permutations;
	double nr_as_large = 1;

	for (size_t i = 0; i < search->params.nr_permutations; i++) {
		if (permuted_search(search, i) >= threshold)
			nr_as_large++;
		if (nr_as_large / nr_orders > search->params.p_value)
			return 1;
	}
	return nr_as_large / nr_orders;
}

/* Put the two sides of the best split in the place of segment number @best. */
static void split_segment(struct search *search, size_t best)
{
	struct segment whole = search->segments[best];
	struct segment *sides = &search->segments[best];

	memmove(sides + 2, sides + 1, (search->nr_segments - best - 1) * sizeof(*sides));
	search->nr_segments++;
	init_segment(search, &sides[0], whole.start, whole.split);
	init_segment(search, &sides[1], whole.start + whole.split, whole.energy.nr - whole.split);
	release_segment(&whole);
}

/* Insert in ascending order. */
static void add_change(struct nn_change *changes, size_t nr, struct nn_change change)
{
	size_t i = nr;

	for (; i > 0 && changes[i - 1].index > change.index; i--)
		changes[i] = changes[i - 1];
	changes[i] = change;
}

static size_t find_changes(struct search *search, struct nn_change *changes)
{
	size_t nr_changes = 0;

	for (;;) {
		size_t best = best_segment(search);
		const struct segment *segment = &search->segments[best];
		struct nn_change change = {.index = segment->start + segment->split,
					   .q = segment->q,
					   .block_length = search->block_length};

		if (!segment->split)
			break;
		change.p_value = test_split(search, change.q);
		if (change.p_value > search->params.p_value)
			break;
		add_change(changes, nr_changes++, change);
		split_segment(search, best);
	}
	return nr_changes;
}

/* Lag-1 autocorrelation of what is left when each segment's mean is taken out. */
static double residual_correlation(struct search *search)
{
	for (size_t i = 0; i < search->nr_segments; i++) {
		const struct segment *segment = &search->segments[i];
		double mean = nn_moments(search->values + segment->start, segment->energy.nr).mean;

		for (size_t k = segment->start; k < segment->start + segment->energy.nr; k++)
			search->residuals[k] = search->values[k] - mean;
	}
	return nn_autocorrelation(search->residuals, search->nr, 1);
}

/*
 * The block length for the series of a finished plain search: 1 when neighbours are independent.
 * Residuals of all segments are looked at, not those of the first split alone (as reference
 * statistics §3.7 has it), for with several changes the others would look like dependence, and
 * four steps of 4 SD went unseen. Taking out the means of segments of length l lowers the
 * correlation ρ by about (1 + 4ρ)/l (Kendall 1954), which matters to short series.
 */
static size_t choose_block_length(struct search *search)
{
	const double n = (double)search->nr;
	const double length = n / (double)search->nr_segments;
	const double rho = residual_correlation(search);

	/* (ρ + 1/l)/(1 − 4/l) > 2/√n without a division by what may be 0; false for NaN */
	if (!(rho * length + 1 > 2 / sqrt(n) * (length - 4)))
		return 1;
	return (size_t)fmin(n, ceil(cbrt(n) * fmax(1, 2 * rho / (1 - rho))));
}

static void set_means(const double *values, size_t nr, struct nn_change *changes, size_t nr_changes)
{
	for (size_t i = 0; i < nr_changes; i++) {
		size_t start = i ? changes[i - 1].index : 0;
		size_t end = i + 1 < nr_changes ? changes[i + 1].index : nr;
		size_t index = changes[i].index;

		changes[i].before = nn_moments(values + start, index - start).mean;
		changes[i].after = nn_moments(values + index, end - index).mean;
	}
}

static double effect_of(const struct nn_change *change)
{
	return fabs(change->after - change->before);
}

/* Drop the smallest change while it is too small; its neighbours' segments grow by that. */
static size_t keep_large(const double *values, size_t nr, double min_effect,
			 struct nn_change *changes, size_t nr_changes)
{
	set_means(values, nr, changes, nr_changes);
	while (nr_changes) {
		size_t smallest = 0;

		for (size_t i = 1; i < nr_changes; i++) {
			if (effect_of(&changes[i]) < effect_of(&changes[smallest]))
				smallest = i;
		}
		if (effect_of(&changes[smallest]) >= min_effect)
			break;
		nr_changes--;
		memmove(&changes[smallest], &changes[smallest + 1],
			(nr_changes - smallest) * sizeof(*changes));
		set_means(values, nr, changes, nr_changes);
	}
	return nr_changes;
}

size_t nn_energy_split(const double *values, size_t nr, size_t min_segment, double *ret_q)
{
	NN_AUTO(energy) struct nn_energy energy = {0};
	size_t index;
	double q;

	if (!min_segment)
		min_segment = 1;
	if (nr / 2 < min_segment)
		return 0;
	nn_energy_init(&energy, values, nr);
	q = nn_energy_scan(&energy, energy.ranks, min_segment, &index);
	if (index && ret_q)
		*ret_q = q;
	return index;
}

size_t nn_change_points(const double *values, size_t nr, const struct nn_change_params *params,
			struct nn_change *ret_changes)
{
	NN_AUTO(search) struct search search = {0};
	size_t block_length;
	size_t nr_changes;

	if (!nr)
		return 0;
	init_search(&search, values, nr, params, 1);
	nr_changes = find_changes(&search, ret_changes);
	block_length = choose_block_length(&search);
	if (block_length > 1) {
		release_search(&search);
		init_search(&search, values, nr, params, block_length);
		nr_changes = find_changes(&search, ret_changes);
	}
	return keep_large(values, nr, params->min_effect, ret_changes, nr_changes);
}
