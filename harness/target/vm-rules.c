/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-rules.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/target/vm-pin.h"

/* More than any QEMU makes. */
#define MAX_VCPUS 4096
/* More than a VM of ours has disks that they could serve. */
#define MAX_IOTHREADS 64

static bool is(const char *value, const char *word)
{
	return value && strcmp(value, word) == 0;
}

/* ---- pairs that contradict each other ---- */

static bool secure_boot_without_ovmf(const struct nn_vm_settings *s)
{
	return s->has_secure_boot && !s->is_ovmf;
}

static bool viommu_without_split_irqchip(const struct nn_vm_settings *s)
{
	return is(s->viommu, "intel") && !is(s->ioapic, "qemu");
}

static bool hint_without_pins(const struct nn_vm_settings *s)
{
	return s->hint_dedicated == NN_SWITCH_ON && is(s->pin, "none");
}

/* What a guest of KVM is told, it is told in the CPUID leaf that kvm_hidden takes away. */
static bool hint_while_hidden(const struct nn_vm_settings *s)
{
	return s->is_kvm_hidden && s->hint_dedicated == NN_SWITCH_ON;
}

static bool poll_while_hidden(const struct nn_vm_settings *s)
{
	return s->is_kvm_hidden && s->poll_control == NN_SWITCH_ON;
}

static bool eoi_while_hidden(const struct nn_vm_settings *s)
{
	return s->is_kvm_hidden && s->has_pv_eoi;
}

static bool pinned_iothreads_without_any(const struct nn_vm_settings *s)
{
	return s->iothread_pin && !s->iothreads;
}

static bool iothreads_without_disk(const struct nn_vm_settings *s)
{
	return s->iothreads && !s->disk && !s->disks.nr;
}

static bool kvm_ioapic_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && is(s->ioapic, "kvm");
}

static bool hidden_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && s->is_kvm_hidden;
}

static bool hyperv_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && s->has_hyperv;
}

static bool hint_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && s->hint_dedicated != NN_SWITCH_UNSET;
}

static bool poll_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && s->poll_control != NN_SWITCH_UNSET;
}

static bool host_poll_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && s->has_halt_poll;
}

static bool cache_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && is(s->cpu_cache, "passthrough");
}

static bool clock_without_kvm(const struct nn_vm_settings *s)
{
	return s->is_emulated && s->invtsc != NN_SWITCH_UNSET;
}

static bool words_without_kernel(const struct nn_vm_settings *s)
{
	return s->cmdline_extra && !s->kernel;
}

static bool initrd_without_kernel(const struct nn_vm_settings *s)
{
	return s->initrd && !s->kernel;
}

static const struct rule {
	bool (*is_broken)(const struct nn_vm_settings *settings);
	const char *message;
} rules[] = {
	{words_without_kernel,
	 "setting 'cmdline_extra' needs a setting 'kernel': firmware boots the "
	 "disk with a command line of its own"},
	{initrd_without_kernel, "setting 'initrd' needs a setting 'kernel'"},
	{secure_boot_without_ovmf, "setting 'secure_boot' needs 'firmware: ovmf'"},
	{viommu_without_split_irqchip, "setting 'viommu: intel' contradicts 'ioapic: kvm': it "
				       "remaps interrupts, which needs 'ioapic: qemu'"},
	{hint_without_pins, "setting 'hint_dedicated' needs pinned vCPUs, a setting 'pin'"},
	{hint_while_hidden, "setting 'hint_dedicated' contradicts 'kvm_hidden'"},
	{poll_while_hidden, "setting 'poll_control' contradicts 'kvm_hidden'"},
	{eoi_while_hidden, "setting 'pv_eoi' contradicts 'kvm_hidden'"},
	{pinned_iothreads_without_any, "setting 'iothread_pin' needs 'iothreads' of 1 or more"},
	{iothreads_without_disk, "setting 'iothreads' needs a disk that they serve, a setting "
				 "'disk' or 'disks'"},
	{kvm_ioapic_without_kvm, "setting 'ioapic: kvm' contradicts 'accel: tcg'"},
	{hidden_without_kvm, "setting 'kvm_hidden' contradicts 'accel: tcg'"},
	{hyperv_without_kvm, "setting 'hyperv' contradicts 'accel: tcg'"},
	{hint_without_kvm, "setting 'hint_dedicated' contradicts 'accel: tcg'"},
	{poll_without_kvm, "setting 'poll_control' contradicts 'accel: tcg'"},
	{host_poll_without_kvm, "setting 'halt_poll_ns' contradicts 'accel: tcg'"},
	{cache_without_kvm, "setting 'cpu_cache: passthrough' contradicts 'accel: tcg'"},
	{clock_without_kvm, "setting 'invtsc' contradicts 'accel: tcg'"},
};

