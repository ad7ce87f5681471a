/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <linux/fs.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/device/device.h"
#include "workloads/common/oracle.h"
#include "workloads/iommu/block-set.h"
#include "workloads/workload.h"

/* PCI Code and ID Assignment Specification: storage, non-volatile memory, NVM Express I/O */
#define CLASS_NVME 0x010802U

/* A guest's agent may be up before the driver has found the namespaces. */
#define SCAN_DEADLINE_NS (5 * NN_NS_PER_S)
#define SCAN_PAUSE_NS    (20 * NN_NS_PER_MS)

enum { METRIC_LATENCY, METRIC_THROUGHPUT };

struct nvme_read_state {
	int fd;
	struct nn_block_set set;
	uint64_t order; /* state of the stream that picks blocks */
	uint64_t count;
	uint64_t block_bytes;
};

/* Its block device's name, NULL while there is none yet; fails at once for another driver. */
static int look_for_block(const struct nn_sysroot *root, const char *bdf, char **ret_name,
			  struct nn_err *err)
{
	NN_AUTO(free) char *link = nn_asprintf("/sys/bus/pci/devices/%s/driver", bdf);
	NN_AUTO(free) char *driver = nn_sysfs_link_name(root, link);

	if (driver && strcmp(driver, "nvme") != 0)
		return nn_err_set(err, -EOPNOTSUPP,
				  "the device under test '%s' is bound to %s, not to nvme", bdf,
				  driver);
	*ret_name = driver ? nn_device_block_name(root, bdf) : NULL;
	return 0;
}

static int wait_for_block(const struct nn_sysroot *root, const char *bdf, char **ret_name,
			  struct nn_err *err)
{
	uint64_t deadline_ns = nn_clock_ns() + SCAN_DEADLINE_NS;
	char *name = NULL;

	for (;;) {
		int rc = look_for_block(root, bdf, &name, err);

		if (rc)
			return rc;
		if (name) {
			*ret_name = name;
			return 0;
		}
		if (nn_clock_ns() >= deadline_ns)
			return nn_err_set(err, -EOPNOTSUPP,
					  "the device under test '%s' has no block device of the "
					  "nvme driver",
					  bdf);
		nn_clock_sleep_ns(SCAN_PAUSE_NS);
	}
}

/* The device node of the NVMe under test, of the caller's. */
static int find_node(const struct nn_workload_run *run, char **ret_node, struct nn_err *err)
{
	const struct nn_device_id *id = &run->job->device;
	NN_AUTO(free) char *name = NULL;
	char bdf[NN_BDF_CAP];
	int rc;

	if (!nn_device_is_given(id))
		return nn_err_set(err, -EOPNOTSUPP, "no device under test was given to this arm");
	if (id->vendor && id->class_code != CLASS_NVME)
		return nn_err_set(err, -EOPNOTSUPP,
				  "the device under test is no NVMe: its class is %06x, not %06x",
				  id->class_code, CLASS_NVME);
	rc = nn_device_resolve(run->sysroot, id, bdf, err);
	if (rc == -ENODEV) {
		(void)nn_err_prefix(err, "device under test");
		return nn_workload_not_here(err);
	}
	if (rc)
		return rc;
	rc = wait_for_block(run->sysroot, bdf, &name, err);
	if (rc)
		return rc;
	*ret_node = nn_asprintf("/dev/%s", name);
	return 0;
}

static int nvme_read_probe(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_iommu_nvme_read;
	uint64_t block_bytes = nn_workload_bytes(self, run, "block");
	NN_AUTO(free) char *node = NULL;
	int rc;

	rc = nn_workload_check_range("block", block_bytes, 512, 16 << 20, err);
	if (rc)
		return rc;
	if (block_bytes % 512)
		return nn_err_set(err, -EINVAL, "setting 'block' is no multiple of 512 bytes");
	rc = nn_workload_check_range("blocks", nn_workload_u64(self, run, "blocks"), 1, 1 << 20,
				     err);
	if (rc)
		return rc;
	rc = nn_workload_check_range("count", nn_workload_u64(self, run, "count"), 1, 1 << 20, err);
	return rc ? rc : find_node(run, &node, err);
}

static int open_node(struct nvme_read_state *state, const struct nn_sysroot *root, const char *node,
		     struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_sysfs_path(root, node);

	/* O_DIRECT: every read goes to the device. Read-only: it may hold somebody's data. */
	state->fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (state->fd >= 0)
		return 0;
	if (errno == EACCES || errno == EPERM)
		return nn_err_set(err, -EOPNOTSUPP, "open '%s': %s", node, strerror(errno));
	return nn_err_errno(err, errno, "open '%s'", node);
}

/* How many bytes may be read, and the smallest unit of a direct read. */
static int read_geometry(int fd, uint64_t *ret_len_bytes, uint64_t *ret_unit_bytes,
			 struct nn_err *err)
{
	struct stat st;
	int unit_bytes;

	if (fstat(fd, &st))
		return nn_err_errno(err, errno, "stat the block device");
	if (!S_ISBLK(st.st_mode)) {
		*ret_len_bytes = (uint64_t)st.st_size;
		*ret_unit_bytes = (uint64_t)st.st_blksize;
		return 0;
	}
	if (ioctl(fd, BLKGETSIZE64, ret_len_bytes) || ioctl(fd, BLKSSZGET, &unit_bytes))
		return nn_err_errno(err, errno, "ask the block device for its size");
	*ret_unit_bytes = (uint64_t)unit_bytes;
	return 0;
}

