/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The collectors of the machine that owns the device, run by the orchestrator beside every boot.
 * They go straight to the store; what cannot be stored or collected never ends a boot.
 */
#ifndef NN_RUNNER_HOST_SIDE_H
#define NN_RUNNER_HOST_SIDE_H

#include <stdint.h>

#include "harness/runner/runner.h"
#include "harness/target/target.h"

struct nn_host_side;

/** @params is borrowed. */
struct nn_host_side *nn_host_side_new(const struct nn_runner_params *params, int64_t boot);
void nn_host_side_free(struct nn_host_side *host);

/** Begin: facts are collected now, when the devices are bound as the arm has them. */
void nn_host_side_start(struct nn_host_side *host, const struct nn_target_boot *boot);

/** Store telemetry and events since the last call as belonging to @run. */
void nn_host_side_after_run(struct nn_host_side *host, int64_t run);

/** Store what is left; accepts a side that was never started. */
void nn_host_side_stop(struct nn_host_side *host);

#endif
