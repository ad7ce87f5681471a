/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/iommu/vfio-container.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/vfio.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"

/* So aligned, memory with huge pages can be mapped by huge pages. */
#define IOVA_ALIGN_BYTES (2ULL << 20)
#define MAX_INFO_BYTES   65536U
#define MAX_RANGES       64

/* What may not be opened is, to a workload, not there: a reason to skip. */
static int open_node(const struct nn_sysroot *root, const char *path, int *ret_fd,
		     struct nn_err *err)
{
	NN_AUTO(free) char *real_path = nn_sysfs_path(root, path);
	int fd = open(real_path, O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	if (errno == EBUSY)
		return nn_err_errno(err, EBUSY, "open '%s'", path);
	return nn_err_set(err, -EOPNOTSUPP, "open '%s': %s", path, strerror(errno));
}

static int open_group(const struct nn_sysroot *root, const char *group, int *ret_fd,
		      struct nn_err *err)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	NN_AUTO(free) char *path = nn_asprintf("/dev/vfio/%s", group);
	NN_AUTO(fd) int fd = -1;
	int rc = open_node(root, path, &fd, err);

	if (rc)
		return rc;
	if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status))
		return nn_err_errno(err, errno, "ask for the status of '%s'", path);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return nn_err_set(err, -EOPNOTSUPP,
				  "IOMMU group %s is not viable: another of its functions is bound "
				  "to a driver of the host",
				  group);
	*ret_fd = NN_STEAL_FD(fd);
	return 0;
}

int nn_vfio_group_check(const struct nn_sysroot *root, const char *group, struct nn_err *err)
{
	NN_AUTO(fd) int container_fd = -1;
	NN_AUTO(fd) int group_fd = -1;
	int rc = open_node(root, "/dev/vfio/vfio", &container_fd, err);

	return rc ? rc : open_group(root, group, &group_fd, err);
}

int nn_vfio_container_open(const struct nn_sysroot *root, const char *group,
			   struct nn_vfio_container *ret_container, struct nn_err *err)
{
	NN_AUTO(vfio_container) struct nn_vfio_container container = NN_VFIO_CONTAINER_INIT;
	int rc = open_node(root, "/dev/vfio/vfio", &container.container_fd, err);

