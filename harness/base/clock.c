/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/clock.h"

#include <errno.h>
#include <limits.h>

uint64_t nn_clock_wall_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail for this clock */
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / NN_NS_PER_MS;
}

void nn_clock_sleep_ns(uint64_t duration_ns)
{
	struct timespec left = {.tv_sec = (time_t)(duration_ns / NN_NS_PER_S),
				.tv_nsec = (long)(duration_ns % NN_NS_PER_S)};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		continue;
}

int nn_clock_ms_until(uint64_t deadline_ns)
{
	uint64_t now_ns = nn_clock_ns();
	uint64_t left_ms;

	if (now_ns >= deadline_ns)
		return 0;
	left_ms = (deadline_ns - now_ns + NN_NS_PER_MS - 1) / NN_NS_PER_MS;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}
