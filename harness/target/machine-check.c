/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/machine-check.h"

#include <errno.h>

#include "harness/device/group.h"
#include "harness/device/sriov.h"

int nn_check_iommu(const struct nn_sysroot *root, struct nn_err *err)
{
	if (nn_iommu_is_active(root))
		return 0;
	return nn_err_set(
		err, -ENOTSUP,
		"no IOMMU: /sys/kernel/iommu_groups is empty; enable VT-d or AMD-Vi in the "
		"firmware and boot with intel_iommu=on or amd_iommu=on");
}

int nn_check_device(const struct nn_sysroot *root, const char *role, const char *bdf,
		    struct nn_device *ret_device, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = nn_device_read(root, bdf, &device, err);

	if (rc == -ENODEV)
		return nn_err_set(err, -ENOTSUP,
				  "the plan's %s '%s' does not exist; `nearnative devices` lists "
				  "what there is",
				  role, bdf);
	if (rc)
		return rc;
	if (device.is_bridge)
		return nn_err_set(err, -ENOTSUP,
				  "the plan's %s '%s' is a bridge; name a function behind it", role,
				  bdf);
	*ret_device = device;
	device = (struct nn_device){0};
	return 0;
}

int nn_check_passable(const struct nn_sysroot *root, const struct nn_device *device,
		      const struct nn_group_extra *extra, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list functions = {0};
	struct nn_err why = {0};
	int rc;

	if (!device->iommu_group)
		return nn_err_set(err, -ENOTSUP,
				  "'%s' is in no IOMMU group, so it cannot be isolated; use a "
				  "device behind an IOMMU",
				  device->bdf);
	rc = nn_device_passthrough_set(root, device, extra, &functions, &why);
	if (!rc)
		return 0;
	return nn_err_set(err, rc == -EBUSY || rc == -EINVAL ? -ENOTSUP : rc,
			  "'%s' cannot be handed over: %s; free it or name another device",
			  device->bdf, why.message);
}

int nn_check_virtual_function(const struct nn_sysroot *root, const struct nn_plan_device *device,
			      struct nn_err *err)
{
	struct nn_err why = {0};
	int rc = nn_sriov_check(root, device->name, device->vf, &why);

	return rc ? nn_err_set(err, -ENOTSUP, "the plan's device: %s", why.message) : 0;
}
