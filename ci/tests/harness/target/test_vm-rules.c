/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/plan.h"
#include "harness/target/vm-rules.h"

static void expect_refusal(const struct nn_vm_settings *settings, const char *message)
{
	struct nn_err err = {0};
	int rc = nn_vm_rules_check(settings, &err);

	assert_string_equal(err.message, message);
	assert_int_equal(rc, message[0] ? -EINVAL : 0);
}

static void what_contradicts_is_named(void **unused)
{
	struct nn_vm_settings s = plain();

	(void)unused;
	expect_refusal(&s, "");
	s.has_secure_boot = true;
	expect_refusal(&s, "setting 'secure_boot' needs 'firmware: ovmf'");
	s = plain();
	s.viommu = "intel";
	s.ioapic = "kvm";
	expect_refusal(&s, "setting 'viommu: intel' contradicts 'ioapic: kvm': it remaps "
			   "interrupts, which needs 'ioapic: qemu'");
	s = plain();
	s.hint_dedicated = NN_SWITCH_ON;
	expect_refusal(&s, "setting 'hint_dedicated' needs pinned vCPUs, a setting 'pin'");
	s.pin = "auto";
	expect_refusal(&s, "");
	s = plain();
	s.cmdline_extra = "quiet";
	expect_refusal(&s, "setting 'cmdline_extra' needs a setting 'kernel': firmware boots the "
			   "disk with a command line of its own");
	s = plain();
	s.initrd = (char *)"/initrd";
	expect_refusal(&s, "setting 'initrd' needs a setting 'kernel'");
	s = plain();
	s.iothread_pin = "0";
	expect_refusal(&s, "setting 'iothread_pin' needs 'iothreads' of 1 or more");
	s.iothreads = 1;
	expect_refusal(&s, "setting 'iothreads' needs a disk that they serve, a setting 'disk' or "
			   "'disks'");
	s.disk = (char *)"/d.raw";
	expect_refusal(&s, "");
}

static void hidden_kvm_offers_nothing(void **unused)
{
	struct nn_vm_settings s = plain();

	(void)unused;
	s.is_kvm_hidden = true;
	expect_refusal(&s, "setting 'pv_eoi' contradicts 'kvm_hidden'");
	s.has_pv_eoi = false;
	expect_refusal(&s, "");
	s.poll_control = NN_SWITCH_ON;
	expect_refusal(&s, "setting 'poll_control' contradicts 'kvm_hidden'");
	s.poll_control = NN_SWITCH_OFF;
	s.pin = "auto";
	s.hint_dedicated = NN_SWITCH_ON;
	expect_refusal(&s, "setting 'hint_dedicated' contradicts 'kvm_hidden'");
}

static void emulation_has_nothing_of_kvms(void **unused)
{
	struct nn_vm_settings tcg = plain(), s;

	(void)unused;
	tcg.is_emulated = true;
	expect_refusal(&tcg, "");
	s = tcg;
	s.ioapic = "kvm";
	expect_refusal(&s, "setting 'ioapic: kvm' contradicts 'accel: tcg'");
	s = tcg;
	s.is_kvm_hidden = true;
	s.has_pv_eoi = false;
	expect_refusal(&s, "setting 'kvm_hidden' contradicts 'accel: tcg'");
	s = tcg;
	s.has_hyperv = true;
	expect_refusal(&s, "setting 'hyperv' contradicts 'accel: tcg'");
	s = tcg;
	s.poll_control = NN_SWITCH_ON;
	expect_refusal(&s, "setting 'poll_control' contradicts 'accel: tcg'");
	s = tcg;
	s.hint_dedicated = NN_SWITCH_ON;
	s.pin = "auto";
	expect_refusal(&s, "setting 'hint_dedicated' contradicts 'accel: tcg'");
	s = tcg;
	s.has_halt_poll = true;
	expect_refusal(&s, "setting 'halt_poll_ns' contradicts 'accel: tcg'");
	s = tcg;
	s.cpu_cache = "passthrough";
	expect_refusal(&s, "setting 'cpu_cache: passthrough' contradicts 'accel: tcg'");
	s = tcg;
	s.invtsc = NN_SWITCH_OFF;
	expect_refusal(&s, "setting 'invtsc' contradicts 'accel: tcg'");
}

static void values_are_within_bounds(void **unused)
{
	char *disks[] = {(char *)"/a", (char *)"/b", (char *)"/a"};
	struct nn_vm_settings s = plain();

	(void)unused;
	s.machine = "pc-i440fx-7.2";
	expect_refusal(&s, "setting 'machine': 'pc-i440fx-7.2', expected q35 or a version of it "
			   "such as pc-q35-7.2");
	s.machine = "pc-q35-";
	expect_refusal(&s, "setting 'machine': 'pc-q35-', expected q35 or a version of it such as "
			   "pc-q35-7.2");
	s = plain();
	s.vcpus = 5000;
	expect_refusal(&s, "setting 'vcpus': 5000, expected at most 4096");
	s = plain();
	s.disk = (char *)"/a";
	s.iothreads = 64;
	expect_refusal(&s, "");
	s.iothreads = 65;
	expect_refusal(&s, "setting 'iothreads': 65, expected at most 64");
	s = plain();
	s.numa = "near";
	expect_refusal(&s, "setting 'numa': 'near', expected none, auto or a node");
	s = plain();
	s.memory_bytes = 3ULL << 29;
	s.hugepage_bytes = 1ULL << 30;
	expect_refusal(&s, "setting 'hugepages': the memory of 1536 MiB is no multiple of 1 GiB");
	s = plain();
	s.pin = "0:1";
	expect_refusal(&s, "setting 'pin': no CPU for vCPU 1");
	s = plain();
	s.emulator_pin = "a";
	expect_refusal(&s, "setting 'emulator_pin': 'a' is no list of CPUs such as 0-3,8");
	s = plain();
	s.disks = (struct nn_name_list){.names = disks, .nr = 3};
	expect_refusal(&s, "setting 'disks': '/a' twice");
	s.disks.nr = 2;
	s.disk = (char *)"/b";
	expect_refusal(&s, "setting 'disks': '/b' twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_contradicts_is_named),
		cmocka_unit_test(hidden_kvm_offers_nothing),
		cmocka_unit_test(emulation_has_nothing_of_kvms),
		cmocka_unit_test(values_are_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
