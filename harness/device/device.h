/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI functions as sysfs and their configuration space show them. Read only; changes live in
 * bind.h. All strings of a struct nn_device are its own. What is absent, or hidden from whoever is
 * not root, is NULL (text) or -1 (numbers), never 0. Names for people come from names.h, which
 * needs libpci; nothing here does. Who uses a function is told by users.h, what it shares its IOMMU
 * group with by group.h, whether it can be handed over by assignability.h.
 */
#ifndef NN_DEVICE_DEVICE_H
#define NN_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/bdf.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/device/config.h"
#include "harness/device/mediated.h"
#include "harness/protocol/message.h"

#define NN_NR_BARS 6

/* A link to the port above a function, as the function's side of it tells. */
struct nn_link {
	char *speed; /* "16.0 GT/s PCIe" */
	char *width; /* "16" */
	char *max_speed;
	char *max_width;
};

struct nn_bar {
	unsigned int index;
	uint64_t start; /* meaningless unless it is assigned */
	uint64_t size_bytes;
	uint64_t resizable_mib; /* bit n: it can have 2^n MiB; 0: it has one size */
	bool is_assigned;       /* it was given an address */
	bool is_memory;         /* I/O ports otherwise */
	bool is_64bit;
	bool is_prefetchable;
};

/* Virtual functions: what a physical one offers, and whose a virtual one is. */
struct nn_sriov {
	int64_t total_vfs; /* -1: it offers none */
	int64_t nr_vfs;    /* enabled now */
	int64_t autoprobe; /* 1: drivers bind to new ones by themselves */
	struct nn_name_list vfs;
	char *pf; /* of a virtual function, or NULL */
};

struct nn_device {
	char bdf[NN_BDF_CAP];
	unsigned int vendor;
	unsigned int device;
	unsigned int class_code;  /* 24 bits, 0x010802 is NVMe */
	int64_t subsystem_vendor; /* 16 bits, as the next */
	int64_t subsystem_device;
	int64_t revision;
	bool is_bridge; /* it leads to other functions or to the board, and is no device to pass */
	struct nn_pci_config config;
	char *vendor_name; /* NULL until nn_device_name_lookup() */
	char *device_name;
	char *class_name;
	char *driver;          /* or NULL when none is bound */
	char *driver_override; /* or NULL when none is set */
	struct nn_name_list
		path; /* the bridges above it, from the root down; the last is its port */

	char *iommu_group;                 /* "7", or NULL without IOMMU */
	char *iommu_type;                  /* "DMA-FQ", "DMA", "identity", or NULL */
	struct nn_name_list group_members; /* BDFs, this function included */

	struct nn_bar bars[NN_NR_BARS];
	size_t nr_bars;
	int64_t rom_bytes;    /* of the expansion ROM */
	int64_t rom_readable; /* 1: this user may read it; what is in it was not looked at */
	char *reset_methods;  /* "flr pm bus"; NULL: none, or the kernel tells none (before 5.15) */
	bool can_reset;       /* by itself, by whatever method */
	struct nn_link link;  /* its own */
	struct nn_link uplink; /* of the port above it */
	struct nn_sriov sriov;
	struct nn_mdev_types mdev_types; /* that its driver offers */

	int64_t numa_node;
	char *local_cpus;     /* "0-7,16-23" */
	char *power_state;    /* "D0" */
	char *runtime_status; /* "active", "suspended" */
	int64_t d3cold_allowed;
	int64_t boot_vga; /* 1: the display that the firmware booted on */
};

void nn_device_release(struct nn_device *device);
NN_AUTO_DEFINE(device, struct nn_device, nn_device_release(p))

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

struct nn_devices {
	struct nn_device *items; /* in the order of their addresses */
	size_t nr;
	size_t cap;
};

void nn_devices_release(struct nn_devices *devices);
NN_AUTO_DEFINE(devices, struct nn_devices, nn_devices_release(p))

/** Read all functions; one that vanishes meanwhile is left out. */
int nn_devices_read(const struct nn_sysroot *root, struct nn_devices *ret_devices,
		    struct nn_err *err);

/** Is that a device at all? */
bool nn_device_is_given(const struct nn_device_id *id);

/**
 * Fill in the identity where only the address is given and there is a function; otherwise change
 * nothing.
 */
void nn_device_identify(const struct nn_sysroot *root, struct nn_device_id *id);

/**
 * Find the function that a job means: by address, or by identity in address order.
 * Return: 0, or -ENODEV with what was looked for.
 */
int nn_device_resolve(const struct nn_sysroot *root, const struct nn_device_id *id,
		      char ret_bdf[NN_BDF_CAP], struct nn_err *err);

/** Is there an IOMMU that isolates devices at all? (a non-empty /sys/kernel/iommu_groups) */
bool nn_iommu_is_active(const struct nn_sysroot *root);

/** The first block device of a storage function, e.g. "nvme0n1", of the caller's; or NULL. */
char *nn_device_block_name(const struct nn_sysroot *root, const char *bdf);

/**
 * Is nothing on this machine using the function in a way that taking it away would break? See
 * users.h for what counts. A process that has just opened a device node, as udev does to look at
 * new disks, is given a moment to let go of it.
 * @is_forced: only what would lose data counts.
 * Return: 0 when free, -EBUSY with the first who uses it, -errno when that cannot be found out.
 */
int nn_device_check_unused(const struct nn_sysroot *root, const char *bdf, bool is_forced,
			   struct nn_err *err);

/** The port above the function, or NULL on the root bus. */
const char *nn_device_port(const struct nn_device *device);

/** Are both functions of one device: the same bus and slot, whatever their number? */
bool nn_device_same_slot(const char *bdf, const char *other);

#endif
