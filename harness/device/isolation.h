/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well a board isolates its devices: which functions share IOMMU groups, and whether the
 * kernel's groups are what the ports' Access Control Services (ACS) allow. The kernel decides on
 * groups once, when it finds the devices; the expectation is recomputed from configuration space,
 * which root alone may read far enough.
 *
 * A card is all functions of one slot, but for virtual functions, which are cards of their own: a
 * GPU and its audio function share a group on every board, and nobody minds.
 */
#ifndef NN_DEVICE_ISOLATION_H
#define NN_DEVICE_ISOLATION_H

#include "harness/device/device.h"

struct nn_isolation {
	size_t nr_functions;
	size_t nr_bridges;
	size_t nr_endpoints; /* functions that are no bridges */
	size_t nr_ungrouped; /* endpoints in no group */
	size_t nr_alone;     /* endpoints that share their group with no other */
	size_t nr_groups;    /* that have functions */
	size_t nr_cards;
	size_t nr_cards_alone; /* that share no group with another card */
	size_t nr_largest;     /* endpoints in the group that has most */
	char *largest;         /* that group, the first of several; or NULL */

	bool is_acs_known;               /* the following could be found out */
	struct nn_name_list open_ports;  /* root and downstream ports that enforce no isolation */
	struct nn_name_list split_apart; /* functions in groups of their own against their ports'
					  * ACS: by a kernel's quirk or pcie_acs_override= */
};

/** @devices: all functions of the machine. */
void nn_isolation_compute(const struct nn_devices *devices, struct nn_isolation *ret_isolation);
void nn_isolation_release(struct nn_isolation *isolation);
NN_AUTO_DEFINE(isolation, struct nn_isolation, nn_isolation_release(p))

/** Does the function keep others behind or beside it apart, as the kernel reckons, quirks aside? */
bool nn_device_isolates(const struct nn_device *device);

#endif
