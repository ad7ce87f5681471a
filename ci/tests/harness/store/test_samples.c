/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <math.h>

static int64_t begin_run(struct fixture *f)
{
	return fixture_add_run(f, fixture_add_boot(f, 0, 0, 0), "null", 0, 0);
}

static void add_sample(struct nn_sample_batch *batch, const char *metric, uint64_t iteration,
		       double value)
{
	struct nn_sample sample = {.metric = (char *)metric,
				   .unit = (char *)"ns",
				   .direction = NN_LOWER_IS_BETTER,
				   .kind = NN_KIND_TIME,
				   .phase = NN_PHASE_STEADY,
				   .iteration = iteration,
				   .value = value};

	nn_sample_batch_add(batch, &sample);
}

static void batch_that_is_sent_again_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct nn_sample_batch batch = {.batch = 3};
	int64_t run = begin_run(f);
	bool is_new = false;

	add_sample(&batch, "p50", 0, 1.5);
	add_sample(&batch, "p99", 0, 0.1);
	assert_ok(f, nn_store_samples_add(f->store, run, &batch, &is_new, &f->err));
	assert_true(is_new);
	batch.items[0].value = 99;
	assert_ok(f, nn_store_samples_add(f->store, run, &batch, &is_new, &f->err));
	assert_false(is_new);
	assert_sql(f, "SELECT count(*) || ' ' || total(value) FROM sample", "2 1.6");
	assert_sql(f, "SELECT count(*) FROM metric", "2");
	nn_sample_batch_release(&batch);
}

static void batch_with_one_bad_sample_leaves_nothing_and_can_be_mended(void **state)
{
	struct fixture *f = *state;
	struct nn_sample_batch batch = {0};
	int64_t run = begin_run(f);
	bool is_new = false;

	add_sample(&batch, "p50", 0, 1);
	add_sample(&batch, "p50", 1, 1);
	add_sample(&batch, "p50", 0, 2);
	assert_int_equal(nn_store_samples_add(f->store, run, &batch, &is_new, &f->err), -EEXIST);
	assert_message(f, "batch 0: p50, steady iteration 0:");
	assert_false(is_new);
	assert_sql(f,
		   "SELECT (SELECT count(*) FROM sample) + (SELECT count(*) FROM metric)"
		   " + (SELECT count(*) FROM sample_batch)",
		   "0");
	batch.items[2].iteration = 2;
	assert_ok(f, nn_store_samples_add(f->store, run, &batch, &is_new, &f->err));
	assert_true(is_new);
	assert_sql(f, "SELECT count(*) FROM sample", "3");
	nn_sample_batch_release(&batch);
}

static void iteration_beyond_63_bits_is_refused(void **state)
{
	struct fixture *f = *state;
	struct nn_sample_batch batch = {0};
	bool is_new;

	add_sample(&batch, "p50", UINT64_MAX, 1);
	assert_int_equal(nn_store_samples_add(f->store, begin_run(f), &batch, &is_new, &f->err),
			 -EINVAL);
	assert_message(f, "CHECK");
	nn_sample_batch_release(&batch);
}

static void samples_of_an_unknown_run_are_refused(void **state)
{
	struct fixture *f = *state;
	struct nn_sample_batch batch = {0};
	bool is_new;

	add_sample(&batch, "p50", 0, 1);
	assert_int_equal(nn_store_samples_add(f->store, 99, &batch, &is_new, &f->err), -ENOENT);
	assert_message(f, "add samples of run 99, batch 0");
	nn_sample_batch_release(&batch);
}

