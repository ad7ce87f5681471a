/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is at the door: every connection of a server, and which of them have shown the boot's token.
 * Those who have not are few, from each address fewer, and do not stay: whoever comes too many
 * shows out the one that has waited longest, so that the agent, who shows its token at once, finds
 * room whatever others do, also from its own address. To show out is to shut the socket down; its
 * owner, the HTTP library, sees the end and closes it.
 */
#ifndef NN_SERVER_GUARD_H
#define NN_SERVER_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "harness/base/clock.h"

#define NN_GUARD_STRANGERS_MAX      128
#define NN_GUARD_OF_ONE_ADDRESS_MAX 64
#define NN_GUARD_STAY_NS            (30 * NN_NS_PER_S)

struct nn_visitor;

struct nn_guard {
	struct nn_visitor **visitors; /* by arrival, or by when they were forgotten */
	size_t nr;
	size_t cap;
};

/** Everyone must have left. */
void nn_guard_release(struct nn_guard *guard);

/**
 * A connection from @address begins: a stranger.
 * @fd: borrowed until it leaves.
 * Return: the guard's, until nn_guard_leave().
 */
struct nn_visitor *nn_guard_enter(struct nn_guard *guard, int fd, const struct sockaddr *address,
				  uint64_t now_ns);
/** The connection is at its end. */
void nn_guard_leave(struct nn_guard *guard, struct nn_visitor *visitor);

/** It has shown the token, and may stay. */
void nn_guard_know(struct nn_visitor *visitor);
/** The token is another one from now on: all are strangers, as if they had just come. */
void nn_guard_forget_all(struct nn_guard *guard, uint64_t now_ns);
/** Show out strangers who have been here for long, however busy they look. */
void nn_guard_sweep(struct nn_guard *guard, uint64_t now_ns);

#endif
