/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "workloads/common/gles.h"
#include "workloads/common/oracle.h"

#define MAX_SIDE 16384

struct fill_state {
	struct nn_egl *egl;
	struct nn_gles *gles;
	uint8_t *pixels;
	size_t nr_pixels;
	unsigned int layers;
	unsigned int width;
};

static int fill_probe(struct nn_workload_run *run, struct nn_err *err)
{
	const struct nn_workload *self = &nn_workload_graphics_fill_rate;
	const struct {
		const char *name;
		uint64_t max;
	} limits[] = {{"width", MAX_SIDE}, {"height", MAX_SIDE}, {"layers", NN_ORACLE_MAX_LAYERS}};
	struct nn_device_wish wish;
	int rc;

	for (size_t i = 0; i < NN_ARRAY_SIZE(limits); i++) {
		rc = nn_workload_check_range(limits[i].name,
					     nn_workload_u64(self, run, limits[i].name), 1,
					     limits[i].max, err);
		if (rc)
			return rc;
	}
	rc = nn_device_wish_read(self, run, &wish, err);
	return rc ? rc : nn_egl_probe(&wish, run->sysroot, err);
}

static int fill_setup(struct nn_workload_run *run, struct nn_err *err)
{
	const uint8_t layer[4] = {NN_ORACLE_LAYER_RED, NN_ORACLE_LAYER_GREEN, NN_ORACLE_LAYER_BLUE,
				  NN_ORACLE_LAYER_ALPHA};
	const struct nn_workload *self = &nn_workload_graphics_fill_rate;
	unsigned int height = (unsigned int)nn_workload_u64(self, run, "height");
	struct fill_state *state = nn_calloc(1, sizeof(*state));
	struct nn_device_wish wish;
	int rc;

	run->state = state;
	state->layers = (unsigned int)nn_workload_u64(self, run, "layers");
	state->width = (unsigned int)nn_workload_u64(self, run, "width");
	state->nr_pixels = (size_t)state->width * height;
	state->pixels = nn_calloc(state->nr_pixels, 4);
	rc = nn_device_wish_read(self, run, &wish, err);
	if (rc)
		return rc;
	rc = nn_egl_new(&wish, run->sysroot, &state->egl, err);
	if (rc)
		return rc;
	nn_device_wish_report(&wish, nn_egl_device(state->egl), nn_egl_renderer(state->egl), run);
	rc = nn_gles_new(state->egl, state->width, height, &state->gles, err);
	if (rc)
		return rc;
	nn_gles_set_colour(state->gles, layer);
	return 0;
}

static int check_pixels(struct fill_state *state, struct nn_err *err)
{
	size_t at;
	int rc = nn_gles_read(state->gles, state->pixels, err);

	if (rc)
		return rc;
	if (!nn_oracle_blend_check(state->pixels, state->nr_pixels, state->layers, &at)) {
		const uint8_t *pixel = &state->pixels[4 * at];

		return nn_err_set(err, -EBADMSG,
				  "pixel (%zu, %zu) is (%u, %u, %u, %u) after %u layers",
				  at % state->width, at / state->width, pixel[0], pixel[1],
				  pixel[2], pixel[3], state->layers);
	}
	return 0;
}

static int fill_iterate(struct nn_workload_run *run, double *values, struct nn_err *err)
{
	struct fill_state *state = run->state;
	uint64_t begin_ns;
	uint64_t elapsed_ns;
	int rc;

	nn_gles_clear(state->gles);
	nn_gles_finish(state->gles);

	begin_ns = nn_clock_ns();
	nn_gles_draw_layers(state->gles, state->layers);
	nn_gles_finish(state->gles);
	elapsed_ns = nn_clock_ns() - begin_ns;

	rc = check_pixels(state, err);
	if (rc)
		return rc;
	/* pixels per ns are thousands of Mpixel per s */
	values[0] = 1e3 * nn_workload_rate(state->nr_pixels * state->layers, elapsed_ns);
	return 0;
}

static int fill_verify(struct nn_workload_run *run, struct nn_err *err)
{
	struct fill_state *state = run->state;
	int rc = check_pixels(state, err);

	if (rc)
		return rc;
	run->checksum = nn_fnv1a(NN_FNV_INIT, state->pixels, 4 * state->nr_pixels);
	return 0;
}

static void fill_teardown(struct nn_workload_run *run)
{
	struct fill_state *state = run->state;

	if (!state)
		return;
	nn_gles_free(state->gles);
	nn_egl_free(state->egl);
	free(state->pixels);
	free(state);
	run->state = NULL;
}

static const struct nn_setting fill_settings[] = {
	NN_DEVICE_CHOICE_SETTING,
	{
		.name = "height",
		.kind = NN_SETTING_U64,
		.default_text = "256",
		.help = "of the target in pixels; a real GPU needs thousands to be busy",
	},
	{
		.name = "layers",
		.kind = NN_SETTING_U64,
		.default_text = "8",
		.help = "blended over each other per iteration, 1 to 15",
	},
	{
		.name = "width",
		.kind = NN_SETTING_U64,
		.default_text = "256",
		.help = "of the target in pixels",
	},
	{.name = NULL},
};

static const struct nn_metric fill_metrics[] = {
	{
		.name = "fill_rate",
		.unit = "Mpixel/s",
		.direction = NN_HIGHER_IS_BETTER,
		.kind = NN_KIND_RATE,
	},
};

const struct nn_workload nn_workload_graphics_fill_rate = {
	.plugin =
		{
			.name = "graphics/fill-rate",
			.summary = "OpenGL ES: full-screen layers blended into memory",
			.settings = fill_settings,
		},
	.exposes =
		"large targets: a control, a difference means clocks or power limits; small ones: "
		"submission and the interrupt of the fence",
	.metrics = fill_metrics,
	.nr_metrics = NN_ARRAY_SIZE(fill_metrics),
	.default_iterations = 20,
	.default_warmup = 2,
	.probe = fill_probe,
	.setup = fill_setup,
	.iterate = fill_iterate,
	.verify = fill_verify,
	.teardown = fill_teardown,
};
