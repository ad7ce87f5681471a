/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <math.h>

struct metric {
	const char *name;
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
};

static const struct metric copy = {"copy", "B/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE};
static const struct metric add = {"add", "B/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE};
static const struct metric add_time = {"add", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME};

static void add_samples(struct fixture *f, int64_t run, const struct metric *metric,
			enum nn_phase phase, uint64_t first, const double *values, size_t nr)
{
	struct nn_sample_batch batch = {0};
	char *number = fixture_sql(f, "SELECT count(*) FROM sample_batch");
	bool is_new = false;

	batch.batch = strtoull(number, NULL, 10);
	free(number);
	for (size_t i = 0; i < nr; i++)
		nn_sample_batch_add(&batch, &(struct nn_sample){.metric = (char *)metric->name,
								.unit = (char *)metric->unit,
								.direction = metric->direction,
								.kind = metric->kind,
								.phase = phase,
								.iteration = first + i,
								.value = values[i]});
	assert_ok(f, nn_store_samples_add(f->store, run, &batch, &is_new, &f->err));
	assert_true(is_new);
	nn_sample_batch_release(&batch);
}

static void add_run(struct fixture *f, int64_t boot, const char *workload, uint64_t position,
		    uint64_t number, double value)
{
	int64_t run = fixture_add_run(f, boot, workload, position, number);

	add_samples(f, run, &copy, NN_PHASE_STEADY, 0, &value, 1);
	fixture_finish_run(f, run, NN_OUTCOME_OK, 1);
}

/* "workload arm block run metric unit direction kind: values" */
static int collect(void *user, const struct nn_run_values *values, struct nn_err *err)
{
	struct nn_strbuf *lines = user;

	(void)err;
	assert_int_equal(strlen(values->boot), 36);
	nn_strbuf_addf(lines, "%s %s %llu %llu %s %s %s %s:", values->workload, values->arm,
		       (unsigned long long)values->block, (unsigned long long)values->run,
		       values->metric, values->unit, nn_direction_name(values->direction),
		       nn_metric_kind_name(values->kind));
	for (size_t i = 0; i < values->nr; i++) {
		nn_strbuf_addc(lines, ' ');
		nn_strbuf_add_double(lines, values->values[i]);
	}
	nn_strbuf_addc(lines, '\n');
	return 0;
}

static void assert_values(struct fixture *f, int64_t campaign, const char *expected)
{
	struct nn_strbuf lines = NN_STRBUF_INIT;

	assert_ok(f, nn_store_each_run_values(f->store, campaign, collect, &lines, &f->err));
	assert_string_equal(nn_strbuf_str(&lines), expected);
	nn_strbuf_release(&lines);
}

static void values_come_in_the_order_of_iterations_whatever_order_they_arrived_in(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int64_t run = fixture_add_run(f, boot, "null", 0, 0);

	add_samples(f, run, &copy, NN_PHASE_STEADY, 3, (const double[]){4, 5}, 2);
	add_samples(f, run, &copy, NN_PHASE_STEADY, 0, (const double[]){1, 2, 3}, 3);
	fixture_finish_run(f, run, NN_OUTCOME_OK, 1);
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign, "null native 0 0 copy B/s higher rate: 1 2 3 4 5\n");
}

static void metrics_of_a_run_come_by_name_and_unit(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	for (uint64_t number = 0; number < 2; number++) {
		int64_t run = fixture_add_run(f, boot, "null", number, number);

		/* Ids of metrics follow their first use: copy, add in s, add in B/s. */
		add_samples(f, run, &copy, NN_PHASE_STEADY, 0, (const double[]){1, 2}, 2);
		add_samples(f, run, &add_time, NN_PHASE_STEADY, 0, (const double[]){0.5}, 1);
		if (number == 0)
			add_samples(f, run, &add, NN_PHASE_STEADY, 0, (const double[]){7, 8}, 2);
		fixture_finish_run(f, run, NN_OUTCOME_OK, 1);
	}
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign,
		      "null native 0 0 add B/s higher rate: 7 8\n"
		      "null native 0 0 add s lower time: 0.5\n"
		      "null native 0 0 copy B/s higher rate: 1 2\n"
		      "null native 0 1 add s lower time: 0.5\n"
		      "null native 0 1 copy B/s higher rate: 1 2\n");
}

static void runs_come_by_workload_arm_block_and_number(void **state)
{
	struct fixture *f = *state;

	for (uint64_t block = 12; block-- > 10;) {
		for (int arm = 1; arm >= 0; arm--) {
			int64_t boot = fixture_add_boot(f, arm, block, 0);
			double value = (double)block + arm * 0.5;

			add_run(f, boot, "z", 0, 0, value);
			add_run(f, boot, "a", 1, 1, value);
			add_run(f, boot, "a", 2, 0, value);
			fixture_end_boot(f, boot, "done");
		}
	}
	assert_values(f, f->campaign,
		      "a native 10 0 copy B/s higher rate: 10\n"
		      "a native 10 1 copy B/s higher rate: 10\n"
		      "a native 11 0 copy B/s higher rate: 11\n"
		      "a native 11 1 copy B/s higher rate: 11\n"
		      "a vm 10 0 copy B/s higher rate: 10.5\n"
		      "a vm 10 1 copy B/s higher rate: 10.5\n"
		      "a vm 11 0 copy B/s higher rate: 11.5\n"
		      "a vm 11 1 copy B/s higher rate: 11.5\n"
		      "z native 10 0 copy B/s higher rate: 10\n"
		      "z native 11 0 copy B/s higher rate: 11\n"
		      "z vm 10 0 copy B/s higher rate: 10.5\n"
		      "z vm 11 0 copy B/s higher rate: 11.5\n");
}

