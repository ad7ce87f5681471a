/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a function's configuration space says of itself, as far as it may be read: root sees all of
 * it, others the first 64 bytes, and a function that sleeps in D3cold is not woken up for it. The
 * bytes come from devices and are trusted in nothing: chains end at the first loop or stray
 * pointer.
 */
#ifndef NN_DEVICE_CONFIG_H
#define NN_DEVICE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/sysfs.h"

#define NN_PCI_CONFIG_BYTES 4096

/* The kernel gives a device behind a port a group of its own only with all of these in force. */
#define NN_ACS_WANTED 0x1d /* source validation, request and completion redirect, forwarding */
#define NN_ACS_EGRESS 0x20 /* egress control */

/* Port types of interest, as in the PCI Express capability. */
enum nn_pcie_type {
	NN_PCIE_ENDPOINT = 0,
	NN_PCIE_LEGACY_ENDPOINT = 1,
	NN_PCIE_ROOT_PORT = 4,
	NN_PCIE_UPSTREAM_PORT = 5,
	NN_PCIE_DOWNSTREAM_PORT = 6,
	NN_PCIE_TO_PCI_BRIDGE = 7,
	NN_PCIE_FROM_PCI_BRIDGE = 8,
	NN_PCIE_INTEGRATED_ENDPOINT = 9,
	NN_PCIE_EVENT_COLLECTOR = 10,
};

/* Everywhere -1: not known. */
struct nn_pci_config {
	bool has_capabilities; /* they could be read; absent ones below are known to be absent */
	int header_type;       /* 0 endpoint, 1 bridge, 2 CardBus bridge */
	int is_multifunction;
	int pcie_type;      /* enum nn_pcie_type; -1 also for conventional PCI */
	int msi_vectors;    /* 0: no MSI */
	int msix_vectors;   /* 0: no MSI-X */
	int has_flr;        /* function level reset, by either capability */
	int acs_capability; /* bits of Access Control Services; -1 also when it has none */
	int acs_control;    /* those in force */
};

/** Take the bytes of a configuration space apart, of which @len could be read. */
void nn_pci_config_parse(const unsigned char *bytes, size_t len, struct nn_pci_config *ret_config);

/** Read a function's; all unknown when it cannot be read. */
void nn_pci_config_read(const struct nn_sysroot *root, const char *bdf,
			struct nn_pci_config *ret_config);

#endif
