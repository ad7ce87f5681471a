/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who of several orchestrators may change a part of this machine: a file in /run/nearnative for
 * each function, and one for the settings of the whole host. It is locked while its owner lives and
 * names the database whose journal says how to come back, so that after a crash the next one,
 * whatever database it has, finds that journal. A reboot clears /run, and what was changed with it.
 */
#ifndef NN_DEVICE_RESERVATION_H
#define NN_DEVICE_RESERVATION_H

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"

#define NN_RESERVATION_HOST "host" /* everything that is no function */

struct nn_reservation {
	char *path; /* of the file */
	int fd;
};

struct nn_reservations {
	struct nn_reservation *items;
	size_t nr;
	size_t cap;
};

/**
 * Reserve all of @names (addresses, NN_RESERVATION_HOST), or none.
 * @owner: the database's absolute path.
 * Return: 0; -EBUSY when another orchestrator has one, or left one changed, with what to do;
 * -EACCES when this user may not reserve, and so not change, anything.
 */
int nn_reservations_take(const struct nn_sysroot *root, const struct nn_name_list *names,
			 const char *owner, struct nn_reservations *ret_reservations,
			 struct nn_err *err);

/** Give them back. @is_changed: the machine is not as it was; the files go on naming the owner. */
void nn_reservations_give_back(struct nn_reservations *reservations, bool is_changed);

/** Remove what a crash left of this owner: its journal has nothing to give back any more. */
void nn_reservations_forget(const struct nn_sysroot *root, const char *owner);

/** The databases that the files name, each once. */
int nn_reservation_owners(const struct nn_sysroot *root, struct nn_name_list *ret_paths,
			  struct nn_err *err);

/** The files that name @owner, quoted, for a message; NULL when none does. */
char *nn_reservation_files(const struct nn_sysroot *root, const char *owner);

#endif
