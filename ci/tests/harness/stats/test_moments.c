/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/moments.h"

#include "ci/tests/harness/stats/nist.h"
#include "ci/tests/harness/stats/numbers.h"
#include "harness/stats/trend.h"

/* NumAcc2–4: the middle value, then neighbours a tenth below and above in turn. */
static struct values alternate(double middle_tenths)
{
	struct values values = {0};

	add_value(&values, middle_tenths / 10);
	for (size_t i = 0; i < 500; i++) {
		add_value(&values, (middle_tenths - 1) / 10);
		add_value(&values, (middle_tenths + 1) / 10);
	}
	return values;
}

static struct values get_values(const char *name)
{
	struct values values = {0};

	if (strncmp(name, "num-acc", 7) != 0)
		return read_nist(name);
	switch (name[7]) {
	case '1':
		add_value(&values, 10000001);
		add_value(&values, 10000003);
		add_value(&values, 10000002);
		return values;
	case '2':
		return alternate(12);
	case '3':
		return alternate(10000002);
	default:
		return alternate(100000002);
	}
}

/*
 * Certified values: NIST StRD. The digits that NumAcc3 and NumAcc4 ask for are those that their
 * values keep as doubles.
 */
static void nist_data_keep_their_certified_digits(void **state)
{
	static const struct {
		const char *name;
		size_t nr;
		double mean;
		double sd;
		double lag1;
		double sd_digits;
		double lag1_digits;
	} sets[] = {
		{"pi-digits", 5000, 4.53480000000000, 2.86733906028871, -0.00355099287237972, 12,
		 12},
		{"lottery", 218, 518.958715596330, 291.699727470969, -0.120948622967393, 12, 12},
		{"lew", 200, -177.435000000000, 277.332168044316, -0.307304800605679, 12, 12},
		{"mavro", 50, 2.00185600000000, 0.000429123454003053, 0.937989183438248, 12, 12},
		{"michelso", 100, 299.852400000000, 0.0790105478190518, 0.535199668621283, 12, 12},
		{"num-acc1", 3, 10000002, 1, -0.5, 14, 14},
		{"num-acc2", 1001, 1.2, 0.1, -0.999, 12, 12},
		{"num-acc3", 1001, 1000000.2, 0.1, -0.999, 9, 9},
		{"num-acc4", 1001, 10000000.2, 0.1, -0.999, 8, 8},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(sets); i++) {
		NN_AUTO(values) struct values values = get_values(sets[i].name);
		struct nn_moments moments = nn_moments(values.items, values.nr);
		double lag1 = nn_autocorrelation(values.items, values.nr, 1);

		assert_int_equal(values.nr, sets[i].nr);
		assert_int_equal(moments.nr, sets[i].nr);
		assert_true(digits_of(moments.mean, sets[i].mean) >= 14);
		assert_true(digits_of(sqrt(moments.variance), sets[i].sd) >= sets[i].sd_digits);
		assert_true(digits_of(lag1, sets[i].lag1) >= sets[i].lag1_digits);
		assert_true(nn_sd(values.items, values.nr) == sqrt(moments.variance));
	}
}

static void equal_values_have_no_spread_at_all(void **state)
{
	const double third = 1.0 / 3;
	const double values[] = {third, third, third, third, third, third, third};

	(void)state;
	for (size_t nr = 2; nr <= NN_ARRAY_SIZE(values); nr++) {
		assert_true(nn_moments(values, nr).mean == third);
		assert_true(nn_moments(values, nr).variance == 0);
	}
}

static void an_outlier_in_front_costs_no_digits(void **state)
{
	const double values[] = {1e17, -1e17, 3, 6};

	(void)state;
	assert_true(nn_moments(values, 4).mean == 2.25);
}

/* Doubles of this size are 2 apart, so that the mean itself cannot be held. */
static void deviations_are_right_where_the_mean_is_rounded(void **state)
{
	const double values[] = {1e16, 1e16 + 2, 1e16 + 2};

	(void)state;
	assert_close(nn_moments(values, 3).variance, 4.0 / 3);
}

static void too_few_values_give_nan(void **state)
{
	const double value = 7;

	(void)state;
	assert_true(isnan(nn_moments(NULL, 0).mean));
	assert_true(isnan(nn_moments(NULL, 0).variance));
	assert_true(nn_moments(&value, 1).mean == 7);
	assert_true(isnan(nn_moments(&value, 1).variance));
	assert_true(isnan(nn_sd(&value, 1)));
	assert_true(isnan(nn_median(NULL, 0)));
}

static void medians_leave_the_values_as_they_are(void **state)
{
	double values[] = {5, 1, 4, 2, 3, 9};

	(void)state;
	assert_true(nn_median(values, 1) == 5);
	assert_true(nn_median(values, 5) == 3);
	assert_true(nn_median(values, 6) == 3.5);
	assert_true(values[0] == 5 && values[1] == 1 && values[5] == 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nist_data_keep_their_certified_digits),
		cmocka_unit_test(equal_values_have_no_spread_at_all),
		cmocka_unit_test(an_outlier_in_front_costs_no_digits),
		cmocka_unit_test(deviations_are_right_where_the_mean_is_rounded),
		cmocka_unit_test(too_few_values_give_nan),
		cmocka_unit_test(medians_leave_the_values_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
