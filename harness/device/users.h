/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who uses a PCI function on this machine, and which of them would lose something if it were taken
 * away. What counts:
 *
 *   forbids   mounted file systems and swap on its disks, partitions and whatever is stacked on
 *             them; disks that the kernel itself holds; network interfaces with a route or an
 *             address that is not link-local, or that feed a bridge, bond or VLAN, or that another
 *             namespace has; the display that the firmware booted on, the only screen with the
 *             console, the kernel's console; open device nodes (disks, DRM, NVIDIA, sound streams,
 *             input, USB, serial, VFIO) and mapped BARs of processes; virtual functions and
 *             mediated devices that hang on it
 *   does not  an interface that is merely up: it carries nothing; a connected screen without the
 *             console, a keyboard, a mixer (the control node of a sound card): they come back with
 *             the driver
 *
 * Processes are seen through /proc, those of others by root only; `nr_hidden` counts the rest. A
 * recorded tree (nn_sysroot) has no device numbers and no kernel to ask: nodes go by their paths
 * there, and exclusive holders of disks and IPv4 addresses without a route are not seen.
 */
#ifndef NN_DEVICE_USERS_H
#define NN_DEVICE_USERS_H

#include "harness/base/err.h"
#include "harness/base/sysfs.h"

enum nn_user_kind {
	NN_USER_STORAGE,
	NN_USER_NETWORK,
	NN_USER_DISPLAY,
	NN_USER_CONSOLE,
	NN_USER_INPUT,
	NN_USER_PROCESS,
	NN_USER_FUNCTIONS, /* virtual ones and mediated devices */
};

const char *nn_user_kind_name(enum nn_user_kind kind); /* "storage" … */

struct nn_device_user {
	enum nn_user_kind kind;
	char *what;   /* what of the function is used: "nvme0n1p1", "eth0", "/dev/dri/card0" */
	char *detail; /* the sentence: "'nvme0n1p1' is mounted on '/'" */
	int64_t pid;  /* of a process, or -1 */
	char *comm;   /* its name, or NULL */
	bool forbids; /* taking the function away */
};

struct nn_device_users {
	struct nn_device_user *items; /* those that forbid first */
	size_t nr;
	size_t cap;
	size_t nr_hidden; /* processes that could not be looked into */
};

void nn_device_users_release(struct nn_device_users *users);
NN_AUTO_DEFINE(device_users, struct nn_device_users, nn_device_users_release(p))

/* ---- device nodes that processes have open, found once for any number of functions ---- */

struct nn_open_node {
	char *path;      /* as the process has it, "/dev/dri/card0"; below /sys for a BAR */
	bool is_block;   /* of the number */
	uint64_t number; /* device number, 0 in a recorded tree */
	int64_t pid;
	char *comm; /* or NULL */
};

struct nn_open_nodes {
	struct nn_open_node *items;
	size_t nr;
	size_t cap;
	size_t nr_hidden;
};

void nn_open_nodes_release(struct nn_open_nodes *nodes);
NN_AUTO_DEFINE(open_nodes, struct nn_open_nodes, nn_open_nodes_release(p))

/**
 * Look through all processes but this one. Those that end meanwhile are left out.
 * Return: 0; -ETIMEDOUT when there are so many that it takes too long; -errno.
 */
int nn_open_nodes_scan(const struct nn_sysroot *root, struct nn_open_nodes *ret_nodes,
		       struct nn_err *err);

/**
 * List the users of a function, those that forbid first.
 * @nodes: from nn_open_nodes_scan(), or NULL to look now.
 */
int nn_device_users(const struct nn_sysroot *root, const char *bdf,
		    const struct nn_open_nodes *nodes, struct nn_device_users *ret_users,
		    struct nn_err *err);

/**
 * The first that forbids taking the function away, or NULL.
 * @is_forced: the user wants it all the same. Then only those count whose data would be lost: what
 * is mounted or held of a disk, and functions that would vanish.
 */
const struct nn_device_user *nn_device_users_first(const struct nn_device_users *users,
						   bool is_forced);

#endif
