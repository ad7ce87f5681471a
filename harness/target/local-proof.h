/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which settings of a session on this machine are in effect, looked for in the agent's process and
 * in the kernel. See struct nn_target_proof for what comes out; what nobody asked for is not told.
 */
#ifndef NN_TARGET_LOCAL_PROOF_H
#define NN_TARGET_LOCAL_PROOF_H

#include <sys/types.h>

#include "harness/base/sysfs.h"
#include "harness/target/local-settings.h"

/* A session that runs; all borrowed. */
struct nn_local_subject {
	const struct nn_sysroot *sysroot;
	const struct nn_local_settings *settings;
	const char *cpus; /* that were chosen, a list, or NULL */
	const char *bdf;  /* the function under test, or "" */
	pid_t agent;
};

/** Look at everything; what cannot be seen comes out as unproved, never as an error. */
void nn_local_prove(const struct nn_local_subject *subject, struct nn_target_proof *ret_proof);

#endif
