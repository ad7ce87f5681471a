/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/names.h"

#include <pci/pci.h>

#include "harness/base/array.h"

#define NAME_CAP 256

/* Names only, from pci.ids only: asking udev as well leaks memory where it has no database. */
#define PLAIN (PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)

static void ignore_message(char *message NN_UNUSED, ...)
{
}

/*
 * libpci wants this one not to return, and pci_init(), which would set one, refuses to work where
 * there is no PCI. Only a corrupt pci.ids gets here.
 */
static __attribute__((noreturn)) void end_program(char *message, ...)
{
	(void)fprintf(stderr, "libpci: %s", message);
	exit(EXIT_FAILURE);
}

static char *name_of(struct pci_access *access, const struct nn_device *device, int what)
{
	char text[NAME_CAP];
	const char *name = pci_lookup_name(access, text, sizeof(text), what | PLAIN, device->vendor,
					   device->device);

	return nn_strdup(name);
}

/* "NVM Express" says more than "Non-Volatile memory controller", where there is such a name. */
static char *class_of(struct pci_access *access, const struct nn_device *device)
{
	unsigned int class = device->class_code >> 8;
	char text[NAME_CAP];
	char interface[NAME_CAP];
	const char *name =
		pci_lookup_name(access, text, sizeof(text), PCI_LOOKUP_CLASS | PLAIN, class);
	const char *detail =
		pci_lookup_name(access, interface, sizeof(interface), PCI_LOOKUP_PROGIF | PLAIN,
				class, device->class_code & 0xff);

	if (!name || !detail)
		return nn_strdup(name);
	return nn_asprintf("%s (%s)", name, detail);
}

void nn_device_names_lookup(struct nn_device *devices, size_t nr)
{
	struct pci_access *access = pci_alloc();

	access->error = end_program;
	access->warning = ignore_message;
	access->debug = ignore_message;
	for (size_t i = 0; i < nr; i++) {
		free(devices[i].vendor_name);
		free(devices[i].device_name);
		free(devices[i].class_name);
		devices[i].vendor_name = name_of(access, &devices[i], PCI_LOOKUP_VENDOR);
		devices[i].device_name = name_of(access, &devices[i], PCI_LOOKUP_DEVICE);
		devices[i].class_name = class_of(access, &devices[i]);
	}
	pci_cleanup(access);
}

void nn_device_name_lookup(struct nn_device *device)
{
	nn_device_names_lookup(device, 1);
}
