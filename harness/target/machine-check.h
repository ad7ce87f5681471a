/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What targets ask of a machine before a campaign starts. Failures are -ENOTSUP with one sentence
 * for people: what is missing and what to do.
 */
#ifndef NN_TARGET_MACHINE_CHECK_H
#define NN_TARGET_MACHINE_CHECK_H

#include "harness/device/device.h"
#include "harness/device/group.h"
#include "harness/plan/plan.h"

int nn_check_iommu(const struct nn_sysroot *root, struct nn_err *err);

/**
 * Does a function that the plan names exist, and is it one that can be used?
 * @role: what the plan calls it, "device" or "spare".
 */
int nn_check_device(const struct nn_sysroot *root, const char *role, const char *bdf,
		    struct nn_device *ret_device, struct nn_err *err);

/** Can the function be handed to user space: is it in a group, and nobody uses any of its group? */
int nn_check_passable(const struct nn_sysroot *root, const struct nn_device *device,
		      const struct nn_group_extra *extra, struct nn_err *err);

/** Can the physical function of a plan have the virtual one that it names? */
int nn_check_virtual_function(const struct nn_sysroot *root, const struct nn_plan_device *device,
			      struct nn_err *err);

#endif
