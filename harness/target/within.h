/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A deadline for calls of a library that has none: libvirt waits for its daemon, which waits for a
 * driver, which may wait for ever. The call runs in a thread of its own; when it does not come back
 * in time, thread and argument are left to each other.
 */
#ifndef NN_TARGET_WITHIN_H
#define NN_TARGET_WITHIN_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Run @call(@arg) for at most @allowed_ns.
 * Return: true when it is done; false when it was left behind, or could not be started: then @arg
 * may be used for ever and must never be freed.
 */
bool nn_run_within(uint64_t allowed_ns, void (*call)(void *arg), void *arg);

#endif
