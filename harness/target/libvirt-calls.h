/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The calls of libvirt that the target needs, each with our error rule and a deadline (a duration).
 * A call that overruns its deadline says -ETIMEDOUT and is left behind with its connection and
 * domain: they are lost, which means that they are never used again, nor freed.
 */
#ifndef NN_TARGET_LIBVIRT_CALLS_H
#define NN_TARGET_LIBVIRT_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "harness/base/err.h"

/** Connect; -ENOTCONN when no libvirt answers at @uri. */
int nn_virt_open(const char *uri, uint64_t allowed_ns, virConnectPtr *ret_connection,
		 struct nn_err *err);

/* What kind of machine a domain is to be; NULL is libvirt's choice. */
struct nn_virt_machine {
	const char *emulator;
	const char *machine;
	bool is_emulated;
};

/**
 * What libvirt and QEMU can do for such a machine, as XML of the caller's.
 * Return: 0; -EIO when they know no such machine; -ETIMEDOUT: @connection is lost.
 */
int nn_virt_capabilities(virConnectPtr connection, const struct nn_virt_machine *machine,
			 uint64_t allowed_ns, char **ret_xml, struct nn_err *err);

/** Close a connection and drop its domain; both may be NULL. Costs at most 10 s. */
void nn_virt_close(virConnectPtr connection, virDomainPtr domain);

/**
 * Start a transient domain, paused, that dies with @connection.
 * Return: 0; -ETIMEDOUT: the domain may exist or come to exist, and @connection is lost.
 */
int nn_virt_create(virConnectPtr connection, const char *xml, uint64_t allowed_ns,
		   virDomainPtr *ret_domain, struct nn_err *err);

int nn_virt_resume(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err);

/** The XML as libvirt resolved it, the caller's. */
int nn_virt_xml(virDomainPtr domain, uint64_t allowed_ns, char **ret_xml, struct nn_err *err);

/**
 * Is the domain there and running? When not, @err says how it is.
 * Return: 0; -ESHUTDOWN; -EIO where libvirt cannot say; -ETIMEDOUT.
 */
int nn_virt_check_running(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err);

/** All domains there are; the caller frees them and the array. */
int nn_virt_list(virConnectPtr connection, uint64_t allowed_ns, virDomainPtr **ret_domains,
		 size_t *ret_nr, struct nn_err *err);

/** Is it a transient domain with a metadata element of @uri? -ENOENT when not. */
int nn_virt_check_mark(virDomainPtr domain, const char *uri, uint64_t allowed_ns,
		       struct nn_err *err);

/**
 * Ask the guest to switch itself off, by ACPI; a guest that does not listen is not told on.
 * Return: 0 or -ETIMEDOUT.
 */
int nn_virt_press_power_button(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err);

/** Destroy the domain; one that is gone already is fine. -ETIMEDOUT as for nn_virt_create(). */
int nn_virt_destroy(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err);

/** Destroy the domain of that UUID through a new connection, if there is one. */
int nn_virt_destroy_uuid(const char *uri, const char *uuid, uint64_t allowed_ns,
			 struct nn_err *err);

#endif
