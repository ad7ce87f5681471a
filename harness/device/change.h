/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes of the machine that are undone later: a driver, an attribute of the kernel, virtual
 * functions. Each kind of change knows how to read what there is, how to make what is wanted, and
 * how to come back, whatever state the machine is in by then: undoing twice, or what was never
 * done, is harmless. Kinds are const descriptors. Nothing here keeps a journal; that is binding.h,
 * through which all changes are made.
 *
 * Deadlines are instants of nn_clock_ns(); a kernel that does not answer costs no more than that.
 */
#ifndef NN_DEVICE_CHANGE_H
#define NN_DEVICE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/json.h"
#include "harness/base/sysfs.h"

#define NN_DRIVER_VFIO "vfio-pci"

struct nn_change_kind {
	const char *name; /* in the journals of databases: never renamed */
	/* False: the kernel forgets it, so that after a reboot there is nothing to undo. */
	bool outlives_reboot;

	/*
	 * Could it be a subject? A journal may be part of a database that somebody else made, and
	 * who undoes it is root: no subject may lead to what this kind never changes.
	 */
	bool (*is_subject)(const char *subject);
	/* What there is, for undo. @ret_before: a new reference. */
	int (*snapshot)(const struct nn_sysroot *root, const char *subject, json_t **ret_before,
			struct nn_err *err);
	/*
	 * Make what is wanted; 0 only when the kernel says that it is so. A failure may leave it
	 * half done: the caller undoes it.
	 */
	int (*apply)(const struct nn_sysroot *root, const char *subject, const char *wanted,
		     uint64_t deadline_ns, struct nn_err *err);
	/* Come back to @before; 0 only when it is so. Idempotent. */
	int (*undo)(const struct nn_sysroot *root, const char *subject, const json_t *before,
		    uint64_t deadline_ns, struct nn_err *err);
	/*
	 * Is the device away that the subject is, or is part of? Then there is nothing to undo:
	 * what comes in its place is as the kernel makes it. NULL: it is never away.
	 */
	bool (*is_gone)(const struct nn_sysroot *root, const char *subject);
	/* Append what @before says, for people: "driver nvme". */
	void (*describe)(const char *subject, const json_t *before, struct nn_strbuf *sb);
};

/* The driver of a PCI function. Subject: its address. Wanted: the driver, or "" for none. */
extern const struct nn_change_kind nn_change_driver;

/* An attribute of /sys or /proc. Subject: its path. Wanted: its text. */
extern const struct nn_change_kind nn_change_attribute;

/*
 * How many virtual functions a physical function has. Subject: the physical function's address.
 * Wanted: the number, and NN_CHANGE_PROBED where the drivers that match shall take them.
 * Source: Documentation/PCI/pci-iov-howto.rst
 */
#define NN_CHANGE_PROBED " probed"
extern const struct nn_change_kind nn_change_virtual_functions;

/*
 * The driver of a platform device, for the firmware's frame buffer, which holds on to a display.
 * Subject: "efi-framebuffer.0". Wanted: "" for none.
 */
extern const struct nn_change_kind nn_change_platform_driver;

/*
 * A control group (version 2) of our own. Subject: its folder. Wanted: lines "FILE VALUE", each
 * written to that file of it; its parent must hand on the controllers that this takes. Undoing it
 * ends whatever still runs in it.
 */
extern const struct nn_change_kind nn_change_cgroup;

/* A controller that a control group hands on. Subject: the group's folder and "cpuset". */
extern const struct nn_change_kind nn_change_cgroup_controller;

/* A mediated device. Subject: its UUID. Wanted: "PARENT TYPE". */
extern const struct nn_change_kind nn_change_mediated_device;

/* A folder of short-lived files. Subject: its path. It is there already; undoing it removes it. */
extern const struct nn_change_kind nn_change_scratch;

/** Is there no such name in @folder, where such things are? False where the folder is away too. */
bool nn_change_is_away(const struct nn_sysroot *root, const char *folder, const char *name);

/** The is_gone() of kinds whose subject is the address of a PCI function. */
bool nn_change_function_is_gone(const struct nn_sysroot *root, const char *bdf);

/** The kind of that name, or NULL. */
const struct nn_change_kind *nn_change_kind_find(const char *name);

#endif
