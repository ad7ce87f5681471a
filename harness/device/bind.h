/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which driver a function is bound to, changed only with a journal. The journal is an interface:
 * the caller stores it (in the database) durably before nn_bind_* acts, and nn_bind_undo() brings a
 * function back to what an entry says, whatever state it is in now; undoing twice is harmless.
 */
#ifndef NN_DEVICE_BIND_H
#define NN_DEVICE_BIND_H

#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"

/* What was true of a function before we touched it. */
struct nn_bind_entry {
	char *bdf;
	char *driver;          /* or NULL: none was bound */
	char *driver_override; /* or NULL: none was set */
};

void nn_bind_entry_release(struct nn_bind_entry *entry);
NN_AUTO_DEFINE(bind_entry, struct nn_bind_entry, nn_bind_entry_release(p))

/* Where entries are kept. @record returns only when the entry would survive a power cut. */
struct nn_journal {
	void *user;
	int (*record)(void *user, const struct nn_bind_entry *entry, uint64_t *ret_id,
		      struct nn_err *err);
	int (*close)(void *user, uint64_t id, struct nn_err *err);
};

/** Read the present state of a function into an entry. */
int nn_bind_snapshot(const struct nn_sysroot *root, const char *bdf,
		     struct nn_bind_entry *ret_entry, struct nn_err *err);

/**
 * Bind a function to @driver by driver_override and drivers_probe, after journalling.
 * A driver that is not loaded is (modprobe). What is bound already is journalled all the same.
 * @deadline_ns: how long it may take (a duration).
 * @ret_id: the journal's entry, to close after nn_bind_undo().
 * Return: 0 only when the driver link says so within the deadline; on failure the function is
 * brought back and the entry closed before returning, or the message says that it is not.
 * Source: Documentation/ABI/testing/sysfs-bus-pci (driver_override, drivers_probe)
 */
int nn_bind_driver(const struct nn_sysroot *root, const char *bdf, const char *driver,
		   const struct nn_journal *journal, uint64_t deadline_ns, uint64_t *ret_id,
		   struct nn_err *err);

/**
 * Bring the function back to @entry: its driver and override. Idempotent.
 * @deadline_ns: how long it may take (a duration).
 */
int nn_bind_undo(const struct nn_sysroot *root, const struct nn_bind_entry *entry,
		 uint64_t deadline_ns, struct nn_err *err);

#endif
