/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "ci/tests/harness/agent/workloads.h"
#include "harness/agent/run.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/scratch.h"

#define RUN         "11111111-2222-4333-8444-555555555555"
#define DEADLINE_NS (60 * NN_NS_PER_S)

struct watcher {
	int nr_ticks;
	int nr_pauses;
	size_t nr_handed_over;
	int pause_result;
};

static void on_tick(void *user)
{
	((struct watcher *)user)->nr_ticks++;
}

static int on_pause(void *user, struct nn_spool *spool, struct nn_err *err)
{
	struct watcher *watcher = user;

	watcher->nr_pauses++;
	if (watcher->pause_result)
		return nn_err_set(err, watcher->pause_result, "told to");
	for (size_t i = 0; i < spool->nr; i++)
		watcher->nr_handed_over += spool->batches[i].nr;
	nn_spool_release(spool);
	return 0;
}

/* Execute @spec as it is, but for what every test has in common. */
static int execute(struct nn_run_spec spec, struct watcher *watcher, struct nn_spool *spool,
		   struct nn_finish *finish, struct nn_err *err)
{
	static const struct nn_sysroot live = {.prefix = ""};

	spec.sysroot = &live;
	spec.user = watcher;
	spec.tick = on_tick;
	spec.pause = on_pause;
	return nn_run_execute(&spec, spool, finish, err);
}

static struct nn_job job_of(const char *workload)
{
	return (struct nn_job){.run = RUN,
			       .workload = (char *)workload,
			       .seed = 77,
			       .iterations = 4,
			       .warmup = 3,
			       .deadline_ns = DEADLINE_NS};
}

static const struct outcome_case {
	const char *workload;
	enum nn_outcome outcome;
	const char *reason;
} outcome_cases[] = {
	{"count", NN_OUTCOME_OK, NULL},
	{"crash", NN_OUTCOME_BROKEN, "worker ended by signal 11 (Segmentation fault)"},
	{"exit", NN_OUTCOME_BROKEN, "worker ended with exit status 3"},
	{"infinite", NN_OUTCOME_BROKEN, "warmup iteration 0: metric 'rate' is infinite"},
	{"skip", NN_OUTCOME_SKIPPED, "no GPU here"},
	{"unbuilt", NN_OUTCOME_SKIPPED, "built without GL"},
	{"broken", NN_OUTCOME_BROKEN, "open '/dev/x': device busy"},
	{"wrong", NN_OUTCOME_FAILED, "element 7 is 3, expected 4"},
	{"silent", NN_OUTCOME_BROKEN, "Input/output error"},
	{"absent", NN_OUTCOME_BROKEN, "this agent has no workload 'absent'"},
};

static void whatever_a_workload_does_is_one_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(outcome_cases); i++) {
		const struct outcome_case *c = &outcome_cases[i];
		const struct nn_job job = job_of(c->workload);
		NN_AUTO(spool) struct nn_spool spool = {0};
		NN_AUTO(finish) struct nn_finish finish = {0};
		struct watcher watcher = {0};

		assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1}, &watcher,
					 &spool, &finish, NULL),
				 0);
		if (c->reason)
			assert_string_equal(finish.reason, c->reason);
		else
			assert_null(finish.reason);
		assert_int_equal(finish.outcome, c->outcome);
		assert_string_equal(finish.run, RUN);
		assert_true(finish.duration_ns > 0);
	}
}

static void samples_come_in_order_with_phase_and_without_what_was_not_measured(void **state)
{
	const struct nn_job job = job_of("count");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};
	size_t at = 0;

	(void)state;
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1}, &watcher, &spool,
				 &finish, NULL),
			 0);
	assert_int_equal(spool.nr, 1);
	assert_string_equal(spool.batches[0].run, RUN);
	for (uint64_t nr = 0; nr < 7; nr++) {
		const struct nn_sample *sample = &spool.batches[0].items[at++];

		assert_string_equal(sample->metric, "latency");
		assert_true(sample->value == (double)nr + 0.5);
		assert_int_equal(sample->phase, nr < 3 ? NN_PHASE_WARMUP : NN_PHASE_STEADY);
		assert_true(sample->iteration == (nr < 3 ? nr : nr - 3));
		if (nr % 2)
			continue;
		sample = &spool.batches[0].items[at++];
		assert_string_equal(sample->metric, "rate");
		assert_true(sample->value == -(double)nr);
	}
	assert_int_equal(spool.batches[0].nr, at);
	assert_string_equal(finish.note, "seed 77");
	assert_true(finish.is_software);
	assert_true(finish.checksum == 7);
}

