/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "workloads/common/opencl.h"

static const char launch_source[] = "__kernel void count(__global uint *counter)\n"
				    "{\n"
				    "	counter[0] = counter[0] + 1;\n"
				    "}\n";

struct launch_state {
	struct nn_opencl *cl;
	struct nn_opencl_buffer *counter;
	struct nn_opencl_kernel *kernel;
	uint64_t batch; /* launches per iteration */
	uint64_t nr_launches;
};

static int launch_probe(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_compute_launch_latency;
	struct nn_device_wish wish;
	int rc;

	rc = nn_workload_check_range("launches", nn_workload_u64(self, run, "launches"), 1, 100000,
				     err);
	if (rc)
		return rc;
	rc = nn_device_wish_read(self, run, &wish, err);
	return rc ? rc : nn_opencl_probe(&wish, err);
}

static int prepare_kernel(struct launch_state *state, struct nn_err *err)
{
	const uint32_t zero = 0;
	int rc;

	rc = nn_opencl_buffer_new(state->cl, sizeof(zero), &state->counter, err);
	if (rc)
		return rc;
	rc = nn_opencl_kernel_new(state->cl, launch_source, "count", &state->kernel, err);
	if (rc)
		return rc;
	rc = nn_opencl_kernel_set(state->cl, state->kernel, 0, state->counter, err);
	if (rc)
		return rc;
	/* PoCL and others compile once more at the first launch of a group size. */
	rc = nn_opencl_launch(state->cl, state->kernel, 1, err);
	if (rc)
		return rc;
	return nn_opencl_write(state->cl, state->counter, &zero, err);
}

static int launch_setup(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_compute_launch_latency;
	struct launch_state *state = nn_calloc(1, sizeof(*state));
	struct nn_device_wish wish;
	int rc;

	run->state = state;
	state->batch = nn_workload_u64(self, run, "launches");
	rc = nn_device_wish_read(self, run, &wish, err);
	if (rc)
		return rc;
	rc = nn_opencl_new(&wish, &state->cl, err);
	if (rc)
		return rc;
	nn_device_wish_report(&wish, nn_opencl_device(state->cl), nn_opencl_description(state->cl),
			      run);
	return prepare_kernel(state, err);
}

static int launch_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	struct launch_state *state = run->state;
	uint64_t begin_ns = nn_clock_ns();
	uint64_t elapsed_ns;
	int rc = 0;

	for (uint64_t i = 0; i < state->batch && !rc; i++)
		rc = nn_opencl_launch(state->cl, state->kernel, 1, err);
	elapsed_ns = nn_clock_ns() - begin_ns;

	if (rc)
		return rc;
	state->nr_launches += state->batch;
	values[0] = (double)elapsed_ns / (double)state->batch / (double)NN_NS_PER_US;
	return 0;
}

static int launch_verify(struct nn_workload_run *run, struct nn_err *err)
{
	struct launch_state *state = run->state;
	uint32_t counted;
	int rc = nn_opencl_read(state->cl, state->counter, &counted, err);

	if (rc)
		return rc;
	if (counted != (uint32_t)state->nr_launches)
		return nn_err_set(err, -EBADMSG,
				  "the device counted %" PRIu32 " launches, expected %" PRIu64,
				  counted, state->nr_launches);
	run->checksum = nn_fnv1a(NN_FNV_INIT, &counted, sizeof(counted));
	return 0;
}

static void launch_teardown(struct nn_workload_run *run)
{
	struct launch_state *state = run->state;

	if (!state)
		return;
	nn_opencl_free(state->cl);
	free(state);
	run->state = NULL;
}

static const struct nn_setting launch_settings[] = {
	NN_DEVICE_CHOICE_SETTING,
	{
		.name = "launches",
		.kind = NN_SETTING_U64,
		.default_text = "100",
		.help = "launches per iteration, one after the other; their mean is one sample",
	},
	{.name = NULL},
};

static const struct nn_metric launch_metrics[] = {
	{
		.name = "roundtrip",
		.unit = "us",
		.direction = NN_LOWER_IS_BETTER,
		.kind = NN_KIND_TIME,
	},
};

const struct nn_workload nn_workload_compute_launch_latency = {
	.plugin =
		{
			.name = "compute/launch-latency",
			.summary =
				"OpenCL launch of a tiny kernel until the host knows it has ended",
			.settings = launch_settings,
		},
	.exposes =
		"doorbell writes, interrupt delivery (posted or injected), halt exits and wake-up",
	.metrics = launch_metrics,
	.nr_metrics = NN_ARRAY_SIZE(launch_metrics),
	.default_iterations = 30,
	.default_warmup = 3,
	.probe = launch_probe,
	.setup = launch_setup,
	.iterate = launch_iterate,
	.verify = launch_verify,
	.teardown = launch_teardown,
};
