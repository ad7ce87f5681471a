/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawing with OpenGL ES 3 on the context of a struct nn_egl, into memory instead of a window: an
 * RGBA8 target and one program that covers all of it with a colour, blended additively. Draws only
 * enqueue; nn_gles_finish() waits.
 */
#ifndef NN_WORKLOADS_COMMON_GLES_H
#define NN_WORKLOADS_COMMON_GLES_H

#include <stdint.h>

#include "workloads/common/egl.h"

struct nn_gles;

/** Make a target of @width × @height pixels and the program. @egl is borrowed and must outlive. */
int nn_gles_new(const struct nn_egl *egl, unsigned int width, unsigned int height,
		struct nn_gles **ret_gles, struct nn_err *err);
void nn_gles_free(struct nn_gles *gles);

/** The colour of each layer, in units of 1/255. */
void nn_gles_set_colour(struct nn_gles *gles, const uint8_t rgba[4]);

/** Make the target black and transparent. */
void nn_gles_clear(struct nn_gles *gles);

/** Add the colour to every pixel @layers times, one draw each. */
void nn_gles_draw_layers(struct nn_gles *gles, unsigned int layers);

/** Wait until all has been drawn. */
void nn_gles_finish(struct nn_gles *gles);

/** The target's pixels, 4 bytes each; -EIO when any call since the last check has failed. */
int nn_gles_read(struct nn_gles *gles, uint8_t *ret_rgba, struct nn_err *err);

#endif
