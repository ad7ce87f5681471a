/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What makes the figures of a run worthless although it went well: a processor that throttled, a
 * bus error, a DMA fault, a device that was reset meanwhile. Instruments prove it, nobody guesses
 * it from the figures. Such a run is flagged, counted, and repeated. Reference statistics §2.10.
 */
#ifndef NN_RUNNER_DISTURBANCE_H
#define NN_RUNNER_DISTURBANCE_H

#include "harness/store/store.h"

/**
 * Look at the events that are stored of a run.
 * @ret_why: the first that disturbs it, "throttle: processors throttled 3 times…", the caller's;
 * NULL when none does.
 */
int nn_disturbance_find(struct nn_store *store, int64_t run, char **ret_why, struct nn_err *err);

#endif
