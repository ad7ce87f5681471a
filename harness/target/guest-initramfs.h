/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The initramfs of the guest image `host`: a static busybox, the kernel modules that reach the
 * root, and guest-init.sh. Uncompressed, because unpacking costs a slow guest more than reading.
 */
#ifndef NN_TARGET_GUEST_INITRAMFS_H
#define NN_TARGET_GUEST_INITRAMFS_H

#include "harness/base/err.h"
#include "harness/base/sysfs.h"

struct nn_guest_initramfs {
	const struct nn_sysroot *root; /* where /lib/modules is */
	const char *kernel_version;
	const char *busybox;                /* path, or NULL: found in PATH */
	const struct nn_name_list *modules; /* beside the virtual hardware's, or NULL */
};

/**
 * Write the archive to @path.
 * Return: 0, or -ENOENT when there is no static busybox or a module is missing, or -errno.
 */
int nn_guest_initramfs_write(const struct nn_guest_initramfs *spec, const char *path,
			     struct nn_err *err);

/** The path of a statically linked busybox, the caller's; -ENOENT says which package has one. */
int nn_guest_busybox_find(char **ret_path, struct nn_err *err);

#endif
