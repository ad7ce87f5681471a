/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the whole host that an arm may ask for, as steps of a binding. Planning looks whether
 * the host can have them and touches nothing, so it serves as a check as well. What is so already
 * takes no step.
 */
#ifndef NN_DEVICE_HOST_H
#define NN_DEVICE_HOST_H

#include "harness/device/binding.h"

/**
 * Every CPU's frequency is governed by @governor ("performance").
 * Return: 0, or -ENOTSUP naming those that there are.
 * Source: Documentation/admin-guide/pm/cpufreq.rst
 */
int nn_host_plan_governor(struct nn_binding *binding, const char *governor, struct nn_err *err);

/** The governors there are on this host's CPUs now, each once; -ENODATA when none shows. */
int nn_host_governors(const struct nn_sysroot *root, struct nn_name_list *ret_governors,
		      struct nn_err *err);

/**
 * At least @nr huge pages of @page_bytes are free, on @node where that is not -1.
 * Return: 0, or -ENOTSUP when this host has no pages of that size.
 * Source: Documentation/admin-guide/mm/hugetlbpage.rst
 */
int nn_host_plan_hugepages(struct nn_binding *binding, int node, uint64_t page_bytes, uint64_t nr,
			   struct nn_err *err);

/** How long KVM polls for work when a vCPU halts, in nanoseconds; -ENOTSUP without KVM. */
int nn_host_plan_halt_poll(struct nn_binding *binding, uint64_t ns, struct nn_err *err);

/* How the IOMMU treats what a driver of the host does. Source:
 * ABI/testing/sysfs-kernel-iommu_groups */
enum nn_iommu_mode {
	NN_IOMMU_OFF,         /* there is none */
	NN_IOMMU_PASSTHROUGH, /* addresses go through as they are: "identity" */
	NN_IOMMU_LAZY,        /* mappings are invalidated in batches: "DMA-FQ" */
	NN_IOMMU_STRICT,      /* at once: "DMA" */
};

/** "off", "passthrough", "lazy" or "strict"; -EINVAL for other words. */
int nn_iommu_mode_parse(const char *text, enum nn_iommu_mode *ret_mode, struct nn_err *err);
const char *nn_iommu_mode_name(enum nn_iommu_mode mode);

/** The mode that a function is in now; -ENODATA when the kernel does not say. */
int nn_iommu_mode_of(const struct nn_sysroot *root, const char *bdf, enum nn_iommu_mode *ret_mode,
		     struct nn_err *err);

/**
 * The function's DMA goes as @mode says: its driver lets go, the group changes its type, the driver
 * comes back.
 * Return: 0, or -ENOTSUP with the reason: only a reboot could do it, or other functions share the
 * group; or -EBUSY when somebody uses it, as nn_device_check_unused() has it.
 */
int nn_host_plan_iommu(struct nn_binding *binding, const char *bdf, enum nn_iommu_mode mode,
		       bool is_forced, struct nn_err *err);

#endif
