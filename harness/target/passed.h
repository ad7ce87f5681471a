/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions that a boot takes away from their drivers: journalled before, brought back after. An
 * item is open while the journal holds an entry for it that has not been closed.
 */
#ifndef NN_TARGET_PASSED_H
#define NN_TARGET_PASSED_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/device/bind.h"

struct nn_passed {
	struct nn_bind_entry entry;
	uint64_t id;
	bool is_open;
};

struct nn_passed_set {
	struct nn_passed *items;
	size_t nr;
	size_t cap;
};

void nn_passed_release(struct nn_passed_set *set);

/** Journal functions whose driver somebody else (libvirt) is about to change. */
int nn_passed_record(const struct nn_sysroot *root, const struct nn_name_list *bdfs,
		     const struct nn_journal *journal, struct nn_passed_set *set,
		     struct nn_err *err);

/** Bind a function to @driver ourselves, journalled. */
int nn_passed_bind(const struct nn_sysroot *root, const char *bdf, const char *driver,
		   const struct nn_journal *journal, uint64_t deadline_ns,
		   struct nn_passed_set *set, struct nn_err *err);

/**
 * Bring every open function back to what it was and close its entry. Idempotent; a function that
 * does not come back stays open and the others are tried all the same.
 * Return: 0 when none is open any more, else the first failure.
 */
int nn_passed_return(const struct nn_sysroot *root, const struct nn_journal *journal,
		     uint64_t deadline_ns, struct nn_passed_set *set, struct nn_err *err);

#endif
