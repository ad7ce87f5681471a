/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "workloads/common/opencl.h"
#include "workloads/common/oracle.h"

/* Pages that Linux and the IOMMU map as one where they can. */
#define HOST_ALIGN_BYTES (2U << 20)

enum { METRIC_COPY, METRIC_D2H, METRIC_H2D };

struct bandwidth_state {
	struct nn_opencl *cl;
	struct nn_opencl_buffer *near; /* written by the host */
	struct nn_opencl_buffer *far;  /* copied to, read by the host */
	uint64_t *source;
	uint64_t *sink;
	void *pageable; /* holds source and sink, unless they are pinned */
	size_t len_bytes;
	uint64_t nr_round_trips;
};

static const char *const host_memory_words[] = {"pageable", "pinned", NULL};

static int bandwidth_probe(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_compute_bandwidth;
	uint64_t len_bytes = nn_workload_bytes(self, run, "size");
	struct nn_device_wish wish;
	size_t word;
	int rc;

	rc = nn_workload_check_range("size", len_bytes, 4096, 16ULL << 30, err);
	if (rc)
		return rc;
	if (len_bytes % sizeof(uint64_t))
		return nn_err_set(err, -EINVAL, "setting 'size' is no multiple of %zu bytes",
				  sizeof(uint64_t));
	rc = nn_workload_check_word("host_memory", nn_workload_string(self, run, "host_memory"),
				    host_memory_words, &word, err);
	if (rc)
		return rc;
	rc = nn_device_wish_read(self, run, &wish, err);
	return rc ? rc : nn_opencl_probe(&wish, err);
}

static int pageable_new(struct bandwidth_state *state, struct nn_err *err)
{
	size_t stride =
		(state->len_bytes + HOST_ALIGN_BYTES - 1) / HOST_ALIGN_BYTES * HOST_ALIGN_BYTES;

	state->pageable = aligned_alloc(HOST_ALIGN_BYTES, 2 * stride);
	if (!state->pageable)
		return nn_err_errno(err, ENOMEM, "allocate %zu bytes of host memory", 2 * stride);
	state->source = state->pageable;
	state->sink = (uint64_t *)((char *)state->pageable + stride);
	return 0;
}

static int host_memory_new(struct bandwidth_state *state, bool is_pinned, struct nn_err *err)
{
	void *source;
	void *sink;
	int rc;

	if (!is_pinned)
		return pageable_new(state, err);
	rc = nn_opencl_pinned_new(state->cl, state->len_bytes, &source, err);
	if (rc)
		return rc;
	rc = nn_opencl_pinned_new(state->cl, state->len_bytes, &sink, err);
	if (rc)
		return rc;
	state->source = source;
	state->sink = sink;
	return 0;
}

static int bandwidth_setup(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_compute_bandwidth;
	struct bandwidth_state *state = nn_calloc(1, sizeof(*state));
	const char *host_memory = nn_workload_string(self, run, "host_memory");
	struct nn_device_wish wish;
	int rc;

	run->state = state;
	state->len_bytes = nn_workload_bytes(self, run, "size");
	rc = nn_device_wish_read(self, run, &wish, err);
	if (rc)
		return rc;
	rc = nn_opencl_new(&wish, &state->cl, err);
	if (rc)
		return rc;
	nn_device_wish_report(&wish, nn_opencl_device(state->cl), nn_opencl_description(state->cl),
			      run);
	rc = nn_opencl_buffer_new(state->cl, state->len_bytes, &state->near, err);
	if (rc)
		return rc;
	rc = nn_opencl_buffer_new(state->cl, state->len_bytes, &state->far, err);
	if (rc)
		return rc;
	rc = host_memory_new(state, strcmp(host_memory, "pinned") == 0, err);
	if (rc)
		return rc;
	memset(state->sink, 0, state->len_bytes); /* its pages exist before the clock runs */
	return 0;
}

struct bandwidth_times {
	uint64_t h2d_ns;
	uint64_t copy_ns;
	uint64_t d2h_ns;
};

/* Through the device and back. The source is filled, and the sink checked, outside the clock. */
static int round_trip(struct bandwidth_state *state, struct bandwidth_times *ret_times,
		      struct nn_err *err)
{
	uint64_t begin_ns = nn_clock_ns();
	int h2d = nn_opencl_write(state->cl, state->near, state->source, err);
	uint64_t written_ns = nn_clock_ns();
	int copy = h2d ? h2d : nn_opencl_copy(state->cl, state->near, state->far, err);
	uint64_t copied_ns = nn_clock_ns();
	int d2h = copy ? copy : nn_opencl_read(state->cl, state->far, state->sink, err);
	uint64_t read_ns = nn_clock_ns();

