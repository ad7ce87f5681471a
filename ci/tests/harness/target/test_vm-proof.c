/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/qemu-process.h"
#include "harness/base/array.h"
#include "harness/target/vm-proof.h"

#define NVME "0000:01:00.0"

static char *const disks[] = {(char *)"/srv/a.raw", (char *)"/srv/b.raw"};
static char *const functions[] = {(char *)NVME, (char *)"0000:01:00.1"};
static const struct nn_name_list passed = {.names = (char **)functions, .nr = 2};
static char *const cpus[] = {(char *)"2", (char *)"3"};

/* Everything is asked for … */
static const struct nn_vm_settings rich = {
	.uri = "qemu:///system",
	.memory_bytes = 1ULL << 30,
	.vcpus = 2,
	.topology = {1, 1, 2},
	.disk = (char *)"/srv/disk.qcow2",
	.kernel = (char *)"/boot/vmlinuz-6.1.0-56-amd64",
	.initrd = (char *)"/boot/initrd",
	.cmdline_extra = "mitigations=off  audit=0",
	.emulator = "/usr/bin/qemu-system-x86_64",
	.machine = "q35",
	.is_ovmf = true,
	.has_secure_boot = true,
	.has_hugepages = true,
	.numa = "0",
	.pin = "0:2,1:3",
	.emulator_pin = "0-1",
	.iothread_pin = "1",
	.iothreads = 1,
	.disks = {.names = (char **)disks, .nr = 2},
	.rom = (char *)"/srv/card.rom",
	.has_hyperv = true,
	.has_pv_eoi = true,
	.ioapic = "qemu",
	.viommu = "intel",
	.cpu_cache = "passthrough",
	.topoext = NN_SWITCH_ON,
	.invtsc = NN_SWITCH_OFF,
	.poll_control = NN_SWITCH_ON,
	.hint_dedicated = NN_SWITCH_ON,
	.has_halt_poll = true,
	.halt_poll_ns = 1000,
};

static const struct nn_vm_pins rich_pins = {.vcpus = {.names = (char **)cpus, .nr = 2},
					    .emulator = (char *)"0-1",
					    .iothreads = (char *)"1"};

/* … and so it is. */
#define RICH_ARGV                                                                     \
	"/usr/bin/qemu-system-x86_64 -name guest=nearnative "                         \
	"-machine pc-q35-7.2,smm=on,kernel_irqchip=split -accel kvm "                 \
	"-cpu host,migratable=off,host-cache-info=on,l3-cache=off -m 1024 -smp 2 "    \
	"-uuid " QEMU_UUID " -initrd /boot/initrd "                                   \
	"-blockdev {\"driver\":\"file\",\"filename\":\"/srv/disk.qcow2\"} "           \
	"-device {\"driver\":\"vfio-pci\",\"host\":\"" NVME "\",\"id\":\"hostdev0\"," \
	"\"romfile\":\"/srv/card.rom\"} "                                             \
	"-device {\"driver\":\"vfio-pci\",\"host\":\"0000:01:00.1\"}"

static const struct nn_pair rich_facts[] = {
	{(char *)"cpu.count", (char *)"2"},
	{(char *)"cpu.topology", (char *)"1x1x2"},
	{(char *)"cpu.topoext", (char *)"yes"},
	{(char *)"cpu.invtsc", (char *)"no"},
	{(char *)"kernel.release", (char *)"6.1.0-56-amd64"},
	{(char *)"kernel.cmdline", (char *)"console=ttyS0 mitigations=off audit=0"},
	{(char *)"memory.total", (char *)"1014144 kB"},
	{(char *)"firmware", (char *)"uefi"},
	{(char *)"firmware.secure_boot", (char *)"yes"},
	{(char *)"hypervisor", (char *)"Microsoft Hv + KVMKVMKVM"},
	{(char *)"kvm.features", (char *)"clock pv-eoi poll-control"},
	{(char *)"kvm.hints", (char *)"dedicated"},
	{(char *)"iommu", (char *)"dmar0"},
	{(char *)"device.iommu.group", (char *)"4"},
	{(char *)"device.rom", (char *)"65536"},
	{(char *)"block.images", (char *)"nearnative1 nearnative2"},
};

