/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/qemu-process.h"
#include "harness/target/vm-process.h"

#define ARGV                                                                              \
	"/usr/bin/qemu-system-x86_64 -machine pc-q35-7.2,usb=off,smm=on -uuid " QEMU_UUID \
	" -device {\"driver\":\"nvme\"} -device {\"driver\":\"vfio-pci\"} -S"

static void the_process_is_found_by_its_uuid(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(vm_process) struct nn_vm_process process = {0};
	NN_AUTO(vm_process) struct nn_vm_process none = {0};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_qemu(&tree, ARGV);
	assert_int_equal(nn_vm_process_find(&tree.root, QEMU_UUID, &process, NULL), 0);
	assert_int_equal(process.pid, 4711);
	assert_string_equal(process.argv.names[0], "/usr/bin/qemu-system-x86_64");
	assert_int_equal(nn_vm_process_find(&tree.root, "other", &none, &err), -ESRCH);
	assert_string_equal(err.message, "no process of this machine runs the VM");
}

static void arguments_are_looked_up_by_option(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(vm_process) struct nn_vm_process process = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_qemu(&tree, ARGV);
	assert_int_equal(nn_vm_process_find(&tree.root, QEMU_UUID, &process, NULL), 0);
	assert_string_equal(nn_vm_process_option(&process, "uuid"), QEMU_UUID);
	assert_null(nn_vm_process_option(&process, "smp"));
	assert_null(nn_vm_process_option(&process, "S")); /* the last word has nothing behind it */
	assert_true(nn_vm_process_has(&process, "machine", "smm=on"));
	assert_true(nn_vm_process_has(&process, "machine", "pc-q35-7.2"));
	assert_false(nn_vm_process_has(&process, "machine", "smm=o"));
	assert_false(nn_vm_process_has(&process, "cpu", "smm=on"));
	assert_string_equal(nn_vm_process_with(&process, "device", "vfio"),
			    "{\"driver\":\"vfio-pci\"}");
	assert_null(nn_vm_process_with(&process, "device", "virtio"));
}

static void the_largest_mapping_is_the_memory(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *policy = NULL;
	const struct nn_vm_process process = {.pid = 4711};
	struct nn_vm_memory memory = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_qemu(&tree, ARGV);
	assert_int_equal(nn_vm_process_memory(&tree.root, &process, &memory, NULL), 0);
	assert_true(memory.start == 0x7f0000000000);
	assert_true(memory.bytes == 1ULL << 30);
	assert_int_equal(memory.page_bytes, 1 << 21);
	assert_int_equal(memory.thp_bytes, 6 << 20);
	assert_int_equal(nn_vm_process_policy(&tree.root, &process, &memory, &policy, NULL), 0);
	assert_string_equal(policy, "bind:0");
}

/* Below 8 GiB of memory: BARs of the same size and larger, as kernels since 5.0 show them. */
static void a_bar_that_is_larger_is_not_the_memory(void **unused)
{
	static const char *const bars[] = {
		"7f1000000000-7f1400000000 rw-s 00000000 00:0f 1063 anon_inode:[vfio-device]\n"
		"Size:           16777216 kB\nKernelPageSize:        4 kB\n"
		"VmFlags: rd wr sh mr mw me ms de\n",
		"7f1000000000-7f1400000000 rw-s 00000000 00:06 77 /dev/vfio/devices/vfio0\n"
		"Size:           16777216 kB\nKernelPageSize:        4 kB\n",
		"7f1000000000-7f1400000000 rw-s 00000000 00:06 77 /dev/other\n"
		"Size:           16777216 kB\nKernelPageSize:        4 kB\n"
		"VmFlags: rd wr sh mr mw me ms io dc de dd\n",
		"7f1000000000-7f1200000000 rw-s 00000000 00:06 77 /dev/other\n"
		"Size:            8388608 kB\nKernelPageSize:        4 kB\n"
		"VmFlags: rd wr sh mr mw me ms pf\n",
	};
	const struct nn_vm_process process = {.pid = 4711};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bars); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(free)
		char *smaps = nn_asprintf(
			"7f0000000000-7f0200000000 rw-s 00000000 00:0f 9 /dev/hugepages/vfio/ram\n"
			"Size:            8388608 kB\nKernelPageSize:     2048 kB\n"
			"AnonHugePages:         0 kB\nVmFlags: rd wr sh mr mw me ms de ht sd\n"
			"%s"
			"7f2000000000-7f2000001000 r--p 00000000 00:00 0 [vvar]\n"
			"Size:                  4 kB\nKernelPageSize:        4 kB\n"
			"VmFlags: rd mr pf io de dd\n",
			bars[i]);
		struct nn_vm_memory memory = {0};

		tree_init(&tree);
		tree_file(&tree, "/proc/4711/smaps", smaps);
		assert_int_equal(nn_vm_process_memory(&tree.root, &process, &memory, NULL), 0);
		assert_true(memory.start == 0x7f0000000000);
		assert_true(memory.bytes == 8ULL << 30);
		assert_int_equal(memory.page_bytes, 2 << 20);
	}
}

static void what_proc_does_not_show_is_an_error(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(vm_threads) struct nn_vm_threads threads = {0};
	const struct nn_vm_process process = {.pid = 4711};
	struct nn_vm_memory memory = {.start = 5};
	struct nn_err err = {0};
	char *policy = NULL;

	(void)unused;
	tree_init(&tree);
	assert_int_equal(nn_vm_process_memory(&tree.root, &process, &memory, NULL), -ENOENT);
	tree_file(&tree, "/proc/4711/smaps", "");
	assert_int_equal(nn_vm_process_memory(&tree.root, &process, &memory, &err), -EPERM);
	assert_string_equal(err.message, "/proc/4711/smaps shows nothing");
	tree_file(&tree, "/proc/4711/numa_maps", "7 default\n");
	assert_int_equal(nn_vm_process_policy(&tree.root, &process, &memory, &policy, &err),
			 -ENOENT);
	assert_string_equal(err.message, "/proc/4711/numa_maps does not show the memory");
	tree_thread(&tree, "4711", "qemu-system-x86", "0");
	assert_int_equal(nn_vm_process_threads(&tree.root, &process, &threads, &err), -ESRCH);
	assert_string_equal(err.message, "no thread of process 4711 is a vCPU's");
}

static void threads_are_told_apart_by_name(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(vm_threads) struct nn_vm_threads threads = {0};
	const struct nn_vm_process process = {.pid = 4711};

	(void)unused;
	tree_init(&tree);
	tree_add_qemu(&tree, ARGV);
	assert_int_equal(nn_vm_process_threads(&tree.root, &process, &threads, NULL), 0);
	assert_string_equal(threads.emulator, "0-1");
	assert_int_equal(threads.vcpus.nr, 2);
	assert_string_equal(threads.vcpus.names[0], "2");
	assert_string_equal(threads.vcpus.names[1], "3");
	assert_int_equal(threads.iothreads.nr, 1);
	assert_string_equal(threads.iothreads.names[0], "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_process_is_found_by_its_uuid),
		cmocka_unit_test(arguments_are_looked_up_by_option),
		cmocka_unit_test(the_largest_mapping_is_the_memory),
		cmocka_unit_test(a_bar_that_is_larger_is_not_the_memory),
		cmocka_unit_test(what_proc_does_not_show_is_an_error),
		cmocka_unit_test(threads_are_told_apart_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
