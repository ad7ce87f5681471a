/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI functions and their IOMMU groups as sysfs shows them. Read only; changes live in bind.h.
 * All strings of a struct nn_device are its own; absent values are NULL (text) or 0 (numbers).
 * Names for people come from names.h, which needs libpci; nothing here does.
 */
#ifndef NN_DEVICE_DEVICE_H
#define NN_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/bdf.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/protocol/message.h"

struct nn_device {
	char bdf[NN_BDF_CAP];
	unsigned int vendor;
	unsigned int device;
	unsigned int class_code; /* 24 bits, 0x010802 is NVMe */
	bool is_bridge;
	char *vendor_name; /* NULL until nn_device_name_lookup() */
	char *device_name;
	char *driver;      /* or NULL when none is bound */
	char *iommu_group; /* "7", or NULL without IOMMU */
	char *iommu_type;  /* "DMA-FQ", "DMA", "identity", or NULL */
	char *link_speed;  /* "16.0 GT/s PCIe" */
	char *link_width;  /* "16" */
	char *max_link_speed;
	char *max_link_width;
	char *reset_methods;               /* "flr pm bus" */
	int numa_node;                     /* -1: unknown */
	struct nn_name_list group_members; /* BDFs, this function included */
};

void nn_device_release(struct nn_device *device);
NN_AUTO_DEFINE(device, struct nn_device, nn_device_release(p))

/** Is there an IOMMU that isolates devices at all? (a non-empty /sys/kernel/iommu_groups) */
bool nn_iommu_is_active(const struct nn_sysroot *root);

/** Read one function; -ENODEV when it does not exist. */
int nn_device_read(const struct nn_sysroot *root, const char *bdf, struct nn_device *ret_device,
		   struct nn_err *err);

/**
 * The identity by which a guest finds a function: its address stays "" and its index 0, which
 * whoever passes several equal functions counts up in address order.
 */
struct nn_device_id nn_device_identity(const struct nn_device *device);

/** The addresses of all PCI functions, sorted; an empty list on a machine without PCI. */
int nn_device_list(const struct nn_sysroot *root, struct nn_name_list *ret_bdfs,
		   struct nn_err *err);

/**
 * Find the function that a job means: by address, or by identity in address order.
 * Return: 0, or -ENODEV with what was looked for.
 */
int nn_device_resolve(const struct nn_sysroot *root, const struct nn_device_id *id,
		      char ret_bdf[NN_BDF_CAP], struct nn_err *err);

/** The first block device of a storage function, e.g. "nvme0n1", of the caller's; or NULL. */
char *nn_device_block_name(const struct nn_sysroot *root, const char *bdf);

/**
 * Is anything on this machine using the function? Mounted or swap on its block devices (partitions
 * and holders such as dm and md included), the boot or only display, the default route, virtual
 * functions that hang on it. On the running machine the kernel is asked too, by an exclusive open.
 * Return: 0 when free, -EBUSY with who uses it.
 */
int nn_device_check_unused(const struct nn_sysroot *root, const char *bdf, struct nn_err *err);

/**
 * The functions that must be handed over together with @device: all members of its group that are
 * no bridges. -EBUSY when one of them is in use.
 */
int nn_device_passthrough_set(const struct nn_sysroot *root, const struct nn_device *device,
			      struct nn_name_list *ret_bdfs, struct nn_err *err);

#endif
