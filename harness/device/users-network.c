/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#include "harness/base/units.h"
#include "harness/device/attribute.h"
#include "harness/device/classes.h"
#include "harness/device/proc-lines.h"
#include "harness/device/users-kinds.h"

#define NET_CLASS "/sys/class/net"

/* Append the bridges, bonds and VLANs above the listed interfaces, and those above them. */
static int add_upper(const struct nn_user_search *search, struct nn_name_list *names,
		     struct nn_err *err)
{
	for (size_t i = 0; i < names->nr; i++) {
		NN_AUTO(free) char *self = nn_asprintf(NET_CLASS "/%s", names->names[i]);
		NN_AUTO(name_list) struct nn_name_list entries = {0};
		int rc = nn_sysfs_list(search->root, self, &entries, err);

		if (rc)
			return rc;
		for (size_t j = 0; j < entries.nr; j++) {
			if (strncmp(entries.names[j], "upper_", 6) == 0)
				(void)nn_name_list_add_once(names, entries.names[j] + 6);
		}
	}
	return 0;
}

static bool is_listed(const struct nn_user_search *search, const char *interface)
{
	return nn_user_is_listed(search, NN_USER_NETWORK, interface);
}

/* The first route of an interface tells enough. */
static void add_route(const struct nn_user_search *search, const char *interface,
		      const char *family, const char *destination)
{
	if (is_listed(search, interface))
		return;
	if (destination)
		nn_user_add(search, NN_USER_NETWORK, true, interface,
			    "the %sroute to %s leads through '%s'", family, destination, interface);
	else
		nn_user_add(search, NN_USER_NETWORK, true, interface,
			    "the %sdefault route leads through '%s'", family, interface);
}

/* A word of /proc/net/route: the address as a number of this machine's byte order. */
static bool parse_hex32(const char *word, uint32_t *ret_value)
{
	NN_AUTO(free) char *number = nn_asprintf("0x%s", word);
	uint64_t value;

	if (nn_parse_u64(number, &value, NULL) || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

/* "eth0 0002A8C0 00000000 0001 0 0 100 00FFFFFF …": interface, destination, …, mask */
static void look_at_route4(const struct nn_user_search *search, char *line,
			   const struct nn_name_list *names, bool wants_default)
{
	char *rest = line;
	const char *interface = nn_take_field(&rest);
	const char *destination = nn_take_field(&rest);
	const char *mask = nn_skip_fields(&rest, 5);
	char text[INET_ADDRSTRLEN];
	char route[INET_ADDRSTRLEN + 4];
	struct in_addr address;
	uint32_t bits;

	if (!mask || !nn_name_list_has(names, interface) ||
	    !parse_hex32(destination, &address.s_addr) || !parse_hex32(mask, &bits) ||
	    wants_default != (!address.s_addr && !bits))
		return;
	(void)inet_ntop(AF_INET, &address, text, sizeof(text));
	(void)snprintf(route, sizeof(route), "%s/%d", text, __builtin_popcount(bits));
	add_route(search, interface, "", wants_default ? NULL : route);
}

/* 32 hexadecimal digits. */
static bool parse_address6(const char *digits, struct in6_addr *ret_address)
{
	if (strlen(digits) != 32)
		return false;
	for (size_t i = 0; i < sizeof(ret_address->s6_addr); i++) {
		const char byte[] = {'0', 'x', digits[2 * i], digits[2 * i + 1], '\0'};
		uint64_t value;

		if (nn_parse_u64(byte, &value, NULL))
			return false;
		ret_address->s6_addr[i] = (uint8_t)value;
	}
	return true;
}

/*
 * "DESTINATION(32) LEN SOURCE(32) LEN NEXT(32) METRIC REFCNT USE FLAGS INTERFACE". Every interface
 * that is up has link-local and multicast routes: they lead nowhere that anybody asked for.
 */
static void look_at_route6(const struct nn_user_search *search, char *line,
			   const struct nn_name_list *names, bool wants_default)
{
	char *rest = line;
	const char *destination = nn_take_field(&rest);
	const char *prefix_len = nn_take_field(&rest);
	const char *interface = nn_skip_fields(&rest, 7);
	char text[INET6_ADDRSTRLEN];
	char route[INET6_ADDRSTRLEN + 5];
	struct in6_addr address;
	uint32_t bits;

	if (!interface || !nn_name_list_has(names, interface) ||
	    !parse_address6(destination, &address) || !parse_hex32(prefix_len, &bits) ||
	    bits > 128 || IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MULTICAST(&address) ||
	    wants_default != (IN6_IS_ADDR_UNSPECIFIED(&address) && !bits))
		return;
	(void)inet_ntop(AF_INET6, &address, text, sizeof(text));
	(void)snprintf(route, sizeof(route), "%s/%u", text, bits);
	add_route(search, interface, "IPv6 ", wants_default ? NULL : route);
}

/* Default routes first: they are what is missed most. */
static void each_route(const struct nn_user_search *search, const char *path,
		       void (*look)(const struct nn_user_search *search, char *line,
				    const struct nn_name_list *names, bool wants_default),
		       const struct nn_name_list *names, bool wants_default)
{
	NN_AUTO(free) char *text = nn_sysfs_text(search->root, path);
	char *rest = text;

	while (rest)
		look(search, strsep(&rest, "\n"), names, wants_default);
}

/* An address may come without a route; only the running kernel tells. */
static void look_for_addresses(const struct nn_user_search *search,
			       const struct nn_name_list *names)
{
	struct ifaddrs *all = NULL;

	if (search->root->prefix[0] || getifaddrs(&all))
		return;
	for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
		if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET &&
		    nn_name_list_has(names, a->ifa_name) && !is_listed(search, a->ifa_name))
			nn_user_add(search, NN_USER_NETWORK, true, a->ifa_name,
				    "'%s' has an IPv4 address", a->ifa_name);
	}
	freeifaddrs(all);
}

