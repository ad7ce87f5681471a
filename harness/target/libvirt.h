/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the libvirt target offers beside its hooks: cleaning up after an orchestrator that died. */
#ifndef NN_TARGET_LIBVIRT_H
#define NN_TARGET_LIBVIRT_H

#include <stdbool.h>

#include "harness/base/err.h"

#define NN_LIBVIRT_DEFAULT_URI "qemu:///system"

/* Is a boot one of those whose leftovers are to go? */
struct nn_boot_filter {
	void *user;
	bool (*has)(void *user, const char *boot); /* UUID */
};

/**
 * End the VMs of boots that nobody looks after any more, so that the functions they hold can be
 * brought back: domains that carry our name prefix and our metadata element, and QEMU processes
 * with that name and its UUID that libvirt does not know, or whose libvirt does not answer. Others
 * are never touched.
 * @uri: NULL for the default. @ret_nr: how many there were; may be NULL.
 * Return: 0, or -EIO when one of them cannot be ended.
 */
int nn_libvirt_destroy_leftovers(const char *uri, const struct nn_boot_filter *filter,
				 unsigned int *ret_nr, struct nn_err *err);

/**
 * The second half of that: end the QEMU processes that carry a boot's name and UUID, whatever
 * libvirt knows. @nr is raised by how many there were.
 */
int nn_libvirt_end_processes(const struct nn_boot_filter *filter, unsigned int *nr,
			     struct nn_err *err);

#endif
