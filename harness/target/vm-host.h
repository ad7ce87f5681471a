/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a machine must have for the settings of a virtual machine, and whether it does. Reads, and
 * plans, only. Failures are -ENOTSUP with one sentence for people: what is missing and what to do.
 */
#ifndef NN_TARGET_VM_HOST_H
#define NN_TARGET_VM_HOST_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/device/binding.h"
#include "harness/target/vm-settings.h"

/* Huge pages that a VM takes while it runs. */
struct nn_hugepage_need {
	uint64_t page_bytes; /* 0: it takes none */
	uint64_t nr;
	int node; /* that they must be of, -1: any */
};

/**
 * How many huge pages the settings need, and of which kind.
 * @bdf: the device under test, or NULL.
 */
int nn_vm_hugepages_needed(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
			   const char *bdf, struct nn_hugepage_need *ret_need, struct nn_err *err);

/**
 * Plan what the settings take of the host while the VM runs: free huge pages, how KVM polls.
 * Planning changes nothing, so it serves as a check too.
 * Return: 0, or -ENOTSUP with the setting and what the host does not have.
 */
int nn_vm_host_plan(const struct nn_vm_settings *settings, const char *bdf,
		    struct nn_binding *binding, struct nn_err *err);

/**
 * The node of the host that the settings want the memory from; -1: any. With `numa: auto` that is
 * the device's, or any where the machine does not say which it is.
 */
int nn_vm_node(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
	       const char *bdf, int *ret_node, struct nn_err *err);

/** The files that settings name, and what is needed to boot. */
int nn_vm_check_files(const struct nn_vm_settings *settings, struct nn_err *err);

/** CPUs, memory, KVM, the guest's kernel. */
int nn_vm_check_host(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		     const char *bdf, struct nn_err *err);

/** Does KVM work here, where settings want it? */
int nn_vm_check_kvm(const struct nn_vm_settings *settings, struct nn_err *err);

/**
 * Does libvirt answer, and has it the machine type and firmware?
 * @allowed_ns: how long it may take to ask QEMU, which it does once after an update.
 */
int nn_vm_check_libvirt(const struct nn_vm_settings *settings, uint64_t allowed_ns,
			struct nn_err *err);

#endif