static void warm_up_and_values_that_are_none_are_left_out(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int64_t run = fixture_add_run(f, boot, "null", 0, 0);

	add_samples(f, run, &copy, NN_PHASE_WARMUP, 0, (const double[]){1000}, 1);
	add_samples(f, run, &copy, NN_PHASE_STEADY, 0,
		    (const double[]){NAN, 0, INFINITY, -INFINITY, -0.25, NAN}, 6);
	add_samples(f, run, &add, NN_PHASE_STEADY, 0, (const double[]){NAN}, 1);
	fixture_finish_run(f, run, NN_OUTCOME_OK, 1);
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign, "null native 0 0 copy B/s higher rate: 0 -0.25\n");
}

static void only_ok_runs_of_done_boots_of_the_campaign_count(void **state)
{
	struct fixture *f = *state;
	static const enum nn_outcome bad[] = {NN_OUTCOME_BROKEN, NN_OUTCOME_FAILED,
					      NN_OUTCOME_SKIPPED};
	int64_t failed = fixture_add_boot(f, 0, 0, 0);
	int64_t boot = fixture_add_boot(f, 0, 0, 1);
	int64_t other = fixture_add_campaign(f, "other");

	add_run(f, failed, "null", 0, 0, 1);
	fixture_end_boot(f, failed, "failed");
	for (uint64_t i = 0; i < NN_ARRAY_SIZE(bad); i++) {
		int64_t run = fixture_add_run(f, boot, "null", i, i);

		add_samples(f, run, &copy, NN_PHASE_STEADY, 0, (const double[]){2}, 1);
		fixture_finish_run(f, run, bad[i], 1);
	}
	add_samples(f, fixture_add_run(f, boot, "null", 8, 8), &copy, NN_PHASE_STEADY, 0,
		    (const double[]){3}, 1); /* never finished */
	add_run(f, boot, "null", 9, 9, 4);
	fixture_end_boot(f, boot, "running");
	assert_values(f, f->campaign, "");
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign, "null native 0 9 copy B/s higher rate: 4\n");
	assert_values(f, other, "");
	assert_values(f, 99, "");
}

static void means_equal_the_boot_values(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);

	add_run(f, boot, "null", 0, 0, 3);
	add_run(f, boot, "null", 1, 1, 5);
	fixture_end_boot(f, boot, "done");
	assert_values(f, f->campaign,
		      "null native 0 0 copy B/s higher rate: 3\n"
		      "null native 0 1 copy B/s higher rate: 5\n");
	assert_sql(f, "SELECT value FROM v_boot_value", "4.0");
}

static int stop_at_second(void *user, const struct nn_run_values *values, struct nn_err *err)
{
	if (++*(int *)user < 2)
		return 0;
	return nn_err_set(err, -ECANCELED, "enough of %s", values->workload);
}

static void callback_that_fails_ends_the_reading_with_its_error(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int nr = 0;

	for (uint64_t i = 0; i < 3; i++)
		add_run(f, boot, "null", i, i, 1);
	fixture_end_boot(f, boot, "done");
	assert_int_equal(
		nn_store_each_run_values(f->store, f->campaign, stop_at_second, &nr, &f->err),
		-ECANCELED);
	assert_int_equal(nr, 2);
	assert_message(f, "enough of null");
}

static void direction_that_does_not_exist_is_told(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	struct nn_strbuf lines = NN_STRBUF_INIT;
	sqlite3 *db = NULL;

	add_run(f, boot, "null", 0, 0, 1);
	fixture_end_boot(f, boot, "done");
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "PRAGMA ignore_check_constraints = ON;"
				      "UPDATE metric SET direction = 'up'",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(nn_store_each_run_values(f->store, f->campaign, collect, &lines, &f->err),
			 -EUCLEAN);
	assert_message(f, "metric 'copy' has direction 'up' and kind 'rate'");
	nn_strbuf_release(&lines);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(values_come_in_the_order_of_iterations_whatever_order_they_arrived_in),
		TEST(metrics_of_a_run_come_by_name_and_unit),
		TEST(runs_come_by_workload_arm_block_and_number),
		TEST(warm_up_and_values_that_are_none_are_left_out),
		TEST(only_ok_runs_of_done_boots_of_the_campaign_count),
		TEST(means_equal_the_boot_values),
		TEST(callback_that_fails_ends_the_reading_with_its_error),
		TEST(direction_that_does_not_exist_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