static void a_run_beyond_its_deadline_is_broken(void **state)
{
	struct nn_job job = job_of("hang");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};

	(void)state;
	job.deadline_ns = 300 * NN_NS_PER_MS;
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1, .period_ms = 20},
				 &watcher, &spool, &finish, NULL),
			 0);
	assert_int_equal(finish.outcome, NN_OUTCOME_BROKEN);
	assert_string_equal(finish.reason, "run exceeded its deadline of 300 ms");
	assert_in_range(finish.duration_ns, 300 * NN_NS_PER_MS, 30 * NN_NS_PER_S);
	assert_in_range(watcher.nr_ticks, 1, 16);
	assert_int_equal(watcher.nr_pauses, 0);
}

static void a_worker_pauses_between_iterations_when_a_heartbeat_is_due(void **state)
{
	const struct nn_job job = job_of("count");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};

	(void)state;
	assert_int_equal(
		execute((struct nn_run_spec){.job = &job, .stop_fd = -1, .heartbeat_ns = 1},
			&watcher, &spool, &finish, NULL),
		0);
	assert_int_equal(finish.outcome, NN_OUTCOME_OK);
	assert_int_equal(watcher.nr_pauses, 7);
}

static void a_full_buffer_is_handed_over_in_a_pause(void **state)
{
	struct nn_job job = job_of("count");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};

	(void)state;
	job.warmup = 0;
	job.iterations = 40000; /* 60000 samples, 80000 places */
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1}, &watcher, &spool,
				 &finish, NULL),
			 0);
	assert_int_equal(finish.outcome, NN_OUTCOME_OK);
	assert_int_equal(watcher.nr_pauses, 1);
	assert_int_equal(watcher.nr_handed_over, 32768 / 2 * 3);
	for (size_t i = 0; i < spool.nr; i++) {
		assert_in_range(spool.batches[i].nr, 1, NN_BATCH_ITEMS);
		/* numbers go on where the handed-over batches ended */
		assert_int_equal(spool.batches[i].batch, i + (32768 / 2 * 3 + 499) / 500);
		watcher.nr_handed_over += spool.batches[i].nr;
	}
	assert_int_equal(watcher.nr_handed_over, 60000);
}

static void samples_that_nobody_takes_break_the_run(void **state)
{
	const struct nn_job job = job_of("count");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {.pause_result = -EBADMSG};

	(void)state;
	assert_int_equal(
		execute((struct nn_run_spec){.job = &job, .stop_fd = -1, .heartbeat_ns = 1},
			&watcher, &spool, &finish, NULL),
		0);
	assert_int_equal(finish.outcome, NN_OUTCOME_BROKEN);
	assert_string_equal(finish.reason, "told to");
}

static void a_pause_that_fails_ends_the_session(void **state)
{
	const struct nn_job job = job_of("count");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {.pause_result = -EACCES};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(
		execute((struct nn_run_spec){.job = &job, .stop_fd = -1, .heartbeat_ns = 1},
			&watcher, &spool, &finish, &err),
		-EACCES);
	assert_string_equal(err.message, "told to");
}

static void stop_ends_a_hanging_run_at_once(void **state)
{
	const struct nn_job job = job_of("hang");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};
	struct nn_err err = {0};
	int stop[2];

	(void)state;
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "x", 1), 1);
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = stop[0]}, &watcher,
				 &spool, &finish, &err),
			 -EINTR);
	assert_string_equal(err.message, "stopped by a signal");
	(void)close(stop[0]);
	(void)close(stop[1]);
}

static void the_scratch_folder_goes_even_after_a_crash(void **state)
{
	const struct nn_job job = job_of("litter");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	NN_AUTO(free) char *tmp = NULL;
	struct watcher watcher = {0};

	(void)state;
	assert_int_equal(nn_scratch_new(&tmp, NULL), 0);
	assert_int_equal(setenv("TMPDIR", tmp, 1), 0);
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1}, &watcher, &spool,
				 &finish, NULL),
			 0);
	assert_int_equal(unsetenv("TMPDIR"), 0);
	assert_string_equal(finish.reason, "worker ended by signal 11 (Segmentation fault)");
	assert_int_equal(rmdir(tmp), 0); /* so it was empty */
	assert_int_equal(access("/usr", F_OK), 0);
}

