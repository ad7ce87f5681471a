/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which CPUs of the host the threads of a VM run on: as the plan says, or chosen by hwloc near the
 * device. An arm on the host gets its CPUs by the same choice. Lists of CPUs are texts as Linux
 * writes them ("0-3,8").
 */
#ifndef NN_TARGET_VM_PIN_H
#define NN_TARGET_VM_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/strbuf.h"
#include "harness/base/sysfs.h"
#include "harness/target/vm-settings.h"

struct nn_vm_pins {
	struct nn_name_list vcpus; /* a list of CPUs for each, empty: they are not pinned */
	char *emulator;            /* of QEMU's other threads, or NULL: not pinned */
	char *iothreads;           /* of each of them, or NULL */
};

void nn_vm_pins_release(struct nn_vm_pins *pins);
NN_AUTO_DEFINE(vm_pins, struct nn_vm_pins, nn_vm_pins_release(p))

/* What is to be placed. */
struct nn_pin_wish {
	const char *machine; /* hwloc's synthetic description of one, NULL: the one that runs */
	const char *near;    /* CPUs near the device, or NULL: all are */
	uint64_t nr_vcpus;
	uint64_t threads; /* vCPUs that are threads of one core to the guest */
};

/**
 * Choose: a core for each core of the guest, those near the device first, and one core that is not
 * theirs for QEMU's other threads. On a smaller machine cores are shared by threads, then QEMU's
 * threads run beside the vCPUs; a CPU never has two vCPUs.
 * Return: 0, or -ENOTSUP when there are fewer CPUs than vCPUs.
 */
int nn_vm_pins_choose(const struct nn_pin_wish *wish, struct nn_vm_pins *ret_pins,
		      struct nn_err *err);

/** "0:2,1:3-4" taken apart: each of @nr_vcpus once. -EINVAL says what is wrong. */
int nn_vm_pins_parse(const char *text, uint64_t nr_vcpus, struct nn_name_list *ret_vcpus,
		     struct nn_err *err);

/** A list of CPUs as Linux writes it, the caller's; -EINVAL for a text that is none. */
int nn_cpu_list_normal(const char *text, char **ret_list, struct nn_err *err);

/** Are all CPUs of @list in @of, which is such a list too? */
bool nn_cpu_list_covers(const char *of, const char *list);

/** The CPUs near a function, the caller's; NULL where the machine does not say. */
char *nn_cpus_near(const struct nn_sysroot *root, const char *bdf);

/** "0:2,1:3", or "none" without a vCPU; the caller's. */
char *nn_vm_pins_text(const struct nn_name_list *vcpus);

/**
 * As the settings have it.
 * @bdf: the device under test, or NULL.
 */
int nn_vm_pins_resolve(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		       const char *bdf, struct nn_vm_pins *ret_pins, struct nn_err *err);

#endif
