/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a struct nn_device that take some reading; for nn_device_read(). Each fills its
 * members of a device whose address is set, and finds nothing wrong: what is odd is absent. */
#ifndef NN_DEVICE_PARTS_H
#define NN_DEVICE_PARTS_H

#include "harness/device/device.h"

/** The bridges above it. */
void nn_device_read_path(const struct nn_sysroot *root, struct nn_device *device);

/** BARs and expansion ROM. */
void nn_device_read_resources(const struct nn_sysroot *root, struct nn_device *device);

/** How it can be reset. */
void nn_device_read_reset(const struct nn_sysroot *root, struct nn_device *device);

/** Virtual functions and mediated devices. */
void nn_device_read_sharing(const struct nn_sysroot *root, struct nn_device *device);

#endif
