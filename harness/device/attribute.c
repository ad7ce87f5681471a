/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/attribute.h"

char *nn_pci_path(const char *bdf, const char *name)
{
	return nn_asprintf(NN_PCI_DEVICES "/%s/%s", bdf, name);
}

char *nn_pci_text(const struct nn_sysroot *root, const char *bdf, const char *name)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, name);

	return nn_sysfs_text(root, path);
}

char *nn_pci_link(const struct nn_sysroot *root, const char *bdf, const char *name)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, name);

	return nn_sysfs_link_name(root, path);
}

int64_t nn_pci_number(const struct nn_sysroot *root, const char *bdf, const char *name)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, name);
	uint64_t value;

	if (nn_sysfs_read_u64(root, path, &value, NULL) || value > INT64_MAX)
		return -1;
	return (int64_t)value;
}
