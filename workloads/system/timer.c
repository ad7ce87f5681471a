/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <sys/prctl.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "workloads/workload.h"

struct timer_state {
	uint64_t interval_ns;
	uint64_t count;
	bool has_tail;
	int64_t *late_ns; /* of one iteration, count of them */
	uint64_t nr_iterations;
	uint64_t nr_wakeups;
	uint64_t nr_early;
	int old_slack_ns;
};

static int timer_probe(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_system_timer;
	int rc = nn_workload_check_range("interval", nn_workload_duration_ns(self, run, "interval"),
					 1, NN_NS_PER_S, err);

	return rc ? rc
		  : nn_workload_check_range("count", nn_workload_u64(self, run, "count"), 1,
					    1000000, err);
}

static int timer_setup(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_system_timer;
	struct timer_state *state = nn_calloc(1, sizeof(*state));

	(void)err; /* nothing here can fail */
	run->state = state;
	state->has_tail = nn_workload_bool(self, run, "tail");
	state->interval_ns = nn_workload_duration_ns(self, run, "interval");
	state->count = nn_workload_u64(self, run, "count");
	state->late_ns = nn_calloc(state->count, sizeof(*state->late_ns));
	/* The kernel may delay a normal thread's timers by 50 µs to save wake-ups: not our subject.
	 */
	state->old_slack_ns = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
	(void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); /* a coarser timer is measured as it is */
	return 0;
}

/*
 * Lateness is the distance from an absolute deadline, so it is read from the clock that the
 * deadline is on, not from CLOCK_MONOTONIC_RAW as other durations.
 */
static int64_t timer_now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail for this clock */
	return (int64_t)ts.tv_sec * (int64_t)NN_NS_PER_S + ts.tv_nsec;
}

static int timer_sleep_until(int64_t deadline_ns)
{
	const struct timespec deadline = {
		.tv_sec = deadline_ns / (int64_t)NN_NS_PER_S,
		.tv_nsec = deadline_ns % (int64_t)NN_NS_PER_S,
	};
	int rc;

	do
		rc = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
	while (rc == EINTR);
	return rc;
}

static int late_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/*
 * The interquartile mean: a wake-up that collides with something else on the CPU belongs to the
 * tail, and a median would jump between the modes that the tick's phase makes.
 */
static void timer_evaluate(const struct timer_state *state, double *values)
{
	uint64_t n = state->count;
	uint64_t nr_cut = n / 4;
	int64_t sum_ns = 0;

	qsort(state->late_ns, n, sizeof(*state->late_ns), late_compare);
	for (uint64_t i = nr_cut; i < n - nr_cut; i++)
		sum_ns += state->late_ns[i];
	values[0] = (double)sum_ns / (double)(n - 2 * nr_cut) / (double)NN_NS_PER_US;
	if (state->has_tail)
		values[1] = (double)state->late_ns[n - 1] / (double)NN_NS_PER_US;
}

static int timer_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	struct timer_state *state = run->state;

	state->nr_iterations++;
	for (uint64_t i = 0; i < state->count; i++) {
		/* From now, not from the last deadline: one late wake-up must not spoil the next.
		 */
		int64_t deadline_ns = timer_now_ns() + (int64_t)state->interval_ns;
		int rc = timer_sleep_until(deadline_ns);
		int64_t late_ns = timer_now_ns() - deadline_ns;

		if (rc)
			return nn_err_errno(err, rc, "sleep until an absolute time");
		state->nr_wakeups++;
		state->nr_early += late_ns < 0;
		state->late_ns[i] = late_ns;
	}
	timer_evaluate(state, values);
	return 0;
}

static int timer_verify(struct nn_workload_run *run, struct nn_err *err)
{
	const struct timer_state *state = run->state;
	uint64_t wanted = state->nr_iterations * state->count;

	if (state->nr_early)
		return nn_err_set(err, -EBADMSG, "%" PRIu64 " of %" PRIu64 " wake-ups came early",
				  state->nr_early, state->nr_wakeups);
	if (state->nr_wakeups != wanted)
		return nn_err_set(err, -EBADMSG, "%" PRIu64 " wake-ups, expected %" PRIu64,
				  state->nr_wakeups, wanted);
	run->checksum = nn_fnv1a(NN_FNV_INIT, &state->nr_wakeups, sizeof(state->nr_wakeups));
	return 0;
}

static void timer_teardown(struct nn_workload_run *run)
{
	const struct timer_state *state = run->state;

	if (state && state->old_slack_ns > 0)
		(void)prctl(PR_SET_TIMERSLACK, state->old_slack_ns, 0, 0, 0); /* was valid before */
	if (state)
		free(state->late_ns);
	free(run->state);
	run->state = NULL;
}

static const struct nn_setting timer_settings[] = {
	{
		.name = "count",
		.kind = NN_SETTING_U64,
		.default_text = "50",
		.help = "wake-ups per iteration",
	},
	{
		.name = "interval",
		.kind = NN_SETTING_DURATION,
		.default_text = "1ms",
		.help = "how far ahead each timer is set, at most 1 s",
	},
	{
		.name = "tail",
		.kind = NN_SETTING_BOOL,
		.default_text = "yes",
		.help = "measure the latest wake-up of each iteration too, not only the interquartile mean",
	},
	{.name = NULL},
};

static const struct nn_metric timer_metrics[] = {
	{
		.name = "latency",
		.unit = "us",
		.direction = NN_LOWER_IS_BETTER,
		.kind = NN_KIND_TIME,
	},
	{
		.name = "latency_max",
		.unit = "us",
		.direction = NN_LOWER_IS_BETTER,
		.kind = NN_KIND_TIME,
	},
};

const struct nn_workload nn_workload_system_timer = {
	.plugin =
		{
			.name = "system/timer",
			.summary = "how late a thread wakes up from a timer",
			.settings = timer_settings,
		},
	.exposes = "timer programming exits, interrupt injection, halt exits and vCPU scheduling",
	.metrics = timer_metrics,
	.nr_metrics = NN_ARRAY_SIZE(timer_metrics),
	.default_iterations = 20,
	.default_warmup = 2,
	.probe = timer_probe,
	.setup = timer_setup,
	.iterate = timer_iterate,
	.verify = timer_verify,
	.teardown = timer_teardown,
};