/* What feeds others forbids; what is up and carries nothing is worth a remark. */
static int look_at_state(const struct nn_user_search *search, const char *interface,
			 struct nn_err *err)
{
	NN_AUTO(free) char *self = nn_asprintf(NET_CLASS "/%s", interface);
	NN_AUTO(free) char *path = nn_asprintf("%s/flags", self);
	NN_AUTO(name_list) struct nn_name_list entries = {0};
	uint64_t flags = 0;
	int rc = nn_sysfs_list(search->root, self, &entries, err);

	for (size_t i = 0; i < entries.nr; i++) {
		if (strncmp(entries.names[i], "upper_", 6) == 0 && !is_listed(search, interface))
			nn_user_add(search, NN_USER_NETWORK, true, interface,
				    "'%s' is a part of '%s'", interface, entries.names[i] + 6);
	}
	(void)nn_sysfs_read_u64(search->root, path, &flags, NULL); /* stays 0 */
	if (flags & IFF_UP && !is_listed(search, interface))
		nn_user_add(search, NN_USER_NETWORK, false, interface,
			    "'%s' is up, without an address or a route", interface);
	return rc;
}

/*
 * An interface in another network namespace does not show here, but the folder that its driver put
 * it in does: empty. Virtio has it one level further down.
 */
static void look_elsewhere(const struct nn_user_search *search)
{
	NN_AUTO(free) char *self = nn_asprintf(NN_PCI_DEVICES "/%s", search->bdf);
	NN_AUTO(name_list) struct nn_name_list below = {0};

	(void)nn_sysfs_list(search->root, self, &below, NULL); /* stays empty */
	(void)nn_name_list_add_once(&below, ".");
	for (size_t i = 0; i < below.nr; i++) {
		NN_AUTO(free) char *folder = nn_asprintf("%s/%s/net", self, below.names[i]);
		NN_AUTO(name_list) struct nn_name_list interfaces = {0};

		if (strcmp(below.names[i], ".") != 0 && strncmp(below.names[i], "virtio", 6) != 0)
			continue;
		if (!nn_sysfs_exists(search->root, folder) ||
		    nn_sysfs_list(search->root, folder, &interfaces, NULL) || interfaces.nr)
			continue;
		nn_user_add(search, NN_USER_NETWORK, true, folder,
			    "another network namespace has its interface");
	}
}

int nn_users_network(const struct nn_user_search *search, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	int rc = nn_class_members(search->root, NET_CLASS, search->bdf, &names, err);
	size_t nr_own = names.nr;

	if (!rc)
		rc = add_upper(search, &names, err);
	if (rc)
		return rc;
	look_elsewhere(search);
	for (int is_default = 1; is_default >= 0; is_default--) {
		each_route(search, "/proc/net/route", look_at_route4, &names, is_default);
		each_route(search, "/proc/net/ipv6_route", look_at_route6, &names, is_default);
	}
	look_for_addresses(search, &names);
	for (size_t i = 0; !rc && i < nr_own; i++)
		rc = look_at_state(search, names.names[i], err);
	return rc;
}
