/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual functions of a physical one: where they will be, and the step that enables them. Every
 * enabled function is ours until the step is undone.
 * Source: Documentation/PCI/pci-iov-howto.rst, Documentation/ABI/testing/sysfs-bus-pci
 */
#ifndef NN_DEVICE_SRIOV_H
#define NN_DEVICE_SRIOV_H

#include "harness/base/bdf.h"
#include "harness/device/binding.h"

/**
 * Can the physical function have virtual function @vf (from 0)? Changes nothing.
 * Return: 0; -ENODEV, -ENOTSUP or -EBUSY with what stands in the way.
 */
int nn_sriov_check(const struct nn_sysroot *root, const char *pf, uint64_t vf, struct nn_err *err);

/**
 * How many virtual functions @pf has at this moment.
 * Return: 0; -ENOTSUP: it can have none; -ETIMEDOUT: the kernel did not say before @deadline_ns.
 */
int nn_sriov_number(const struct nn_sysroot *root, const char *pf, uint64_t deadline_ns,
		    uint64_t *ret_nr, struct nn_err *err);

/** The address of virtual function @vf, enabled or not. */
int nn_sriov_address(const struct nn_sysroot *root, const char *pf, uint64_t vf,
		     char ret_bdf[NN_BDF_CAP], struct nn_err *err);

/**
 * Plan to enable virtual functions up to @vf; nothing where they are enabled already.
 * @is_probed: let the drivers that match take them, as the host would use them; else they have
 * none.
 */
void nn_sriov_plan(struct nn_binding *binding, const char *pf, uint64_t vf, bool is_probed);

#endif
