/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NR 256

static void a_pattern_is_itself_and_no_other_stream(void **state)
{
	uint64_t words[NR];
	size_t at = NR;

	(void)state;
	for (uint64_t stream = 0; stream < 4; stream++) {
		nn_oracle_pattern_fill(words, NR, stream);
		assert_true(nn_oracle_pattern_check(words, NR, stream, &at));
		assert_int_equal(at, NR);
		assert_false(nn_oracle_pattern_check(words, NR, stream + 1, &at));
		assert_int_equal(at, 0);
		at = NR;
		/* the same stream from another place: data that was shifted */
		assert_false(nn_oracle_pattern_check(words + 1, NR - 1, stream, &at));
		at = NR;
	}
}

static void one_flipped_bit_anywhere_is_found(void **state)
{
	uint64_t words[NR];
	uint64_t digest;

	(void)state;
	nn_oracle_pattern_fill(words, NR, 7);
	digest = nn_oracle_digest(words, NR);
	for (size_t i = 0; i < NR; i++) {
		uint64_t bit = 1ULL << (i % 64);
		size_t at = NR;

		words[i] ^= bit;
		assert_false(nn_oracle_pattern_check(words, NR, 7, &at));
		assert_int_equal(at, i);
		assert_true(nn_oracle_digest(words, NR) != digest);
		words[i] ^= bit;
	}
	assert_true(nn_oracle_digest(words, NR) == digest);
}

static void a_digest_notices_order_length_and_cancelling_bits(void **state)
{
	const uint64_t zeroes[3] = {0};
	const uint64_t forward[2] = {1, 2};
	const uint64_t backward[2] = {2, 1};
	const uint64_t top_bits[2] = {1ULL << 63, 1ULL << 63};

	(void)state;
	assert_true(nn_oracle_digest(forward, 2) != nn_oracle_digest(backward, 2));
	assert_true(nn_oracle_digest(zeroes, 2) != nn_oracle_digest(zeroes, 3));
	assert_true(nn_oracle_digest(zeroes, 2) != nn_oracle_digest(top_bits, 2));
}

/* Stored results depend on it: a digest may never change. */
static void the_digest_is_the_documented_one(void **state)
{
	const uint64_t words[2] = {0x0123456789abcdefULL, 0xfedcba9876543210ULL};

	(void)state;
	assert_true(nn_oracle_digest(words, 2) == 0x3fa52a50df4dc2f3ULL);
}

static void exact_sums_of_layers_pass_and_nothing_else(void **state)
{
	uint8_t rgba[4 * 6];
	size_t at = 9;

	(void)state;
	for (unsigned int layers = 0; layers <= NN_ORACLE_MAX_LAYERS; layers++) {
		for (size_t i = 0; i < 6; i++) {
			rgba[4 * i] = (uint8_t)(16 * layers);
			rgba[4 * i + 1] = (uint8_t)(8 * layers);
			rgba[4 * i + 2] = (uint8_t)(4 * layers);
			rgba[4 * i + 3] = (uint8_t)layers;
		}
		at = 9;
		assert_true(nn_oracle_blend_check(rgba, 6, layers, &at));
		assert_int_equal(at, 9);
		assert_false(nn_oracle_blend_check(rgba, 6, layers + 1, &at));
		assert_int_equal(at, 0);
		for (size_t channel = 0; channel < 4; channel++) {
			rgba[4 * 5 + channel] ^= 1;
			assert_false(nn_oracle_blend_check(rgba, 6, layers, &at));
			assert_int_equal(at, 5);
			rgba[4 * 5 + channel] ^= 1;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_is_itself_and_no_other_stream),
		cmocka_unit_test(one_flipped_bit_anywhere_is_found),
		cmocka_unit_test(a_digest_notices_order_length_and_cancelling_bits),
		cmocka_unit_test(the_digest_is_the_documented_one),
		cmocka_unit_test(exact_sums_of_layers_pass_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
