/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an authenticated message to its hook and back: JSON in, HTTP status and JSON out. Knows
 * nothing of sockets, so that every hostile body can be tried without one.
 */
#ifndef NN_SERVER_DISPATCH_H
#define NN_SERVER_DISPATCH_H

#include <jansson.h>

#include "harness/server/server.h"

/** The longest body that a message of this name may have; 0 when there is no such message. */
size_t nn_dispatch_max_bytes(const char *verb);

/**
 * Decode the message @verb in @body and hand it to its hook.
 * @ret_answer: a new reference; {"error": …} unless the status is 200.
 * Return: 200; 400 for a wrong message; 404 for an unknown @verb; 500 when the hook failed.
 */
unsigned int nn_dispatch(const struct nn_server_hooks *hooks, const char *verb, const char *body,
			 size_t len, uint64_t arrived_ns, json_t **ret_answer);

/** {"error": @message}, a new reference. */
json_t *nn_dispatch_error(const char *message);

#endif
