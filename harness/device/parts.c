/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/parts.h"

#include <limits.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/device/attribute.h"

/* Flags of a resource. Source: include/linux/ioport.h */
#define RESOURCE_IO       0x00000100
#define RESOURCE_MEMORY   0x00000200
#define RESOURCE_PREFETCH 0x00002000
#define RESOURCE_64BIT    0x00100000
#define RESOURCE_UNSET    0x20000000

#define ROM_LINE NN_NR_BARS /* lines 0 to 5 of `resource` are BARs */
#define MAX_VFS  65535

/* ---- path ---- */

void nn_device_read_path(const struct nn_sysroot *root, struct nn_device *device)
{
	NN_AUTO(free) char *link = nn_asprintf(NN_PCI_DEVICES "/%s", device->bdf);
	NN_AUTO(free) char *full = nn_sysfs_path(root, link);
	char target[PATH_MAX];
	ssize_t len = readlink(full, target, sizeof(target) - 1);
	char *rest = target;
	char *step;

	if (len <= 0)
		return;
	target[len] = '\0';
	while ((step = strsep(&rest, "/"))) {
		char normal[NN_BDF_CAP];

		if (nn_bdf_parse(step, normal, NULL) || strcmp(step, device->bdf) == 0)
			continue;
		*NN_ARRAY_APPEND(device->path.names, device->path.nr, device->path.cap) =
			nn_strdup(normal);
	}
}

/* ---- resources ---- */

struct resource {
	uint64_t start;
	uint64_t end;
	uint64_t flags;
};

/* "0x00000000fe400000 0x00000000fe403fff 0x0000000000140204"; flags 0: there is none. */
static bool parse_resource(char *line, struct resource *ret_resource)
{
	uint64_t *const values[] = {&ret_resource->start, &ret_resource->end, &ret_resource->flags};
	char *rest = line;

	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++) {
		const char *word = strsep(&rest, " ");

		if (!word || nn_parse_u64(word, values[i], NULL))
			return false;
	}
	return ret_resource->flags && ret_resource->end >= ret_resource->start;
}

static uint64_t resizable_sizes(const struct nn_sysroot *root, const char *bdf, unsigned int index)
{
	NN_AUTO(free) char *name = nn_asprintf("resource%u_resize", index);
	NN_AUTO(free) char *text = nn_pci_text(root, bdf, name);
	NN_AUTO(free) char *number = text ? nn_asprintf("0x%s", text) : NULL;
	uint64_t sizes = 0;

	if (number)
		(void)nn_parse_u64(number, &sizes, NULL); /* stays 0 */
	return sizes;
}

static void add_bar(const struct nn_sysroot *root, struct nn_device *device, unsigned int index,
		    const struct resource *resource)
{
	bool is_unset = resource->flags & RESOURCE_UNSET || !resource->start;

	device->bars[device->nr_bars++] = (struct nn_bar){
		.index = index,
		.start = resource->start,
		.size_bytes = resource->end - resource->start + 1,
		.resizable_mib = resizable_sizes(root, device->bdf, index),
		.is_assigned = !is_unset,
		.is_memory = resource->flags & RESOURCE_MEMORY,
		.is_64bit = resource->flags & RESOURCE_64BIT,
		.is_prefetchable = resource->flags & RESOURCE_PREFETCH,
	};
}

/*
 * What is in a ROM is not looked at: the kernel must enable its decoder for that, which some
 * devices cannot stand while they are in use.
 */
static void read_rom(const struct nn_sysroot *root, struct nn_device *device,
		     const struct resource *resource)
{
	NN_AUTO(free) char *path = nn_pci_path(device->bdf, "rom");
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);

	device->rom_bytes = resource ? (int64_t)(resource->end - resource->start + 1) : -1;
	device->rom_readable = nn_sysfs_exists(root, path) ? access(full, R_OK) == 0 : -1;
}

void nn_device_read_resources(const struct nn_sysroot *root, struct nn_device *device)
{
	NN_AUTO(free) char *text = nn_pci_text(root, device->bdf, "resource");
	char *rest = text;
	bool has_rom = false;
	struct resource resource;

	for (unsigned int i = 0; i <= ROM_LINE && rest; i++) {
		bool is_there = parse_resource(strsep(&rest, "\n"), &resource);

		if (is_there && i < ROM_LINE)
			add_bar(root, device, i, &resource);
		has_rom = is_there && i == ROM_LINE;
	}
	read_rom(root, device, has_rom ? &resource : NULL);
}

/* ---- reset ---- */

/* `reset` is there when anything works, `reset_method` since Linux 5.15; empty: all were refused.
 */
void nn_device_read_reset(const struct nn_sysroot *root, struct nn_device *device)
{
	NN_AUTO(free) char *reset = nn_pci_path(device->bdf, "reset");
	NN_AUTO(free) char *method = nn_pci_path(device->bdf, "reset_method");

	device->reset_methods = nn_pci_text(root, device->bdf, "reset_method");
	device->can_reset = device->reset_methods ||
			    (nn_sysfs_exists(root, reset) && !nn_sysfs_exists(root, method));
}

/* ---- sharing ---- */

static void read_sriov(const struct nn_sysroot *root, struct nn_device *device)
{
	struct nn_sriov *sriov = &device->sriov;

	sriov->total_vfs = nn_pci_number(root, device->bdf, "sriov_totalvfs");
	sriov->nr_vfs = nn_pci_locked_number(root, device->bdf, "sriov_numvfs");
	sriov->autoprobe = nn_pci_number(root, device->bdf, "sriov_drivers_autoprobe");
	sriov->pf = nn_pci_link(root, device->bdf, "physfn");
	for (int64_t i = 0; i < sriov->nr_vfs && i < MAX_VFS; i++) {
		NN_AUTO(free) char *name = nn_asprintf("virtfn%lld", (long long)i);
		char *vf = nn_pci_link(root, device->bdf, name);

		if (vf)
			*NN_ARRAY_APPEND(sriov->vfs.names, sriov->vfs.nr, sriov->vfs.cap) = vf;
	}
}

void nn_device_read_sharing(const struct nn_sysroot *root, struct nn_device *device)
{
	read_sriov(root, device);
	nn_mdev_types_read(root, device->bdf, &device->mdev_types);
}
