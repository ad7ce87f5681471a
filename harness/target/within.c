/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/within.h"

#include <pthread.h>
#include <signal.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"

struct within {
	void (*call)(void *arg);
	void *arg;
};

static void *within_main(void *arg)
{
	struct within *within = arg;

	within->call(within->arg);
	free(within);
	return NULL;
}

/* Signals are the main thread's business: it is the one that looks at its flag. */
static int start_unsignalled(pthread_t *ret_thread, struct within *within)
{
	sigset_t all;
	sigset_t before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(ret_thread, NULL, within_main, within);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

bool nn_run_within(uint64_t allowed_ns, void (*call)(void *arg), void *arg)
{
	struct within *within = nn_calloc(1, sizeof(*within));
	struct timespec until;
	pthread_t thread;

	*within = (struct within){.call = call, .arg = arg};
	if (start_unsignalled(&thread, within)) {
		free(within);
		return false;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(allowed_ns / NN_NS_PER_S);
	until.tv_nsec += (long)(allowed_ns % NN_NS_PER_S);
	until.tv_sec += until.tv_nsec / (long)NN_NS_PER_S;
	until.tv_nsec %= (long)NN_NS_PER_S;
	if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0)
		return true;
	(void)pthread_detach(thread);
	return false;
}
