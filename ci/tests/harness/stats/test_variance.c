/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/variance.h"

#include <errno.h>

#include "ci/tests/harness/stats/nist.h"
#include "ci/tests/harness/stats/numbers.h"

/* Worked example of Kalibera and Jones: 2 boots × 2 processes × 3 iterations. */
static const double example[] = {3, 4, 3, 1.2, 3.1, 3, 0.2, 1, 1.5, 1, 2, 3};
static const size_t example_repetitions[] = {3, 2, 2};

/* Golden values: libkalibera. */
static void components_agree_with_kalibera_and_jones(void **state)
{
	struct nn_variance variance;

	(void)state;
	assert_int_equal(nn_variance_components(example, example_repetitions, 3, &variance), 0);
	assert_int_equal(variance.nr_levels, 3);
	assert_close(variance.mean, 26.0 / 12);
	assert_close(variance.s2[0], 0.726666666666667);
	assert_close(variance.s2[1], 0.505);
	assert_close(variance.s2[2], 1.02722222222222);
	assert_close(variance.t2[0], 0.726666666666667);
	assert_close(variance.t2[1], 0.262777777777778);
	assert_close(variance.t2[2], 0.774722222222222);
}

static void repetitions_agree_with_kalibera_and_jones(void **state)
{
	const double costs_s[] = {3, 20, 100};
	struct nn_variance variance;
	double exact[2];

	(void)state;
	assert_int_equal(nn_variance_components(example, example_repetitions, 3, &variance), 0);
	nn_variance_repetitions(&variance, costs_s, exact);
	assert_close(exact[0], 4.29366020667701);
	assert_close(exact[1], 1.30228582446055);
}

/* 3 boots × 2 processes × 2 iterations; a component may be negative. */
static void a_negative_component_is_reported_as_it_is(void **state)
{
	const double values[] = {9, 5, 8, 3, 10, 6, 7, 11, 1, 12, 2, 4};
	const size_t repetitions[] = {2, 2, 3};
	const double costs_s[] = {1, 10, 100};
	struct nn_variance variance;
	double exact[2];

	(void)state;
	assert_int_equal(nn_variance_components(values, repetitions, 3, &variance), 0);
	assert_close(variance.mean, 6.5);
	assert_near(variance.s2[0], 16.5, 0.05 / 16.5);
	assert_near(variance.s2[1], 2.6, 0.05 / 2.6);
	assert_near(variance.s2[2], 3.6, 0.05 / 3.6);
	assert_near(variance.t2[0], 16.5, 0.05 / 16.5);
	assert_near(variance.t2[1], -5.7, 0.05 / 5.7);
	assert_near(variance.t2[2], 2.3, 0.05 / 2.3);
	nn_variance_repetitions(&variance, costs_s, exact);
	/* processes add nothing: one each, and iterations answer to boots, process included */
	assert_true(exact[1] == 1);
	assert_close(exact[0], sqrt(110 * variance.t2[0] / variance.t2[2]));
}

static void repetitions_have_an_answer_when_the_top_adds_nothing(void **state)
{
	const struct nn_variance only_low = {.nr_levels = 3, .t2 = {4, 0, -1}};
	const struct nn_variance only_top = {.nr_levels = 3, .t2 = {-1, 0, 2}};
	const double costs_s[] = {1, 10, 100};
	double exact[2];

	(void)state;
	nn_variance_repetitions(&only_low, costs_s, exact);
	assert_true(isinf(exact[0]) && exact[1] == 1);
	nn_variance_repetitions(&only_top, costs_s, exact);
	assert_true(exact[0] == 1 && exact[1] == 1);
}

