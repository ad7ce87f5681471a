/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the libvirt target offers beside its hooks: cleaning up after an orchestrator that died. */
#ifndef NN_TARGET_LIBVIRT_H
#define NN_TARGET_LIBVIRT_H

#include "harness/base/err.h"

#define NN_LIBVIRT_DEFAULT_URI "qemu:///system"

/**
 * Destroy the domains that carry our name prefix and our metadata element, so that the functions
 * they hold can be brought back. Others are never touched.
 * @uri: NULL for the default. @ret_nr: how many there were; may be NULL.
 * Return: 0, also where no libvirt answers: then there is nothing to ask; -EIO when one of them
 * cannot be destroyed.
 */
int nn_libvirt_destroy_leftovers(const char *uri, unsigned int *ret_nr, struct nn_err *err);

#endif
