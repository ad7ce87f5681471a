/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/isolation.h"

#include <string.h>

#include "harness/base/array.h"

/* Sets of functions that nothing keeps apart: @parents leads to one of each set. */
struct sets {
	const struct nn_device *devices;
	size_t nr;
	size_t *parents;
};

void nn_isolation_release(struct nn_isolation *isolation)
{
	free(isolation->largest);
	nn_name_list_release(&isolation->open_ports);
	nn_name_list_release(&isolation->split_apart);
	*isolation = (struct nn_isolation){0};
}

/* ---- what the kernel should have made of the ports: drivers/iommu/iommu.c, drivers/pci/pci.c ----
 */

/* What a port has no capability for need not be in force, but for egress control. */
static bool has_acs_in_force(const struct nn_pci_config *config)
{
	int wanted = NN_ACS_WANTED & (config->acs_capability | NN_ACS_EGRESS);

	return config->acs_capability >= 0 && (config->acs_control & wanted) == wanted;
}

bool nn_device_isolates(const struct nn_device *device)
{
	switch (device->config.pcie_type) {
	case NN_PCIE_ROOT_PORT:
	case NN_PCIE_DOWNSTREAM_PORT:
		return has_acs_in_force(&device->config);
	case NN_PCIE_ENDPOINT:
	case NN_PCIE_LEGACY_ENDPOINT:
	case NN_PCIE_UPSTREAM_PORT:
	case NN_PCIE_INTEGRATED_ENDPOINT:
		/* Alone in its slot it has nobody beside it. */
		return device->config.is_multifunction != 1 || has_acs_in_force(&device->config);
	default: /* conventional PCI and what leads to it */
		return false;
	}
}

static size_t set_of(const struct sets *sets, size_t i)
{
	while (sets->parents[i] != i)
		i = sets->parents[i];
	return i;
}

static void join(struct sets *sets, size_t a, size_t b)
{
	size_t x = set_of(sets, a);
	size_t y = set_of(sets, b);

	sets->parents[x > y ? x : y] = x < y ? x : y;
}

/* Which of the devices has an address; @nr when none has. */
static size_t index_of(const struct sets *sets, const char *bdf)
{
	for (size_t i = 0; i < sets->nr; i++) {
		if (strcmp(sets->devices[i].bdf, bdf) == 0)
			return i;
	}
	return sets->nr;
}

static bool is_port(const struct nn_device *device)
{
	return device->config.pcie_type == NN_PCIE_ROOT_PORT ||
	       device->config.pcie_type == NN_PCIE_UPSTREAM_PORT ||
	       device->config.pcie_type == NN_PCIE_DOWNSTREAM_PORT;
}

/* Requests from behind a bridge to conventional PCI, or a domain of its own (VMD), carry the
 * bridge's address. */
static bool hides_what_is_below(const struct nn_device *above, const struct nn_device *below)
{
	bool is_other_domain = strcspn(above->bdf, ":") != strcspn(below->bdf, ":") ||
			       strncmp(above->bdf, below->bdf, strcspn(above->bdf, ":")) != 0;

	return is_other_domain || !is_port(above);
}

/* Is every step from the @depth-th bridge above @device up to the root kept apart? */
static bool path_isolates(const struct sets *sets, const struct nn_device *device, size_t depth)
{
	for (size_t i = 0; i <= depth; i++) {
		size_t above = index_of(sets, device->path.names[i]);

		if (above < sets->nr && !nn_device_isolates(&sets->devices[above]))
			return false;
	}
	return true;
}

/* Join a function with the bridge whose address it has, then with ports up to one that isolates. */
static void join_upwards(struct sets *sets, size_t i)
{
	const struct nn_device *device = &sets->devices[i];
	size_t depth = device->path.nr;

	for (size_t d = 0; d < device->path.nr; d++) {
		size_t above = index_of(sets, device->path.names[d]);

		if (above == sets->nr || !hides_what_is_below(&sets->devices[above], device))
			continue;
		join(sets, i, above);
		depth = d;
		break;
	}
	while (depth > 0 && !path_isolates(sets, device, depth - 1)) {
		size_t above = index_of(sets, device->path.names[--depth]);

		if (above == sets->nr)
			continue;
		join(sets, i, above);
		break; /* what is above it, it has joined itself */
	}
}

static void join_sideways(struct sets *sets, size_t i)
{
	const struct nn_device *device = &sets->devices[i];

	if (device->config.is_multifunction != 1 || nn_device_isolates(device))
		return;
	for (size_t j = 0; j < sets->nr; j++) {
		if (nn_device_same_slot(device->bdf, sets->devices[j].bdf) &&
		    !nn_device_isolates(&sets->devices[j]))
			join(sets, i, j);
	}
}