static void a_run_without_scratch_is_broken(void **state)
{
	const struct nn_job job = job_of("count");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};

	(void)state;
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1}, &watcher, &spool,
				 &finish, NULL),
			 0);
	assert_int_equal(unsetenv("TMPDIR"), 0);
	assert_int_equal(finish.outcome, NN_OUTCOME_BROKEN);
	assert_non_null(strstr(finish.reason, "'/nonexistent/"));
	assert_non_null(strstr(finish.reason, "No such file or directory"));
}

static void what_a_workload_started_ends_with_its_run(void **state)
{
	struct nn_job job = job_of("child");
	NN_AUTO(spool) struct nn_spool spool = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	struct watcher watcher = {0};
	uint64_t child;
	int status = 0;

	(void)state;
	job.iterations = 1;
	job.warmup = 0;
	assert_int_equal(execute((struct nn_run_spec){.job = &job, .stop_fd = -1}, &watcher, &spool,
				 &finish, NULL),
			 0);
	assert_int_equal(finish.outcome, NN_OUTCOME_OK);
	child = strtoull(finish.note, NULL, 10);
	/* This process adopts orphans, see main(). */
	assert_int_equal(waitpid((pid_t)child, &status, 0), (pid_t)child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* In a process of its own: be an agent whose run never ends. */
static void hang_as_agent(const struct nn_job *job)
{
	const struct nn_sysroot live = {.prefix = ""};
	const struct nn_run_spec spec = {.job = job, .sysroot = &live, .stop_fd = -1};
	struct nn_spool spool = {0};
	struct nn_finish finish;

	(void)nn_run_execute(&spec, &spool, &finish, NULL);
	_exit(0);
}

static void a_worker_dies_with_its_agent(void **state)
{
	NN_AUTO(job) struct nn_job job = {.run = RUN, .iterations = 1, .deadline_ns = DEADLINE_NS};
	NN_AUTO(free) char *tmp = NULL;
	NN_AUTO(free) char *fifo = NULL;
	NN_AUTO(fd) int fd = -1;
	int status = 0;
	pid_t agent;
	char c;

	(void)state;
	assert_int_equal(nn_scratch_new(&tmp, NULL), 0);
	fifo = nn_asprintf("%s/ready", tmp);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	job.workload = nn_strdup("hang");
	nn_pairs_add(&job.settings, "ready", fifo);
	assert_int_equal(setenv("TMPDIR", tmp, 1), 0);
	agent = fork();
	if (agent == 0)
		hang_as_agent(&job);
	assert_int_equal(unsetenv("TMPDIR"), 0);
	fd = open(fifo, O_RDONLY | O_CLOEXEC); /* returns when the worker hangs */
	assert_true(fd >= 0);
	assert_int_equal(kill(agent, SIGKILL), 0);
	assert_int_equal(read(fd, &c, 1), 0); /* returns when the worker is gone */
	assert_int_equal(waitpid(agent, &status, 0), agent);
	/* The orphan is ours, see main(). */
	assert_true(waitpid(-1, &status, 0) > 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	nn_scratch_remove(tmp);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_a_workload_does_is_one_outcome),
		cmocka_unit_test(
			samples_come_in_order_with_phase_and_without_what_was_not_measured),
		cmocka_unit_test(a_run_beyond_its_deadline_is_broken),
		cmocka_unit_test(a_worker_pauses_between_iterations_when_a_heartbeat_is_due),
		cmocka_unit_test(a_full_buffer_is_handed_over_in_a_pause),
		cmocka_unit_test(samples_that_nobody_takes_break_the_run),
		cmocka_unit_test(a_pause_that_fails_ends_the_session),
		cmocka_unit_test(stop_ends_a_hanging_run_at_once),
		cmocka_unit_test(the_scratch_folder_goes_even_after_a_crash),
		cmocka_unit_test(a_run_without_scratch_is_broken),
		cmocka_unit_test(what_a_workload_started_ends_with_its_run),
		cmocka_unit_test(a_worker_dies_with_its_agent),
	};

	if (is_worker(argc, argv))
		return nn_worker_main(test_workload_find);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
