/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/device/kernel.h"
#include "ci/tests/harness/target/plan.h"
#include "harness/target/kvm-probe.h"
#include "harness/target/libvirt.h"
#include "harness/target/vm-settings.h"

#define PF    "0000:02:00.0"
#define PAGES "/sys/kernel/mm/hugepages/hugepages-2048kB"

static const struct nn_target *target(void)
{
	return nn_target_find("libvirt");
}

/* Give the arm a setting. */
static void with(struct rig *rig, const char *name, const char *value)
{
	nn_pairs_add(&rig->arm.settings, name, value);
}

static void check_refuses_a_machine_that_cannot_isolate(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	rig_device(&rig, "0000:01:00.0");
	rig_expect_check(&rig, "libvirt",
			 "no IOMMU: /sys/kernel/iommu_groups is empty; enable VT-d or AMD-Vi in "
			 "the firmware and boot with intel_iommu=on or amd_iommu=on");
	tree_folder(&rig.tree, "/sys/kernel/iommu_groups/0");
	rig_expect_check(&rig, "libvirt",
			 "the plan's device '0000:01:00.0' does not exist; `nearnative devices` "
			 "lists what there is");
	tree_add_function(&rig.tree, &(struct tree_function){"0000:01:00.0", "0x010802", "0x1b36",
							     "0x0010", "nvme", NULL});
	rig_expect_check(&rig, "libvirt",
			 "'0000:01:00.0' is in no IOMMU group, so it cannot be isolated; use a "
			 "device behind an IOMMU");
}

static void check_refuses_a_device_in_use(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	tree_add_nvme(&rig.tree);
	tree_file(&rig.tree, "/proc/self/mountinfo",
		  "30 1 259:1 / /d rw - xfs /dev/nvme0n1p1 rw\n");
	rig_device(&rig, "0000:01:00.0");
	rig_expect_check(
		&rig, "libvirt",
		"'0000:01:00.0' cannot be handed over: IOMMU group 7: device "
		"'0000:01:00.0' is in use: 'nvme0n1p1' is mounted on '/d'; free it or name "
		"another device");
}

static void check_names_what_cannot_be_read(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	with(&rig, "accel", "tcg");
	with(&rig, "kernel", "/nonexistent/vmlinuz-1");
	rig_expect_check(&rig, "libvirt",
			 "kernel '/nonexistent/vmlinuz-1' is not readable (No such file or "
			 "directory); name another with 'kernel'");
}

/* Before a boot there is no virtual function to ask, but what it hangs on is there. */
static void a_virtual_function_is_where_its_physical_one_is(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(free) char *kernel = NULL;
	const struct tree_function pf = {PF, "0x010802", "0x1b36", "0x0010", "nvme", "8"};

	(void)unused;
	rig_init(&rig);
	tree_add_function(&rig.tree, &pf);
	tree_attribute(&rig.tree, PF, "sriov_totalvfs", "4\n");
	tree_attribute(&rig.tree, PF, "sriov_numvfs", "0\n");
	tree_attribute(&rig.tree, PF, "sriov_offset", "1\n");
	tree_attribute(&rig.tree, PF, "sriov_stride", "1\n");
	tree_attribute(&rig.tree, PF, "numa_node", "1\n");
	tree_folder(&rig.tree, "/sys/class/iommu/dmar0");
	tree_file(&rig.tree, "/vmlinuz-1", "");
	kernel = nn_asprintf("%s/vmlinuz-1", rig.tree.folder);
	rig.plan.device = (struct nn_plan_device){
		.kind = NN_PLAN_VIRTUAL_FUNCTION, .name = (char *)PF, .vf = 1};
	with(&rig, "accel", "tcg");
	with(&rig, "kernel", kernel);
	with(&rig, "initrd", kernel);
	with(&rig, "hugepages", "2MiB");
	with(&rig, "numa", "auto");
	tree_file(&rig.tree, PAGES "/nr_hugepages", "600\n");
	tree_file(&rig.tree, PAGES "/free_hugepages", "600\n");
	rig_expect_check(&rig, "libvirt",
			 "setting 'hugepages': this host has no huge pages of 2048 KiB on that "
			 "node");
}

static void check_names_a_libvirt_that_does_not_answer(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(free) char *kernel = NULL;
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	tree_file(&rig.tree, "/vmlinuz-1", "");
	tree_file(&rig.tree, "/initrd", "");
	kernel = nn_asprintf("%s/vmlinuz-1", rig.tree.folder);
	with(&rig, "accel", "tcg");
	with(&rig, "kernel", kernel);
	with(&rig, "initrd", kernel);
	with(&rig, "uri", "qemu+unix:///system?socket=/nonexistent/socket");
	assert_int_equal(target()->check(&rig.plan, &rig.arm, &rig.tree.root, &err), -ENOTSUP);
	assert_non_null(strstr(err.message, "libvirt does not answer (qemu+unix:///system?"));
	assert_non_null(strstr(err.message, "; start libvirtd or name another 'uri'"));
}

static void check_tries_kvm(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	struct nn_err err = {0};

	(void)unused;
	if (nn_kvm_probe(NN_KVM_PROBE_DEADLINE_NS, NULL) == 0) {
		print_message("skipped: KVM works on this machine\n");
		skip();
	}
	rig_init(&rig);
	assert_int_equal(target()->check(&rig.plan, &rig.arm, &rig.tree.root, &err), -ENOTSUP);
	assert_int_equal(strncmp(err.message, "KVM does not work: ", 19), 0);
	assert_non_null(strstr(err.message, "or set 'accel: tcg'"));
}