static bool can_see_acs(const struct nn_device *devices, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (!devices[i].config.has_capabilities)
			return false;
	}
	return nr > 0;
}

static void compare_groups(const struct sets *sets, struct nn_isolation *isolation)
{
	for (size_t i = 0; i < sets->nr; i++) {
		const char *group = sets->devices[i].iommu_group;
		const char *other = sets->devices[set_of(sets, i)].iommu_group;

		if (group && other && strcmp(group, other) != 0)
			(void)nn_name_list_add_once(&isolation->split_apart, sets->devices[i].bdf);
	}
}

static void look_at_ports(const struct nn_device *devices, size_t nr,
			  struct nn_isolation *isolation)
{
	NN_AUTO(free) size_t *parents = nn_calloc(nr, sizeof(*parents));
	struct sets sets = {.devices = devices, .nr = nr, .parents = parents};

	for (size_t i = 0; i < nr; i++) {
		parents[i] = i;
		if ((devices[i].config.pcie_type == NN_PCIE_ROOT_PORT ||
		     devices[i].config.pcie_type == NN_PCIE_DOWNSTREAM_PORT) &&
		    !nn_device_isolates(&devices[i]))
			(void)nn_name_list_add_once(&isolation->open_ports, devices[i].bdf);
	}
	for (size_t i = 0; i < nr; i++) {
		join_upwards(&sets, i);
		join_sideways(&sets, i);
	}
	compare_groups(&sets, isolation);
}

/* ---- what it made of them ---- */

static bool shares_group(const struct nn_device *a, const struct nn_device *b)
{
	return a->iommu_group && b->iommu_group && strcmp(a->iommu_group, b->iommu_group) == 0;
}

static bool same_card(const struct nn_device *a, const struct nn_device *b)
{
	return !a->sriov.pf && !b->sriov.pf && nn_device_same_slot(a->bdf, b->bdf);
}

/* How many other endpoints are in its group, and whether one is of another card. */
static size_t count_company(const struct nn_device *devices, size_t nr, size_t i,
			    bool *ret_has_stranger)
{
	size_t nr_others = 0;

	for (size_t j = 0; j < nr; j++) {
		if (j == i || devices[j].is_bridge || !shares_group(&devices[i], &devices[j]))
			continue;
		nr_others++;
		*ret_has_stranger |= !same_card(&devices[i], &devices[j]);
	}
	return nr_others;
}

/* A card is counted with the first of its endpoints; one that is in no group is not alone. */
static void count_card(const struct nn_device *devices, size_t nr, size_t i,
		       struct nn_isolation *isolation)
{
	bool has_stranger = !devices[i].iommu_group;

	for (size_t j = 0; j < i; j++) {
		if (!devices[j].is_bridge && same_card(&devices[i], &devices[j]))
			return;
	}
	for (size_t j = i; j < nr; j++) {
		if (!devices[j].is_bridge && (j == i || same_card(&devices[i], &devices[j])))
			(void)count_company(devices, nr, j, &has_stranger);
	}
	isolation->nr_cards++;
	isolation->nr_cards_alone += !has_stranger;
}

static void count_endpoint(const struct nn_device *devices, size_t nr, size_t i,
			   struct nn_isolation *isolation)
{
	bool has_stranger = false;
	size_t nr_others = count_company(devices, nr, i, &has_stranger);

	isolation->nr_endpoints++;
	isolation->nr_ungrouped += !devices[i].iommu_group;
	isolation->nr_alone += devices[i].iommu_group && !nr_others;
	if (devices[i].iommu_group && nr_others + 1 > isolation->nr_largest) {
		isolation->nr_largest = nr_others + 1;
		free(isolation->largest);
		isolation->largest = nn_strdup(devices[i].iommu_group);
	}
	count_card(devices, nr, i, isolation);
}

void nn_isolation_compute(const struct nn_devices *all, struct nn_isolation *ret_isolation)
{
	NN_AUTO(name_list) struct nn_name_list groups = {0};
	const struct nn_device *devices = all->items;
	size_t nr = all->nr;

	*ret_isolation =
		(struct nn_isolation){.nr_functions = nr, .is_acs_known = can_see_acs(devices, nr)};
	for (size_t i = 0; i < nr; i++) {
		if (devices[i].iommu_group)
			(void)nn_name_list_add_once(&groups, devices[i].iommu_group);
		if (devices[i].is_bridge)
			ret_isolation->nr_bridges++;
		else
			count_endpoint(devices, nr, i, ret_isolation);
	}
	ret_isolation->nr_groups = groups.nr;
	if (ret_isolation->is_acs_known)
		look_at_ports(devices, nr, ret_isolation);
}
