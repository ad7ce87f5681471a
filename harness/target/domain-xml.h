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

/* Only domains with this prefix and this metadata element are ours to destroy. */
#define NN_DOMAIN_PREFIX       "nearnative-"
#define NN_DOMAIN_METADATA_URI "https://nearnative.example/xmlns/domain/1"

/* Strings are borrowed; NULL leaves an element out. */
struct nn_domain {
	const char *boot; /* UUID: the domain's own, and in its name */
	bool is_emulated; /* QEMU's TCG instead of KVM */
	uint64_t memory_bytes;
	uint64_t vcpus;
	bool has_hugepages;
	bool has_pv_eoi; /* KVM's paravirtual end of interrupt */
	const char *emulator;
	const char *kernel; /* NULL: firmware boots from @disk */
	const char *initrd;
	const char *cmdline;
	const char *disk;                     /* changes to it are thrown away */
	const char *disk_format;              /* "qcow2" or "raw" */
	bool has_host_root;                   /* share the host's / read-only as "nnroot" */
	const char *console_path;             /* on the host */
	const char *const *oem;               /* SMBIOS OEM strings, NULL-terminated, or NULL */
	const struct nn_name_list *functions; /* to pass through, sorted, or NULL */
	const char *mediated;                 /* UUID of a mediated device to pass, or NULL */
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
