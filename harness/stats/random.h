/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeded random numbers (GSL's generators). Equal seeds give equal numbers on every machine.
 */
#ifndef NN_STATS_RANDOM_H
#define NN_STATS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"

struct nn_random;

/** Never fails; @seed may be any number. */
struct nn_random *nn_random_new(uint64_t seed);
void nn_random_free(struct nn_random *random);
NN_AUTO_DEFINE(random, struct nn_random *, nn_random_free(*p))

/** Uniform in 0 … @bound − 1 without bias; @bound ≥ 1. */
size_t nn_random_below(struct nn_random *random, size_t bound);
/** Fill @ret with @nr such numbers; for small bounds one draw gives several, which is faster. */
void nn_random_fill_below(struct nn_random *random, uint32_t bound, size_t nr, uint32_t *ret);
/** Uniform in [0, 1). */
double nn_random_uniform(struct nn_random *random);
/** Standard normal. */
double nn_random_normal(struct nn_random *random);
/** Student's t with @df degrees of freedom. */
double nn_random_t(struct nn_random *random, double df);
/** Shuffle @values in place (Fisher–Yates). */
void nn_random_shuffle(struct nn_random *random, double *values, size_t nr);
/** A seed from a name, the same everywhere: each series gets its own. */
uint64_t nn_random_seed_of(const char *name);

#endif