struct rig {
	struct tree tree;
	struct nn_vm_settings settings;
	struct nn_pairs facts;
	struct nn_vm_subject subject;
	struct nn_target_proof proof;
};

static void rig_init(struct rig *rig, const char *argv)
{
	tree_init(&rig->tree);
	tree_add_qemu(&rig->tree, argv);
	tree_file(&rig->tree, "/sys/module/kvm/parameters/halt_poll_ns", "1000\n");
	rig->settings = rich;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rich_facts); i++)
		nn_pairs_add(&rig->facts, rich_facts[i].name, rich_facts[i].value);
	rig->subject = (struct nn_vm_subject){.sysroot = &rig->tree.root,
					      .boot = QEMU_UUID,
					      .settings = &rig->settings,
					      .pins = &rich_pins,
					      .node = 0,
					      .device = NVME,
					      .functions = &passed,
					      .facts = &rig->facts,
					      .xml = "<domain/>"};
}

static void rig_release(struct rig *rig)
{
	tree_release(&rig->tree);
	nn_pairs_release(&rig->facts);
	nn_target_proof_release(&rig->proof);
}

NN_AUTO_DEFINE(rig, struct rig, rig_release(p))

static const char *told(const struct rig *rig, const char *kind, const char *setting)
{
	NN_AUTO(free) char *name = nn_asprintf("%s.%s", kind, setting);
	const char *value = nn_pairs_get(&rig->proof.host, name);

	return value ? value : nn_pairs_get(&rig->proof.system, name);
}

static void expect_told(const struct rig *rig, const char *kind, const char *setting,
			const char *value)
{
	const char *is = told(rig, kind, setting);

	if (!is || strcmp(is, value) != 0)
		print_error("%s.%s: '%s', wanted '%s'\n", kind, setting, is ? is : "nothing",
			    value);
	assert_non_null(is);
	assert_string_equal(is, value);
}

/* What was asked for is in effect when, and only when, both texts are equal. */
static void every_setting_can_be_proved(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(free) char *overlay = NULL;

	(void)unused;
	rig_init(&rig, RICH_ARGV);
	tree_file(&rig.tree, "/o.xml", "<domain/>");
	overlay = nn_asprintf("%s/o.xml", rig.tree.folder);
	rig.settings.overlay = overlay;
	nn_vm_prove(&rig.subject, &rig.proof);
	for (const struct nn_setting *s = nn_vm_setting_table; s->name; s++) {
		const char *requested = told(&rig, "requested", s->name);

		if (strcmp(s->name, "uri") == 0)
			continue; /* says where libvirt is, nothing of the VM */
		if (!requested)
			print_error("nothing was told of '%s'\n", s->name);
		assert_non_null(requested);
		assert_null(told(&rig, "unproved", s->name));
		expect_told(&rig, "effective", s->name, requested);
	}
	assert_string_equal(nn_pairs_get(&rig.proof.host, "vm.machine"), "pc-q35-7.2");
	assert_string_equal(nn_pairs_get(&rig.proof.host, "vm.memory.thp"), "6 MiB");
	assert_non_null(nn_pairs_get(&rig.proof.system, "effective.vcpus"));
	assert_null(nn_pairs_get(&rig.proof.host, "effective.vcpus"));
}

#define POOR_ARGV                                                                              \
	"/usr/bin/qemu -machine pc-i440fx-7.2,accel=kvm -cpu host -m size=524288k "            \
	"-uuid " QEMU_UUID " -device {\"driver\":\"virtio-9p-pci\",\"mount_tag\":\"nnroot\"} " \
	"-device {\"driver\":\"vfio-pci\",\"host\":\"" NVME "\",\"rombar\":0}"

