/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people call a PCI function, from the system's pci.ids through libpci. Apart from device.h so
 * that the agent, which needs no names, does not link libpci.
 */
#ifndef NN_DEVICE_NAMES_H
#define NN_DEVICE_NAMES_H

#include "harness/device/device.h"

/**
 * Fill @vendor_name, @device_name and @class_name; they stay NULL where pci.ids is missing or has
 * no entry.
 */
void nn_device_name_lookup(struct nn_device *device);

/** The same for several, reading pci.ids (a megabyte of text) once. */
void nn_device_names_lookup(struct nn_device *devices, size_t nr);

#endif
