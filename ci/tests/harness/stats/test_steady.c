/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/steady.h"

#include "ci/tests/harness/stats/numbers.h"
#include "harness/base/compat.h"
#include "harness/stats/random.h"

#define MAX_NR 6000

/* Times with 1 % noise, @first of them at @level of what the others have. */
struct shape {
	const char *name;
	size_t nr;
	size_t first; /* values at another level */
	double level;
	size_t last; /* values from here on are at the level, too; 0: none */
	double noise;
	enum nn_steady expected;
};

static const struct shape shapes[] = {
	{"many, one level", 500, 0, 1, 0, 0.01, NN_STEADY_FLAT},
	{"many, one noisy level", 500, 0, 1, 0, 0.2, NN_STEADY_FLAT},
	{"many, no noise at all", 500, 0, 1, 0, 0, NN_STEADY_FLAT},
	{"many, slow first", 500, 60, 1.5, 0, 0.01, NN_STEADY_WARMUP},
	{"many, fast first", 500, 60, 0.7, 0, 0.01, NN_STEADY_SLOWDOWN},
	{"many, slow first without noise", 500, 60, 1.5, 0, 0, NN_STEADY_WARMUP},
	{"many, first too like the rest to matter", 500, 200, 1.008, 0, 0.001, NN_STEADY_FLAT},
	{"many, slow at the start and until the last tenth", 500, 450, 1.5, 0, 0.01,
	 NN_STEADY_NONE},
	{"many, steady from the last quarter on", 500, 370, 1.5, 0, 0.01, NN_STEADY_WARMUP},
	{"many, steady just too late", 500, 380, 1.5, 0, 0.01, NN_STEADY_NONE},
	{"most, steady before the last 500", 2000, 1490, 1.5, 0, 0.01, NN_STEADY_WARMUP},
	{"most, steady within the last 500", 2000, 1510, 1.5, 0, 0.01, NN_STEADY_NONE},
	{"all, steady before the last 500", 6000, 5440, 1.5, 0, 0.01, NN_STEADY_WARMUP},
	{"all, steady within the last 500", 6000, 5560, 1.5, 0, 0.01, NN_STEADY_NONE},
	{"all, one level", 6000, 0, 1, 0, 0.05, NN_STEADY_FLAT},
	{"many, slow again at the end", 500, 60, 1.5, 300, 0.01, NN_STEADY_SLOWDOWN},
	{"just enough for segments, slow first", 200, 30, 1.5, 0, 0.01, NN_STEADY_WARMUP},
	{"few, one level", 199, 0, 1, 0, 0.01, NN_STEADY_FLAT},
	{"few, slow first half", 100, 50, 1.5, 0, 0.005, NN_STEADY_WARMUP},
	{"few, fast first half", 100, 50, 0.7, 0, 0.005, NN_STEADY_SLOWDOWN},
	{"few, the median sees no short warm-up", 100, 10, 1.5, 0, 0.005, NN_STEADY_FLAT},
	{"few, still changing in the last ten", 20, 15, 1.5, 0, 0.005, NN_STEADY_NONE},
	{"few, halves differ and noise is large", 30, 15, 1.5, 0, 0.1, NN_STEADY_NONE},
	{"nine values, too few for Georges", 9, 4, 1.5, 0, 0, NN_STEADY_NONE},
	{"eight values", 8, 0, 1, 0, 0.001, NN_STEADY_FLAT},
	{"seven values", 7, 0, 1, 0, 0.001, NN_STEADY_UNKNOWN},
	{"no value", 0, 0, 1, 0, 0, NN_STEADY_UNKNOWN},
};

static void make(const struct shape *shape, double base, double *values)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(1);

	for (size_t i = 0; i < shape->nr; i++) {
		bool is_other = i < shape->first || (shape->last && i >= shape->last);

		values[i] = base * (is_other ? shape->level : 1) *
			    (1 + shape->noise * nn_random_normal(random));
	}
}

static void assert_class(const double *values, const struct shape *shape, bool is_lower_better,
			 enum nn_steady expected)
{
	size_t start;
	enum nn_steady steady = nn_steady_classify(values, shape->nr, is_lower_better, &start);

	if (steady != expected)
		fail_msg("%s: %s, not %s", shape->name, nn_steady_name(steady),
			 nn_steady_name(expected));
	if (shape->nr < NN_STEADY_PELT_MIN ||
	    (expected != NN_STEADY_WARMUP && expected != NN_STEADY_SLOWDOWN))
		assert_int_equal(start, 0);
}

/* Units change nothing: seconds, or nanoseconds. */
static void times_are_classified(void **state)
{
	static const double bases[] = {0.0123, 8.1e9};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(shapes); i++) {
		for (size_t k = 0; k < NN_ARRAY_SIZE(bases); k++) {
			double values[MAX_NR];

			make(&shapes[i], bases[k], values);
			assert_class(values, &shapes[i], true, shapes[i].expected);
		}
	}
}

