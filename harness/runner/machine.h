/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The computer that a campaign runs on: what identifies it in the store. */
#ifndef NN_RUNNER_MACHINE_H
#define NN_RUNNER_MACHINE_H

#include "harness/base/sysfs.h"
#include "harness/base/hash.h"

struct nn_machine {
	char fingerprint[NN_SHA256_HEX_CAP];
	char *description; /* or NULL */
	bool is_emulated;
};

/** Hash DMI (board, product, firmware), CPU model; serial numbers are left alone. */
void nn_machine_read(const struct nn_sysroot *sysroot, struct nn_machine *ret_machine);
void nn_machine_release(struct nn_machine *machine);

#endif
