/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kinds of users, a file each; for nn_device_users(). Each adds those that it finds and returns
 * an error only when it could not look.
 */
#ifndef NN_DEVICE_USERS_KINDS_H
#define NN_DEVICE_USERS_KINDS_H

#include "harness/device/users.h"

/* What is being filled, and for which function. */
struct nn_user_search {
	const struct nn_sysroot *root;
	const char *bdf;
	const struct nn_open_nodes *nodes;
	struct nn_device_users *users;
};

/** Add who is no process; @fmt makes the sentence. */
void nn_user_add(const struct nn_user_search *search, enum nn_user_kind kind, bool forbids,
		 const char *what, const char *fmt, ...) NN_PRINTF(5, 6);

/** Is there a user of that kind and object already? */
bool nn_user_is_listed(const struct nn_user_search *search, enum nn_user_kind kind,
		       const char *what);

int nn_users_storage(const struct nn_user_search *search, struct nn_err *err);
int nn_users_network(const struct nn_user_search *search, struct nn_err *err);
int nn_users_display(const struct nn_user_search *search, struct nn_err *err);
int nn_users_process(const struct nn_user_search *search, struct nn_err *err);

#endif
