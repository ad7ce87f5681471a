/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/random.h"

#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/compat.h"
#include "harness/stats/moments.h"

#define NR 100000

static void equal_seeds_give_equal_numbers(void **state)
{
	/* from a model of the generator in Python */
	static const size_t golden[] = {516, 212, 766, 96, 821, 524, 590, 639};
	NN_AUTO(random) struct nn_random *one = nn_random_new(42);
	NN_AUTO(random) struct nn_random *two = nn_random_new(42);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(golden); i++) {
		assert_int_equal(nn_random_below(one, 1000), golden[i]);
		assert_int_equal(nn_random_below(two, 1000), golden[i]);
	}
	assert_true(nn_random_uniform(one) == nn_random_uniform(two));
	assert_true(nn_random_normal(one) == nn_random_normal(two));
	assert_true(nn_random_t(one, 3) == nn_random_t(two, 3));
}

static void every_bit_of_the_seed_counts(void **state)
{
	size_t firsts[65];

	(void)state;
	for (size_t bit = 0; bit <= 64; bit++) {
		NN_AUTO(random)
		struct nn_random *random = nn_random_new(bit < 64 ? 1ULL << bit : 0);

		firsts[bit] = nn_random_below(random, (size_t)1 << 48);
		for (size_t i = 0; i < bit; i++)
			assert_int_not_equal(firsts[i], firsts[bit]);
	}
}

/* χ² over the faces of a die that does not divide the generator's range; 1e-4 to fail by chance. */
static void bounded_numbers_are_uniform(void **state)
{
	static const size_t bounds[] = {2, 3, 10, 30, 97};
	static const double limits[] = {15.1, 18.4, 33.7, 65.2, 155.5};
	NN_AUTO(random) struct nn_random *random = nn_random_new(7);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bounds); i++) {
		const double expected = (double)NR / (double)bounds[i];
		size_t counts[97] = {0};
		double chi_square = 0;

		for (size_t j = 0; j < NR; j++) {
			size_t face = nn_random_below(random, bounds[i]);

			assert_true(face < bounds[i]);
			counts[face]++;
		}
		for (size_t j = 0; j < bounds[i]; j++)
			chi_square += pow((double)counts[j] - expected, 2) / expected;
		assert_true(chi_square < limits[i]);
	}
	assert_int_equal(nn_random_below(random, 1), 0);
}

/*
 * With a bound of 3/4 of the range a biased reduction would give 1/2 instead of 1/3 of the numbers
 * to the multiples of 3 (the upper half of a product) or to the lowest third (the rest of a
 * division).
 */
static void large_bounds_are_not_biased(void **state)
{
	static const size_t bounds[] = {3ULL << 30, 3ULL << 62};
	NN_AUTO(random) struct nn_random *random = nn_random_new(8);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bounds); i++) {
		size_t nr_low = 0;
		size_t nr_multiples = 0;

		for (size_t j = 0; j < NR; j++) {
			size_t number = nn_random_below(random, bounds[i]);

			assert_true(number < bounds[i]);
			nr_low += number < bounds[i] / 3;
			nr_multiples += number % 3 == 0;
		}
		assert_true(fabs((double)nr_low / NR - 1.0 / 3) < 0.006);
		assert_true(fabs((double)nr_multiples / NR - 1.0 / 3) < 0.006);
	}
}

/* Cells of two neighbours, of which one draw often gives both; 1e-4 to fail by chance. */
static void numbers_drawn_together_are_uniform_and_independent(void **state)
{
	static const uint32_t bounds[] = {1, 2, 3, 7, 10, 30, 3U << 30};
	NN_AUTO(free) uint32_t *numbers = nn_calloc(NR + 1, sizeof(*numbers));
	NN_AUTO(random) struct nn_random *random = nn_random_new(12);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bounds); i++) {
		/* of the last bound the remainders: a biased one would give half to the first */
		const size_t nr_cells = bounds[i] > 30 ? 3 : bounds[i];
		const double expected = (double)NR / (double)(nr_cells * nr_cells);
		const double df = (double)(nr_cells * nr_cells) - 1;
		double counts[900] = {0};
		double chi_square = 0;

		nn_random_fill_below(random, bounds[i], NR + 1, numbers);
		for (size_t j = 0; j < NR; j++) {
			assert_true(numbers[j] < bounds[i]);
			counts[numbers[j] % nr_cells * nr_cells + numbers[j + 1] % nr_cells]++;
		}
		for (size_t j = 0; j < nr_cells * nr_cells; j++)
			chi_square += pow(counts[j] - expected, 2) / expected;
		/* nearly normal beyond a few degrees of freedom, and heavier above */
		assert_true(chi_square <= df + 4.5 * sqrt(2 * df) + 6);
	}
	numbers[0] = 77;
	nn_random_fill_below(random, 5, 0, numbers);
	assert_int_equal(numbers[0], 77);
}

static void distributions_have_their_moments(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(9);
	NN_AUTO(free) double *values = nn_calloc(NR, sizeof(*values));
	struct nn_moments moments;

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		values[i] = nn_random_uniform(random);
		assert_true(values[i] >= 0 && values[i] < 1);
	}
	moments = nn_moments(values, NR);
	assert_true(fabs(moments.mean - 0.5) < 0.004 && fabs(12 * moments.variance - 1) < 0.02);
	for (size_t i = 0; i < NR; i++)
		values[i] = nn_random_normal(random);
	moments = nn_moments(values, NR);
	assert_true(fabs(moments.mean) < 0.015 && fabs(moments.variance - 1) < 0.02);
	for (size_t i = 0; i < NR; i++)
		values[i] = nn_random_t(random, 10);
	moments = nn_moments(values, NR);
	assert_true(fabs(moments.mean) < 0.015 && fabs(moments.variance - 10.0 / 8) < 0.04);
}

static void shuffling_makes_every_order_equally_likely(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(10);
	size_t counts[6] = {0};

	(void)state;
	for (size_t i = 0; i < 60000; i++) {
		double values[] = {0, 1, 2};

		nn_random_shuffle(random, values, 3);
		assert_true(values[0] + values[1] + values[2] == 3);
		assert_true(values[0] != values[1] && values[1] != values[2]);
		counts[(size_t)values[0] * 2 + (values[1] > values[2])]++;
	}
	for (size_t i = 0; i < 6; i++)
		assert_true(counts[i] > 9600 && counts[i] < 10400);
	nn_random_shuffle(random, NULL, 0);
}

static void names_give_seeds(void **state)
{
	(void)state;
	/* FNV-1a of the empty string and of "a", from its definition */
	assert_true(nn_random_seed_of("") == 0xcbf29ce484222325ULL);
	assert_true(nn_random_seed_of("a") == 0xaf63dc4c8601ec8cULL);
	assert_true(nn_random_seed_of("gpu/gemm") != nn_random_seed_of("gpu/gemv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_seeds_give_equal_numbers),
		cmocka_unit_test(every_bit_of_the_seed_counts),
		cmocka_unit_test(bounded_numbers_are_uniform),
		cmocka_unit_test(large_bounds_are_not_biased),
		cmocka_unit_test(numbers_drawn_together_are_uniform_and_independent),
		cmocka_unit_test(distributions_have_their_moments),
		cmocka_unit_test(shuffling_makes_every_order_equally_likely),
		cmocka_unit_test(names_give_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
