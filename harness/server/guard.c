/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/server/guard.h"

#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "harness/base/array.h"

struct nn_visitor {
	int fd;
	struct in6_addr address; /* IPv4 mapped into IPv6 */
	uint64_t since_ns;
	bool is_known;
	bool is_shown_out;
};

/* Who comes from anywhere but IP shares the address zero. */
static struct in6_addr address_of(const struct sockaddr *address)
{
	struct in6_addr mapped = {0};

	if (address && address->sa_family == AF_INET) {
		memset(&mapped.s6_addr[10], 0xff, 2);
		memcpy(&mapped.s6_addr[12],
		       &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	} else if (address && address->sa_family == AF_INET6) {
		mapped = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	}
	return mapped;
}

static bool is_stranger(const struct nn_visitor *visitor)
{
	return !visitor->is_known && !visitor->is_shown_out;
}

/* Strangers from @address, or from anywhere (NULL). @ret_oldest: who came first of them, or NULL.
 */
static size_t count_strangers(const struct nn_guard *guard, const struct in6_addr *address,
			      struct nn_visitor **ret_oldest)
{
	size_t nr = 0;

	*ret_oldest = NULL;
	for (size_t i = 0; i < guard->nr; i++) {
		struct nn_visitor *visitor = guard->visitors[i];

		if (!is_stranger(visitor) ||
		    (address && memcmp(address, &visitor->address, sizeof(*address)) != 0))
			continue;
		if (!nr++)
			*ret_oldest = visitor;
	}
	return nr;
}

static void show_out(struct nn_visitor *visitor)
{
	visitor->is_shown_out = true;
	(void)shutdown(visitor->fd, SHUT_RDWR); /* fails only when the peer has gone already */
}

void nn_guard_release(struct nn_guard *guard)
{
	free(guard->visitors);
	*guard = (struct nn_guard){0};
}

struct nn_visitor *nn_guard_enter(struct nn_guard *guard, int fd, const struct sockaddr *address,
				  uint64_t now_ns)
{
	struct nn_visitor *visitor = nn_calloc(1, sizeof(*visitor));
	struct nn_visitor *oldest;

	visitor->fd = fd;
	visitor->address = address_of(address);
	visitor->since_ns = now_ns;
	if (count_strangers(guard, &visitor->address, &oldest) >= NN_GUARD_OF_ONE_ADDRESS_MAX ||
	    count_strangers(guard, NULL, &oldest) >= NN_GUARD_STRANGERS_MAX)
		show_out(oldest);
	*NN_ARRAY_APPEND(guard->visitors, guard->nr, guard->cap) = visitor;
	return visitor;
}

void nn_guard_leave(struct nn_guard *guard, struct nn_visitor *visitor)
{
	for (size_t i = 0; i < guard->nr; i++) {
		if (guard->visitors[i] != visitor)
			continue;
		guard->nr--;
		memmove(&guard->visitors[i], &guard->visitors[i + 1],
			(guard->nr - i) * sizeof(*guard->visitors));
		break;
	}
	free(visitor);
}

void nn_guard_know(struct nn_visitor *visitor)
{
	visitor->is_known = true;
}

void nn_guard_forget_all(struct nn_guard *guard, uint64_t now_ns)
{
	for (size_t i = 0; i < guard->nr; i++) {
		guard->visitors[i]->is_known = false;
		guard->visitors[i]->since_ns = now_ns;
	}
}

void nn_guard_sweep(struct nn_guard *guard, uint64_t now_ns)
{
	for (size_t i = 0; i < guard->nr; i++) {
		struct nn_visitor *visitor = guard->visitors[i];

		if (is_stranger(visitor) && now_ns - visitor->since_ns >= NN_GUARD_STAY_NS)
			show_out(visitor);
	}
}
