/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/device/attribute.h"
#include "harness/device/parts.h"

#define CLASS_BRIDGE       0x06   /* host, ISA, PCI … */
#define CLASS_OTHER_BRIDGE 0x0680 /* NVSwitch calls itself so, and is passed through */

static void link_release(struct nn_link *link)
{
	free(link->speed);
	free(link->width);
	free(link->max_speed);
	free(link->max_width);
}

void nn_device_release(struct nn_device *device)
{
	char *const texts[] = {
		device->vendor_name, device->device_name,     device->class_name,
		device->driver,      device->driver_override, device->iommu_group,
		device->iommu_type,  device->reset_methods,   device->sriov.pf,
		device->local_cpus,  device->power_state,     device->runtime_status,
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++)
		free(texts[i]);
	nn_name_list_release(&device->path);
	nn_name_list_release(&device->group_members);
	nn_name_list_release(&device->sriov.vfs);
	link_release(&device->link);
	link_release(&device->uplink);
	nn_mdev_types_release(&device->mdev_types);
	*device = (struct nn_device){0};
}

bool nn_iommu_is_active(const struct nn_sysroot *root)
{
	NN_AUTO(name_list) struct nn_name_list groups = {0};

	return nn_sysfs_list(root, NN_IOMMU_GROUPS, &groups, NULL) == 0 && groups.nr > 0;
}

static int identity_number(const struct nn_sysroot *root, const char *bdf, const char *attribute,
			   unsigned int *ret_value, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, attribute);
	uint64_t value;
	int rc = nn_sysfs_read_u64(root, path, &value, err);

	if (rc)
		return rc;
	*ret_value = (unsigned int)value;
	return 0;
}

static int read_identity(const struct nn_sysroot *root, const char *bdf, struct nn_device *device,
			 struct nn_err *err)
{
	int rc = identity_number(root, bdf, "vendor", &device->vendor, err);

	if (!rc)
		rc = identity_number(root, bdf, "device", &device->device, err);
	if (!rc)
		rc = identity_number(root, bdf, "class", &device->class_code, err);
	return rc;
}

static bool is_bridge(const struct nn_device *device)
{
	if (device->config.header_type > 0)
		return true;
	return device->class_code >> 16 == CLASS_BRIDGE &&
	       device->class_code >> 8 != CLASS_OTHER_BRIDGE;
}

static int read_group(const struct nn_sysroot *root, struct nn_device *device, struct nn_err *err)
{
	NN_AUTO(free) char *type = NULL;
	NN_AUTO(free) char *members = NULL;

	device->iommu_group = nn_pci_link(root, device->bdf, "iommu_group");
	if (!device->iommu_group)
		return 0;
	type = nn_asprintf(NN_IOMMU_GROUPS "/%s/type", device->iommu_group);
	device->iommu_type = nn_sysfs_text(root, type);
	members = nn_asprintf(NN_IOMMU_GROUPS "/%s/devices", device->iommu_group);
	return nn_sysfs_list(root, members, &device->group_members, err);
}

static void read_link(const struct nn_sysroot *root, const char *bdf, struct nn_link *link)
{
	link->speed = nn_pci_text(root, bdf, "current_link_speed");
	link->width = nn_pci_text(root, bdf, "current_link_width");
	link->max_speed = nn_pci_text(root, bdf, "max_link_speed");
	link->max_width = nn_pci_text(root, bdf, "max_link_width");
}

/* "(null)" is how the kernel prints that none is set. */
static char *read_override(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *text = nn_pci_locked_text(root, bdf, "driver_override");

	return text && strcmp(text, "(null)") != 0 ? NN_STEAL(text) : NULL;
}

