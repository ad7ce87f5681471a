/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An OpenGL ES 3 context without a window system: through an EGL device chosen by its PCI address,
 * else on Mesa's surfaceless platform. The libraries are opened at run time. The context is current
 * in the thread that made it, which is the only one to use it.
 */
#ifndef NN_WORKLOADS_COMMON_EGL_H
#define NN_WORKLOADS_COMMON_EGL_H

#include "workloads/common/device-choice.h"

struct nn_egl;

/** Is there a device that may fit? -EOPNOTSUPP with the reason when not. Makes no context. */
int nn_egl_probe(const struct nn_device_wish *wish, const struct nn_sysroot *root,
		 struct nn_err *err);

/**
 * Make a context on the device that fits best. Mesa falls back to software without a word, so the
 * renderer's name decides what was got. -EOPNOTSUPP when nothing fits.
 */
int nn_egl_new(const struct nn_device_wish *wish, const struct nn_sysroot *root,
	       struct nn_egl **ret_egl, struct nn_err *err);
void nn_egl_free(struct nn_egl *egl);

/** What was got, for nn_device_wish_report(). */
const struct nn_device_candidate *nn_egl_device(const struct nn_egl *egl);
const char *nn_egl_renderer(const struct nn_egl *egl);

/** The address of a GLES function, or NULL. */
void *nn_egl_function(const struct nn_egl *egl, const char *name);

/** Is it the name of a renderer that runs on the CPU? A virtual GPU's name (virgl) is not. */
bool nn_egl_is_software_name(const char *renderer);

/** The PCI address of the GPU behind a node of /dev/dri, or "" when it is on no PCI bus. */
void nn_egl_node_bdf(const struct nn_sysroot *root, const char *node, char ret_bdf[NN_BDF_CAP]);

/** Does the blank-separated list of extensions hold @name as a whole word? */
bool nn_egl_has_extension(const char *extensions, const char *name);

#endif
