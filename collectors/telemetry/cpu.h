/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser of /proc/stat, apart from the collector so that it can be tested on text. */
#ifndef NN_COLLECTORS_TELEMETRY_CPU_H
#define NN_COLLECTORS_TELEMETRY_CPU_H

#include <stdint.h>

#include "harness/base/err.h"

/* Of all CPUs together, in USER_HZ ticks since boot. Guest time is not in @user here. */
struct nn_cpu_times {
	uint64_t user;   /* nice included */
	uint64_t system; /* interrupts included */
	uint64_t steal;
	uint64_t guest;
	uint64_t context_switches;
};

/**
 * Parse the text of /proc/stat.
 * Return: 0, or -EBADMSG when it has no "cpu" line with at least four fields.
 * Source: proc(5); the kernel counts guest time in user as well
 */
int nn_cpu_times_parse(const char *text, struct nn_cpu_times *ret_times, struct nn_err *err);

#endif
