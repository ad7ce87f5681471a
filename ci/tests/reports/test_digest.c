/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/digest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/compat.h"

static void runs_weigh_alike_however_many_iterations_they_have(void **state)
{
	static const double one[] = {1, 2, 3}, other[] = {10};
	NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
	struct nn_digest digest;

	(void)state;
	nn_digester_run(digester, one, NN_ARRAY_SIZE(one), true);
	nn_digester_run(digester, other, 1, true);
	digest = nn_digester_finish(digester);
	assert_float_equal(digest.mean, 6, 1e-15);
	assert_int_equal(digest.nr_runs, 2);
	assert_int_equal(digest.nr_samples, 4);
	assert_float_equal(digest.curve[0], 1, 0);
	assert_float_equal(digest.curve[NN_NR_CURVE - 1], 10, 0);
	assert_float_equal(digest.variation, sqrt(16.666666666666668) / 4, 1e-12);
}

static void finishing_starts_over(void **state)
{
	static const double values[] = {4, 4};
	NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
	struct nn_digest digest;

	(void)state;
	nn_digester_run(digester, values, 2, true);
	(void)nn_digester_finish(digester);
	digest = nn_digester_finish(digester);
	assert_true(isnan(digest.mean));
	assert_true(isnan(digest.trimmed_mean));
	assert_int_equal(digest.nr_runs, 0);
	nn_digester_run(digester, values, 2, true);
	assert_float_equal(nn_digester_finish(digester).mean, 4, 0);
}

/* A quantile with fewer than 10 iterations beyond it is not told: reference statistics §2.6. */
static void tails_are_refused_for_few_iterations(void **state)
{
	static const struct {
		size_t nr;
		bool has[NN_NR_TAILS];
	} cases[] = {
		{19, {false, false, false}}, {20, {true, false, false}},
		{199, {true, false, false}}, {200, {true, true, false}},
		{1000, {true, true, true}},
	};
	double values[1000];

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++)
		values[i] = (double)(i * 7919 % 1000);
	for (size_t c = 0; c < NN_ARRAY_SIZE(cases); c++) {
		NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
		struct nn_digest digest;

		nn_digester_run(digester, values, cases[c].nr, true);
		digest = nn_digester_finish(digester);
		for (size_t t = 0; t < NN_NR_TAILS; t++)
			assert_int_equal(isfinite(digest.tails[t]) != 0, cases[c].has[t]);
	}
}

static void outliers_are_counted_and_kept(void **state)
{
	double values[40];
	NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
	struct nn_digest digest;

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++)
		values[i] = 100 + (double)(i % 5);
	values[17] = 1000;
	nn_digester_run(digester, values, NN_ARRAY_SIZE(values), true);
	digest = nn_digester_finish(digester);
	assert_int_equal(digest.nr_outliers, 1);
	assert_true(digest.mean > 120);
	assert_true(digest.trimmed_mean < 103);
}

static void a_run_that_never_settles_is_unsteady(void **state)
{
	double values[40];
	NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
	struct nn_digest digest;

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++)
		values[i] = 100 + 3 * (double)i;
	nn_digester_run(digester, values, NN_ARRAY_SIZE(values), true);
	nn_digester_run(digester, values, 4, true); /* too few to tell */
	digest = nn_digester_finish(digester);
	assert_int_equal(digest.nr_judged, 1);
	assert_int_equal(digest.nr_unsteady, 1);
}

static struct nn_digest digest_of_two_levels(double first, double then, size_t nr_first, size_t nr)
{
	NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
	double values[300];

	for (size_t i = 0; i < nr; i++)
		values[i] = (i < nr_first ? first : then) + 0.1 * (double)(i % 3);
	nn_digester_run(digester, values, nr, true);
	return nn_digester_finish(digester);
}

static void figures_are_of_the_steady_part(void **state)
{
	struct nn_digest warm = digest_of_two_levels(140, 100, 60, 300);
	struct nn_digest slow = digest_of_two_levels(100, 110, 150, 300);
	struct nn_digest few = digest_of_two_levels(150, 100, 10, 20);

	(void)state;
	assert_float_equal(warm.mean, 100.1, 1e-9);
	assert_float_equal(warm.trimmed_mean, 100.1, 1e-9);
	assert_float_equal(warm.curve[NN_NR_CURVE - 1], 100.2, 1e-9);
	assert_int_equal(warm.nr_samples, 240);
	assert_int_equal(warm.nr_warmup, 1);
	assert_int_equal(warm.nr_unsteady + warm.nr_slowdown, 0);
	assert_float_equal(slow.mean, 110.1, 1e-9);
	assert_int_equal(slow.nr_slowdown, 1);
	assert_int_equal(few.nr_samples, 20); /* so few are averaged whole */
	assert_int_equal(few.nr_warmup, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_weigh_alike_however_many_iterations_they_have),
		cmocka_unit_test(finishing_starts_over),
		cmocka_unit_test(tails_are_refused_for_few_iterations),
		cmocka_unit_test(outliers_are_counted_and_kept),
		cmocka_unit_test(a_run_that_never_settles_is_unsteady),
		cmocka_unit_test(figures_are_of_the_steady_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
