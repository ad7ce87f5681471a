/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of the kinds of users share: who uses a function of a small tree? */
#ifndef NN_TESTS_DEVICE_USERS_H
#define NN_TESTS_DEVICE_USERS_H

#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/device/device.h"
#include "harness/device/users.h"

#define NVME "0000:01:00.0"
#define GPU  "0000:02:00.0"
#define NIC  "0000:03:00.0"

static const struct tree_function gpu NN_UNUSED = {GPU,      "0x030000", "0x10de",
						   "0x2684", "nvidia",   "8"};
static const struct tree_function nic NN_UNUSED = {NIC, "0x020000", "0x8086", "0x1533", "igb", "9"};

/* A file of the tree and what it makes of a function. */
struct row {
	const char *path;
	const char *text;
	const char *why; /* the end of the message; NULL: free */
};

static inline void expect(const struct tree *tree, const char *bdf, const char *why)
{
	NN_AUTO(free) char *message = nn_asprintf("device '%s' is in use: %s", bdf, why ? why : "");
	struct nn_err err = {0};
	int rc = nn_device_check_unused(&tree->root, bdf, false, &err);

	if (!why) {
		assert_string_equal(err.message, "");
		assert_int_equal(rc, 0);
		return;
	}
	assert_string_equal(err.message, message);
	assert_int_equal(rc, -EBUSY);
	assert_int_equal(err.code, -EBUSY);
}

/* All users as "!storage nvme0n1: 'nvme0n1' is mounted on '/'\n…", ! before those that forbid. */
static inline char *users_text(const struct tree *tree, const char *bdf)
{
	NN_AUTO(device_users) struct nn_device_users users = {0};
	struct nn_strbuf text = NN_STRBUF_INIT;

	assert_int_equal(nn_device_users(&tree->root, bdf, NULL, &users, NULL), 0);
	for (size_t i = 0; i < users.nr; i++)
		nn_strbuf_addf(&text, "%s%s %s: %s\n", users.items[i].forbids ? "!" : "",
			       nn_user_kind_name(users.items[i].kind), users.items[i].what,
			       users.items[i].detail);
	return nn_strbuf_detach(&text);
}

#define assert_users(tree, bdf, expected)                             \
	do {                                                          \
		NN_AUTO(free) char *text = users_text((tree), (bdf)); \
		assert_string_equal(text, (expected));                \
	} while (0)

#endif
