/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time. Durations come from CLOCK_MONOTONIC_RAW, which no time daemon steers; wall time is for
 * people and is never subtracted.
 */
#ifndef NN_BASE_CLOCK_H
#define NN_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NN_NS_PER_US 1000ULL
#define NN_NS_PER_MS 1000000ULL
#define NN_NS_PER_S  1000000000ULL

/** Nanoseconds since some fixed instant of this boot. Inline: it stands inside timed sections. */
static inline uint64_t nn_clock_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC_RAW, &ts); /* cannot fail for this clock */
	return (uint64_t)ts.tv_sec * NN_NS_PER_S + (uint64_t)ts.tv_nsec;
}

/** Wall-clock milliseconds since 1970 (UTC), for records only. */
uint64_t nn_clock_wall_ms(void);

/** Sleep @duration_ns, whole, signals notwithstanding. */
void nn_clock_sleep_ns(uint64_t duration_ns);

/** Milliseconds from now to @deadline_ns, 0 when it is past, for poll(2)-like calls. */
int nn_clock_ms_until(uint64_t deadline_ns);

#endif