/* Segments are of at least 2 values, which are batches above 300 iterations. */
static void steady_part_begins_where_the_level_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(shapes); i++) {
		const struct shape *shape = &shapes[i];
		const size_t change = shape->last ? shape->last : shape->first;
		const size_t slack = 2 * (shape->nr / 300 + 1);
		double values[MAX_NR];
		size_t start;

		if (shape->nr < NN_STEADY_PELT_MIN ||
		    (shape->expected != NN_STEADY_WARMUP && shape->expected != NN_STEADY_SLOWDOWN))
			continue;
		make(shape, 1, values);
		(void)nn_steady_classify(values, shape->nr, true, &start);
		if (start + slack < change || start > change + slack)
			fail_msg("%s: steady from %zu on, not %zu", shape->name, start, change);
	}
}

static enum nn_steady reversed(enum nn_steady steady)
{
	if (steady == NN_STEADY_WARMUP)
		return NN_STEADY_SLOWDOWN;
	return steady == NN_STEADY_SLOWDOWN ? NN_STEADY_WARMUP : steady;
}

static void rates_are_classified_the_other_way_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(shapes); i++) {
		double values[MAX_NR];

		/* slow again at the end: as a rate it is fast in the middle as well */
		if (shapes[i].last)
			continue;
		make(&shapes[i], 100, values);
		assert_class(values, &shapes[i], false, reversed(shapes[i].expected));
	}
}

static void outliers_are_no_segments(void **state)
{
	const struct shape shape = {"spikes", 600, 0, 1, 0, 0.01, NN_STEADY_FLAT};
	double values[MAX_NR];

	(void)state;
	make(&shape, 1, values);
	for (size_t i = 130; i < 600; i += 60)
		values[i] = 30;
	values[599] = 30;
	assert_class(values, &shape, true, NN_STEADY_FLAT);
}

/* What would be an outlier later is warm-up in the first 100 iterations. */
static void slow_first_iterations_are_no_outliers(void **state)
{
	const struct shape shape = {"short warm-up", 600, 4, 5, 0, 0.01, NN_STEADY_WARMUP};
	double values[MAX_NR];

	(void)state;
	make(&shape, 1, values);
	assert_class(values, &shape, true, NN_STEADY_WARMUP);
}

static void steady_decline_is_no_steady_state(void **state)
{
	const struct shape many = {"decline", 1000, 0, 1, 0, 0.005, NN_STEADY_NONE};
	const struct shape few = {"short decline", 40, 0, 1, 0, 0.0005, NN_STEADY_NONE};
	double values[MAX_NR];

	(void)state;
	make(&many, 1, values);
	for (size_t i = 0; i < many.nr; i++)
		values[i] += 0.001 * (double)i;
	assert_class(values, &many, true, NN_STEADY_NONE);
	make(&few, 1, values);
	for (size_t i = 0; i < few.nr; i++)
		values[i] += 0.02 * (double)i;
	assert_class(values, &few, true, NN_STEADY_NONE);
}

static void coarse_timer_is_flat(void **state)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(2);
	const struct shape shape = {"coarse timer", 400, 0, 1, 0, 0, NN_STEADY_FLAT};
	double values[MAX_NR];

	(void)state;
	for (size_t i = 0; i < shape.nr; i++)
		values[i] = nn_random_uniform(random) < 0.02 ? 0.013 : 0.012;
	assert_class(values, &shape, true, NN_STEADY_FLAT);
}

static void zeroes_are_flat(void **state)
{
	const double values[400] = {0};
	size_t start;

	(void)state;
	assert_int_equal(nn_steady_classify(values, 20, true, &start), NN_STEADY_FLAT);
	assert_int_equal(nn_steady_classify(values, 400, true, &start), NN_STEADY_FLAT);
}

static void classes_have_names(void **state)
{
	(void)state;
	assert_string_equal(nn_steady_name(NN_STEADY_FLAT), "flat");
	assert_string_equal(nn_steady_name(NN_STEADY_WARMUP), "warmup");
	assert_string_equal(nn_steady_name(NN_STEADY_SLOWDOWN), "slowdown");
	assert_string_equal(nn_steady_name(NN_STEADY_NONE), "none");
	assert_string_equal(nn_steady_name(NN_STEADY_UNKNOWN), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_classified),
		cmocka_unit_test(steady_part_begins_where_the_level_does),
		cmocka_unit_test(rates_are_classified_the_other_way_round),
		cmocka_unit_test(outliers_are_no_segments),
		cmocka_unit_test(slow_first_iterations_are_no_outliers),
		cmocka_unit_test(steady_decline_is_no_steady_state),
		cmocka_unit_test(coarse_timer_is_flat),
		cmocka_unit_test(zeroes_are_flat),
		cmocka_unit_test(classes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
