/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which module files a kernel needs for given modules, in the order in which to insert them, from
 * /lib/modules/VERSION/{modules.dep,modules.builtin}; and their content, decompressed.
 */
#ifndef NN_TARGET_KERNEL_MODULES_H
#define NN_TARGET_KERNEL_MODULES_H

#include <stdbool.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"
#include "harness/base/sysfs.h"

/**
 * Resolve the @nr modules @names and all that they depend on. Built-in ones need no file.
 * @ret_paths: files as on the machine ("/lib/modules/…/nvme.ko.xz"), each once, dependencies first.
 * Return: 0; -ENOENT when the kernel has no module folder or neither has nor contains one of them.
 */
int nn_kernel_modules_resolve(const struct nn_sysroot *root, const char *version,
			      const char *const *names, size_t nr, struct nn_name_list *ret_paths,
			      struct nn_err *err);

/** The content of a file, decompressed by xz, zstd or gzip when its name says so (.ko.xz …). */
int nn_file_load_unpacked(const struct nn_sysroot *root, const char *path,
			  struct nn_strbuf *ret_bytes, struct nn_err *err);

/** "nvme" of "/lib/modules/…/nvme.ko.xz", with '-' and '_' as in the file; the caller's. */
char *nn_kernel_module_name(const char *path);

/**
 * The version of a kernel image: from its boot header, else from a name "vmlinuz-VERSION", else
 * NULL. The caller's.
 * Source: Documentation/arch/x86/boot.rst, kernel_version
 */
char *nn_kernel_image_version(const char *path);

/**
 * Can UEFI start a kernel image: has it an EFI stub? False also when it cannot be read.
 * Source: Documentation/admin-guide/efi-stub.rst; an image with one begins as PE files do
 */
bool nn_kernel_image_is_efi(const char *path);

#endif