/* ---- values ---- */

/* Where devices go is laid out for q35, whose root complex has PCI Express. */
static int check_machine(const char *machine, struct nn_err *err)
{
	static const char version[] = "pc-q35-";
	size_t len = strlen(version);

	if (is(machine, "q35") || (strncmp(machine, version, len) == 0 && machine[len]))
		return 0;
	return nn_err_set(err, -EINVAL,
			  "setting 'machine': '%s', expected q35 or a version of it such as "
			  "pc-q35-7.2",
			  machine);
}

static int check_number(const char *setting, uint64_t number, uint64_t max, struct nn_err *err)
{
	if (number <= max)
		return 0;
	return nn_err_set(err, -EINVAL, "setting '%s': %" PRIu64 ", expected at most %" PRIu64,
			  setting, number, max);
}

static int check_numa(const char *numa, struct nn_err *err)
{
	uint64_t node;

	if (is(numa, "none") || is(numa, "auto") || nn_parse_u64(numa, &node, NULL) == 0)
		return 0;
	return nn_err_set(err, -EINVAL, "setting 'numa': '%s', expected none, auto or a node",
			  numa);
}

static int check_list(const char *setting, const char *text, struct nn_err *err)
{
	NN_AUTO(free) char *list = NULL;

	if (!text || nn_cpu_list_normal(text, &list, err) == 0)
		return 0;
	return nn_err_prefix(err, "setting '%s'", setting);
}

static int check_pin(const struct nn_vm_settings *settings, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list vcpus = {0};
	int rc;

	if (is(settings->pin, "none") || is(settings->pin, "auto"))
		return 0;
	rc = nn_vm_pins_parse(settings->pin, settings->vcpus, &vcpus, err);
	return rc ? nn_err_prefix(err, "setting 'pin'") : 0;
}

static int check_memory(const struct nn_vm_settings *settings, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf sizes = NN_STRBUF_INIT;

	if (!settings->hugepage_bytes || settings->memory_bytes % settings->hugepage_bytes == 0)
		return 0;
	nn_strbuf_add_bytes(&sizes, settings->memory_bytes);
	nn_strbuf_add(&sizes, " is no multiple of ");
	nn_strbuf_add_bytes(&sizes, settings->hugepage_bytes);
	return nn_err_set(err, -EINVAL, "setting 'hugepages': the memory of %s",
			  nn_strbuf_str(&sizes));
}

static int check_disks(const struct nn_vm_settings *settings, struct nn_err *err)
{
	const struct nn_name_list *disks = &settings->disks;

	for (size_t i = 0; i < disks->nr; i++) {
		bool is_twice = settings->disk && strcmp(disks->names[i], settings->disk) == 0;

		for (size_t j = 0; j < i; j++)
			is_twice |= strcmp(disks->names[i], disks->names[j]) == 0;
		if (is_twice)
			return nn_err_set(err, -EINVAL, "setting 'disks': '%s' twice",
					  disks->names[i]);
	}
	return 0;
}

int nn_vm_rules_check(const struct nn_vm_settings *settings, struct nn_err *err)
{
	int rc = check_machine(settings->machine, err);

	if (!rc)
		rc = check_number("vcpus", settings->vcpus, MAX_VCPUS, err);
	if (!rc)
		rc = check_number("iothreads", settings->iothreads, MAX_IOTHREADS, err);
	if (!rc)
		rc = check_numa(settings->numa, err);
	if (!rc)
		rc = check_memory(settings, err);
	if (!rc)
		rc = check_pin(settings, err);
	if (!rc)
		rc = check_list("emulator_pin", settings->emulator_pin, err);
	if (!rc)
		rc = check_list("iothread_pin", settings->iothread_pin, err);
	if (!rc)
		rc = check_disks(settings, err);
	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(rules); i++) {
		if (rules[i].is_broken(settings))
			rc = nn_err_set(err, -EINVAL, "%s", rules[i].message);
	}
	return rc;
}
