/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/validate/shards.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/compat.h"

#define MAX_SHARDS 16

struct shard {
	pid_t pid;
	int fd; /* its counts come out here */
};

static void work(size_t first, size_t step, size_t nr_cases, shard_fn simulate, const void *user,
		 int fd)
{
	double counts[SHARD_NR_COUNTS] = {0};

	for (size_t number = first; number < nr_cases; number += step)
		simulate(user, number, counts);
	/* less than PIPE_BUF, so it goes in one piece */
	_exit(write(fd, counts, sizeof(counts)) == (ssize_t)sizeof(counts) ? EXIT_SUCCESS
									   : EXIT_FAILURE);
}

static int collect(struct shard *shard, double counts[SHARD_NR_COUNTS], struct nn_err *err)
{
	double of_shard[SHARD_NR_COUNTS];
	ssize_t len;

	do
		len = read(shard->fd, of_shard, sizeof(of_shard));
	while (len < 0 && errno == EINTR);
	(void)close(shard->fd);
	while (waitpid(shard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (len != (ssize_t)sizeof(of_shard))
		return nn_err_set(err, -EIO, "a simulating process ended early");
	for (size_t i = 0; i < SHARD_NR_COUNTS; i++)
		counts[i] += of_shard[i];
	return 0;
}

/* @first: of its cases; further ones are @step apart. */
static int start(struct shard *ret_shard, size_t first, size_t step, size_t nr_cases,
		 shard_fn simulate, const void *user)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	*ret_shard = (struct shard){.pid = fork(), .fd = fds[0]};
	if (ret_shard->pid == 0)
		work(first, step, nr_cases, simulate, user, fds[1]);
	(void)close(fds[1]);
	if (ret_shard->pid > 0)
		return 0;
	(void)close(fds[0]);
	return -EAGAIN;
}

int shards_run(size_t nr_cases, shard_fn simulate, const void *user,
	       double ret_counts[SHARD_NR_COUNTS], struct nn_err *err)
{
	long nr_processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t nr = nr_processors < 1 ? 1 : (size_t)nr_processors;
	struct shard shards[MAX_SHARDS];
	size_t nr_started = 0;
	int rc = 0;

	nr = nr > MAX_SHARDS ? MAX_SHARDS : nr;
	memset(ret_counts, 0, SHARD_NR_COUNTS * sizeof(*ret_counts));
	while (!rc && nr_started < nr) {
		rc = start(&shards[nr_started], nr_started, nr, nr_cases, simulate, user);
		nr_started += !rc;
	}
	if (rc)
		(void)nn_err_errno(err, -rc, "start a simulating process");
	for (size_t i = 0; i < nr_started; i++) {
		int answer = collect(&shards[i], ret_counts, rc ? NULL : err);

		rc = rc ? rc : answer;
	}
	return rc;
}