static void values_come_back_bit_by_bit(void **state)
{
	struct fixture *f = *state;
	struct nn_sample_batch batch = {0};
	bool is_new;

	add_sample(&batch, "p50", 0, 0.1 + 0.2);
	add_sample(&batch, "p50", 1, 5e-324);
	add_sample(&batch, "p50", 2, NAN);
	add_sample(&batch, "p50", 3, -INFINITY);
	assert_ok(f, nn_store_samples_add(f->store, begin_run(f), &batch, &is_new, &f->err));
	assert_sql(f,
		   "SELECT group_concat(iif(value IS NULL, 'NULL', printf('%!.17g', value)), ' ')"
		   " FROM sample",
		   "0.30000000000000004 4.9406564584124654e-324 NULL -Inf");
	nn_sample_batch_release(&batch);
}

static void metrics_of_one_name_and_two_units_are_two(void **state)
{
	struct fixture *f = *state;
	struct nn_sample_batch batch = {0};
	bool is_new;

	add_sample(&batch, "latency", 0, 1);
	add_sample(&batch, "latency", 0, 2);
	batch.items[1].unit[0] = 'u';
	assert_ok(f, nn_store_samples_add(f->store, begin_run(f), &batch, &is_new, &f->err));
	assert_sql(f, "SELECT group_concat(unit || value, ' ') FROM v_sample", "ns1.0 us2.0");
	nn_sample_batch_release(&batch);
}

static void telemetry_is_stored_once_per_batch_of_the_boot(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 0, 0, 0);
	int64_t run = fixture_add_run(f, boot, "null", 0, 0);
	struct nn_telemetry_point points[] = {
		{.name = (char *)"cpu", .unit = (char *)"s", .elapsed_ns = 5, .value = 0.5},
		{.name = (char *)"steal", .unit = (char *)"s", .elapsed_ns = 6, .value = NAN},
	};
	struct nn_telemetry_batch batch = {.items = points, .nr = 2};

	for (int i = 0; i < 2; i++)
		assert_ok(f, nn_store_telemetry_add(f->store, boot, run, &batch, &f->err));
	batch.batch = 1;
	batch.nr = 1;
	assert_ok(f, nn_store_telemetry_add(f->store, boot, 0, &batch, &f->err));
	assert_sql(f,
		   "SELECT group_concat(name || coalesce(value, 'NULL') || coalesce(run, '-'),"
		   " ' ') FROM telemetry",
		   "cpu0.51 stealNULL1 cpu0.5-");
	assert_int_equal(nn_store_telemetry_add(f->store, 99, 0, &batch, &f->err), -ENOENT);
	assert_message(f, "add telemetry of boot 99, batch 1");
}

static void events_keep_side_and_severity_and_their_campaign(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 1, 0, 0);
	struct nn_event event = {.severity = NN_SEVERITY_ERROR,
				 .kind = (char *)"aer",
				 .message = (char *)"bad, \"link\"",
				 .elapsed_ns = 7};
	struct nn_event_batch batch = {.items = &event, .nr = 1};

	for (int i = 0; i < 2; i++)
		assert_ok(f, nn_store_events_add(f->store, boot, 0, "host", &batch, &f->err));
	assert_ok(f, nn_store_event_add(f->store, f->campaign, 0, NN_SEVERITY_INFO, "note", "m",
					&f->err));
	assert_sql(f,
		   "SELECT group_concat(side || severity || kind || coalesce(elapsed_ns, '-') ||"
		   " coalesce(boot, '-') || campaign, ' ') FROM event",
		   "hosterroraer711 orchestratorinfonote--1");
	batch.batch = 1;
	assert_int_equal(nn_store_events_add(f->store, boot, 0, "left", &batch, &f->err), -EINVAL);
	assert_sql(f, "SELECT count(*) FROM boot_batch", "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(batch_that_is_sent_again_changes_nothing),
		TEST(batch_with_one_bad_sample_leaves_nothing_and_can_be_mended),
		TEST(iteration_beyond_63_bits_is_refused),
		TEST(samples_of_an_unknown_run_are_refused),
		TEST(values_come_back_bit_by_bit),
		TEST(metrics_of_one_name_and_two_units_are_two),
		TEST(telemetry_is_stored_once_per_batch_of_the_boot),
		TEST(events_keep_side_and_severity_and_their_campaign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
