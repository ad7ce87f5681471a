/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gsl_rng_get() is called some hundred thousand times for one interval: let it be inlined. */
#define HAVE_INLINE

#include "harness/stats/random.h"

#include <assert.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "harness/base/array.h"
#include "harness/base/hash.h"

struct nn_random {
	gsl_rng *rng; /* mt19937: every draw has 32 random bits */
};

/*
 * The generator takes 32 bits of seed: mix all 64 into them, so that seeds which differ only in
 * their upper half differ. Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
 */
static unsigned long fold(uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15ULL;
	seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9ULL;
	seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebULL;
	seed ^= seed >> 31;
	return (unsigned long)(seed >> 32);
}

struct nn_random *nn_random_new(uint64_t seed)
{
	struct nn_random *random = nn_calloc(1, sizeof(*random));

	random->rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(random->rng, fold(seed));
	return random;
}

void nn_random_free(struct nn_random *random)
{
	if (!random)
		return;
	gsl_rng_free(random->rng);
	free(random);
}

static uint64_t bits64(struct nn_random *random)
{
	uint64_t high = gsl_rng_get(random->rng);

	return high << 32 | gsl_rng_get(random->rng);
}

/* The upper half of draw × bound; draws whose lower half falls into the incomplete last cycle are
 * repeated. Source: Lemire, ACM TOMACS 29 (2019). */
static uint32_t below32(struct nn_random *random, uint32_t bound)
{
	uint64_t product = (uint64_t)gsl_rng_get(random->rng) * bound;

	if ((uint32_t)product < bound) {
		uint32_t incomplete = -bound % bound;

		while ((uint32_t)product < incomplete)
			product = (uint64_t)gsl_rng_get(random->rng) * bound;
	}
	return (uint32_t)(product >> 32);
}

size_t nn_random_below(struct nn_random *random, size_t bound)
{
	uint64_t incomplete;
	uint64_t draw;

	assert(bound >= 1);
	if (bound <= UINT32_MAX)
		return below32(random, (uint32_t)bound);
	incomplete = -(uint64_t)bound % bound;
	do {
		draw = bits64(random);
	} while (draw < incomplete);
	return draw % bound;
}

/*
 * A draw in base @bound: what a multiplication leaves below the point holds the next digit, so that
 * one draw gives several, and all of them are repeated when it falls into the incomplete last cycle
 * of their combinations. Source: Brackett-Rozinsky and Lemire, arXiv 2408.06213.
 */
static void draw_digits(struct nn_random *random, uint32_t bound, uint32_t nr_combinations,
			size_t nr, uint32_t *ret_digits)
{
	uint32_t rest;

	do {
		rest = (uint32_t)gsl_rng_get(random->rng);
		for (size_t i = 0; i < nr; i++) {
			uint64_t product = (uint64_t)rest * bound;

			ret_digits[i] = (uint32_t)(product >> 32);
			rest = (uint32_t)product;
		}
	} while (rest < nr_combinations && rest < -nr_combinations % nr_combinations);
}

void nn_random_fill_below(struct nn_random *random, uint32_t bound, size_t nr, uint32_t *ret)
{
	/* few enough that hardly a draw is repeated */
	const uint32_t max_combinations = 1U << 20;

	assert(bound >= 1);
	while (nr) {
		uint32_t nr_combinations = bound;
		size_t nr_digits = 1;

		while (nr_digits < nr && nr_combinations * (uint64_t)bound <= max_combinations) {
			nr_combinations *= bound;
			nr_digits++;
		}
		for (; nr >= nr_digits; nr -= nr_digits, ret += nr_digits)
			draw_digits(random, bound, nr_combinations, nr_digits, ret);
	}
}

double nn_random_uniform(struct nn_random *random)
{
	return gsl_rng_uniform(random->rng);
}

double nn_random_normal(struct nn_random *random)
{
	return gsl_ran_gaussian_ziggurat(random->rng, 1);
}

double nn_random_t(struct nn_random *random, double df)
{
	return gsl_ran_tdist(random->rng, df);
}

void nn_random_shuffle(struct nn_random *random, double *values, size_t nr)
{
	for (size_t i = nr; i > 1; i--) {
		size_t j = nn_random_below(random, i);
		double value = values[i - 1];

		values[i - 1] = values[j];
		values[j] = value;
	}
}

uint64_t nn_random_seed_of(const char *name)
{
	return nn_fnv1a(NN_FNV_INIT, name, strlen(name));
}
