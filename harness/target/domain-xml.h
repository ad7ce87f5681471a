/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A libvirt domain as XML: pure, from a struct to text, through libxml2's tree so that nothing
 * needs escaping by hand. q35, no balloon, no USB, no graphics, a serial console kept in a file; it
 * ends for good however it ends. Passed functions sit behind root ports, one for each slot they
 * share on the host; virtual devices sit on bus 0.
 */
#ifndef NN_TARGET_DOMAIN_XML_H
#define NN_TARGET_DOMAIN_XML_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/target/vm-pin.h"
#include "harness/target/vm-settings.h"

/* Only domains with this prefix and this metadata element are ours to destroy. */
#define NN_DOMAIN_PREFIX       "nearnative-"
#define NN_DOMAIN_METADATA_URI "https://nearnative.example/xmlns/domain/1"

/* Elements for QEMU alone. Source: https://libvirt.org/kbase/qemu-passthrough-security.html */
#define NN_DOMAIN_QEMU_URI "http://libvirt.org/schemas/domain/qemu/1.0"

/* Serial numbers of the plan's further disks, by which the guest tells them apart: 1, 2 … */
#define NN_DOMAIN_DISK_SERIAL "nearnative"

/* Where the guest's firmware and kernel find a mediated device: behind the first port. */
#define NN_DOMAIN_MEDIATED_BDF "0000:01:00.0"

/* Strings are borrowed; NULL leaves an element out. */
struct nn_domain {
	const char *boot; /* UUID: the domain's own, and in its name */
	const struct nn_vm_settings *vm;
	const struct nn_vm_pins *pins; /* or NULL: nothing is pinned */
	int node;                      /* of the host, for all memory; -1: any */
	const char *initrd;            /* used with a kernel */
	const char *cmdline;
	const char *nvram_path;               /* of the firmware's variables, with OVMF */
	const char *console_path;             /* on the host */
	const char *credentials_path;         /* on the host, read by QEMU alone, or NULL */
	const struct nn_name_list *functions; /* to pass through, sorted, or NULL */
	const char *device;                   /* the one of them that is under test, or NULL */
	const char *mediated; /* UUID of one to pass instead of functions, or NULL */
};

/**
 * Write the domain.
 * @ret_xml: the caller's.
 * Return: 0, or -E2BIG for functions in more slots than there are root ports, or -EINVAL for an
 * address that is none.
 * Source: https://libvirt.org/formatdomain.html
 */
int nn_domain_xml(const struct nn_domain *domain, char **ret_xml, struct nn_err *err);

/** The program that libvirt runs for a domain, from its XML; the caller's, NULL: it does not say.
 */
char *nn_domain_emulator(const char *xml);

/** The name of the domain of a boot, the caller's. */
char *nn_domain_name(const char *boot);

#endif
