/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What right results look like: patterns, sums and digests that every workload's check is made of.
 * Pure functions of plain memory, free of any API of a device, so that a test can show that each of
 * them notices a wrong result.
 */
#ifndef NN_WORKLOADS_COMMON_ORACLE_H
#define NN_WORKLOADS_COMMON_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The next number of a stream of well mixed 64-bit numbers; @state may start anywhere.
 * Source: SplitMix64, S. Vigna, https://prng.di.unimi.it/splitmix64.c (public domain)
 */
static inline uint64_t nn_oracle_mix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/** Fill @words with the pattern number @stream; different streams differ in every word. */
void nn_oracle_pattern_fill(uint64_t *words, size_t nr, uint64_t stream);

/** Do @words hold that pattern? @ret_at: on false, the first word that does not. */
bool nn_oracle_pattern_check(const uint64_t *words, size_t nr, uint64_t stream, size_t *ret_at);

/**
 * A digest of @words that notices any single changed word, and exchanged words. For integrity of
 * data, no secret.
 */
uint64_t nn_oracle_digest(const uint64_t *words, size_t nr);

/* The layer that is blended again and again, in units of 1/255; @layers × 16 has to fit a byte. */
#define NN_ORACLE_LAYER_RED   16
#define NN_ORACLE_LAYER_GREEN 8
#define NN_ORACLE_LAYER_BLUE  4
#define NN_ORACLE_LAYER_ALPHA 1
#define NN_ORACLE_MAX_LAYERS  15

/**
 * Are all @nr RGBA pixels the exact sum of @layers additive layers over black?
 * @ret_at: on false, the first pixel that is not.
 */
bool nn_oracle_blend_check(const uint8_t *rgba, size_t nr, unsigned int layers, size_t *ret_at);

#endif
