/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <math.h>

#include "harness/base/clock.h"

struct point {
	uint64_t elapsed_ms;
	double value;
};

static void add_points(struct fixture *f, int64_t boot, int64_t run, const char *name,
		       const char *unit, const struct point *points, size_t nr)
{
	char *number = fixture_sql(f, "SELECT count(*) FROM boot_batch");
	struct nn_telemetry_point *items = calloc(nr, sizeof(*items));
	struct nn_telemetry_batch batch = {.items = items, .nr = nr};

	assert_non_null(items);
	batch.batch = strtoull(number, NULL, 10);
	for (size_t i = 0; i < nr; i++)
		items[i] = (struct nn_telemetry_point){.name = (char *)name,
						       .unit = (char *)unit,
						       .elapsed_ns =
							       points[i].elapsed_ms * NN_NS_PER_MS,
						       .value = points[i].value};
	assert_ok(f, nn_store_telemetry_add(f->store, boot, run, &batch, &f->err));
	free(items);
	free(number);
}

/* "arm block name unit: seconds=value …" */
static int collect(void *user, const struct nn_telemetry_series *series, struct nn_err *err)
{
	struct nn_strbuf *lines = user;

	(void)err;
	assert_int_equal(strlen(series->boot), 36);
	nn_strbuf_addf(lines, "%s %llu %s %s:", series->arm, (unsigned long long)series->block,
		       series->name, series->unit);
	for (size_t i = 0; i < series->nr; i++) {
		nn_strbuf_addc(lines, ' ');
		nn_strbuf_add_double(lines, series->elapsed_s[i]);
		nn_strbuf_addc(lines, '=');
		nn_strbuf_add_double(lines, series->values[i]);
	}
	nn_strbuf_addc(lines, '\n');
	return 0;
}

static void assert_telemetry(struct fixture *f, size_t max_points, const char *expected)
{
	struct nn_strbuf lines = NN_STRBUF_INIT;

	assert_ok(f, nn_store_each_telemetry(f->store, f->campaign, max_points, collect, &lines,
					     &f->err));
	assert_string_equal(nn_strbuf_str(&lines), expected);
	nn_strbuf_release(&lines);
}

static void short_series_is_given_whole_and_in_order(void **state)
{
	struct fixture *f = *state;
	static const struct point points[] = {{2000, 5}, {500, 1}, {500, 2}, {1000, NAN}};
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	add_points(f, boot, 0, "clock", "MHz", points, NN_ARRAY_SIZE(points));
	fixture_end_boot(f, boot, "done");
	assert_telemetry(f, 3, "native 0 clock MHz: 0.5=1 0.5=2 2=5\n");
}

static void long_series_is_thinned_to_means_over_equal_spans(void **state)
{
	struct fixture *f = *state;
	/* spans of 2 s from 1 to 9: [1, 3), [3, 5), [5, 7) without a point, [7, 9] */
	static const struct point points[] = {{9000, 9}, {1000, 10}, {2000, 20}, {3000, 1},
					      {4000, 2}, {7000, 4},  {8000, NAN}};
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	add_points(f, boot, 0, "clock", "MHz", points, NN_ARRAY_SIZE(points));
	fixture_end_boot(f, boot, "done");
	assert_telemetry(f, 4, "native 0 clock MHz: 1.5=15 3.5=1.5 8=6.5\n");
	assert_telemetry(f, 1, "native 0 clock MHz: 4.333333333333333=7.666666666666667\n");
}

static void points_at_one_instant_are_one_mean_when_there_are_too_many(void **state)
{
	struct fixture *f = *state;
	static const struct point points[] = {{5, 1}, {5, 2}, {5, 6}};
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	add_points(f, boot, 0, "clock", "MHz", points, NN_ARRAY_SIZE(points));
	fixture_end_boot(f, boot, "done");
	assert_telemetry(f, 2, "native 0 clock MHz: 0.005=3\n");
}

static void thinned_series_has_no_more_points_than_asked_for(void **state)
{
	struct fixture *f = *state;
	struct point points[1000];
	struct nn_strbuf lines = NN_STRBUF_INIT;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	size_t nr = 0;

	for (size_t i = 0; i < NN_ARRAY_SIZE(points); i++)
		points[i] = (struct point){.elapsed_ms = i * 7, .value = (double)i};
	add_points(f, boot, 0, "clock", "MHz", points, NN_ARRAY_SIZE(points));
	fixture_end_boot(f, boot, "done");
	assert_ok(f, nn_store_each_telemetry(f->store, f->campaign, 240, collect, &lines, &f->err));
	for (const char *c = nn_strbuf_str(&lines); *c; c++)
		nr += *c == '=';
	assert_int_equal(nr, 240);
	nn_strbuf_release(&lines);
}

