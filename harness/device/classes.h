/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which members of the kernel's classes (/sys/class/net, …/block) a PCI function provides. */
#ifndef NN_DEVICE_CLASSES_H
#define NN_DEVICE_CLASSES_H

#include "harness/base/err.h"
#include "harness/base/sysfs.h"

#define NN_BLOCK_CLASS "/sys/class/block"

/** Does a link such as /sys/class/net/eth0 lead through the function? */
bool nn_is_below_function(const struct nn_sysroot *root, const char *link, const char *bdf);

/** Append the members of the folder @class that the function provides. */
int nn_class_members(const struct nn_sysroot *root, const char *class, const char *bdf,
		     struct nn_name_list *ret_names, struct nn_err *err);

/**
 * Append the block devices of the function: disks, partitions, and all that is stacked on them
 * (dm, md, loop).
 */
int nn_function_blocks(const struct nn_sysroot *root, const char *bdf,
		       struct nn_name_list *ret_names, struct nn_err *err);

#endif
