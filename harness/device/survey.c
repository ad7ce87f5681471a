/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/survey.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/device/names.h"

void nn_survey_release(struct nn_survey *survey)
{
	for (size_t i = 0; i < survey->devices.nr; i++) {
		if (survey->users)
			nn_device_users_release(&survey->users[i]);
		if (survey->assignabilities)
			nn_assignability_release(&survey->assignabilities[i]);
	}
	for (size_t i = 0; i < survey->nr_groups; i++)
		nn_iommu_group_release(&survey->groups[i]);
	free(survey->users);
	free(survey->assignabilities);
	free(survey->groups);
	nn_mdev_parents_release(&survey->mdev_parents);
	nn_devices_release(&survey->devices);
	nn_board_release(&survey->board);
	nn_isolation_release(&survey->isolation);
	*survey = (struct nn_survey){0};
}

static int read_users(const struct nn_sysroot *root, struct nn_survey *survey, struct nn_err *err)
{
	NN_AUTO(open_nodes) struct nn_open_nodes nodes = {0};
	const struct nn_assignability_given given = {.nodes = &nodes, .board = &survey->board};
	const struct nn_devices *devices = &survey->devices;
	int rc = nn_open_nodes_scan(root, &nodes, err);

	survey->users = nn_calloc(devices->nr + 1, sizeof(*survey->users));
	survey->assignabilities = nn_calloc(devices->nr + 1, sizeof(*survey->assignabilities));
	survey->nr_hidden = nodes.nr_hidden;
	for (size_t i = 0; !rc && i < devices->nr; i++) {
		const struct nn_device *device = &devices->items[i];

		/* What is below a bridge uses what is below it. */
		if (!device->is_bridge)
			rc = nn_device_users(root, device->bdf, &nodes, &survey->users[i], err);
		if (!rc)
			rc = nn_device_assignability(root, device, &given,
						     &survey->assignabilities[i], err);
	}
	return rc;
}

static int read_groups(const struct nn_sysroot *root, struct nn_survey *survey, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list ids = {0};
	int rc = nn_iommu_group_list(root, &ids, err);

	for (size_t i = 0; !rc && i < ids.nr; i++) {
		struct nn_iommu_group *group =
			NN_ARRAY_APPEND(survey->groups, survey->nr_groups, survey->cap_groups);

		rc = nn_iommu_group_read(root, ids.names[i], group, err);
	}
	return rc;
}

int nn_survey_read(const struct nn_sysroot *root, struct nn_survey *ret_survey, struct nn_err *err)
{
	NN_AUTO(survey) struct nn_survey survey = {0};
	int rc;

	nn_board_read(root, &survey.board);
	rc = nn_devices_read(root, &survey.devices, err);
	if (!rc)
		rc = read_groups(root, &survey, err);
	if (!rc)
		rc = read_users(root, &survey, err);
	if (!rc)
		rc = nn_mdev_parents_read(root, &survey.mdev_parents, err);
	if (rc)
		return rc;
	nn_device_names_lookup(survey.devices.items, survey.devices.nr);
	nn_isolation_compute(&survey.devices, &survey.isolation);
	*ret_survey = survey;
	survey = (struct nn_survey){0};
	return 0;
}

int nn_survey_find(const struct nn_survey *survey, const char *bdf, size_t *ret_at,
		   struct nn_err *err)
{
	for (size_t i = 0; i < survey->devices.nr; i++) {
		if (strcmp(survey->devices.items[i].bdf, bdf) != 0)
			continue;
		*ret_at = i;
		return 0;
	}
	return nn_err_set(err, -ENODEV, "there is no PCI device '%s'", bdf);
}

const char *nn_pcie_type_name(int type)
{
	static const char *const names[] = {
		[NN_PCIE_ENDPOINT] = "endpoint",
		[NN_PCIE_LEGACY_ENDPOINT] = "legacy endpoint",
		[NN_PCIE_ROOT_PORT] = "root port",
		[NN_PCIE_UPSTREAM_PORT] = "upstream port",
		[NN_PCIE_DOWNSTREAM_PORT] = "downstream port",
		[NN_PCIE_TO_PCI_BRIDGE] = "bridge to PCI",
		[NN_PCIE_FROM_PCI_BRIDGE] = "bridge from PCI",
		[NN_PCIE_INTEGRATED_ENDPOINT] = "integrated endpoint",
		[NN_PCIE_EVENT_COLLECTOR] = "event collector",
	};

	return type >= 0 && (size_t)type < NN_ARRAY_SIZE(names) ? names[type] : NULL;
}