static void read_state(const struct nn_sysroot *root, struct nn_device *device)
{
	const char *bdf = device->bdf;

	device->subsystem_vendor = nn_pci_number(root, bdf, "subsystem_vendor");
	device->subsystem_device = nn_pci_number(root, bdf, "subsystem_device");
	device->revision = nn_pci_number(root, bdf, "revision");
	device->driver = nn_pci_link(root, bdf, "driver");
	device->driver_override = read_override(root, bdf);
	/* The kernel writes -1 where the firmware does not say. */
	device->numa_node = nn_pci_number(root, bdf, "numa_node");
	device->local_cpus = nn_pci_text(root, bdf, "local_cpulist");
	device->power_state = nn_pci_text(root, bdf, "power_state");
	device->runtime_status = nn_pci_text(root, bdf, "power/runtime_status");
	device->d3cold_allowed = nn_pci_number(root, bdf, "d3cold_allowed");
	device->boot_vga = nn_pci_number(root, bdf, "boot_vga");
}

/*
 * Functions beyond the first are proof enough, whatever their header says; virtual functions are
 * numbered otherwise. Source: pci_scan_slot() in drivers/pci/probe.c
 */
static void correct_multifunction(struct nn_device *device)
{
	if (device->bdf[strlen(device->bdf) - 1] != '0' && !device->sriov.pf)
		device->config.is_multifunction = 1;
}

static int read_all(const struct nn_sysroot *root, const char *bdf, struct nn_device *device,
		    struct nn_err *err)
{
	int rc;

	(void)snprintf(device->bdf, sizeof(device->bdf), "%s", bdf); /* parsed: it fits */
	rc = read_identity(root, bdf, device, err);
	if (rc)
		return rc;
	nn_pci_config_read(root, bdf, &device->config);
	device->is_bridge = is_bridge(device);
	read_state(root, device);
	nn_device_read_path(root, device);
	nn_device_read_resources(root, device);
	nn_device_read_reset(root, device);
	nn_device_read_sharing(root, device);
	correct_multifunction(device);
	read_link(root, bdf, &device->link);
	if (nn_device_port(device))
		read_link(root, nn_device_port(device), &device->uplink);
	return read_group(root, device, err);
}

int nn_device_read(const struct nn_sysroot *root, const char *bdf, struct nn_device *ret_device,
		   struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	NN_AUTO(free) char *path = nn_asprintf(NN_PCI_DEVICES "/%s", bdf);
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
	return nn_sysfs_list(root, NN_PCI_DEVICES, ret_bdfs, err);
}

void nn_devices_release(struct nn_devices *devices)
{
	for (size_t i = 0; i < devices->nr; i++)
		nn_device_release(&devices->items[i]);
	free(devices->items);
	*devices = (struct nn_devices){0};
}

int nn_devices_read(const struct nn_sysroot *root, struct nn_devices *ret_devices,
		    struct nn_err *err)
{
	NN_AUTO(devices) struct nn_devices devices = {0};
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	int rc = nn_device_list(root, &bdfs, err);

	for (size_t i = 0; !rc && i < bdfs.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(NN_PCI_DEVICES "/%s", bdfs.names[i]);
		struct nn_device device;

		rc = nn_device_read(root, bdfs.names[i], &device, err);
		if (!rc)
			*NN_ARRAY_APPEND(devices.items, devices.nr, devices.cap) = device;
		else if (!nn_sysfs_exists(root, path))
			rc = 0;
	}
	if (rc)
		return rc;
	*ret_devices = devices;
	devices = (struct nn_devices){0};
	return 0;
}

bool nn_device_is_given(const struct nn_device_id *id)
{
	return id->vendor || id->bdf[0];
}

void nn_device_identify(const struct nn_sysroot *root, struct nn_device_id *id)
{
	struct nn_device device = {0};

	if (id->vendor || !id->bdf[0] || read_identity(root, id->bdf, &device, NULL))
		return;
	id->vendor = device.vendor;
	id->device = device.device;
	id->class_code = device.class_code;
}

static int resolve_address(const struct nn_sysroot *root, const char *bdf, char ret_bdf[NN_BDF_CAP],
			   struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(NN_PCI_DEVICES "/%s", bdf);

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

const char *nn_device_port(const struct nn_device *device)
{
	return device->path.nr ? device->path.names[device->path.nr - 1] : NULL;
}

bool nn_device_same_slot(const char *bdf, const char *other)
{
	const char *dot = strrchr(bdf, '.');

	return dot && strncmp(bdf, other, (size_t)(dot - bdf) + 1) == 0;
}
