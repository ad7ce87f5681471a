/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/trend.h"

#include "ci/tests/harness/stats/numbers.h"
#include "ci/tests/harness/stats/series.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"

static void read_nile(struct series *nile)
{
	series_read(nile, "ci/tests/fixtures/series/nile.txt");
	assert_int_equal(nile->nr, 100);
}

struct golden {
	const char *name;
	double values[12];
	size_t nr;
	double slope;
	double p_value;
};

/* Slopes: median of all pairs. p-values: R 4.2.2, cor.test(method = "kendall", continuity = TRUE),
 * exact for the first three. */
static const struct golden goldens[] = {
	{"ten values",
	 {101.2, 99.8, 100.5, 102.3, 98.7, 100.1, 101.9, 99.4, 100.9, 100.3},
	 10,
	 -0.0375,
	 0.861800595238095},
	{"one pair falls", {1, 2, 4, 3, 5, 6, 8}, 7, 1, 0.00277777777777777},
	{"all rise", {1, 2, 3, 4}, 4, 1, 2 / 24.0},
	{"more than ten",
	 {3.1, 2.9, 3.3, 3.2, 3.6, 3.5, 3.9, 4.2, 4.1, 4.4, 4.6},
	 11,
	 0.1625,
	 0.000342157018466915},
	{"ties", {5, 5, 4, 4, 4, 3, 3, 2, 5, 1, 1, 2}, 12, -0.3875, 0.00492236450890982},
	{"ties among few", {3, 3, 4, 5, 6}, 5, 1, 0.0432627278069107},
	{"no order to see", {2, 1, 1, 2}, 4, 0, 1},
	{"all equal", {7, 7, 7, 7, 7, 7}, 6, 0, 1},
	{"two values", {1, 3}, 2, 2, 1},
};

static void trend_agrees_with_r(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(goldens); i++) {
		struct nn_trend trend = nn_trend(NULL, goldens[i].values, goldens[i].nr);

		if (!(fabs(trend.slope - goldens[i].slope) <= 1e-12) ||
		    !(fabs(trend.p_value - goldens[i].p_value) <= 1e-12))
			fail_msg("%s: slope %.17g, p %.17g", goldens[i].name, trend.slope,
				 trend.p_value);
	}
}

static void trend_of_nile_agrees_with_r(void **state)
{
	struct series nile;
	struct nn_trend trend;

	(void)state;
	read_nile(&nile);
	trend = nn_trend(NULL, nile.values, nile.nr);
	assert_close(trend.slope, -2.6);
	assert_close(trend.p_value, 3.65826292166434e-05);
}

static void slope_is_per_unit_of_position(void **state)
{
	const double values[] = {1, 2, 4, 3, 5, 6, 8};
	const double positions[] = {0, 1, 3, 4, 7, 9, 12};

	(void)state;
	assert_close(nn_trend(positions, values, 7).slope, 5 / 9.0);
	assert_close(nn_trend(positions, values, 7).p_value, 0.00277777777777777);
}

static void one_value_has_no_trend(void **state)
{
	const double value = 3;

	(void)state;
	assert_true(isnan(nn_trend(NULL, &value, 1).slope));
	assert_true(isnan(nn_trend(NULL, &value, 1).p_value));
	assert_true(isnan(nn_trend(NULL, &value, 0).slope));
}

/* Every order of 6 values, by Heap's algorithm; returns how many have a p-value of at most @p. */
static size_t count_orders(double *values, size_t nr, double p)
{
	size_t counters[6] = {0};
	size_t nr_orders = nn_trend(NULL, values, nr).p_value <= p;

	for (size_t i = 0; i < nr;) {
		if (counters[i] >= i) {
			counters[i++] = 0;
			continue;
		}
		size_t j = i % 2 ? counters[i] : 0;
		double value = values[j];

		values[j] = values[i];
		values[i] = value;
		nr_orders += nn_trend(NULL, values, nr).p_value <= p;
		counters[i]++;
		i = 0;
	}
	return nr_orders;
}

/* What "exact" means: of all orders, a share of p is at least as extreme. */
static void exact_p_value_is_the_share_of_orders(void **state)
{
	const double extreme[] = {1, 2, 3, 5, 4, 6};
	double values[] = {1, 2, 3, 4, 5, 6};
	double p = nn_trend(NULL, extreme, 6).p_value;

	(void)state;
	assert_close((double)count_orders(values, 6, p + 1e-12) / 720, p);
}

static void autocorrelation_agrees_with_r(void **state)
{
	/* acf(Nile) */
	const double golden[] = {1,
				 0.498408184133029,
				 0.384576903904873,
				 0.327860437522546,
				 0.239191169941486,
				 0.228421986720840,
				 0.227300982564721};
	struct series nile;

	(void)state;
	read_nile(&nile);
	for (size_t lag = 0; lag < NN_ARRAY_SIZE(golden); lag++)
		assert_near(nn_autocorrelation(nile.values, nile.nr, lag), golden[lag], 1e-13);
	assert_true(nn_autocorrelation(nile.values, nile.nr, 100) == 0);
	assert_true(nn_autocorrelation(nile.values, nile.nr, 1000) == 0);
}

static void autocorrelation_of_equal_values_is_unknown(void **state)
{
	const double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};

	(void)state;
	assert_true(isnan(nn_autocorrelation(values, 7, 1)));
}

static void effective_sample_size_of_nile_is_the_golden_one(void **state)
{
	struct series nile;

	(void)state;
	read_nile(&nile);
	assert_near(nn_effective_sample_size(nile.values, nile.nr), 9.59945878948008, 1e-13);
	assert_near(100 / nn_effective_sample_size(nile.values, nile.nr), 10.4172539507736, 1e-13);
}

static void effective_sample_size_is_at_most_the_number(void **state)
{
	const double alternating[] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
	const double equal[] = {0.1, 0.1, 0.1, 0.1, 0.1};

	(void)state;
	assert_true(nn_effective_sample_size(alternating, 10) == 10);
	assert_true(nn_effective_sample_size(equal, 5) == 5);
	assert_true(nn_effective_sample_size(equal, 1) == 1);
	assert_true(nn_effective_sample_size(equal, 0) == 0);
}

/* AR(1) with ρ = 0.5: τ = (1 + ρ)/(1 − ρ) = 3. */
static void effective_sample_size_of_an_autoregression_is_a_third(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(3);
	static const size_t nr = 20000;
	NN_AUTO(free) double *values = calloc(nr, sizeof(*values));

	(void)state;
	for (size_t i = 1; i < nr; i++)
		values[i] = 0.5 * values[i - 1] + nn_random_normal(random);
	assert_near(nn_effective_sample_size(values, nr), (double)nr / 3, 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trend_agrees_with_r),
		cmocka_unit_test(trend_of_nile_agrees_with_r),
		cmocka_unit_test(slope_is_per_unit_of_position),
		cmocka_unit_test(one_value_has_no_trend),
		cmocka_unit_test(exact_p_value_is_the_share_of_orders),
		cmocka_unit_test(autocorrelation_agrees_with_r),
		cmocka_unit_test(autocorrelation_of_equal_values_is_unknown),
		cmocka_unit_test(effective_sample_size_of_nile_is_the_golden_one),
		cmocka_unit_test(effective_sample_size_is_at_most_the_number),
		cmocka_unit_test(effective_sample_size_of_an_autoregression_is_a_third),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
