/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a domain is about processors and memory: features, CPU, clock, where threads and memory
 * may be. Part of domain-xml.h, which see.
 */
#ifndef NN_TARGET_DOMAIN_CPU_H
#define NN_TARGET_DOMAIN_CPU_H

#include "harness/target/domain-xml.h"
#include "harness/target/xml-node.h"

/** <memory>, <memoryBacking>, <numatune>, <vcpu>, <iothreads> and <cputune>. */
void nn_domain_add_resources(xmlNode *root, const struct nn_domain *domain);

/** <features>, <cpu> and <clock>. */
void nn_domain_add_processor(xmlNode *root, const struct nn_domain *domain);

/** What libvirt has no element for, as arguments of QEMU's. */
void nn_domain_add_arguments(xmlNode *root, const struct nn_domain *domain);

#endif
