/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/device/device.h"
#include "workloads/common/oracle.h"
#include "workloads/iommu/vfio-container.h"
#include "workloads/workload.h"

#define HUGE_BYTES     (2ULL << 20)
#define SMALLEST_BYTES 4096ULL

/* One pair of metrics each, map first. */
static const uint64_t map_sizes_bytes[] = {4ULL << 10, 64ULL << 10, 1ULL << 20, 16ULL << 20,
					   64ULL << 20};
#define NR_SIZES      NN_ARRAY_SIZE(map_sizes_bytes)
#define LARGEST_BYTES map_sizes_bytes[NR_SIZES - 1]

static const char *const hugepages_words[] = {"advise", "never", NULL};

struct dma_map_state {
	struct nn_vfio_container container;
	void *area; /* all that was mmapped */
	size_t area_bytes;
	void *memory; /* the part of it that is aligned */
	uint64_t max_bytes;
	uint64_t iova;
};

/* The IOMMU group of the spare function, bound to vfio-pci. */
static int find_group(const struct nn_workload_run *run, char **ret_group, struct nn_err *err)
{
	const struct nn_device_id *spare = &run->job->spare;
	NN_AUTO(device) struct nn_device device = {0};
	char bdf[NN_BDF_CAP];
	int rc;

	if (!spare->vendor)
		return nn_err_set(err, -EOPNOTSUPP, "no spare function was given to this arm");
	if (!nn_iommu_is_active(run->sysroot))
		return nn_err_set(err, -EOPNOTSUPP,
				  "this arm has no IOMMU: no group in /sys/kernel/iommu_groups");
	rc = nn_device_resolve(run->sysroot, spare, bdf, err);
	if (rc == -ENODEV) {
		(void)nn_err_prefix(err, "spare function");
		return nn_workload_not_here(err);
	}
	if (!rc)
		rc = nn_device_read(run->sysroot, bdf, &device, err);
	if (rc)
		return rc;
	if (!device.driver || strcmp(device.driver, "vfio-pci") != 0)
		return nn_err_set(err, -EOPNOTSUPP,
				  "the spare function '%s' is bound to %s, not to vfio-pci", bdf,
				  device.driver ? device.driver : "no driver");
	if (!device.iommu_group)
		return nn_err_set(err, -EOPNOTSUPP, "the spare function '%s' is in no IOMMU group",
				  bdf);
	*ret_group = NN_STEAL(device.iommu_group);
	return 0;
}

static int dma_map_probe(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_iommu_dma_map;
	NN_AUTO(free) char *group = NULL;
	size_t word;
	int rc;

	rc = nn_workload_check_range("max_size", nn_workload_bytes(self, run, "max_size"),
				     SMALLEST_BYTES, LARGEST_BYTES, err);
	if (rc)
		return rc;
	rc = nn_workload_check_word("hugepages", nn_workload_string(self, run, "hugepages"),
				    hugepages_words, &word, err);
	if (rc)
		return rc;
	rc = find_group(run, &group, err);
	return rc ? rc : nn_vfio_group_check(run->sysroot, group, err);
}