/* Nothing is as it was asked for. */
static void what_is_otherwise_is_told_as_it_is(void **unused)
{
	const struct {
		const char *setting;
		const char *effective;
	} rows[] = {
		{"vcpus", "1"},
		{"topology", "1x1x1"},
		{"topoext", "no"},
		{"kernel", "6.2"},
		{"cmdline_extra", "audit=0"},
		{"memory", "512 MiB, of which the guest uses 300000 KiB"},
		{"firmware", "bios"},
		{"hyperv", "no"},
		{"pv_eoi", "no"},
		{"poll_control", "no"},
		{"hint_dedicated", "no"},
		{"viommu", "none"},
		{"disks", "/srv/b.raw"},
		{"hugepages", "no"},
		{"numa", "none"},
		{"pin", "0:0-7,1:0-7"},
		{"emulator_pin", "0-7"},
		{"iothread_pin", "none"},
		{"iothreads", "0"},
		{"machine", "pc-i440fx-7.2"},
		{"image", "host"},
		{"disk", "none"},
		{"initrd", "none"},
		{"emulator", "/usr/bin/qemu"},
		{"rom", "off, but the guest sees one"},
		{"extra", NVME},
		{"ioapic", "kvm"},
		{"cpu_cache", "as QEMU has it"},
		{"halt_poll_ns", "200000"},
	};
	const struct nn_pair facts[] = {
		{(char *)"cpu.count", (char *)"1"},
		{(char *)"cpu.topology", (char *)"1x1x1"},
		{(char *)"cpu.topoext", (char *)"no"},
		{(char *)"kernel.release", (char *)"6.2"},
		{(char *)"kernel.cmdline", (char *)"console=ttyS0 audit=0"},
		{(char *)"memory.total", (char *)"300000 kB"},
		{(char *)"firmware", (char *)"bios"},
		{(char *)"hypervisor", (char *)"KVMKVMKVM"},
		{(char *)"kvm.features", (char *)"clock"},
		{(char *)"kvm.hints", (char *)"none"},
		{(char *)"iommu", (char *)"none"},
		{(char *)"device.rom", (char *)"2048"},
		{(char *)"block.images", (char *)"nearnative2"},
	};
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig, POOR_ARGV);
	nn_pairs_release(&rig.facts);
	for (size_t i = 0; i < NN_ARRAY_SIZE(facts); i++)
		nn_pairs_add(&rig.facts, facts[i].name, facts[i].value);
	tree_thread(&rig.tree, QEMU_PID, "qemu-system-x86", "0-7");
	tree_thread(&rig.tree, "4712", "CPU 0/KVM", "0-7");
	tree_thread(&rig.tree, "4713", "CPU 1/KVM", "0-7");
	tree_thread(&rig.tree, "4714", "worker", "0-7");
	tree_file(&rig.tree, "/proc/" QEMU_PID "/smaps",
		  "7f0000000000-7f0040000000 rw-p 00000000 00:00 0\nKernelPageSize:   4 kB\n");
	tree_file(&rig.tree, "/proc/" QEMU_PID "/numa_maps", "7f0000000000 default anon=5 N0=5\n");
	tree_file(&rig.tree, "/sys/module/kvm/parameters/halt_poll_ns", "200000\n");
	nn_vm_prove(&rig.subject, &rig.proof);
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		expect_told(&rig, "effective", rows[i].setting, rows[i].effective);
		assert_string_not_equal(told(&rig, "requested", rows[i].setting),
					rows[i].effective);
	}
}

static void an_iommu_without_the_device_is_none_for_it(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig, RICH_ARGV);
	nn_pairs_release(&rig.facts);
	nn_pairs_add(&rig.facts, "iommu", "0000:00:13.0");
	nn_vm_prove(&rig.subject, &rig.proof);
	expect_told(&rig, "effective", "viommu", "virtio, but the device is not behind it");
}

