/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/oracle.h"

/* An odd multiplier with well spread bits: each digest step is a bijection of the state. */
#define DIGEST_FACTOR 0xd6e8feb86659fd93ULL
#define DIGEST_INIT   0xcbf29ce484222325ULL

static uint64_t pattern_start(uint64_t stream)
{
	uint64_t state = stream;

	/* Neighbouring stream numbers must not give the same words a few places on. */
	return nn_oracle_mix(&state);
}

void nn_oracle_pattern_fill(uint64_t *words, size_t nr, uint64_t stream)
{
	uint64_t state = pattern_start(stream);

	for (size_t i = 0; i < nr; i++)
		words[i] = nn_oracle_mix(&state);
}

bool nn_oracle_pattern_check(const uint64_t *words, size_t nr, uint64_t stream, size_t *ret_at)
{
	uint64_t state = pattern_start(stream);

	for (size_t i = 0; i < nr; i++) {
		if (words[i] != nn_oracle_mix(&state)) {
			*ret_at = i;
			return false;
		}
	}
	return true;
}

uint64_t nn_oracle_digest(const uint64_t *words, size_t nr)
{
	uint64_t state = DIGEST_INIT ^ nr;

	for (size_t i = 0; i < nr; i++) {
		state = (state ^ words[i]) * DIGEST_FACTOR;
		/* Without this the top bits of two words could cancel each other. */
		state ^= state >> 32;
	}
	return state;
}

bool nn_oracle_blend_check(const uint8_t *rgba, size_t nr, unsigned int layers, size_t *ret_at)
{
	const unsigned int wanted[4] = {
		layers * NN_ORACLE_LAYER_RED,
		layers * NN_ORACLE_LAYER_GREEN,
		layers * NN_ORACLE_LAYER_BLUE,
		layers * NN_ORACLE_LAYER_ALPHA,
	};

	for (size_t i = 0; i < nr; i++) {
		for (size_t channel = 0; channel < 4; channel++) {
			if (rgba[4 * i + channel] != wanted[channel]) {
				*ret_at = i;
				return false;
			}
		}
	}
	return true;
}
