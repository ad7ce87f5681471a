/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One boot of one arm, from prepare to restore: internal to the runner. */
#ifndef NN_RUNNER_BOOT_H
#define NN_RUNNER_BOOT_H

#include "harness/runner/boot-state.h"

/**
 * Execute one boot and record how it ended.
 * Return: 0 when it is done; -EINTR when stopped; -EAGAIN when the boot failed (recorded, warned)
 * and may be repeated; other -errno when the campaign cannot go on (the store, a device that
 * cannot be given back).
 */
int nn_boot_execute(struct nn_runner *runner, const struct nn_boot_place *place,
		    struct nn_err *err);

#endif