/* One way of the analysis of variance is two levels: MS within is S1², MS between is n S2². */
static void check_anova(const struct values *values, size_t nr_treatments,
			const double certified[3], double min_digits)
{
	const size_t nr = values->nr / nr_treatments;
	const size_t repetitions[] = {nr, nr_treatments};
	struct nn_variance variance;
	double between;
	double within;
	double f;

	assert_int_equal(nn_variance_components(values->items, repetitions, 2, &variance), 0);
	between = variance.s2[1] * (double)nr * (double)(nr_treatments - 1);
	within = variance.s2[0] * (double)nr_treatments * (double)(nr - 1);
	f = variance.s2[1] * (double)nr / variance.s2[0];
	assert_true(digits_of(between, certified[0]) >= min_digits);
	assert_true(digits_of(within, certified[1]) >= min_digits);
	assert_true(digits_of(f, certified[2]) >= min_digits);
}

static void nist_measurements_keep_their_certified_digits(void **state)
{
	static const struct {
		const char *name;
		size_t nr;
		size_t nr_treatments;
		double certified[3]; /* sums of squares between and within, F */
		double digits;
	} sets[] = {
		{"si-rstv", 25, 5, {5.11462616e-02, 2.1663656e-01, 1.18046237440255}, 12},
		{"atm-wt-ag", 48, 2, {3.638341875e-09, 1.04951729166667e-08, 15.9467335677930}, 8},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(sets); i++) {
		NN_AUTO(values) struct values values = read_nist(sets[i].name);

		assert_int_equal(values.nr, sets[i].nr);
		check_anova(&values, sets[i].nr_treatments, sets[i].certified, sets[i].digits);
	}
}

/*
 * SmLs01–09 by Simon and Lesage: treatments at 0.4, then 0.3 and 0.5 in turn, above a number with
 * 1, 7 or 13 constant leading digits; each begins with its mean, neighbours alternate a tenth below
 * and above.
 */
static struct values simon_lesage(double leading, size_t nr)
{
	struct values values = {0};

	for (size_t i = 0; i < 9; i++) {
		const double odd = i % 2 ? 3 : 5;
		const double middle = i == 0 ? 4 : odd;

		add_value(&values, (10 * leading + middle) / 10);
		for (size_t j = 1; j < nr; j++)
			add_value(&values, (10 * leading + middle + (j % 2 ? -1 : 1)) / 10);
	}
	return values;
}

static void nist_generated_data_keep_their_certified_digits(void **state)
{
	static const struct {
		double leading;
		double digits;
	} difficulties[] = {{1, 13}, {1e6, 9}, {1e12, 3}};
	static const size_t sizes[] = {21, 201, 2001};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(difficulties); i++) {
		for (size_t j = 0; j < NN_ARRAY_SIZE(sizes); j++) {
			const size_t nr = sizes[j];
			const double certified[] = {0.08 * (double)nr, 0.09 * (double)(nr - 1),
						    (double)nr};
			NN_AUTO(values)
			struct values values = simon_lesage(difficulties[i].leading, nr);

			check_anova(&values, 9, certified, difficulties[i].digits);
		}
	}
}

static void shapes_without_repetition_are_refused(void **state)
{
	const double values[] = {1, 2, 3, 4};
	const size_t once[] = {1, 4};
	const size_t none[] = {4, 0};
	const size_t many[] = {2, 2, 2, 2, 2};
	const size_t huge[] = {(size_t)-1, (size_t)-1};
	struct nn_variance variance = {.mean = 7};

	(void)state;
	assert_int_equal(nn_variance_components(values, once, 2, &variance), -EINVAL);
	assert_int_equal(nn_variance_components(values, none, 2, &variance), -EINVAL);
	assert_int_equal(nn_variance_components(values, many, 5, &variance), -EINVAL);
	assert_int_equal(nn_variance_components(values, many, 0, &variance), -EINVAL);
	assert_int_equal(nn_variance_components(values, huge, 2, &variance), -EINVAL);
	assert_true(variance.mean == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(components_agree_with_kalibera_and_jones),
		cmocka_unit_test(repetitions_agree_with_kalibera_and_jones),
		cmocka_unit_test(a_negative_component_is_reported_as_it_is),
		cmocka_unit_test(repetitions_have_an_answer_when_the_top_adds_nothing),
		cmocka_unit_test(nist_measurements_keep_their_certified_digits),
		cmocka_unit_test(nist_generated_data_keep_their_certified_digits),
		cmocka_unit_test(shapes_without_repetition_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
