/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "workloads/workload.h"

struct null_state {
	uint64_t sections; /* per iteration */
	uint64_t nr_backward;
};

static int null_probe(struct nn_workload_run *run, struct nn_err *err)
{
	return nn_workload_check_range("sections",
				       nn_workload_u64(&nn_workload_null, run, "sections"), 1,
				       1000000000, err);
}

static int null_setup(struct nn_workload_run *run, struct nn_err *err)
{
	struct null_state *state = nn_calloc(1, sizeof(*state));

	(void)err; /* nothing here can fail */
	state->sections = nn_workload_u64(&nn_workload_null, run, "sections");
	run->state = state;
	return 0;
}

static int null_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	struct null_state *state = run->state;
	uint64_t sum_ns = 0;

	(void)err; /* a clock that runs backwards is for verify to tell */
	for (uint64_t i = 0; i < state->sections; i++) {
		uint64_t begin_ns = nn_clock_ns();
		uint64_t end_ns = nn_clock_ns();

		if (end_ns < begin_ns)
			state->nr_backward++;
		else
			sum_ns += end_ns - begin_ns;
	}
	values[0] = (double)sum_ns / (double)state->sections;
	return 0;
}

static int null_verify(struct nn_workload_run *run, struct nn_err *err)
{
	const struct null_state *state = run->state;

	if (state->nr_backward)
		return nn_err_set(err, -EBADMSG, "the clock went backwards %" PRIu64 " times",
				  state->nr_backward);
	run->checksum = nn_fnv1a(NN_FNV_INIT, &state->sections, sizeof(state->sections));
	return 0;
}

static void null_teardown(struct nn_workload_run *run)
{
	free(run->state);
	run->state = NULL;
}

static const struct nn_setting null_settings[] = {
	{
		.name = "sections",
		.kind = NN_SETTING_U64,
		.default_text = "1000",
		.help = "empty timed sections per iteration, whose mean is one sample",
	},
	{.name = NULL},
};

static const struct nn_metric null_metrics[] = {
	{
		.name = "cost",
		.unit = "ns",
		.direction = NN_LOWER_IS_BETTER,
		.kind = NN_KIND_TIME,
	},
};

const struct nn_workload nn_workload_null = {
	.plugin =
		{
			.name = "null",
			.summary = "an empty timed section: what the harness adds to every figure",
			.settings = null_settings,
		},
	.exposes = "reads of the clock that leave the guest (hpet, acpi_pm) instead of a TSC read",
	.metrics = null_metrics,
	.nr_metrics = NN_ARRAY_SIZE(null_metrics),
	.default_iterations = 30,
	.default_warmup = 3,
	.probe = null_probe,
	.setup = null_setup,
	.iterate = null_iterate,
	.verify = null_verify,
	.teardown = null_teardown,
};
