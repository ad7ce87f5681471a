/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The QEMU process of a VM as /proc shows it: how it was started, which pages back the guest's
 * memory and from which nodes they are, which CPUs its threads may use. Asking QEMU itself would
 * taint the domain; /proc needs nothing from it.
 */
#ifndef NN_TARGET_VM_PROCESS_H
#define NN_TARGET_VM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"

struct nn_vm_process {
	uint64_t pid;
	struct nn_name_list argv;
};

void nn_vm_process_release(struct nn_vm_process *process);
NN_AUTO_DEFINE(vm_process, struct nn_vm_process, nn_vm_process_release(p))

/** Find the process of the VM with that UUID; -ESRCH when it does not run on this machine. */
int nn_vm_process_find(const struct nn_sysroot *root, const char *uuid,
		       struct nn_vm_process *ret_process, struct nn_err *err);

/** The argument behind the first "-NAME", or NULL. */
const char *nn_vm_process_option(const struct nn_vm_process *process, const char *name);

/** Is "NAME=VALUE" one of the comma-separated parts of the argument behind "-OPTION"? */
bool nn_vm_process_has(const struct nn_vm_process *process, const char *option, const char *part);

/** The first argument behind a "-OPTION" that contains @text, or NULL. */
const char *nn_vm_process_with(const struct nn_vm_process *process, const char *option,
			       const char *text);

/* What backs the guest's memory: the largest mapping of the process that is no device's. */
struct nn_vm_memory {
	uint64_t start; /* address */
	uint64_t bytes;
	uint64_t page_bytes; /* of the kernel, 4096 or that of a huge page */
	uint64_t thp_bytes;  /* of it in transparent huge pages */
};

/** -EACCES when the process belongs to somebody else and we are not root. */
int nn_vm_process_memory(const struct nn_sysroot *root, const struct nn_vm_process *process,
			 struct nn_vm_memory *ret_memory, struct nn_err *err);

/** The policy of that mapping as /proc/PID/numa_maps has it ("default", "bind:0"), the caller's. */
int nn_vm_process_policy(const struct nn_sysroot *root, const struct nn_vm_process *process,
			 const struct nn_vm_memory *memory, char **ret_policy, struct nn_err *err);

/** The CPUs that a thread of any process may use, a list of the caller's; NULL when it has ended.
 */
char *nn_thread_cpus(const struct nn_sysroot *root, uint64_t pid, const char *thread);

/* Lists of CPUs that threads may use. */
struct nn_vm_threads {
	char *emulator;                /* of the first thread */
	struct nn_name_list vcpus;     /* by number; NULL where there is no such thread */
	struct nn_name_list iothreads; /* in no order */
};

void nn_vm_threads_release(struct nn_vm_threads *threads);
NN_AUTO_DEFINE(vm_threads, struct nn_vm_threads, nn_vm_threads_release(p))

int nn_vm_process_threads(const struct nn_sysroot *root, const struct nn_vm_process *process,
			  struct nn_vm_threads *ret_threads, struct nn_err *err);

#endif
