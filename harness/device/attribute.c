/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/attribute.h"

#include "harness/base/clock.h"
#include "harness/base/units.h"

#define LOCKED_MAX_NS NN_NS_PER_S

char *nn_pci_path(const char *bdf, const char *name)
{
	return nn_asprintf(NN_PCI_DEVICES "/%s/%s", bdf, name);
}

char *nn_pci_text(const struct nn_sysroot *root, const char *bdf, const char *name)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, name);

	return nn_sysfs_text(root, path);
}

char *nn_pci_locked_text(const struct nn_sysroot *root, const char *bdf, const char *name)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, name);
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	if (nn_sysfs_read_until(root, path, nn_clock_ns() + LOCKED_MAX_NS, &text, NULL) ||
	    !text.len)
		return NULL;
	return nn_strbuf_detach(&text);
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

int64_t nn_pci_locked_number(const struct nn_sysroot *root, const char *bdf, const char *name)
{
	NN_AUTO(free) char *text = nn_pci_locked_text(root, bdf, name);
	uint64_t value;

	if (!text || nn_parse_u64(text, &value, NULL) || value > INT64_MAX)
		return -1;
	return (int64_t)value;
}
