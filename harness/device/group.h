/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IOMMU groups: what the hardware cannot tell apart, so that the kernel hands all of it over or
 * nothing. While a VM has one function of a group, no other may have a driver of the host. The
 * rule for the others, here "siblings":
 *
 *   bridges                                stay; one with a driver that does DMA keeps the group
 *   no driver, or vfio-pci, pci-stub …     go along, unasked: nobody here uses them
 *   a driver of the host                   go along only when the plan's `extra` says so, and only
 *                                          when nobody uses them; otherwise nothing is handed over
 */
#ifndef NN_DEVICE_GROUP_H
#define NN_DEVICE_GROUP_H

#include "harness/device/device.h"

/* Addresses that DMA must not be translated for, or that are taken. */
struct nn_reserved_region {
	uint64_t start;
	uint64_t end;
	char *type; /* "direct" (RMRR: forbids assignment), "direct-relaxable", "msi", "reserved" */
};

struct nn_iommu_group {
	char *id;
	char *type; /* "DMA-FQ" …, or NULL */
	struct nn_name_list members;
	struct nn_reserved_region *regions;
	size_t nr_regions;
	size_t cap_regions;
};

void nn_iommu_group_release(struct nn_iommu_group *group);
NN_AUTO_DEFINE(iommu_group, struct nn_iommu_group, nn_iommu_group_release(p))

/** The ids of all groups, by number. */
int nn_iommu_group_list(const struct nn_sysroot *root, struct nn_name_list *ret_ids,
			struct nn_err *err);

/** Read a group; -ENOENT when there is none of that id. */
int nn_iommu_group_read(const struct nn_sysroot *root, const char *id,
			struct nn_iommu_group *ret_group, struct nn_err *err);

/* Siblings with a driver of the host that a plan lets go along, and what else it insists on. */
struct nn_group_extra {
	bool is_forced; /* functions that somebody uses too, see nn_device_users_first() */
	bool is_whole_group;
	struct nn_name_list bdfs; /* normalised */
};

void nn_group_extra_release(struct nn_group_extra *extra);
NN_AUTO_DEFINE(group_extra, struct nn_group_extra, nn_group_extra_release(p))

/** Parse "group", or addresses with commas or blanks between them; -EINVAL. */
int nn_group_extra_parse(const char *text, struct nn_group_extra *ret_extra, struct nn_err *err);

enum nn_sibling_fate {
	NN_SIBLING_STAYS,   /* harmless where it is */
	NN_SIBLING_GOES,    /* along to the VM */
	NN_SIBLING_REFUSED, /* has a driver of the host and is not in `extra` */
	NN_SIBLING_STUCK,   /* a bridge with a driver of the host: it cannot go along either */
};

/**
 * Does the driver, which may be NULL, leave DMA to whoever owns the group? Variants of vfio-pci
 * have names of their own ("mlx5-vfio-pci", even "nvidia"), but all of them offer a folder
 * vfio-dev. Source: driver_managed_dma in drivers/pci/pcie/portdrv.c, drivers/pci/pci-stub.c,
 * drivers/vfio
 */
bool nn_driver_leaves_dma_alone(const struct nn_sysroot *root, const char *bdf, const char *driver);

/**
 * What becomes of a member of the group when its device is handed over.
 * @extra: NULL for none.
 * @ret_driver: its driver, of the caller's, or NULL; or NULL.
 */
enum nn_sibling_fate nn_sibling_fate(const struct nn_sysroot *root, const char *bdf,
				     const struct nn_group_extra *extra, char **ret_driver);

/** One sentence on a sibling that is refused or stuck, and what to do about it. */
char *nn_sibling_complaint(const char *bdf, const char *driver, enum nn_sibling_fate fate);

/**
 * The functions that must be handed over together with @device, itself included, in the order of
 * their addresses.
 * @extra: NULL for none.
 * Return: 0; -EBUSY, naming the one that is in use or whose driver keeps the group here; -EINVAL
 * when @extra names a function of another group.
 */
int nn_device_passthrough_set(const struct nn_sysroot *root, const struct nn_device *device,
			      const struct nn_group_extra *extra, struct nn_name_list *ret_bdfs,
			      struct nn_err *err);

#endif
