/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies beneath this system, from the CPUID leaves that hypervisors leave and from DMI. The
 * judgement is pure, so that each case can be tested without the machine it is about.
 */
#ifndef NN_COLLECTORS_FACTS_HYPERVISOR_H
#define NN_COLLECTORS_FACTS_HYPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/strbuf.h"

#define NN_HYPERVISOR_TEXT_CAP 64

struct nn_hypervisor_signs {
	bool has_cpuid;        /* false: the CPU could not be asked (a recorded tree) */
	bool is_guest;         /* CPUID.1:ECX[31] */
	char signature[13];    /* CPUID.40000000h EBX ECX EDX, "" when not a guest */
	char nested[13];       /* that of leaf 40000100h, where KVM stands behind Hyper-V's */
	bool has_kvm;          /* KVM's leaf is there: */
	uint32_t kvm_features; /* its EAX */
	uint32_t kvm_hints;    /* its EDX */
	const char *vendor;    /* DMI system vendor, or NULL */
};

/** The names of what KVM offers, as QEMU's CPU features without "kvm-", or "none". */
void nn_hypervisor_features(const struct nn_hypervisor_signs *signs, struct nn_strbuf *ret_names);

/** What KVM recommends: "dedicated" (vCPUs have CPUs of their own), or "none". */
const char *nn_hypervisor_hints(const struct nn_hypervisor_signs *signs);

/** "KVMKVMKVM", "Microsoft Hv + KVMKVMKVM", "none", "unnamed", or NULL when nothing is known. */
const char *nn_hypervisor_name(const struct nn_hypervisor_signs *signs,
			       char ret_text[NN_HYPERVISOR_TEXT_CAP]);

/**
 * Is the machine emulated in software, as far as can be told from inside?
 * A guest of KVM that itself runs under emulation (the lab's L2) cannot know: the host's facts say
 * it.
 * Return: why ("TCG signature …"), or NULL.
 */
const char *nn_hypervisor_emulation(const struct nn_hypervisor_signs *signs);

#endif