	if (rc)
		return rc;
	if (ioctl(container.container_fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return nn_err_set(err, -EOPNOTSUPP, "VFIO speaks another version than %d",
				  VFIO_API_VERSION);
	if (ioctl(container.container_fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1)
		return nn_err_set(err, -EOPNOTSUPP,
				  "VFIO offers no type1v2 IOMMU (module vfio_iommu_type1)");
	rc = open_group(root, group, &container.group_fd, err);
	if (rc)
		return rc;
	/* A container has no IOMMU, and so no address space, before a group is in it. */
	if (ioctl(container.group_fd, VFIO_GROUP_SET_CONTAINER, &container.container_fd))
		return nn_err_errno(err, errno, "put IOMMU group %s into a container", group);
	if (ioctl(container.container_fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)) {
		if (errno == EPERM)
			return nn_err_set(err, -EOPNOTSUPP,
					  "the kernel refuses IOMMU group %s: no interrupt "
					  "remapping",
					  group);
		return nn_err_errno(err, errno, "set the IOMMU of group %s", group);
	}
	*ret_container = container;
	container = NN_VFIO_CONTAINER_INIT;
	return 0;
}

void nn_vfio_container_release(struct nn_vfio_container *container)
{
	/* Closing the last descriptors detaches the group and unmaps everything. */
	if (container->group_fd >= 0)
		(void)close(container->group_fd);
	if (container->container_fd >= 0)
		(void)close(container->container_fd);
	*container = NN_VFIO_CONTAINER_INIT;
}

int nn_iova_pick(const struct nn_iova_range *ranges, size_t nr, uint64_t len_bytes,
		 uint64_t *ret_iova, struct nn_err *err)
{
	for (size_t i = 0; i < nr; i++) {
		/* Not 0: a device that was never programmed accesses that. */
		uint64_t floor = ranges[i].first ? ranges[i].first : 1;
		uint64_t first =
			(floor + IOVA_ALIGN_BYTES - 1) / IOVA_ALIGN_BYTES * IOVA_ALIGN_BYTES;

		if (first >= floor && first <= ranges[i].last &&
		    ranges[i].last - first >= len_bytes - 1) {
			*ret_iova = first;
			return 0;
		}
	}
	return nn_err_set(err, -ENOSPC, "no IOVA range has room for %" PRIu64 " bytes", len_bytes);
}

/* The ranges from the chain of capabilities in @info, which is of the kernel's making. */
static size_t read_ranges(const struct vfio_iommu_type1_info *info,
			  struct nn_iova_range *ret_ranges)
{
	const char *base = (const char *)info;
	uint32_t offset = info->flags & VFIO_IOMMU_INFO_CAPS ? info->cap_offset : 0;

	while (offset && offset + sizeof(struct vfio_info_cap_header) <= info->argsz) {
		const struct vfio_iommu_type1_info_cap_iova_range *cap =
			(const void *)(base + offset);
		size_t nr;

		if (cap->header.id != VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
			offset = cap->header.next;
			continue;
		}
		nr = cap->nr_iovas < MAX_RANGES ? cap->nr_iovas : MAX_RANGES;
		for (size_t i = 0; i < nr; i++) {
			ret_ranges[i].first = cap->iova_ranges[i].start;
			ret_ranges[i].last = cap->iova_ranges[i].end;
		}
		return nr;
	}
	return 0;
}

int nn_vfio_find_iova(const struct nn_vfio_container *container, uint64_t len_bytes,
		      uint64_t *ret_iova, struct nn_err *err)
{
	NN_AUTO(free) struct vfio_iommu_type1_info *info = nn_calloc(1, MAX_INFO_BYTES);
	struct nn_iova_range ranges[MAX_RANGES];
	size_t nr;

	info->argsz = MAX_INFO_BYTES;
	if (ioctl(container->container_fd, VFIO_IOMMU_GET_INFO, info))
		return nn_err_errno(err, errno, "ask for the IOMMU's properties");
	if (info->argsz > MAX_INFO_BYTES)
		return nn_err_set(err, -E2BIG, "the IOMMU's properties take %u bytes", info->argsz);
	nr = read_ranges(info, ranges);
	if (!nr) {
		/* Kernels before 5.4 do not tell; every IOMMU reaches the first 2 GiB. */
		ranges[0] = (struct nn_iova_range){.first = 0, .last = INT32_MAX};
		nr = 1;
	}
	return nn_iova_pick(ranges, nr, len_bytes, ret_iova, err);
}

int nn_vfio_map(const struct nn_vfio_container *container, void *memory, uint64_t iova,
		uint64_t len_bytes, uint64_t *ret_elapsed_ns, struct nn_err *err)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = len_bytes,
	};
	uint64_t begin_ns = nn_clock_ns();
	int rc = ioctl(container->container_fd, VFIO_IOMMU_MAP_DMA, &map);
	uint64_t end_ns = nn_clock_ns();

	if (rc)
		return nn_err_errno(err, errno, "map %" PRIu64 " bytes at IOVA 0x%" PRIx64,
				    len_bytes, iova);
	*ret_elapsed_ns = end_ns - begin_ns;
	return 0;
}

int nn_vfio_unmap(const struct nn_vfio_container *container, uint64_t iova, uint64_t len_bytes,
		  uint64_t *ret_unmapped_bytes, uint64_t *ret_elapsed_ns, struct nn_err *err)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = len_bytes,
	};
	uint64_t begin_ns = nn_clock_ns();
	int rc = ioctl(container->container_fd, VFIO_IOMMU_UNMAP_DMA, &unmap);
	uint64_t end_ns = nn_clock_ns();

	if (rc)
		return nn_err_errno(err, errno, "unmap %" PRIu64 " bytes at IOVA 0x%" PRIx64,
				    len_bytes, iova);
	*ret_unmapped_bytes = unmap.size;
	*ret_elapsed_ns = end_ns - begin_ns;
	return 0;
}
