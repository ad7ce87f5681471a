/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mediated devices: what drivers of this host offer to make. A parent is mostly a PCI function, but
 * need not be. Read only; making one is a change (change.h). All strings are the structs' own.
 */
#ifndef NN_DEVICE_MEDIATED_H
#define NN_DEVICE_MEDIATED_H

#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"

#define NN_MDEV_DEVICES "/sys/bus/mdev/devices"
#define NN_MDEV_PARENTS "/sys/class/mdev_bus"
#define NN_MDEV_API     "vfio-pci" /* of types that are PCI devices in a guest */

struct nn_mdev_type {
	char *id;             /* "i915-GVTg_V5_4" */
	char *name;           /* for people, or NULL */
	char *api;            /* "vfio-pci", or NULL */
	int64_t nr_available; /* -1: not known */
};

struct nn_mdev_types {
	struct nn_mdev_type *items; /* by id */
	size_t nr;
};

void nn_mdev_types_release(struct nn_mdev_types *types);
NN_AUTO_DEFINE(mdev_types, struct nn_mdev_types, nn_mdev_types_release(p))

/** What @parent offers; nothing when it is none. */
void nn_mdev_types_read(const struct nn_sysroot *root, const char *parent,
			struct nn_mdev_types *ret_types);

/** The type with an id, or NULL. */
const struct nn_mdev_type *nn_mdev_types_find(const struct nn_mdev_types *types, const char *id);

struct nn_mdev_parent {
	char *name; /* "0000:00:02.0", "mtty" */
	struct nn_mdev_types types;
};

struct nn_mdev_parents {
	struct nn_mdev_parent *items; /* by name */
	size_t nr;
	size_t cap;
};

void nn_mdev_parents_release(struct nn_mdev_parents *parents);
NN_AUTO_DEFINE(mdev_parents, struct nn_mdev_parents, nn_mdev_parents_release(p))

/** All parents of this host; none where no driver offers any. */
int nn_mdev_parents_read(const struct nn_sysroot *root, struct nn_mdev_parents *ret_parents,
			 struct nn_err *err);

#endif
