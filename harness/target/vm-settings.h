/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An arm's settings for a virtual machine, parsed and with their defaults. */
#ifndef NN_TARGET_VM_SETTINGS_H
#define NN_TARGET_VM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/target/target.h"

/* Rows for the descriptor. */
extern const struct nn_setting nn_vm_setting_table[];

/* Borrowed from the arm but for @kernel, @disk and @initrd, which are absolute paths of its own. */
struct nn_vm_settings {
	const char *uri;
	uint64_t memory_bytes;
	uint64_t vcpus;
	bool is_host_image; /* the host's own root; else @disk is what boots */
	char *disk;         /* or NULL */
	char *kernel;       /* NULL: the firmware boots from the disk */
	char *initrd;       /* NULL: made by us, for the host image */
	const char *cmdline_extra;
	bool is_emulated; /* TCG */
	const char *emulator;
	bool has_hugepages;
	bool has_pv_eoi;
};

void nn_vm_settings_release(struct nn_vm_settings *settings);
NN_AUTO_DEFINE(vm_settings, struct nn_vm_settings, nn_vm_settings_release(p))

/** Return: 0, or -EINVAL when settings contradict each other or a value is none. */
int nn_vm_settings_read(const struct nn_target *target, const struct nn_plan_arm *arm,
			struct nn_vm_settings *ret_settings, struct nn_err *err);

#endif
