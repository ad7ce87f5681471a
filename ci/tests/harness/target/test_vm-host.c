/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/plan.h"
#include "harness/target/vm-host.h"

#define NVME      "0000:01:00.0"
#define PAGES     "/sys/kernel/mm/hugepages/hugepages-2048kB"
#define HALT_POLL "/sys/module/kvm/parameters/halt_poll_ns"
#define NODE1     "/sys/devices/system/node/node1/hugepages/hugepages-2048kB"

/* "" for a machine that has what is needed. */
static void expect_host(const struct tree *tree, const struct nn_vm_settings *settings,
			const char *message)
{
	struct nn_err err = {0};
	int rc = nn_vm_check_host(&tree->root, settings, NVME, &err);

	assert_string_equal(err.message, message);
	assert_int_equal(rc, message[0] ? -ENOTSUP : 0);
}

static void an_ordinary_vm_needs_nothing(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	expect_host(&tree, &settings, "");
}

static void huge_pages_need_a_kernel_and_a_mount_that_have_them(void **unused)
{
	static const char no_mount[] =
		"setting 'hugepages': no hugetlbfs with pages of 2 MiB is mounted; mount -t "
		"hugetlbfs -o pagesize=2M none /dev/hugepages-big, and restart libvirtd";
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	settings.has_hugepages = true;
	expect_host(&tree, &settings, "setting 'hugepages': this kernel has none; leave it out");
	tree_file(&tree, "/proc/meminfo", "HugePages_Total: 0\nHugepagesize:    2048 kB\n");
	expect_host(&tree, &settings,
		    "setting 'hugepages': this host has no huge pages of 2048 KiB");
	tree_file(&tree, PAGES "/nr_hugepages", "0\n");
	tree_file(&tree, PAGES "/free_hugepages", "0\n");
	expect_host(&tree, &settings, no_mount);
	tree_file(&tree, "/proc/mounts",
		  "proc /proc proc rw 0 0\nnone /dev/big hugetlbfs rw,pagesize=1024M 0 0\n");
	expect_host(&tree, &settings, no_mount);
	tree_file(&tree, "/proc/mounts", "hugetlbfs /dev/hugepages hugetlbfs rw,relatime 0 0\n");
	expect_host(&tree, &settings, "");
	tree_file(&tree, "/proc/mounts",
		  "hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0\n");
	expect_host(&tree, &settings, "");
}

static void expect_step(const struct nn_binding *binding, size_t i, const char *subject,
			const char *wanted)
{
	assert_true(i < binding->nr);
	assert_ptr_equal(binding->steps[i].kind, &nn_change_attribute);
	assert_string_equal(binding->steps[i].subject, subject);
	assert_string_equal(binding->steps[i].wanted, wanted);
}

static void what_the_host_must_give_is_planned(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(binding) struct nn_binding binding = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	binding.root = &tree.root;
	assert_int_equal(nn_vm_host_plan(&settings, NVME, &binding, NULL), 0);
	assert_int_equal(binding.nr, 0);
	settings.has_hugepages = true;
	settings.hugepage_bytes = 2 << 20;
	settings.numa = "1";
	settings.has_halt_poll = true;
	settings.halt_poll_ns = 50000;
	tree_file(&tree, NODE1 "/nr_hugepages", "100\n");
	tree_file(&tree, NODE1 "/free_hugepages", "12\n");
	tree_file(&tree, HALT_POLL, "200000\n");
	assert_int_equal(nn_vm_host_plan(&settings, NVME, &binding, NULL), 0);
	assert_int_equal(binding.nr, 2);
	expect_step(&binding, 0, NODE1 "/nr_hugepages", "600");
	expect_step(&binding, 1, HALT_POLL, "50000");
}

static void what_is_to_be_reserved_can_be_asked(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();
	struct nn_hugepage_need need;

	(void)unused;
	tree_init(&tree);
	assert_int_equal(nn_vm_hugepages_needed(&tree.root, &settings, NULL, &need, NULL), 0);
	assert_int_equal(need.page_bytes, 0);
	settings.has_hugepages = true;
	settings.hugepage_bytes = 1ULL << 30;
	settings.memory_bytes = 5ULL << 30;
	settings.numa = "auto";
	tree_file(&tree, "/sys/bus/pci/devices/" NVME "/numa_node", "1\n");
	assert_int_equal(nn_vm_hugepages_needed(&tree.root, &settings, NVME, &need, NULL), 0);
	assert_int_equal(need.page_bytes, 1 << 30);
	assert_int_equal(need.nr, 5);
	assert_int_equal(need.node, 1);
}

static void a_node_is_the_devices_or_must_exist(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();
	struct nn_err err = {0};
	int node = 7;

	(void)unused;
	tree_init(&tree);
	assert_int_equal(nn_vm_node(&tree.root, &settings, NVME, &node, NULL), 0);
	assert_int_equal(node, -1);
	settings.numa = "auto";
	tree_file(&tree, "/sys/bus/pci/devices/" NVME "/numa_node", "-1\n");
	assert_int_equal(nn_vm_node(&tree.root, &settings, NVME, &node, NULL), 0);
	assert_int_equal(node, -1);
	assert_int_equal(nn_vm_node(&tree.root, &settings, NULL, &node, NULL), 0);
	assert_int_equal(node, -1);
	tree_file(&tree, "/sys/bus/pci/devices/" NVME "/numa_node", "1\n");
	assert_int_equal(nn_vm_node(&tree.root, &settings, NVME, &node, NULL), 0);
	assert_int_equal(node, 1);
	settings.numa = "3";
	assert_int_equal(nn_vm_node(&tree.root, &settings, NVME, &node, &err), -ENOTSUP);
	assert_string_equal(err.message, "setting 'numa': this machine has no node 3; `ls -d "
					 "/sys/devices/system/node/node*` lists them");
}

