/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/users.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/device/attribute.h"
#include "harness/device/classes.h"
#include "harness/device/device.h"
#include "harness/device/users-kinds.h"

/* How long a process may go on looking at a device that just came, and how often we look. */
#define LET_GO_NS (2 * NN_NS_PER_S)
#define POLL_NS   (100 * NN_NS_PER_MS)

const char *nn_user_kind_name(enum nn_user_kind kind)
{
	static const char *const names[] = {
		[NN_USER_STORAGE] = "storage", [NN_USER_NETWORK] = "network",
		[NN_USER_DISPLAY] = "display", [NN_USER_CONSOLE] = "console",
		[NN_USER_INPUT] = "input",     [NN_USER_FUNCTIONS] = "functions",
		[NN_USER_PROCESS] = "process",
	};

	return names[kind];
}

void nn_device_users_release(struct nn_device_users *users)
{
	for (size_t i = 0; i < users->nr; i++) {
		free(users->items[i].what);
		free(users->items[i].detail);
		free(users->items[i].comm);
	}
	free(users->items);
	*users = (struct nn_device_users){0};
}

void nn_user_add(const struct nn_user_search *search, enum nn_user_kind kind, bool forbids,
		 const char *what, const char *fmt, ...)
{
	struct nn_device_users *users = search->users;
	NN_AUTO(strbuf) struct nn_strbuf detail = NN_STRBUF_INIT;
	va_list args;

	va_start(args, fmt);
	nn_strbuf_vaddf(&detail, fmt, args);
	va_end(args);
	*NN_ARRAY_APPEND(users->items, users->nr, users->cap) =
		(struct nn_device_user){.kind = kind,
					.what = nn_strdup(what),
					.detail = nn_strbuf_detach(&detail),
					.pid = -1,
					.forbids = forbids};
}

bool nn_user_is_listed(const struct nn_user_search *search, enum nn_user_kind kind,
		       const char *what)
{
	for (size_t i = 0; i < search->users->nr; i++) {
		if (search->users->items[i].kind == kind &&
		    strcmp(search->users->items[i].what, what) == 0)
			return true;
	}
	return false;
}

/* Virtual functions and mediated devices, which would vanish with the function's driver. */
static int find_functions(const struct nn_user_search *search, struct nn_err *err)
{
	int64_t nr_vfs = nn_pci_locked_number(search->root, search->bdf, "sriov_numvfs");
	NN_AUTO(name_list) struct nn_name_list mdevs = {0};
	int rc = nn_class_members(search->root, NN_MDEV_DEVICES, search->bdf, &mdevs, err);

	if (nr_vfs > 0)
		nn_user_add(search, NN_USER_FUNCTIONS, true, "sriov_numvfs",
			    "it has %lld virtual functions enabled", (long long)nr_vfs);
	for (size_t i = 0; i < mdevs.nr; i++)
		nn_user_add(search, NN_USER_FUNCTIONS, true, mdevs.names[i],
			    "mediated device '%s' is a part of it", mdevs.names[i]);
	return rc;
}

/* Those that forbid come first, otherwise in the order in which they were found. */
static void put_first(struct nn_device_users *users)
{
	for (size_t i = 1, nr_first = 0; i <= users->nr; i++) {
		struct nn_device_user user = users->items[i - 1];

		if (!user.forbids)
			continue;
		memmove(&users->items[nr_first + 1], &users->items[nr_first],
			(i - 1 - nr_first) * sizeof(user));
		users->items[nr_first++] = user;
	}
}

int nn_device_users(const struct nn_sysroot *root, const char *bdf,
		    const struct nn_open_nodes *nodes, struct nn_device_users *ret_users,
		    struct nn_err *err)
{
	NN_AUTO(device_users) struct nn_device_users users = {0};
	NN_AUTO(open_nodes) struct nn_open_nodes own = {0};
	const struct nn_user_search search = {
		.root = root, .bdf = bdf, .nodes = nodes ? nodes : &own, .users = &users};
	int rc = nodes ? 0 : nn_open_nodes_scan(root, &own, err);

	if (!rc)
		rc = nn_users_storage(&search, err);
	if (!rc)
		rc = nn_users_network(&search, err);
	if (!rc)
		rc = nn_users_display(&search, err);
	if (!rc)
		rc = find_functions(&search, err);
	if (!rc)
		rc = nn_users_process(&search, err);
	if (rc)
		return nn_err_prefix(err, "users of device '%s'", bdf);
	users.nr_hidden = search.nodes->nr_hidden;
	put_first(&users);
	*ret_users = users;
	users = (struct nn_device_users){0};
	return 0;
}

static bool yields_to_force(const struct nn_device_user *user)
{
	return user->kind != NN_USER_STORAGE && user->kind != NN_USER_FUNCTIONS;
}

const struct nn_device_user *nn_device_users_first(const struct nn_device_users *users,
						   bool is_forced)
{
	for (size_t i = 0; i < users->nr && users->items[i].forbids; i++) {
		if (!is_forced || !yields_to_force(&users->items[i]))
			return &users->items[i];
	}
	return NULL;
}

int nn_device_check_unused(const struct nn_sysroot *root, const char *bdf, bool is_forced,
			   struct nn_err *err)
{
	uint64_t deadline_ns = nn_clock_ns() + (root->prefix[0] ? 0 : LET_GO_NS);

	for (;;) {
		NN_AUTO(device_users) struct nn_device_users users = {0};
		const struct nn_device_user *first;
		int rc = nn_device_users(root, bdf, NULL, &users, err);

		first = rc ? NULL : nn_device_users_first(&users, is_forced);
		if (!first)
			return rc;
		if (first->kind != NN_USER_PROCESS || nn_clock_ns() >= deadline_ns)
			return nn_err_set(err, -EBUSY, "device '%s' is in use: %s", bdf,
					  first->detail);
		nn_clock_sleep_ns(POLL_NS);
	}
}
