/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One VFIO group in one type1v2 container: the address space of a function's DMA, as user space
 * sees it. Whoever opens it owns the group until release; what is still mapped then goes with it.
 * NN_VFIO_CONTAINER_INIT is "not open". One thread.
 * Source: Documentation/driver-api/vfio.rst, include/uapi/linux/vfio.h
 */
#ifndef NN_WORKLOADS_IOMMU_VFIO_CONTAINER_H
#define NN_WORKLOADS_IOMMU_VFIO_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"

struct nn_vfio_container {
	int container_fd;
	int group_fd;
};

#define NN_VFIO_CONTAINER_INIT ((struct nn_vfio_container){.container_fd = -1, .group_fd = -1})

struct nn_iova_range {
	uint64_t first;
	uint64_t last; /* inclusive */
};

/**
 * Is @group there, openable and viable (all its functions are on vfio or driverless)? Leaves
 * nothing open.
 * Return: 0; -EOPNOTSUPP with the reason; -EBUSY while somebody else has it.
 */
int nn_vfio_group_check(const struct nn_sysroot *root, const char *group, struct nn_err *err);

/** Open @group and give it an IOMMU address space; results as nn_vfio_group_check(). */
int nn_vfio_container_open(const struct nn_sysroot *root, const char *group,
			   struct nn_vfio_container *ret_container, struct nn_err *err);
void nn_vfio_container_release(struct nn_vfio_container *container);
NN_AUTO_DEFINE(vfio_container, struct nn_vfio_container, nn_vfio_container_release(p))

/** A free IOVA, aligned to 2 MiB, where @len_bytes may be mapped; -ENOSPC when no range has room.
 */
int nn_vfio_find_iova(const struct nn_vfio_container *container, uint64_t len_bytes,
		      uint64_t *ret_iova, struct nn_err *err);

/** The first aligned place in @ranges, never 0; -ENOSPC when none has room. */
int nn_iova_pick(const struct nn_iova_range *ranges, size_t nr, uint64_t len_bytes,
		 uint64_t *ret_iova, struct nn_err *err);

/**
 * Map @len_bytes at @memory for reading and writing by the device and time the ioctl alone.
 * @len_bytes: a multiple of the page size. @ret_elapsed_ns: untouched on failure.
 * Return: 0; -EEXIST when the IOVA is taken; -ENOMEM over RLIMIT_MEMLOCK; or -errno.
 */
int nn_vfio_map(const struct nn_vfio_container *container, void *memory, uint64_t iova,
		uint64_t len_bytes, uint64_t *ret_elapsed_ns, struct nn_err *err);

/** Unmap and time the ioctl alone. @ret_unmapped_bytes: what was really mapped there, may be 0. */
int nn_vfio_unmap(const struct nn_vfio_container *container, uint64_t iova, uint64_t len_bytes,
		  uint64_t *ret_unmapped_bytes, uint64_t *ret_elapsed_ns, struct nn_err *err);

#endif
