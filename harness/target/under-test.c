/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/under-test.h"

#include <string.h>

#include "harness/device/sriov.h"

int nn_under_test(const struct nn_sysroot *root, const struct nn_plan *plan,
		  char ret_bdf[NN_BDF_CAP], struct nn_err *err)
{
	const struct nn_plan_device *device = &plan->device;

	switch (device->kind) {
	case NN_PLAN_FUNCTION:
		return nn_bdf_parse(device->name, ret_bdf, err);
	case NN_PLAN_VIRTUAL_FUNCTION:
		return nn_sriov_address(root, device->name, device->vf, ret_bdf, err);
	case NN_PLAN_MEDIATED:
	case NN_PLAN_NO_DEVICE:
		break;
	}
	ret_bdf[0] = '\0';
	return 0;
}

const char *nn_under_test_physical(const struct nn_plan *plan)
{
	bool is_function = plan->device.kind == NN_PLAN_FUNCTION ||
			   plan->device.kind == NN_PLAN_VIRTUAL_FUNCTION;

	return is_function ? plan->device.name : NULL;
}
