/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/quantile.h"

#include <gsl/gsl_sort_double.h>

#include "ci/tests/harness/stats/arms.h"
#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/array.h"
#include "harness/base/compat.h"

/* Golden values throughout: R 4.2.2; Harrell–Davis by its formula with pbeta. */

/* Room for @nr values that repeat no pattern of the ranks; ascending. The caller frees. */
static double *sorted_values(size_t nr)
{
	double *values = nn_calloc(nr, sizeof(*values));

	for (size_t i = 0; i < nr; i++)
		values[i] = exp((double)(i * 7919 % nr) / (double)nr * 3) + (double)(i % 7) / 10;
	gsl_sort(values, 1, nr);
	return values;
}

static void harrell_davis_agrees_with_r(void **state)
{
	static const double probabilities[] = {0.5, 0.9, 0.95, 0.99};
	NN_AUTO(harrell_davis)
	struct nn_harrell_davis *hd = nn_harrell_davis_new(probabilities, 4);
	double sorted[NR_BOOTS];
	double quantiles[4];

	(void)state;
	memcpy(sorted, native, sizeof(sorted));
	gsl_sort(sorted, 1, NR_BOOTS);
	nn_harrell_davis_compute(hd, sorted, NR_BOOTS, quantiles);
	assert_close(quantiles[0], 100.45561087473);
	assert_close(quantiles[1], 102.039484003725);
	assert_close(quantiles[2], 102.206335235314);
	assert_close(quantiles[3], 102.287751599414);
}

/* Sizes on both sides of where the weights come from the density, and from size to size anew. */
static void harrell_davis_agrees_with_r_for_all_sizes(void **state)
{
	static const double probabilities[] = {0.01, 0.5, 0.95, 0.99, 0.999};
	static const struct {
		size_t nr;
		double golden[5];
	} cases[] = {
		{100,
		 {1.09325588242252, 4.78548492114469, 17.3750380765483, 19.1717558645282,
		  19.4741010442616}},
		{999,
		 {1.14766478157037, 4.79769398462969, 17.5718615713939, 19.8237557353434,
		  20.4159578194221}},
		{1000,
		 {1.1416370131059, 4.78429930415835, 17.5704103025537, 19.7520151144123,
		  20.5383178824114}},
		{5000,
		 {1.1616069644798, 4.78742062308405, 17.5818831106182, 19.7850234929104,
		  20.456377485122}},
		{100000,
		 {1.162286395769, 4.78568283086478, 17.588331573114, 19.7926289657097,
		  20.4434380555189}},
	};
	NN_AUTO(harrell_davis)
	struct nn_harrell_davis *hd = nn_harrell_davis_new(probabilities, 5);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(free) double *sorted = sorted_values(cases[i].nr);
		double quantiles[5];

		for (int pass = 0; pass < 2; pass++) { /* new weights, then the kept ones */
			nn_harrell_davis_compute(hd, sorted, cases[i].nr, quantiles);
			for (size_t j = 0; j < 5; j++)
				assert_close(quantiles[j], cases[i].golden[j]);
		}
	}
}

static void a_million_samples_agree_with_r(void **state)
{
	static const double probabilities[] = {0.5, 0.99, 0.99999};
	NN_AUTO(harrell_davis)
	struct nn_harrell_davis *hd = nn_harrell_davis_new(probabilities, 3);
	NN_AUTO(free) double *sorted = sorted_values(1000000);
	double quantiles[3];

	(void)state;
	nn_harrell_davis_compute(hd, sorted, 1000000, quantiles);
	assert_close(quantiles[0], 4.78616093789007);
	assert_close(quantiles[1], 19.792955172321);
	assert_close(quantiles[2], 20.6811978961328);
}

/*
 * The i-th smallest being i, the quantile is n q + 1/2. GSL's incomplete beta function fails with
 * this many values.
 */
static void ten_million_samples_have_quantiles(void **state)
{
	enum { NR = 10000000 };
	static const double probabilities[] = {0.01, 0.5, 0.99};
	NN_AUTO(harrell_davis)
	struct nn_harrell_davis *hd = nn_harrell_davis_new(probabilities, 3);
	NN_AUTO(free) double *sorted = nn_calloc(NR, sizeof(*sorted));
	double quantiles[3];

	(void)state;
	for (size_t i = 0; i < NR; i++)
		sorted[i] = (double)(i + 1);
	nn_harrell_davis_compute(hd, sorted, NR, quantiles);
	for (size_t i = 0; i < 3; i++)
		assert_near(quantiles[i], NR * probabilities[i] + 0.5, 1e-12);
}

