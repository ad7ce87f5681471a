/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which function of this host a plan's device is. */
#ifndef NN_TARGET_UNDER_TEST_H
#define NN_TARGET_UNDER_TEST_H

#include "harness/base/bdf.h"
#include "harness/base/sysfs.h"
#include "harness/plan/plan.h"

/**
 * The address of the function under test: of a virtual function the one that it has or will have;
 * "" for a mediated device, which has none on the host, and for a plan without a device.
 */
int nn_under_test(const struct nn_sysroot *root, const struct nn_plan *plan,
		  char ret_bdf[NN_BDF_CAP], struct nn_err *err);

/** The function that is there before a boot: the function itself, or what a virtual one hangs on.
 */
const char *nn_under_test_physical(const struct nn_plan *plan);

#endif