static void pins_must_be_cpus_of_the_machine(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/sys/devices/system/cpu/online", "0-3\n");
	settings.pin = "0:3,1:4";
	expect_host(&tree, &settings, "setting 'pin': CPU 4 is not one of this machine's, 0-3");
	settings.pin = "0:2,1:3";
	settings.emulator_pin = "0-7";
	expect_host(&tree, &settings,
		    "setting 'emulator_pin': CPU 0-7 is not one of this machine's, 0-3");
	settings.emulator_pin = "0-1";
	expect_host(&tree, &settings, "");
}

static void features_must_be_the_cpus(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu topoextra\n");
	settings.topoext = NN_SWITCH_ON;
	expect_host(
		&tree, &settings,
		"setting 'topoext': this CPU has no such feature, which is AMD's; leave it out");
	settings = plain();
	settings.invtsc = NN_SWITCH_ON;
	expect_host(&tree, &settings,
		    "setting 'invtsc': the TSC of this CPU may stop; leave it out");
	tree_file(&tree, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu topoext nonstop_tsc\n");
	expect_host(&tree, &settings, "");
	settings.topology = (struct nn_vm_topology){1, 1, 2};
	expect_host(&tree, &settings,
		    "setting 'topology': an AMD CPU shows its guest threads with 'topoext: yes' "
		    "only; set that");
	settings.topoext = NN_SWITCH_ON;
	expect_host(&tree, &settings, "");
}

static void polling_needs_kvm(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	settings.has_halt_poll = true;
	expect_host(&tree, &settings,
		    "setting 'halt_poll_ns': KVM is not loaded: '" HALT_POLL "' is not there");
	tree_file(&tree, HALT_POLL, "200000\n");
	expect_host(&tree, &settings, "");
}

static void a_guest_must_have_a_driver_for_its_iommu(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();

	(void)unused;
	tree_init(&tree);
	settings.is_host_image = true;
	settings.kernel = (char *)"/boot/vmlinuz-6.1";
	settings.viommu = "virtio";
	tree_file(&tree, "/lib/modules/6.1/modules.dep", "kernel/fs/9p.ko:\n");
	tree_file(&tree, "/lib/modules/6.1/modules.builtin", "kernel/fs/ext4.ko\n");
	expect_host(&tree, &settings,
		    "setting 'viommu: virtio': kernel 6.1 has no driver virtio_iommu; choose "
		    "intel, or another 'kernel'");
	tree_file(&tree, "/lib/modules/6.1/modules.builtin",
		  "kernel/drivers/iommu/virtio-iommu.ko\n");
	expect_host(&tree, &settings, "");
}

static void a_rom_needs_a_device(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_vm_settings settings = plain();
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	settings.rom = (char *)"off";
	expect_host(&tree, &settings, "");
	assert_int_equal(nn_vm_check_host(&tree.root, &settings, NULL, &err), -ENOTSUP);
	assert_string_equal(err.message, "setting 'rom': the plan has no device whose ROM that "
					 "could be; leave it out");
}

static void files_must_be_readable(void **unused)
{
	char *disks[] = {(char *)"/nonexistent/d.raw"};
	const struct {
		struct nn_vm_settings settings;
		const char *role;
	} rows[] = {
		{{.rom = (char *)"/nonexistent"}, "rom"},
		{{.rom = (char *)"off", .overlay = (char *)"/nonexistent"}, "xml"},
		{{.rom = (char *)"off", .emulator = "/nonexistent"}, "emulator"},
		{{.rom = (char *)"off", .disks = {.names = disks, .nr = 1}}, "disks"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		struct nn_err err = {0};
		NN_AUTO(free) char *end = nn_asprintf("name another with '%s'", rows[i].role);

		assert_int_equal(nn_vm_check_files(&rows[i].settings, &err), -ENOTSUP);
		assert_int_equal(strncmp(err.message, rows[i].role, strlen(rows[i].role)), 0);
		assert_non_null(strstr(err.message, end));
	}
}

static void uefi_starts_no_kernel_without_an_efi_stub(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *kernel = NULL;
	struct nn_vm_settings settings = {.rom = (char *)"off", .is_ovmf = true};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	kernel = nn_asprintf("%s/vmlinux", tree.folder);
	settings.kernel = kernel;
	tree_file(&tree, "/vmlinux", "\177ELF");
	assert_int_equal(nn_vm_check_files(&settings, &err), -ENOTSUP);
	assert_non_null(strstr(err.message, "setting 'firmware: ovmf': kernel '"));
	assert_non_null(strstr(err.message, "' has no EFI stub; name another with 'kernel'"));
	tree_file(&tree, "/vmlinux", "MZ\352\7");
	assert_int_equal(nn_vm_check_files(&settings, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_vm_needs_nothing),
		cmocka_unit_test(huge_pages_need_a_kernel_and_a_mount_that_have_them),
		cmocka_unit_test(what_the_host_must_give_is_planned),
		cmocka_unit_test(what_is_to_be_reserved_can_be_asked),
		cmocka_unit_test(a_node_is_the_devices_or_must_exist),
		cmocka_unit_test(pins_must_be_cpus_of_the_machine),
		cmocka_unit_test(features_must_be_the_cpus),
		cmocka_unit_test(polling_needs_kvm),
		cmocka_unit_test(a_guest_must_have_a_driver_for_its_iommu),
		cmocka_unit_test(a_rom_needs_a_device),
		cmocka_unit_test(files_must_be_readable),
		cmocka_unit_test(uefi_starts_no_kernel_without_an_efi_stub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
