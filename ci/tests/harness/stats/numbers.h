/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing numbers with golden ones, for the tests of the numerics. */
#ifndef NN_TESTS_STATS_NUMBERS_H
#define NN_TESTS_STATS_NUMBERS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Both NaN, equal, or apart by less than @relative of the golden number. */
static inline void assert_near(double value, double golden, double relative)
{
	if (isnan(golden) ? isnan(value) : value == golden)
		return;
	if (!(fabs(value - golden) <= relative * fabs(golden)))
		fail_msg("%.17g is not %.17g", value, golden);
}

static inline void assert_close(double value, double golden)
{
	assert_near(value, golden, 1e-10);
}

/* NIST's log relative error: how many digits agree. */
static inline double digits_of(double value, double certified)
{
	return value == certified ? INFINITY : -log10(fabs(value - certified) / fabs(certified));
}

#endif
