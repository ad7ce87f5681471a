/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/server/listen.h"

#include <errno.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "harness/base/cleanup.h"

#define LISTEN_BACKLOG 128 /* a crowd at the door does not keep the agent from it */

/* Both families in one, as bind(2) and getsockname(2) take them. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct parsed {
	union address address;
	socklen_t len;
	bool is_loopback;
	bool is_wildcard;
};

static int address_parse(const char *text, uint16_t port, struct parsed *ret_parsed,
			 struct nn_err *err)
{
	struct parsed parsed = {0};
	struct sockaddr_in *v4 = &parsed.address.v4;
	struct sockaddr_in6 *v6 = &parsed.address.v6;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		parsed.len = sizeof(*v4);
		parsed.is_loopback = ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
		parsed.is_wildcard = v4->sin_addr.s_addr == htonl(INADDR_ANY);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		parsed.len = sizeof(*v6);
		parsed.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
		parsed.is_wildcard = IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
	} else {
		return nn_err_set(err, -EINVAL,
				  "listen on '%s': not a numeric IPv4 or IPv6 address", text);
	}
	if (parsed.is_wildcard)
		return nn_err_set(err, -EINVAL,
				  "listen on '%s': agents need one address that they can call",
				  text);
	*ret_parsed = parsed;
	return 0;
}

int nn_listen_open(const char *address, uint16_t port, struct nn_listen *ret_listen,
		   struct nn_err *err)
{
	struct parsed parsed;
	union address bound = {0};
	socklen_t bound_len = sizeof(bound);
	NN_AUTO(fd) int fd = -1;
	int one = 1;
	int rc = address_parse(address, port, &parsed, err);

	if (rc)
		return rc;
	fd = socket(parsed.address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return nn_err_errno(err, errno, "listen on '%s'", address);
	/* A resumed campaign may want its port back while old connections still linger. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &parsed.address.any, parsed.len) || listen(fd, LISTEN_BACKLOG) ||
	    getsockname(fd, &bound.any, &bound_len))
		return nn_err_errno(err, errno, "listen on '%s' port %u", address, port);

	bool is_ipv6 = bound.any.sa_family == AF_INET6;

	*ret_listen = (struct nn_listen){
		.fd = NN_STEAL_FD(fd),
		.port = ntohs(is_ipv6 ? bound.v6.sin6_port : bound.v4.sin_port),
		.is_ipv6 = is_ipv6,
		.is_loopback = parsed.is_loopback,
	};
	return 0;
}
