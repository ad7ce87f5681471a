/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/array.h"

#define PCI_DEVICES       "/sys/bus/pci/devices"
#define IOMMU_GROUPS      "/sys/kernel/iommu_groups"
#define CLASS_BRIDGE      0x06 /* host, ISA, PCI … bridges: nobody can hand them over */
#define BASE_CLASS(class) ((class) >> 16)

void nn_device_release(struct nn_device *device)
{
	free(device->vendor_name);
	free(device->device_name);
	free(device->driver);
	free(device->iommu_group);
	free(device->iommu_type);
	free(device->link_speed);
	free(device->link_width);
	free(device->max_link_speed);
	free(device->max_link_width);
	free(device->reset_methods);
	nn_name_list_release(&device->group_members);
	*device = (struct nn_device){0};
}

bool nn_iommu_is_active(const struct nn_sysroot *root)
{
	NN_AUTO(name_list) struct nn_name_list groups = {0};

	return nn_sysfs_list(root, IOMMU_GROUPS, &groups, NULL) == 0 && groups.nr > 0;
}

static char *function_text(const struct nn_sysroot *root, const char *bdf, const char *attribute)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/%s", bdf, attribute);

	return nn_sysfs_text(root, path);
}

static char *function_link(const struct nn_sysroot *root, const char *bdf, const char *attribute)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/%s", bdf, attribute);

	return nn_sysfs_link_name(root, path);
}

static int function_number(const struct nn_sysroot *root, const char *bdf, const char *attribute,
			   unsigned int *ret_value, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/%s", bdf, attribute);
	uint64_t value;
	int rc = nn_sysfs_read_u64(root, path, &value, err);

	if (rc)
		return rc;
	*ret_value = (unsigned int)value;
	return 0;
}

/* The kernel writes -1 where the firmware does not say; so do we where the attribute is absent. */
static int function_numa_node(const struct nn_sysroot *root, const char *bdf)
{
	unsigned int node;

	return function_number(root, bdf, "numa_node", &node, NULL) ? -1 : (int)node;
}

static int read_identity(const struct nn_sysroot *root, const char *bdf, struct nn_device *device,
			 struct nn_err *err)
{
	int rc = function_number(root, bdf, "vendor", &device->vendor, err);

	if (!rc)
		rc = function_number(root, bdf, "device", &device->device, err);
	if (!rc)
		rc = function_number(root, bdf, "class", &device->class_code, err);
	device->is_bridge = BASE_CLASS(device->class_code) == CLASS_BRIDGE;
	return rc;
}

static int read_group(const struct nn_sysroot *root, struct nn_device *device, struct nn_err *err)
{
	NN_AUTO(free) char *type = NULL;
	NN_AUTO(free) char *members = NULL;

	device->iommu_group = function_link(root, device->bdf, "iommu_group");
	if (!device->iommu_group)
		return 0;
	type = nn_asprintf(IOMMU_GROUPS "/%s/type", device->iommu_group);
	device->iommu_type = nn_sysfs_text(root, type);
	members = nn_asprintf(IOMMU_GROUPS "/%s/devices", device->iommu_group);
	return nn_sysfs_list(root, members, &device->group_members, err);
}

static int read_all(const struct nn_sysroot *root, const char *bdf, struct nn_device *device,
		    struct nn_err *err)
{
	int rc;

	(void)snprintf(device->bdf, sizeof(device->bdf), "%s", bdf); /* parsed: it fits */
	rc = read_identity(root, bdf, device, err);
	if (rc)
		return rc;
	device->driver = function_link(root, bdf, "driver");
	device->link_speed = function_text(root, bdf, "current_link_speed");
	device->link_width = function_text(root, bdf, "current_link_width");
	device->max_link_speed = function_text(root, bdf, "max_link_speed");
	device->max_link_width = function_text(root, bdf, "max_link_width");
	device->reset_methods = function_text(root, bdf, "reset_method");
	device->numa_node = function_numa_node(root, bdf);
	return read_group(root, device, err);
}

int nn_device_read(const struct nn_sysroot *root, const char *bdf, struct nn_device *ret_device,
		   struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s", bdf);
	char normal[NN_BDF_CAP];
	int rc = nn_bdf_parse(bdf, normal, err);

	if (rc)
		return rc;
	if (!nn_sysfs_exists(root, path))
		return nn_err_set(err, -ENODEV, "there is no PCI device '%s'", bdf);
	rc = read_all(root, normal, &device, err);
	if (rc)
		return nn_err_prefix(err, "read device '%s'", bdf);
	*ret_device = device;
	device = (struct nn_device){0};
	return 0;
}

struct nn_device_id nn_device_identity(const struct nn_device *device)
{
	return (struct nn_device_id){.vendor = device->vendor,
				     .device = device->device,
				     .class_code = device->class_code};
}

int nn_device_list(const struct nn_sysroot *root, struct nn_name_list *ret_bdfs, struct nn_err *err)
{
	return nn_sysfs_list(root, PCI_DEVICES, ret_bdfs, err);
}

static int resolve_address(const struct nn_sysroot *root, const char *bdf, char ret_bdf[NN_BDF_CAP],
			   struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s", bdf);

	if (!nn_sysfs_exists(root, path))
		return nn_err_set(err, -ENODEV, "there is no PCI device '%s'", bdf);
	memcpy(ret_bdf, bdf, NN_BDF_CAP);
	return 0;
}

static bool identity_matches(const struct nn_sysroot *root, const char *bdf,
			     const struct nn_device_id *id)
{
	struct nn_device device = {0};

	return read_identity(root, bdf, &device, NULL) == 0 && device.vendor == id->vendor &&
	       device.device == id->device && device.class_code == id->class_code;
}

int nn_device_resolve(const struct nn_sysroot *root, const struct nn_device_id *id,
		      char ret_bdf[NN_BDF_CAP], struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	unsigned int nr_matches = 0;
	int rc;

	if (id->bdf[0])
		return resolve_address(root, id->bdf, ret_bdf, err);
	rc = nn_device_list(root, &bdfs, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < bdfs.nr; i++) {
		if (!identity_matches(root, bdfs.names[i], id))
			continue;
		if (nr_matches++ < id->index)
			continue;
		return nn_bdf_parse(bdfs.names[i], ret_bdf, err);
	}
	return nn_err_set(err, -ENODEV,
			  "no PCI device %04x:%04x of class %06x with index %u (%u match)",
			  id->vendor, id->device, id->class_code, id->index, nr_matches);
}

int nn_device_passthrough_set(const struct nn_sysroot *root, const struct nn_device *device,
			      struct nn_name_list *ret_bdfs, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	int rc = 0;

	for (size_t i = 0; i < device->group_members.nr; i++) {
		const char *bdf = device->group_members.names[i];
		struct nn_device member = {0};

		rc = read_identity(root, bdf, &member, err);
		if (rc)
			return nn_err_prefix(err, "IOMMU group %s", device->iommu_group);
		if (member.is_bridge)
			continue;
		rc = nn_device_check_unused(root, bdf, err);
		if (rc)
			return nn_err_prefix(err, "IOMMU group %s", device->iommu_group);
		*NN_ARRAY_APPEND(bdfs.names, bdfs.nr, bdfs.cap) = nn_strdup(bdf);
	}
	*ret_bdfs = bdfs;
	bdfs = (struct nn_name_list){0};
	return 0;
}
