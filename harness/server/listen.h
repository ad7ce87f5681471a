/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listening socket, opened here and not by libmicrohttpd, which would lose the reason why not.
 */
#ifndef NN_SERVER_LISTEN_H
#define NN_SERVER_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"

struct nn_listen {
	int fd; /* the caller closes it */
	uint16_t port;
	bool is_ipv6;
	bool is_loopback;
};

/**
 * Listen on @address, a numeric IPv4 or IPv6 address of this machine.
 * @port: 0 for any.
 * Return: 0, or -EINVAL for no or a wildcard address (agents could not call it), or -errno.
 */
int nn_listen_open(const char *address, uint16_t port, struct nn_listen *ret_listen,
		   struct nn_err *err);

#endif