static void settings_that_contradict_are_refused(void **unused)
{
	const struct {
		const char *name;
		const char *value;
		const char *message;
	} rows[] = {
		{"image", "disk", "arm 'arm': setting 'image: disk' needs a setting 'disk'"},
		{"image", "iso", "arm 'arm': setting 'image': 'iso', expected host or disk"},
		{"accel", "hvf", "arm 'arm': setting 'accel': 'hvf', expected kvm or tcg"},
		{"vcpus", "0", "arm 'arm': setting 'vcpus': 0, expected at least 1"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(rig) struct rig rig = {0};
		struct nn_vm_settings settings = {0};
		struct nn_err err = {0};

		rig_init(&rig);
		with(&rig, rows[i].name, rows[i].value);
		assert_int_equal(nn_vm_settings_read(target(), &rig.arm, &settings, &err), -EINVAL);
		assert_string_equal(err.message, rows[i].message);
		assert_null(settings.kernel);
	}
}

static void settings_have_their_defaults(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(vm_settings) struct nn_vm_settings host = {0};
	NN_AUTO(vm_settings) struct nn_vm_settings disk = {0};

	(void)unused;
	rig_init(&rig);
	assert_int_equal(nn_vm_settings_read(target(), &rig.arm, &host, NULL), 0);
	assert_true(host.is_host_image);
	assert_string_equal(host.uri, "qemu:///system");
	assert_int_equal(host.memory_bytes, 1ULL << 30);
	assert_int_equal(host.vcpus, 1);
	assert_int_equal(strncmp(host.kernel, "/boot/vmlinuz-", 14), 0);
	assert_false(host.is_emulated);
	with(&rig, "disk", "images/guest.qcow2");
	assert_int_equal(nn_vm_settings_read(target(), &rig.arm, &disk, NULL), 0);
	assert_false(disk.is_host_image);
	assert_null(disk.kernel);
	assert_int_equal(disk.disk[0], '/'); /* libvirt wants it so */
}

/* A boot that fails in libvirt still gives everything back. */
static void a_boot_without_libvirt_gives_the_device_back(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(free) char *after = NULL;
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	tree_add_nvme(&rig.tree);
	kernel_start(&kernel, &rig.tree);
	rig_device(&rig, KERNEL_BDF);
	rig.boot.agent_path = "/bin/true";
	with(&rig, "kernel", "/boot/vmlinuz-1");
	with(&rig, "initrd", "/boot/initrd-1");
	with(&rig, "uri", "qemu+unix:///system?socket=/nonexistent/socket");
	assert_int_equal(target()->prepare(&rig.boot, NULL), 0);
	assert_int_equal(rig.boot.device.vendor, 0x1b36);
	assert_string_equal(rig.boot.device.bdf, ""); /* a guest finds it by identity */
	assert_int_equal(rig.boot.device.index, 0);
	assert_int_equal(rig.boot.spare.vendor, 0);
	assert_int_equal(rig.notes.nr_opened, 1);
	assert_int_equal(target()->boot(&rig.boot, &rig.cred, &err), -ENOTCONN);
	assert_int_equal(target()->shutdown(&rig.boot, NULL), 0);
	assert_int_equal(target()->restore(&rig.boot, NULL), 0);
	assert_int_equal(rig.notes.nr_closed, 1);
	after = nn_sysfs_link_name(&rig.tree.root, "/sys/bus/pci/devices/" KERNEL_BDF "/driver");
	assert_string_equal(after, "nvme");
	assert_null(rig.boot.state);
	assert_int_equal(target()->restore(&rig.boot, NULL), 0);
}

static void equal_functions_are_counted_in_address_order(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	const struct tree_function first = {"0000:01:00.0", "0x030000", "0x10de",
					    "0x2684",       "vfio-pci", "7"};
	const struct tree_function second = {"0000:02:00.0", "0x030000", "0x10de",
					     "0x2684",       "vfio-pci", "7"};

	(void)unused;
	rig_init(&rig);
	tree_add_function(&rig.tree, &first);
	tree_add_function(&rig.tree, &second);
	rig_device(&rig, second.bdf);
	with(&rig, "initrd", "/boot/initrd-1");
	assert_int_equal(target()->prepare(&rig.boot, NULL), 0);
	assert_int_equal(rig.boot.device.index, 1);
	assert_int_equal(target()->restore(&rig.boot, NULL), 0);
}

static void an_agent_path_with_a_blank_is_refused(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	rig.boot.agent_path = "/opt/my agent";
	with(&rig, "initrd", "/boot/initrd-1");
	assert_int_equal(target()->prepare(&rig.boot, NULL), 0);
	assert_int_equal(target()->boot(&rig.boot, &rig.cred, &err), -EINVAL);
	assert_string_equal(err.message, "'/opt/my agent' has a blank or quote, which no kernel "
					 "command line can carry");
	assert_int_equal(target()->restore(&rig.boot, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_refuses_a_machine_that_cannot_isolate),
		cmocka_unit_test(check_refuses_a_device_in_use),
		cmocka_unit_test(check_names_what_cannot_be_read),
		cmocka_unit_test(a_virtual_function_is_where_its_physical_one_is),
		cmocka_unit_test(check_names_a_libvirt_that_does_not_answer),
		cmocka_unit_test(check_tries_kvm),
		cmocka_unit_test(settings_that_contradict_are_refused),
		cmocka_unit_test(settings_have_their_defaults),
		cmocka_unit_test(a_boot_without_libvirt_gives_the_device_back),
		cmocka_unit_test(equal_functions_are_counted_in_address_order),
		cmocka_unit_test(an_agent_path_with_a_blank_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
