/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the agent of the boot in progress says, and what it is answered: internal to the runner.
 */
#ifndef NN_RUNNER_CONVERSATION_H
#define NN_RUNNER_CONVERSATION_H

#include "harness/runner/boot-state.h"

/** Hooks for the server; @user is the struct nn_runner. */
void nn_conversation_hooks(struct nn_runner *runner, struct nn_server_hooks *ret_hooks);

/**
 * Serve the agent until it has been told to stop.
 * Return: 0; -EINTR when stopped; -ETIMEDOUT when the agent is silent beyond its deadline; -errno
 * when its system ended by itself, or of the first failure of ours while we answered it.
 */
int nn_conversation_serve(struct nn_boot *boot, struct nn_err *err);

/** Once the system is down: say how many refused requests were not told one by one. */
void nn_conversation_end(const struct nn_boot *boot);

#endif