static int make_set(struct nn_workload_run *run, struct nvme_read_state *state, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_iommu_nvme_read;
	uint64_t span_bytes = nn_workload_bytes(self, run, "span");
	uint64_t unit_bytes = 0;
	uint64_t len_bytes = 0;
	int rc = read_geometry(state->fd, &len_bytes, &unit_bytes, err);

	if (rc)
		return rc;
	if (state->block_bytes % unit_bytes)
		return nn_err_set(err, -EINVAL,
				  "setting 'block' is %" PRIu64
				  ", no multiple of the device's %" PRIu64 " bytes",
				  state->block_bytes, unit_bytes);
	if (!span_bytes || span_bytes > len_bytes)
		span_bytes = len_bytes;
	return nn_block_set_init(&state->set, state->fd, state->block_bytes, span_bytes,
				 nn_workload_u64(self, run, "blocks"), err);
}

static int nvme_read_setup(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_iommu_nvme_read;
	struct nvme_read_state *state = nn_calloc(1, sizeof(*state));
	NN_AUTO(free) char *node = NULL;
	int rc;

	run->state = state;
	state->fd = -1;
	state->order = run->job->seed;
	state->count = nn_workload_u64(self, run, "count");
	state->block_bytes = nn_workload_bytes(self, run, "block");
	rc = find_node(run, &node, err);
	if (rc)
		return rc;
	rc = open_node(state, run->sysroot, node, err);
	if (rc)
		return rc;
	rc = make_set(run, state, err);
	if (rc)
		return nn_err_prefix(err, "%s", node);
	(void)snprintf(run->note, sizeof(run->note), "%s, %zu blocks%s", node, state->set.nr,
		       nn_block_set_is_uniform(&state->set)
			       ? ", all alike: a read from a wrong place would go unnoticed"
			       : "");
	return 0;
}

static int nvme_read_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	struct nvme_read_state *state = run->state;
	uint64_t sum_ns = 0;

	for (uint64_t i = 0; i < state->count; i++) {
		size_t index = nn_oracle_mix(&state->order) % state->set.nr;
		uint64_t elapsed_ns;
		int rc = nn_block_set_read(&state->set, index, &elapsed_ns, err);

		if (rc)
			return rc;
		sum_ns += elapsed_ns;
	}
	values[METRIC_LATENCY] = (double)sum_ns / (double)state->count / (double)NN_NS_PER_US;
	values[METRIC_THROUGHPUT] =
		1e3 * nn_workload_rate(state->count * state->block_bytes, sum_ns);
	return 0;
}

static int nvme_read_verify(struct nn_workload_run *run, struct nn_err *err)
{
	struct nvme_read_state *state = run->state;
	uint64_t ignored_ns;

	/* Also those blocks that no iteration happened to pick. */
	for (size_t i = 0; i < state->set.nr; i++) {
		int rc = nn_block_set_read(&state->set, i, &ignored_ns, err);

		if (rc)
			return rc;
	}
	run->checksum = nn_block_set_checksum(&state->set);
	return 0;
}

static void nvme_read_teardown(struct nn_workload_run *run)
{
	struct nvme_read_state *state = run->state;

	if (!state)
		return;
	nn_block_set_release(&state->set);
	if (state->fd >= 0)
		(void)close(state->fd); /* was only read */
	free(state);
	run->state = NULL;
}

static const struct nn_setting nvme_read_settings[] = {
	{
		.name = "block",
		.kind = NN_SETTING_BYTES,
		.default_text = "4KiB",
		.help = "of each read, a multiple of 512 bytes",
	},
	{
		.name = "blocks",
		.kind = NN_SETTING_U64,
		.default_text = "1024",
		.help = "different blocks that are read, spread over the span",
	},
	{
		.name = "count",
		.kind = NN_SETTING_U64,
		.default_text = "64",
		.help = "reads per iteration, one after the other",
	},
	{
		.name = "span",
		.kind = NN_SETTING_BYTES,
		.default_text = "0B",
		.help = "how much of the device from its start; 0B: all of it",
	},
	{.name = NULL},
};

static const struct nn_metric nvme_read_metrics[] = {
	[METRIC_LATENCY] =
		{
			.name = "latency",
			.unit = "us",
			.direction = NN_LOWER_IS_BETTER,
			.kind = NN_KIND_TIME,
		},
	[METRIC_THROUGHPUT] =
		{
			.name = "throughput",
			.unit = "MB/s",
			.direction = NN_HIGHER_IS_BETTER,
			.kind = NN_KIND_RATE,
		},
};

const struct nn_workload nn_workload_iommu_nvme_read = {
	.plugin =
		{
			.name = "iommu/nvme-read",
			.summary = "direct random reads of the NVMe under test, their data checked",
			.settings = nvme_read_settings,
		},
	.exposes = "the whole I/O path of a passed-through function: doorbell, DMA through the "
		   "IOMMU, interrupt, wake-up",
	.metrics = nvme_read_metrics,
	.nr_metrics = NN_ARRAY_SIZE(nvme_read_metrics),
	.default_iterations = 20,
	.default_warmup = 2,
	.probe = nvme_read_probe,
	.setup = nvme_read_setup,
	.iterate = nvme_read_iterate,
	.verify = nvme_read_verify,
	.teardown = nvme_read_teardown,
};