static void few_samples_still_have_quantiles(void **state)
{
	static const double probabilities[] = {0, 0.25, 0.5, 0.99, 1};
	const double values[] = {1, 2, 7};
	const double two[] = {1, 5};
	NN_AUTO(harrell_davis)
	struct nn_harrell_davis *hd = nn_harrell_davis_new(probabilities, 5);
	double quantiles[5];

	(void)state;
	nn_harrell_davis_compute(hd, values, 3, quantiles);
	assert_true(quantiles[0] == 1 && quantiles[4] == 7);
	assert_close(quantiles[3], 6.97617450449631);
	nn_harrell_davis_compute(hd, two, 2, quantiles);
	assert_close(quantiles[1], 1.60131401943846);
	nn_harrell_davis_compute(hd, values, 1, quantiles);
	for (size_t i = 0; i < 5; i++)
		assert_true(quantiles[i] == 1);
	nn_harrell_davis_compute(hd, NULL, 0, quantiles);
	for (size_t i = 0; i < 5; i++)
		assert_true(isnan(quantiles[i]));
}

/* Far beyond what is supported the weights must still be a distribution over the ranks. */
static void extreme_probabilities_stay_within_the_values(void **state)
{
	static const double probabilities[] = {1e-9, 1e-6, 1e-5, 0.99999, 0.999999, 1 - 1e-9};
	NN_AUTO(harrell_davis)
	struct nn_harrell_davis *hd = nn_harrell_davis_new(probabilities, 6);
	double quantiles[6];

	(void)state;
	for (size_t nr = 1; nr < 2000000; nr *= 5) {
		NN_AUTO(free) double *sorted = sorted_values(nr);

		nn_harrell_davis_compute(hd, sorted, nr, quantiles);
		for (size_t i = 0; i < 6; i++) {
			assert_true(quantiles[i] >= sorted[0] * (1 - 1e-12));
			assert_true(quantiles[i] <= sorted[nr - 1] * (1 + 1e-12));
			assert_true(i == 0 || quantiles[i] >= quantiles[i - 1] * (1 - 1e-12));
		}
	}
}

static void type7_agrees_with_r(void **state)
{
	static const double qs[] = {0, 0.1, 0.5, 0.9, 0.95, 0.99, 1};
	static const double golden[] = {98.7, 99.33, 100.4, 101.94, 102.12, 102.264, 102.3};
	double sorted[NR_BOOTS];

	(void)state;
	memcpy(sorted, native, sizeof(sorted));
	gsl_sort(sorted, 1, NR_BOOTS);
	for (size_t i = 0; i < NN_ARRAY_SIZE(qs); i++)
		assert_close(nn_quantile_type7(sorted, NR_BOOTS, qs[i]), golden[i]);
	assert_true(nn_quantile_type7(sorted, 1, 0.99) == 98.7);
	assert_true(isnan(nn_quantile_type7(NULL, 0, 0.5)));
}

static void quantiles_need_ten_values_beyond_them(void **state)
{
	static const struct {
		size_t nr;
		double q;
		bool is_supported;
	} cases[] = {
		{100, 0.9, true},     {99, 0.9, false},     {200, 0.95, true}, {199, 0.95, false},
		{1000, 0.99, true},   {999, 0.99, false},   {20, 0.5, true},   {19, 0.5, false},
		{10000, 0.999, true}, {9999, 0.999, false}, {100, 0.1, true},  {99, 0.1, false},
		{1000, 1, false},     {1000, 0, false},     {0, 0.5, false},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_int_equal(nn_quantile_is_supported(cases[i].nr, cases[i].q),
				 cases[i].is_supported);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harrell_davis_agrees_with_r),
		cmocka_unit_test(harrell_davis_agrees_with_r_for_all_sizes),
		cmocka_unit_test(a_million_samples_agree_with_r),
		cmocka_unit_test(ten_million_samples_have_quantiles),
		cmocka_unit_test(few_samples_still_have_quantiles),
		cmocka_unit_test(extreme_probabilities_stay_within_the_values),
		cmocka_unit_test(type7_agrees_with_r),
		cmocka_unit_test(quantiles_need_ten_values_beyond_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
