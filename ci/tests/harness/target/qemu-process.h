/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recorded QEMU process in a small machine, for tests of what looks at one. */
#ifndef NN_TESTS_TARGET_QEMU_PROCESS_H
#define NN_TESTS_TARGET_QEMU_PROCESS_H

#include "ci/tests/harness/device/tree.h"

#define QEMU_UUID "a70bdd71-6249-4ddc-a756-4ee6dbfac7e5"
#define QEMU_PID  "4711"

/* As nn_asprintf's text, but NULs stay: what /proc has between arguments. */
static inline void tree_bytes(const struct tree *tree, const char *path, const char *bytes,
			      size_t len)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", tree->folder, path);
	FILE *file;

	tree_parents(tree, path);
	file = fopen(full, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* @words: separated by blanks. */
static inline void tree_argv(const struct tree *tree, const char *path, const char *words)
{
	NN_AUTO(free) char *bytes = strdup(words);
	size_t len = strlen(words) + 1;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == ' ')
			bytes[i] = '\0';
	}
	tree_bytes(tree, path, bytes, len);
}

static inline void tree_thread(const struct tree *tree, const char *tid, const char *comm,
			       const char *cpus)
{
	NN_AUTO(free) char *comm_path = nn_asprintf("/proc/" QEMU_PID "/task/%s/comm", tid);
	NN_AUTO(free) char *status_path = nn_asprintf("/proc/" QEMU_PID "/task/%s/status", tid);
	NN_AUTO(free)
	char *status = nn_asprintf("Name:\t%s\nCpus_allowed:\tff\nCpus_allowed_list:\t%s\n"
				   "Mems_allowed_list:\t0\n",
				   comm, cpus);

	tree_file(tree, comm_path, comm);
	tree_file(tree, status_path, status);
}

/* Two vCPUs on CPUs of their own, an I/O thread, 1 GiB in huge pages of node 0. */
static inline void tree_add_qemu(const struct tree *tree, const char *words)
{
	tree_argv(tree, "/proc/1/cmdline", "/sbin/init splash");
	tree_argv(tree, "/proc/99/cmdline",
		  "/usr/bin/qemu-system-x86_64 -uuid 00000000-6249-4ddc-a756-4ee6dbfac7e5");
	tree_file(tree, "/proc/meminfo", "Hugepagesize:       2048 kB\n");
	tree_folder(tree, "/sys/devices/system/node/node0");
	tree_argv(tree, "/proc/" QEMU_PID "/cmdline", words);
	tree_thread(tree, QEMU_PID, "qemu-system-x86", "0-1");
	tree_thread(tree, "4713", "CPU 1/KVM", "3");
	tree_thread(tree, "4712", "CPU 0/KVM", "2");
	tree_thread(tree, "4714", "IO iothread1", "1");
	tree_thread(tree, "4715", "vnc_worker", "0-1");
	tree_file(tree, "/proc/" QEMU_PID "/smaps",
		  "55d000000000-55d000200000 r-xp 00000000 08:01 1  /usr/bin/qemu-system-x86_64\n"
		  "Size:               2048 kB\nKernelPageSize:        4 kB\n"
		  "AnonHugePages:         0 kB\n"
		  "7f0000000000-7f0040000000 rw-s 00000000 00:0f 2  /dev/hugepages/libvirt/q\n"
		  "Size:            1048576 kB\nKernelPageSize:     2048 kB\n"
		  "AnonHugePages:      6144 kB\nVmFlags: rd wr sh\n"
		  "7f0050000000-7f0050001000 rw-p 00000000 00:00 0\n"
		  "Size:                  4 kB\nKernelPageSize:        4 kB\n");
	tree_file(tree, "/proc/" QEMU_PID "/numa_maps",
		  "55d000000000 default file=/usr/bin/qemu-system-x86_64 mapped=2 N0=2\n"
		  "7f0000000000 bind:0 file=/dev/hugepages/libvirt/q huge dirty=512 N0=512\n");
}

#endif