static void series_come_by_arm_block_name_and_unit_of_done_boots(void **state)
{
	struct fixture *f = *state;
	static const struct point point = {1000, 1};
	static const struct point none = {1000, NAN};
	int64_t failed = fixture_add_boot(f, 0, 0, 0);

	add_points(f, failed, 0, "power", "mW", &point, 1);
	fixture_end_boot(f, failed, "failed");
	for (uint64_t block = 2; block-- > 0;) {
		for (int arm = 1; arm >= 0; arm--) {
			int64_t boot = fixture_add_boot(f, arm, block, 1);

			add_points(f, boot, 0, "power", "mW", &point, 1);
			add_points(f, boot, 0, "clock", "MHz", &point, 1);
			add_points(f, boot, 0, "clock", "GHz", &point, 1);
			add_points(f, boot, 0, "dead", "x", &none, 1);
			fixture_end_boot(f, boot, block || arm ? "done" : "running");
		}
	}
	assert_telemetry(f, 10,
			 "native 1 clock GHz: 1=1\nnative 1 clock MHz: 1=1\n"
			 "native 1 power mW: 1=1\n"
			 "vm 0 clock GHz: 1=1\nvm 0 clock MHz: 1=1\nvm 0 power mW: 1=1\n"
			 "vm 1 clock GHz: 1=1\nvm 1 clock MHz: 1=1\nvm 1 power mW: 1=1\n");
}

static int collect_span(void *user, const struct nn_run_span *span, struct nn_err *err)
{
	struct nn_strbuf *lines = user;

	(void)err;
	nn_strbuf_addf(lines, "%s %llu %s %llu ", span->arm, (unsigned long long)span->block,
		       span->workload, (unsigned long long)span->run);
	nn_strbuf_add_double(lines, span->from_s);
	nn_strbuf_addc(lines, ' ');
	nn_strbuf_add_double(lines, span->to_s);
	nn_strbuf_addc(lines, '\n');
	return 0;
}

static void runs_span_their_telemetry(void **state)
{
	struct fixture *f = *state;
	static const struct point first[] = {{1000, 1}, {3000, 1}};
	static const struct point second[] = {{2000, NAN}, {2500, 1}};
	static const struct point between = {9000, 1};
	static const int arms[] = {1, 0};
	struct nn_strbuf lines = NN_STRBUF_INIT;

	for (size_t i = 0; i < NN_ARRAY_SIZE(arms); i++) {
		int64_t boot = fixture_add_boot(f, arms[i], 4, 0);
		int64_t b = fixture_add_run(f, boot, "b", 0, 2);
		int64_t a = fixture_add_run(f, boot, "a", 1, 0);

		(void)fixture_add_run(f, boot, "silent", 2, 0);
		add_points(f, boot, a, "clock", "MHz", second, NN_ARRAY_SIZE(second));
		add_points(f, boot, b, "clock", "MHz", first, NN_ARRAY_SIZE(first));
		add_points(f, boot, 0, "clock", "MHz", &between, 1);
		fixture_end_boot(f, boot, "done");
	}
	assert_ok(f, nn_store_each_run_span(f->store, f->campaign, collect_span, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines), "native 4 b 2 1 3\nnative 4 a 0 2 2.5\n"
						   "vm 4 b 2 1 3\nvm 4 a 0 2 2.5\n");
	nn_strbuf_release(&lines);
}

static int stop_at_series(void *user, const struct nn_telemetry_series *series, struct nn_err *err)
{
	(void)user;
	return nn_err_set(err, -ECANCELED, "enough of %s", series->name);
}

static int stop_at_span(void *user, const struct nn_run_span *span, struct nn_err *err)
{
	(void)user;
	return nn_err_set(err, -ECANCELED, "enough of run %s", span->workload);
}

static void callback_that_fails_ends_the_reading_with_its_error(void **state)
{
	struct fixture *f = *state;
	static const struct point point = {1000, 1};
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int64_t run = fixture_add_run(f, boot, "null", 0, 0);

	add_points(f, boot, run, "clock", "MHz", &point, 1);
	fixture_end_boot(f, boot, "done");
	assert_int_equal(
		nn_store_each_telemetry(f->store, f->campaign, 5, stop_at_series, NULL, &f->err),
		-ECANCELED);
	assert_message(f, "enough of clock");
	assert_int_equal(nn_store_each_run_span(f->store, f->campaign, stop_at_span, NULL, &f->err),
			 -ECANCELED);
	assert_message(f, "enough of run null");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(short_series_is_given_whole_and_in_order),
		TEST(long_series_is_thinned_to_means_over_equal_spans),
		TEST(points_at_one_instant_are_one_mean_when_there_are_too_many),
		TEST(thinned_series_has_no_more_points_than_asked_for),
		TEST(series_come_by_arm_block_name_and_unit_of_done_boots),
		TEST(runs_span_their_telemetry),
		TEST(callback_that_fails_ends_the_reading_with_its_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
