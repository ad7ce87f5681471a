/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of this host goes into a VM: the functions of the device under test, or a mediated device
 * made for it. Functions are handed over through a binding, which gives them back.
 */
#ifndef NN_TARGET_VM_DEVICE_H
#define NN_TARGET_VM_DEVICE_H

#include "harness/device/binding.h"
#include "harness/target/target.h"
#include "harness/target/vm-settings.h"

struct nn_vm_device {
	struct nn_name_list functions; /* addresses, to pass through */
	struct nn_name_list modules;   /* that the guest's initramfs loads for them */
	char *mediated;                /* UUID of a mediated device, or NULL */
};

void nn_vm_device_release(struct nn_vm_device *device);

/** Can an arm's VM on this host get the plan's device? Changes nothing; failures are -ENOTSUP. */
int nn_vm_device_check(const struct nn_sysroot *root, const struct nn_plan *plan,
		       const struct nn_vm_settings *settings, struct nn_err *err);

/**
 * Make the device if it is one that has to be made, find out what goes along, and plan its handover
 * in @binding, which the caller applies. Fills the identity by which the guest finds it.
 */
int nn_vm_device_prepare(struct nn_target_boot *boot, const struct nn_vm_settings *settings,
			 struct nn_binding *binding, struct nn_vm_device *ret_device,
			 struct nn_err *err);

#endif
