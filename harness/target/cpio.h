/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An archive in cpio's "newc" form, the one that Linux unpacks as its initramfs. Entries belong to
 * root and carry no times, so that the same content is the same bytes. Finish with nn_cpio_end().
 * Source: Documentation/driver-api/early-userspace/buffer-format.rst
 */
#ifndef NN_TARGET_CPIO_H
#define NN_TARGET_CPIO_H

#include <stdint.h>

#include "harness/base/strbuf.h"

struct nn_cpio {
	struct nn_strbuf archive;
	uint32_t nr_entries;
};

void nn_cpio_release(struct nn_cpio *cpio);
NN_AUTO_DEFINE(cpio, struct nn_cpio, nn_cpio_release(p))

/* @path is relative ("bin/busybox"); folders must be added before what they hold. */
void nn_cpio_add_folder(struct nn_cpio *cpio, const char *path);
void nn_cpio_add_file(struct nn_cpio *cpio, const char *path, unsigned int mode, const void *bytes,
		      size_t len);
void nn_cpio_add_link(struct nn_cpio *cpio, const char *path, const char *target);
void nn_cpio_add_char_device(struct nn_cpio *cpio, const char *path, unsigned int major,
			     unsigned int minor);

/** Write the trailer; nothing may be added afterwards. */
void nn_cpio_end(struct nn_cpio *cpio);

#endif