static void threads_that_may_run_anywhere_are_not_pinned(void **unused)
{
	static const struct nn_vm_pins none = {.vcpus = {0}};
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig, RICH_ARGV);
	rig.subject.pins = &none;
	nn_vm_prove(&rig.subject, &rig.proof);
	expect_told(&rig, "requested", "pin", "none");
	expect_told(&rig, "effective", "pin", "0:2,1:3"); /* somebody pinned them all the same */
	assert_null(told(&rig, "requested", "emulator_pin"));
	nn_target_proof_release(&rig.proof);
	tree_thread(&rig.tree, "4712", "CPU 0/KVM", "0-1");
	tree_thread(&rig.tree, "4713", "CPU 1/KVM", "0-1");
	nn_vm_prove(&rig.subject, &rig.proof);
	expect_told(&rig, "effective", "pin", "none");
}

static void what_cannot_be_seen_is_unproved_with_a_reason(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig, RICH_ARGV);
	nn_pairs_release(&rig.facts);
	rig.subject.boot = "00000000-0000-0000-0000-000000000000";
	rig.subject.xml = NULL;
	rig.settings.overlay = (char *)"/o.xml";
	nn_vm_prove(&rig.subject, &rig.proof);
	expect_told(&rig, "unproved", "machine", "no process of this machine runs the VM");
	expect_told(&rig, "unproved", "hugepages", "no process of this machine runs the VM");
	expect_told(&rig, "unproved", "pin", "no process of this machine runs the VM");
	expect_told(&rig, "unproved", "vcpus", "the agent reports no fact 'cpu.count'");
	expect_told(&rig, "unproved", "xml", "libvirt did not tell the domain's XML");
	expect_told(&rig, "requested", "machine", "q35");
	assert_null(told(&rig, "effective", "machine"));
	expect_told(&rig, "effective", "halt_poll_ns", "1000");
}

static void hidden_kvm_is_not_asked_for_what_it_offers(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig, RICH_ARGV);
	rig.settings.is_kvm_hidden = true;
	rig.settings.poll_control = NN_SWITCH_OFF;
	nn_vm_prove(&rig.subject, &rig.proof);
	assert_null(told(&rig, "requested", "poll_control"));
	assert_null(told(&rig, "requested", "pv_eoi"));
	expect_told(&rig, "requested", "kvm_hidden", "yes");
	expect_told(&rig, "effective", "kvm_hidden", "no");
}

static void what_the_plan_leaves_to_qemu_is_not_asked(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	const char *const names[] = {"cpu_cache",    "topoext",  "invtsc",   "poll_control",
				     "halt_poll_ns", "topology", "ioapic",   "xml",
				     "disks",        "disk",     "emulator", "secure_boot"};

	(void)unused;
	rig_init(&rig, RICH_ARGV);
	rig.settings = (struct nn_vm_settings){.memory_bytes = 1ULL << 30,
					       .vcpus = 2,
					       .machine = "q35",
					       .numa = "none",
					       .pin = "none",
					       .rom = (char *)"default"};
	nn_vm_prove(&rig.subject, &rig.proof);
	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++)
		assert_null(told(&rig, "requested", names[i]));
	expect_told(&rig, "requested", "viommu", "none");
	expect_told(&rig, "requested", "hugepages", "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_can_be_proved),
		cmocka_unit_test(what_is_otherwise_is_told_as_it_is),
		cmocka_unit_test(an_iommu_without_the_device_is_none_for_it),
		cmocka_unit_test(threads_that_may_run_anywhere_are_not_pinned),
		cmocka_unit_test(what_cannot_be_seen_is_unproved_with_a_reason),
		cmocka_unit_test(hidden_kvm_is_not_asked_for_what_it_offers),
		cmocka_unit_test(what_the_plan_leaves_to_qemu_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
