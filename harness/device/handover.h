/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handing functions over to vfio-pci: which steps that takes, in their order, so that undoing them
 * backwards gives everything back.
 */
#ifndef NN_DEVICE_HANDOVER_H
#define NN_DEVICE_HANDOVER_H

#include "harness/device/binding.h"

/**
 * Plan to hand functions over: consoles and frame buffers let go of a display, the functions stay
 * awake, then each gets vfio-pci. A function whose driver is one of VFIO's already keeps it.
 * Whether they may be taken is for nn_device_passthrough_set() to say.
 * Source: Documentation/driver-api/vfio.rst, Documentation/power/pci.rst
 */
int nn_handover_plan(struct nn_binding *binding, const struct nn_name_list *bdfs,
		     struct nn_err *err);

#endif
