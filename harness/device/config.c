/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/config.h"

#include <fcntl.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "harness/device/attribute.h"

#define EXTENDED_AT   256 /* extended capabilities begin here; shorter spaces have none */
#define PREFIX_BYTES  64  /* what anybody may read */
#define STANDARD_CAPS 48  /* of 4 bytes each, more cannot be without a loop */
#define EXTENDED_CAPS ((NN_PCI_CONFIG_BYTES - EXTENDED_AT) / 8)

struct space {
	const unsigned char *bytes;
	size_t len;
};

static unsigned int get8(const struct space *space, size_t at)
{
	return at < space->len ? space->bytes[at] : 0;
}

static unsigned int get16(const struct space *space, size_t at)
{
	return get8(space, at) | get8(space, at + 1) << 8;
}

static unsigned int get32(const struct space *space, size_t at)
{
	return get16(space, at) | get16(space, at + 2) << 16;
}

/* Where a capability begins, or 0. */
static size_t find_capability(const struct space *space, unsigned int id)
{
	size_t at = get8(space, PCI_CAPABILITY_LIST) & ~3U;

	if (!(get16(space, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	for (int i = 0; i < STANDARD_CAPS && at >= PREFIX_BYTES; i++) {
		if (get8(space, at) == id)
			return at;
		at = get8(space, at + PCI_CAP_LIST_NEXT) & ~3U;
	}
	return 0;
}

static size_t find_extended(const struct space *space, unsigned int id)
{
	size_t at = EXTENDED_AT;

	for (int i = 0; i < EXTENDED_CAPS && at >= EXTENDED_AT && at + 8 <= space->len; i++) {
		unsigned int header = get32(space, at);

		if (PCI_EXT_CAP_ID(header) == id)
			return at;
		at = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

static void parse_interrupts(const struct space *space, struct nn_pci_config *config)
{
	size_t msi = find_capability(space, PCI_CAP_ID_MSI);
	size_t msix = find_capability(space, PCI_CAP_ID_MSIX);

	config->msi_vectors = 0;
	config->msix_vectors = 0;
	if (msi)
		config->msi_vectors =
			1 << ((get16(space, msi + PCI_MSI_FLAGS) & PCI_MSI_FLAGS_QMASK) >> 1);
	if (msix)
		config->msix_vectors =
			(int)(get16(space, msix + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE) + 1;
}

static void parse_express(const struct space *space, struct nn_pci_config *config)
{
	size_t express = find_capability(space, PCI_CAP_ID_EXP);
	size_t advanced = find_capability(space, PCI_CAP_ID_AF);
	size_t acs = find_extended(space, PCI_EXT_CAP_ID_ACS);

	config->has_flr = 0;
	if (express) {
		config->pcie_type =
			(int)((get16(space, express + PCI_EXP_FLAGS) & PCI_EXP_FLAGS_TYPE) >> 4);
		config->has_flr = !!(get32(space, express + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR);
	}
	if (advanced && get8(space, advanced + PCI_AF_CAP) & PCI_AF_CAP_FLR)
		config->has_flr = 1;
	if (acs) {
		config->acs_capability = (int)get16(space, acs + PCI_ACS_CAP);
		config->acs_control = (int)get16(space, acs + PCI_ACS_CTRL);
	}
}

static const struct nn_pci_config unknown = {.header_type = -1,
					     .is_multifunction = -1,
					     .pcie_type = -1,
					     .msi_vectors = -1,
					     .msix_vectors = -1,
					     .has_flr = -1,
					     .acs_capability = -1,
					     .acs_control = -1};

void nn_pci_config_parse(const unsigned char *bytes, size_t len, struct nn_pci_config *ret_config)
{
	const struct space space = {.bytes = bytes, .len = len};
	unsigned int header;

	*ret_config = unknown;
	header = get8(&space, PCI_HEADER_TYPE);
	/* What is off the bus answers with ones; a virtual function has no vendor there either. */
	if (len < PREFIX_BYTES || header == 0xff)
		return;
	ret_config->header_type = (int)(header & 0x7f);
	ret_config->is_multifunction = !!(header & 0x80);
	if (len < EXTENDED_AT)
		return;
	ret_config->has_capabilities = true;
	parse_interrupts(&space, ret_config);
	parse_express(&space, ret_config);
}

/* Reading wakes a sleeping function, and one in D3cold may never answer again. */
static bool is_asleep(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *state = nn_pci_text(root, bdf, "power_state");

	return state && strcmp(state, "D3cold") == 0;
}

static size_t read_bytes(const struct nn_sysroot *root, const char *bdf, unsigned char *ret_bytes)
{
	NN_AUTO(free) char *path = nn_pci_path(bdf, "config");
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(fd) int fd = open(full, O_RDONLY | O_CLOEXEC);
	size_t len = 0;

	while (fd >= 0 && len < NN_PCI_CONFIG_BYTES) {
		ssize_t got = read(fd, ret_bytes + len, NN_PCI_CONFIG_BYTES - len);

		if (got <= 0)
			break;
		len += (size_t)got;
	}
	return len;
}

void nn_pci_config_read(const struct nn_sysroot *root, const char *bdf,
			struct nn_pci_config *ret_config)
{
	unsigned char bytes[NN_PCI_CONFIG_BYTES];
	size_t len = is_asleep(root, bdf) ? 0 : read_bytes(root, bdf, bytes);

	nn_pci_config_parse(bytes, len, ret_config);
}