/* Memory whose pages exist, so that mapping pins pages instead of making them. */
static int allocate(struct dma_map_state *state, bool use_huge, struct nn_err *err)
{
	uintptr_t start;
	void *area;

	state->area_bytes = state->max_bytes + HUGE_BYTES;
	area = mmap(NULL, state->area_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	if (area == MAP_FAILED)
		return nn_err_errno(err, errno, "allocate %zu bytes", state->area_bytes);
	state->area = area;
	start = ((uintptr_t)area + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	state->memory = (char *)area + (start - (uintptr_t)area);
	/* A kernel without huge pages refuses the advice and has only small ones anyway. */
	(void)madvise(area, state->area_bytes, use_huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	nn_oracle_pattern_fill(state->memory, state->max_bytes / sizeof(uint64_t), 0);
	return 0;
}

/* Pinned pages count against RLIMIT_MEMLOCK unless we have CAP_IPC_LOCK. Raise it if we may. */
static void raise_memlock(uint64_t needed_bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur >= needed_bytes)
		return;
	limit.rlim_cur = needed_bytes;
	if (limit.rlim_max < needed_bytes)
		limit.rlim_max = needed_bytes;
	(void)setrlimit(RLIMIT_MEMLOCK, &limit); /* the trial mapping tells whether it sufficed */
}

static int trial_mapping(const struct dma_map_state *state, struct nn_err *err)
{
	uint64_t unmapped_bytes;
	uint64_t ignored_ns;
	struct rlimit limit = {0};
	int rc = nn_vfio_map(&state->container, state->memory, state->iova, state->max_bytes,
			     &ignored_ns, err);

	if (rc == -ENOMEM) {
		(void)getrlimit(RLIMIT_MEMLOCK, &limit); /* for the message alone */
		return nn_err_set(err, -EOPNOTSUPP,
				  "cannot pin %" PRIu64 " bytes: RLIMIT_MEMLOCK is %" PRIu64
				  " and may not be raised",
				  state->max_bytes, (uint64_t)limit.rlim_cur);
	}
	if (rc)
		return rc;
	return nn_vfio_unmap(&state->container, state->iova, state->max_bytes, &unmapped_bytes,
			     &ignored_ns, err);
}

static int dma_map_setup(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_iommu_dma_map;
	bool use_huge = strcmp(nn_workload_string(self, run, "hugepages"), "advise") == 0;
	struct dma_map_state *state = nn_calloc(1, sizeof(*state));
	NN_AUTO(free) char *group = NULL;
	int rc;

	run->state = state;
	state->container = NN_VFIO_CONTAINER_INIT;
	state->max_bytes =
		nn_workload_bytes(self, run, "max_size") / SMALLEST_BYTES * SMALLEST_BYTES;
	rc = find_group(run, &group, err);
	if (rc)
		return rc;
	rc = allocate(state, use_huge, err);
	if (rc)
		return rc;
	raise_memlock(state->max_bytes);
	rc = nn_vfio_container_open(run->sysroot, group, &state->container, err);
	if (rc)
		return rc;
	rc = nn_vfio_find_iova(&state->container, state->max_bytes, &state->iova, err);
	return rc ? rc : trial_mapping(state, err);
}

static int map_and_unmap(const struct dma_map_state *state, uint64_t len_bytes, double *ret_map_us,
			 double *ret_unmap_us, struct nn_err *err)
{
	uint64_t unmapped_bytes;
	uint64_t unmap_ns;
	uint64_t map_ns;
	int rc;

	rc = nn_vfio_map(&state->container, state->memory, state->iova, len_bytes, &map_ns, err);
	if (rc)
		return rc;
	rc = nn_vfio_unmap(&state->container, state->iova, len_bytes, &unmapped_bytes, &unmap_ns,
			   err);
	if (rc)
		return rc;
	if (unmapped_bytes != len_bytes)
		return nn_err_set(err, -EBADMSG,
				  "unmapped %" PRIu64 " bytes where %" PRIu64 " were mapped",
				  unmapped_bytes, len_bytes);
	*ret_map_us = (double)map_ns / (double)NN_NS_PER_US;
	*ret_unmap_us = (double)unmap_ns / (double)NN_NS_PER_US;
	return 0;
}

static int dma_map_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	const struct dma_map_state *state = run->state;
	double ignored[2];
	/* The last size of the iteration before left cold caches, for which no size should pay. */
	int warm = map_and_unmap(state, map_sizes_bytes[0], &ignored[0], &ignored[1], err);

	if (warm)
		return warm;
	for (size_t i = 0; i < NR_SIZES && map_sizes_bytes[i] <= state->max_bytes; i++) {
		int rc = map_and_unmap(state, map_sizes_bytes[i], &values[2 * i],
				       &values[2 * i + 1], err);

		if (rc)
			return rc;
	}
	return 0;
}

/* Was there a real mapping? Then the same IOVA is refused, and gone after one unmap. */
static int check_bookkeeping(const struct dma_map_state *state, struct nn_err *err)
{
	const struct nn_vfio_container *container = &state->container;
	uint64_t first_bytes = 0;
	uint64_t second_bytes = 0;
	uint64_t ignored_ns;
	int again;
	int rc;

	rc = nn_vfio_map(container, state->memory, state->iova, SMALLEST_BYTES, &ignored_ns, err);
	if (rc)
		return rc;
	again = nn_vfio_map(container, state->memory, state->iova, SMALLEST_BYTES, &ignored_ns,
			    NULL);
	rc = nn_vfio_unmap(container, state->iova, SMALLEST_BYTES, &first_bytes, &ignored_ns, err);
	if (rc)
		return rc;
	rc = nn_vfio_unmap(container, state->iova, SMALLEST_BYTES, &second_bytes, &ignored_ns, err);
	if (rc)
		return rc;
	if (again != -EEXIST)
		return nn_err_set(err, -EBADMSG,
				  "mapping an IOVA again gave %d, expected %d (EEXIST)", again,
				  -EEXIST);
	if (first_bytes != SMALLEST_BYTES || second_bytes)
		return nn_err_set(err, -EBADMSG,
				  "unmapping twice gave %" PRIu64 " and %" PRIu64
				  " bytes, expected %llu and 0",
				  first_bytes, second_bytes, SMALLEST_BYTES);
	return 0;
}

static int dma_map_verify(struct nn_workload_run *run, struct nn_err *err)
{
	const struct dma_map_state *state = run->state;
	size_t nr = state->max_bytes / sizeof(uint64_t);
	int rc = check_bookkeeping(state, err);
	size_t at;

	if (rc)
		return rc;
	if (!nn_oracle_pattern_check(state->memory, nr, 0, &at))
		return nn_err_set(err, -EBADMSG, "mapped memory changed at byte %zu",
				  at * sizeof(uint64_t));
	run->checksum = nn_oracle_digest(state->memory, nr);
	return 0;
}

static void dma_map_teardown(struct nn_workload_run *run)
{
	struct dma_map_state *state = run->state;

	if (!state)
		return;
	nn_vfio_container_release(&state->container);
	if (state->area)
		(void)munmap(state->area, state->area_bytes);
	free(state);
	run->state = NULL;
}

static const struct nn_setting dma_map_settings[] = {
	{
		.name = "hugepages",
		.kind = NN_SETTING_STRING,
		.default_text = "advise",
		.help = "advise: transparent huge pages where the kernel has them; never: 4 KiB",
	},
	{
		.name = "max_size",
		.kind = NN_SETTING_BYTES,
		.default_text = "64MiB",
		.help = "larger sizes are left out, 4KiB to 64MiB",
	},
	{.name = NULL},
};

#define MAP_METRIC(metric_name)                                                       \
	{                                                                             \
		.name = (metric_name), .unit = "us", .direction = NN_LOWER_IS_BETTER, \
		.kind = NN_KIND_TIME,                                                 \
	}

static const struct nn_metric dma_map_metrics[] = {
	MAP_METRIC("map_4KiB"),    MAP_METRIC("unmap_4KiB"),  MAP_METRIC("map_64KiB"),
	MAP_METRIC("unmap_64KiB"), MAP_METRIC("map_1MiB"),    MAP_METRIC("unmap_1MiB"),
	MAP_METRIC("map_16MiB"),   MAP_METRIC("unmap_16MiB"), MAP_METRIC("map_64MiB"),
	MAP_METRIC("unmap_64MiB"),
};

_Static_assert(NN_ARRAY_SIZE(dma_map_metrics) == 2 * NR_SIZES, "two metrics for each size");

const struct nn_workload nn_workload_iommu_dma_map = {
	.plugin =
		{
			.name = "iommu/dma-map",
			.summary =
				"VFIO type1: map and unmap memory for the DMA of a spare function",
			.settings = dma_map_settings,
		},
	.exposes =
		"pinning, IOMMU page-table writes and IOTLB invalidation: what starting a VM and "
		"every vIOMMU mapping cost",
	.metrics = dma_map_metrics,
	.nr_metrics = NN_ARRAY_SIZE(dma_map_metrics),
	.default_iterations = 30,
	.default_warmup = 3,
	.probe = dma_map_probe,
	.setup = dma_map_setup,
	.iterate = dma_map_iterate,
	.verify = dma_map_verify,
	.teardown = dma_map_teardown,
};
