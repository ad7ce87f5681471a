/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/device/device.h"
#include "harness/device/group.h"
#include "harness/device/handover.h"
#include "harness/device/mediated.h"
#include "harness/device/sriov.h"
#include "harness/target/domain-xml.h"
#include "harness/target/machine-check.h"

#define CLASS_STORAGE 0x01

void nn_vm_device_release(struct nn_vm_device *device)
{
	nn_name_list_release(&device->functions);
	nn_name_list_release(&device->modules);
	free(device->mediated);
	*device = (struct nn_vm_device){0};
}

/* ---- check ---- */

/* What may go along with the device in this arm; the settings keep its addresses. */
static struct nn_group_extra extra_of(const struct nn_plan *plan,
				      const struct nn_vm_settings *settings)
{
	struct nn_group_extra extra = settings->extra;

	extra.is_forced = plan->is_forced;
	return extra;
}

static int check_function(const struct nn_sysroot *root, const char *bdf,
			  const struct nn_group_extra *extra, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = nn_check_iommu(root, err);

	if (!rc)
		rc = nn_check_device(root, "device", bdf, &device, err);
	return rc ? rc : nn_check_passable(root, &device, extra, err);
}

static int check_mediated(const struct nn_sysroot *root, const struct nn_plan_device *device,
			  struct nn_err *err)
{
	NN_AUTO(mdev_types) struct nn_mdev_types types = {0};
	const struct nn_mdev_type *type;

	nn_mdev_types_read(root, device->name, &types);
	type = nn_mdev_types_find(&types, device->type);
	if (!type)
		return nn_err_set(err, -ENOTSUP,
				  "the plan's device: '%s' offers no mediated device of type '%s'; "
				  "`nearnative devices` lists what there is",
				  device->name, device->type);
	if (type->api && strcmp(type->api, NN_MDEV_API) != 0)
		return nn_err_set(err, -ENOTSUP,
				  "the plan's device: type '%s' of '%s' is no PCI device but '%s'",
				  device->type, device->name, type->api);
	if (type->nr_available == 0)
		return nn_err_set(err, -ENOTSUP,
				  "the plan's device: '%s' has no instance of type '%s' left",
				  device->name, device->type);
	return 0;
}

int nn_vm_device_check(const struct nn_sysroot *root, const struct nn_plan *plan,
		       const struct nn_vm_settings *settings, struct nn_err *err)
{
	const struct nn_plan_device *device = &plan->device;
	const struct nn_group_extra extra = extra_of(plan, settings);
	int rc;

	switch (device->kind) {
	case NN_PLAN_FUNCTION:
		return check_function(root, device->name, &extra, err);
	case NN_PLAN_VIRTUAL_FUNCTION:
		rc = nn_check_iommu(root, err);
		return rc ? rc : nn_check_virtual_function(root, device, err);
	case NN_PLAN_MEDIATED:
		return check_mediated(root, device, err);
	case NN_PLAN_NO_DEVICE:
		break;
	}
	return 0;
}

/* ---- prepare ---- */

/* A driver without firmware files can be loaded before the root is there, which saves time. */
static void add_early_module(const struct nn_sysroot *root, const struct nn_device *device,
			     struct nn_name_list *modules)
{
	NN_AUTO(free) char *path = NULL;
	char *module;

	if (device->class_code >> 16 != CLASS_STORAGE)
		return;
	path = nn_asprintf("/sys/bus/pci/devices/%s/driver/module", device->bdf);
	module = nn_sysfs_link_name(root, path);
	if (module)
		*NN_ARRAY_APPEND(modules->names, modules->nr, modules->cap) = module;
}

static bool same_identity(const struct nn_device_id *a, const struct nn_device_id *b)
{
	return a->vendor == b->vendor && a->device == b->device && a->class_code == b->class_code;
}

/*
 * Look at what goes along. The guest finds the device as the n-th of its kind in address order,
 * which is the host's order; so count the equal ones that come before it.
 */
static int survey_functions(struct nn_target_boot *boot, struct nn_vm_device *device,
			    struct nn_err *err)
{
	unsigned int nr_before = 0;

	for (size_t i = 0; i < device->functions.nr; i++) {
		NN_AUTO(device) struct nn_device member = {0};
		struct nn_device_id id;
		int rc = nn_device_read(boot->sysroot, device->functions.names[i], &member, err);

		if (rc)
			return rc;
		id = nn_device_identity(&member);
		if (strcmp(member.bdf, boot->device_bdf) < 0)
			nr_before += same_identity(&id, &boot->device);
		add_early_module(boot->sysroot, &member, &device->modules);
	}
	boot->device.index = nr_before;
	return 0;
}

static int prepare_functions(struct nn_target_boot *boot, const struct nn_vm_settings *settings,
			     struct nn_binding *binding, struct nn_vm_device *device,
			     struct nn_err *err)
{
	NN_AUTO(device) struct nn_device function = {0};
	const struct nn_group_extra extra = extra_of(boot->plan, settings);
	int rc = nn_device_read(boot->sysroot, boot->device_bdf, &function, err);

	if (!rc)
		rc = nn_device_passthrough_set(boot->sysroot, &function, &extra, &device->functions,
					       err);
	if (rc)
		return rc;
	boot->device = nn_device_identity(&function);
	rc = survey_functions(boot, device, err);
	return rc ? rc : nn_handover_plan(binding, &device->functions, err);
}

/* It has to be there before one can ask for its group. */
static int enable_virtual_function(struct nn_target_boot *boot, struct nn_binding *binding,
				   struct nn_err *err)
{
	nn_sriov_plan(binding, boot->plan->device.name, boot->plan->device.vf, false);
	return nn_binding_apply(binding, boot->deadlines->bind_ns, err);
}

/*
 * The boot's UUID will do for it: nobody else has it. What kind of function it is shows in the
 * guest alone, which therefore gets its address.
 */
static void plan_mediated(struct nn_target_boot *boot, struct nn_binding *binding,
			  struct nn_vm_device *device)
{
	const struct nn_plan_device *planned = &boot->plan->device;
	NN_AUTO(free) char *wanted = nn_asprintf("%s %s", planned->name, planned->type);

	nn_binding_add(binding, &nn_change_mediated_device, boot->boot, wanted);
	device->mediated = nn_strdup(boot->boot);
	(void)snprintf(boot->device.bdf, sizeof(boot->device.bdf), "%s", NN_DOMAIN_MEDIATED_BDF);
}

int nn_vm_device_prepare(struct nn_target_boot *boot, const struct nn_vm_settings *settings,
			 struct nn_binding *binding, struct nn_vm_device *ret_device,
			 struct nn_err *err)
{
	int rc = 0;

	if (boot->plan->device.kind == NN_PLAN_MEDIATED)
		plan_mediated(boot, binding, ret_device);
	if (boot->plan->device.kind == NN_PLAN_VIRTUAL_FUNCTION)
		rc = enable_virtual_function(boot, binding, err);
	if (!rc && boot->device_bdf[0])
		rc = prepare_functions(boot, settings, binding, ret_device, err);
	return rc;
}
