/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attributes of one PCI function, by its address: what the files of this folder read sysfs with.
 * What is absent, empty or unreadable is NULL or -1; asking for it is no error.
 */
#ifndef NN_DEVICE_ATTRIBUTE_H
#define NN_DEVICE_ATTRIBUTE_H

#include <stdint.h>

#include "harness/base/sysfs.h"

#define NN_PCI_DEVICES  "/sys/bus/pci/devices"
#define NN_IOMMU_GROUPS "/sys/kernel/iommu_groups"

/** "/sys/bus/pci/devices/0000:01:00.0/NAME", of the caller's. */
char *nn_pci_path(const char *bdf, const char *name);

/** The text of an attribute, of the caller's, or NULL. */
char *nn_pci_text(const struct nn_sysroot *root, const char *bdf, const char *name);

/**
 * The same of an attribute that the kernel reads under the function's lock. A driver that does not
 * let go holds that for ever: after a second the text is as good as absent. It costs a process.
 */
char *nn_pci_locked_text(const struct nn_sysroot *root, const char *bdf, const char *name);

/** What a link of the function points to (its driver's or group's name), of the caller's, or NULL.
 */
char *nn_pci_link(const struct nn_sysroot *root, const char *bdf, const char *name);

/** A number, or -1. Locked: as of a text. */
int64_t nn_pci_number(const struct nn_sysroot *root, const char *bdf, const char *name);
int64_t nn_pci_locked_number(const struct nn_sysroot *root, const char *bdf, const char *name);

#endif
