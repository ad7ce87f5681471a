/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which settings of a virtual machine are in effect. Each is looked for where it shows: in QEMU's
 * process, in libvirt's XML, in the kernel of the host, in what the agent found inside. See struct
 * nn_target_proof for what comes out.
 */
#ifndef NN_TARGET_VM_PROOF_H
#define NN_TARGET_VM_PROOF_H

#include "harness/base/sysfs.h"
#include "harness/target/target.h"
#include "harness/target/vm-pin.h"
#include "harness/target/vm-settings.h"

/* A VM that runs; all borrowed. */
struct nn_vm_subject {
	const struct nn_sysroot *sysroot; /* of the host */
	const char *boot;                 /* UUID */
	const struct nn_vm_settings *settings;
	const struct nn_vm_pins *pins;
	int node;                             /* that its memory is to be of, -1: any */
	const char *device;                   /* that was passed through, or NULL */
	const struct nn_name_list *functions; /* that go along with it, it too, or NULL */
	const struct nn_pairs *facts;         /* the agent's */
	const char *xml;                      /* libvirt's, or NULL when it did not say */
};

/** Look at everything; what cannot be seen comes out as unproved, never as an error. */
void nn_vm_prove(const struct nn_vm_subject *subject, struct nn_target_proof *ret_proof);

#endif