	if (d2h)
		return d2h;
	ret_times->h2d_ns = written_ns - begin_ns;
	ret_times->copy_ns = copied_ns - written_ns;
	ret_times->d2h_ns = read_ns - copied_ns;
	return 0;
}

static int check_sink(const struct bandwidth_state *state, uint64_t stream, struct nn_err *err)
{
	size_t at;

	if (nn_oracle_pattern_check(state->sink, state->len_bytes / sizeof(uint64_t), stream, &at))
		return 0;
	return nn_err_set(err, -EBADMSG, "round trip %" PRIu64 ": wrong data at byte %zu of %zu",
			  stream, at * sizeof(uint64_t), state->len_bytes);
}

/* A pattern of its own for every round trip, so that data left from the last one is noticed. */
static int checked_round_trip(struct bandwidth_state *state, uint64_t stream,
			      struct bandwidth_times *ret_times, struct nn_err *err)
{
	int rc;

	nn_oracle_pattern_fill(state->source, state->len_bytes / sizeof(uint64_t), stream);
	rc = round_trip(state, ret_times, err);
	return rc ? rc : check_sink(state, stream, err);
}

static int bandwidth_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	struct bandwidth_state *state = run->state;
	struct bandwidth_times times;
	int rc = checked_round_trip(state, ++state->nr_round_trips, &times, err);

	if (rc)
		return rc;
	values[METRIC_COPY] = nn_workload_rate(state->len_bytes, times.copy_ns);
	values[METRIC_D2H] = nn_workload_rate(state->len_bytes, times.d2h_ns);
	values[METRIC_H2D] = nn_workload_rate(state->len_bytes, times.h2d_ns);
	return 0;
}

static int bandwidth_verify(struct nn_workload_run *run, struct nn_err *err)
{
	struct bandwidth_state *state = run->state;
	struct bandwidth_times times;
	int rc = checked_round_trip(state, 0, &times, err);

	if (rc)
		return rc;
	run->checksum = nn_oracle_digest(state->sink, state->len_bytes / sizeof(uint64_t));
	return 0;
}

static void bandwidth_teardown(struct nn_workload_run *run)
{
	struct bandwidth_state *state = run->state;

	if (!state)
		return;
	nn_opencl_free(state->cl);
	free(state->pageable);
	free(state);
	run->state = NULL;
}

static const struct nn_setting bandwidth_settings[] = {
	NN_DEVICE_CHOICE_SETTING,
	{
		.name = "host_memory",
		.kind = NN_SETTING_STRING,
		.default_text = "pinned",
		.help = "pinned: DMA straight from and to it; pageable: the driver stages it",
	},
	{
		.name = "size",
		.kind = NN_SETTING_BYTES,
		.default_text = "64MiB",
		.help = "of each transfer; beyond the caches to tell something about the link",
	},
	{.name = NULL},
};

static const struct nn_metric bandwidth_metrics[] = {
	[METRIC_COPY] =
		{
			.name = "copy",
			.unit = "GB/s",
			.direction = NN_HIGHER_IS_BETTER,
			.kind = NN_KIND_RATE,
		},
	[METRIC_D2H] =
		{
			.name = "d2h",
			.unit = "GB/s",
			.direction = NN_HIGHER_IS_BETTER,
			.kind = NN_KIND_RATE,
		},
	[METRIC_H2D] =
		{
			.name = "h2d",
			.unit = "GB/s",
			.direction = NN_HIGHER_IS_BETTER,
			.kind = NN_KIND_RATE,
		},
};

const struct nn_workload nn_workload_compute_bandwidth = {
	.plugin =
		{
			.name = "compute/bandwidth",
			.summary =
				"OpenCL transfers host to device (h2d), device to host (d2h) and "
				"within the device (copy)",
			.settings = bandwidth_settings,
		},
	.exposes = "h2d, d2h: IOMMU translation and page size, PCIe link and payload size in the "
		   "guest; copy: a control that virtualization should not change",
	.metrics = bandwidth_metrics,
	.nr_metrics = NN_ARRAY_SIZE(bandwidth_metrics),
	.default_iterations = 20,
	.default_warmup = 2,
	.probe = bandwidth_probe,
	.setup = bandwidth_setup,
	.iterate = bandwidth_iterate,
	.verify = bandwidth_verify,
	.teardown = bandwidth_teardown,
};
