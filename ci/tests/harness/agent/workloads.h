/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workloads that do what a run must survive, for the tests of the agent: a test program whose
 * main() begins with `if (is_worker(argc, argv)) return nn_worker_main(test_workload_find);` is its
 * own worker.
 */
#ifndef NN_TESTS_AGENT_WORKLOADS_H
#define NN_TESTS_AGENT_WORKLOADS_H

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/agent/worker.h"
#include "harness/base/strbuf.h"

static inline bool is_worker(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], NN_WORKER_ARG) == 0;
}

static const struct nn_metric test_metrics[] = {
	{"latency", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME},
	{"rate", "MB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE},
};

static int always(struct nn_workload_run *run, struct nn_err *err)
{
	(void)run;
	(void)err;
	return 0;
}

/* Both metrics in even calls, the first alone in odd ones. */
static int count_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	uint64_t nr = run->checksum++;

	(void)err;
	values[0] = (double)nr + 0.5;
	if (nr % 2 == 0)
		values[1] = -(double)nr;
	return 0;
}

static int count_verify(struct nn_workload_run *run, struct nn_err *err)
{
	(void)err;
	(void)snprintf(run->note, sizeof(run->note), "seed %llu",
		       (unsigned long long)run->job->seed);
	run->is_software = true;
	return 0;
}

static int crash_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	(void)run;
	(void)values;
	(void)err;
	/* as it is outside the sanitizer, which takes this signal for itself */
	(void)signal(SIGSEGV, SIG_DFL);
	(void)raise(SIGSEGV);
	return 0;
}

static int exit_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	(void)run;
	(void)values;
	(void)err;
	_exit(3);
}

/* Opens the FIFO that the setting "ready" names, so that a test sees it begin and end. */
static int hang_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	const char *ready = nn_pairs_get(&run->job->settings, "ready");

	(void)values;
	(void)err;
	if (ready)
		(void)!open(ready, O_WRONLY | O_CLOEXEC);
	while (pause() == -1)
		;
	return 0;
}

static int infinite_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	(void)run;
	(void)err;
	values[1] = 1.0 / 0.0;
	return 0;
}

/* Leave files, a folder and a link to somewhere else behind, then die. */
static int litter_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	NN_AUTO(free) char *folder = nn_asprintf("%s/folder", run->scratch_dir);
	NN_AUTO(free) char *file = nn_asprintf("%s/folder/file", run->scratch_dir);
	NN_AUTO(free) char *link = nn_asprintf("%s/link", run->scratch_dir);

	(void)mkdir(folder, 0700);
	(void)close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	(void)!symlink("/usr", link);
	return crash_iterate(run, values, err);
}

/* Start a child that would outlive the run; its process id is the note. */
static int child_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	pid_t pid = fork();

	if (pid == 0)
		return hang_iterate(run, values, err);
	(void)snprintf(run->note, sizeof(run->note), "%d", (int)pid);
	values[0] = 1;
	return 0;
}

static int skip_probe(struct nn_workload_run *run, struct nn_err *err)
{
	(void)run;
	return nn_err_set(err, -EOPNOTSUPP, "no GPU here");
}

static int broken_setup(struct nn_workload_run *run, struct nn_err *err)
{
	(void)run;
	return nn_err_set(err, -EIO, "open '/dev/x': device busy");
}

static int wrong_verify(struct nn_workload_run *run, struct nn_err *err)
{
	(void)run;
	return nn_err_set(err, -EBADMSG, "element 7 is 3, expected 4");
}

static int silent_verify(struct nn_workload_run *run, struct nn_err *err)
{
	(void)run;
	(void)err;
	return -EIO;
}

/* A workload of two metrics; what is not named does nothing. */
#define TEST_WORKLOAD(workload_name, ...)                                                \
	{                                                                                \
		.plugin = {.name = (workload_name), .summary = "for tests"},             \
		.metrics = test_metrics, .nr_metrics = 2, .default_iterations = 4,       \
		.probe = always, .iterate = count_iterate, .verify = always, __VA_ARGS__ \
	}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct nn_workload test_workloads[] = {
	TEST_WORKLOAD("count", .verify = count_verify),
	TEST_WORKLOAD("crash", .iterate = crash_iterate),
	TEST_WORKLOAD("exit", .iterate = exit_iterate),
	TEST_WORKLOAD("hang", .iterate = hang_iterate),
	TEST_WORKLOAD("infinite", .iterate = infinite_iterate),
	TEST_WORKLOAD("litter", .iterate = litter_iterate),
	TEST_WORKLOAD("child", .iterate = child_iterate),
	TEST_WORKLOAD("skip", .probe = skip_probe),
	TEST_WORKLOAD("broken", .setup = broken_setup),
	TEST_WORKLOAD("wrong", .verify = wrong_verify),
	TEST_WORKLOAD("silent", .verify = silent_verify),
	TEST_WORKLOAD("unbuilt", .plugin = {.name = "unbuilt", .unavailable = "built without GL"}),
};
#pragma GCC diagnostic pop

static const struct nn_workload *test_workload_find(const char *name)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(test_workloads); i++) {
		if (strcmp(test_workloads[i].plugin.name, name) == 0)
			return &test_workloads[i];
	}
	return NULL;
}

#endif
