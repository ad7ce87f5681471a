/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does KVM work here? Found out by running a guest of one instruction, because /dev/kvm may exist
 * and yet refuse, fail or hang (a container, a broken nested setup, disabled firmware).
 */
#ifndef NN_TARGET_KVM_PROBE_H
#define NN_TARGET_KVM_PROBE_H

#include <stdint.h>

#include "harness/base/err.h"

#define NN_KVM_PROBE_DEADLINE_NS (5ULL * 1000000000ULL)

/**
 * Create a VM with one vCPU and let it execute `hlt`, in a child that is killed when it hangs.
 * @deadline_ns: how long that may take (a duration).
 * Return: 0 when the vCPU halted; -ENOTSUP with the step that failed and why.
 * Source: Documentation/virt/kvm/api.rst
 */
int nn_kvm_probe(uint64_t deadline_ns, struct nn_err *err);

#endif
