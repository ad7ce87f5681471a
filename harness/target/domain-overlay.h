/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan's own XML, merged into a domain: for whatever no setting is for. Its root is <domain>.
 * Each element below is merged into the first element of the same name at the same place whose
 * attributes name, index, vcpu, iothread, policy, bus and dev have the same values, as far as the
 * overlay gives them; where there is none, or another one was merged into it, it is added, and so
 * is every argument of QEMU's.
 * Attributes and texts are overwritten. In the namespace NN_DOMAIN_METADATA_URI, do="add" adds
 * without looking, do="remove" removes.
 *
 * What keeps the VM apart and ours cannot be changed: its identity, its ends, the devices that are
 * handed over (they are journalled), the host's root.
 */
#ifndef NN_TARGET_DOMAIN_OVERLAY_H
#define NN_TARGET_DOMAIN_OVERLAY_H

#include "harness/base/err.h"

/**
 * Merge the file @path into *@xml, which is replaced by the caller's new text.
 * Return: 0, or -EINVAL that names the element and why; -errno for a file that cannot be read.
 */
int nn_domain_overlay(const char *path, char **xml, struct nn_err *err);

/**
 * Is all that the file @path asks for in the domain @xml, as libvirt made it out?
 * Return: 0 when it is, -ENOENT with the first element that is not, or as nn_domain_overlay().
 */
int nn_domain_overlay_find(const char *path, const char *xml, struct nn_err *err);

#endif
