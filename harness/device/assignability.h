/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can a function be handed to a VM, and if not, why? All reasons are given, not the first only, and
 * each names its object. It says what a plan would meet; nothing is tried out.
 */
#ifndef NN_DEVICE_ASSIGNABILITY_H
#define NN_DEVICE_ASSIGNABILITY_H

#include "harness/device/board.h"
#include "harness/device/group.h"
#include "harness/device/users.h"

enum nn_assignable { NN_ASSIGNABLE_YES, NN_ASSIGNABLE_WITH_WARNINGS, NN_ASSIGNABLE_NO };

const char *nn_assignable_name(enum nn_assignable verdict); /* "yes", "with warnings", "no" */

enum nn_obstacle {
	NN_OBSTACLE_BRIDGE,
	NN_OBSTACLE_IOMMU,      /* none is active */
	NN_OBSTACLE_GROUP,      /* it is in none */
	NN_OBSTACLE_REGION,     /* memory that must stay mapped for it (RMRR) */
	NN_OBSTACLE_DENYLIST,   /* vfio-pci refuses it */
	NN_OBSTACLE_INTERRUPTS, /* they are not remapped */
	NN_OBSTACLE_USER,
	NN_OBSTACLE_SIBLING,
	NN_OBSTACLE_RESET,
	NN_OBSTACLE_LINK,
	NN_NR_OBSTACLES,
};

const char *nn_obstacle_name(enum nn_obstacle obstacle); /* "bridge", "iommu" … */

struct nn_reason {
	enum nn_obstacle obstacle;
	bool forbids; /* a warning otherwise */
	char *object; /* the address, node, interface … that it is about */
	char *text;   /* the sentence */
};

struct nn_assignability {
	enum nn_assignable verdict;
	struct nn_reason *reasons; /* those that forbid first */
	size_t nr;
	size_t cap;
	struct nn_name_list set; /* what goes to the VM with it, itself included */
};

void nn_assignability_release(struct nn_assignability *assignability);
NN_AUTO_DEFINE(assignability, struct nn_assignability, nn_assignability_release(p))

/* What was read already, for whoever asks about many functions; NULL members are read anew. */
struct nn_assignability_given {
	const struct nn_group_extra *extra; /* NULL: none */
	const struct nn_open_nodes *nodes;
	const struct nn_board *board;
};

/** @given: NULL for nothing. */
int nn_device_assignability(const struct nn_sysroot *root, const struct nn_device *device,
			    const struct nn_assignability_given *given,
			    struct nn_assignability *ret_assignability, struct nn_err *err);

/** The first reason of a kind, or NULL. */
const struct nn_reason *nn_assignability_reason(const struct nn_assignability *assignability,
						enum nn_obstacle obstacle);

/**
 * How a function can be reset: by itself, or, where all functions of its bus go to the VM with it,
 * together with them, by the port above (QEMU does so).
 */
bool nn_device_bus_reset(const struct nn_sysroot *root, const struct nn_device *device,
			 const struct nn_name_list *set);

/**
 * Does the link run slower or narrower than both its ends could?
 * @ret_text: on true, what it does and what it could, of the caller's; or NULL.
 */
bool nn_device_link_is_short(const struct nn_device *device, char **ret_text);

#endif
