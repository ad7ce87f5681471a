/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/domain-cpu.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/strbuf.h"

#define SPINLOCK_RETRIES "8191" /* before a vCPU tells the hypervisor that it waits */

/* ---- memory and threads ---- */

static void add_backing(xmlNode *root, const struct nn_vm_settings *vm)
{
	xmlNode *pages;
	xmlNode *page;

	if (!vm->has_hugepages)
		return;
	pages = nn_xml_add(nn_xml_add(root, "memoryBacking"), "hugepages");
	if (!vm->hugepage_bytes)
		return;
	page = nn_xml_add(pages, "page");
	nn_xml_set_number(page, "size", vm->hugepage_bytes);
	nn_xml_set(page, "unit", "b");
}

static void add_node(xmlNode *root, int node)
{
	xmlNode *memory;

	if (node < 0)
		return;
	memory = nn_xml_add_with(nn_xml_add(root, "numatune"), "memory", "mode", "strict");
	nn_xml_set_number(memory, "nodeset", (uint64_t)node);
}

static void add_pins(xmlNode *root, const struct nn_domain *domain)
{
	const struct nn_vm_pins *pins = domain->pins;
	xmlNode *tune;
	xmlNode *pin;

	if (!pins || (!pins->vcpus.nr && !pins->emulator && !pins->iothreads))
		return;
	tune = nn_xml_add(root, "cputune");
	for (size_t i = 0; i < pins->vcpus.nr; i++) {
		pin = nn_xml_add(tune, "vcpupin");
		nn_xml_set_number(pin, "vcpu", i);
		nn_xml_set(pin, "cpuset", pins->vcpus.names[i]);
	}
	if (pins->emulator)
		(void)nn_xml_add_with(tune, "emulatorpin", "cpuset", pins->emulator);
	for (uint64_t i = 1; pins->iothreads && i <= domain->vm->iothreads; i++) {
		pin = nn_xml_add(tune, "iothreadpin");
		nn_xml_set_number(pin, "iothread", i);
		nn_xml_set(pin, "cpuset", pins->iothreads);
	}
}

void nn_domain_add_resources(xmlNode *root, const struct nn_domain *domain)
{
	const struct nn_vm_settings *vm = domain->vm;
	NN_AUTO(free) char *bytes = nn_asprintf("%" PRIu64, vm->memory_bytes);

	nn_xml_set(nn_xml_add_text(root, "memory", bytes), "unit", "b");
	add_backing(root, vm);
	nn_xml_add_number(root, "vcpu", vm->vcpus);
	if (vm->iothreads)
		nn_xml_add_number(root, "iothreads", vm->iothreads);
	add_pins(root, domain);
	add_node(root, domain->node);
}

/* ---- features ---- */

static void add_state(xmlNode *parent, const char *name, enum nn_switch state)
{
	if (state != NN_SWITCH_UNSET)
		(void)nn_xml_add_with(parent, name, "state", state == NN_SWITCH_ON ? "on" : "off");
}

static void add_kvm(xmlNode *features, const struct nn_vm_settings *vm)
{
	xmlNode *kvm;

	if (!vm->is_kvm_hidden && !vm->hint_dedicated && vm->poll_control != NN_SWITCH_ON)
		return;
	kvm = nn_xml_add(features, "kvm");
	if (vm->is_kvm_hidden)
		add_state(kvm, "hidden", NN_SWITCH_ON);
	add_state(kvm, "hint-dedicated", vm->hint_dedicated);
	if (vm->poll_control == NN_SWITCH_ON)
		add_state(kvm, "poll-control", NN_SWITCH_ON);
}

/* What Windows takes where it is offered, but for what only some CPUs can do. */
static void add_hyperv(xmlNode *features, const struct nn_vm_settings *vm)
{
	static const char *const names[] = {"relaxed", "vapic",       "vpindex",  "runtime",
					    "synic",   "frequencies", "tlbflush", "ipi"};
	xmlNode *hyperv;

	if (!vm->has_hyperv)
		return;
	hyperv = nn_xml_add_with(features, "hyperv", "mode", "custom");
	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++)
		add_state(hyperv, names[i], NN_SWITCH_ON);
	add_state(hyperv, "stimer", NN_SWITCH_ON);
	nn_xml_set(nn_xml_add_with(hyperv, "spinlocks", "state", "on"), "retries",
		   SPINLOCK_RETRIES);
}

static void add_features(xmlNode *root, const struct nn_vm_settings *vm)
{
	xmlNode *features = nn_xml_add(root, "features");
	xmlNode *apic;

	(void)nn_xml_add(features, "acpi");
	apic = nn_xml_add(features, "apic");
	if (!vm->has_pv_eoi && !vm->is_kvm_hidden)
		nn_xml_set(apic, "eoi", "off");
	add_hyperv(features, vm);
	add_kvm(features, vm);
	if (vm->ioapic)
		(void)nn_xml_add_with(features, "ioapic", "driver", vm->ioapic);
}

/* ---- CPU and clock ---- */

static void add_feature(xmlNode *cpu, const char *name, enum nn_switch state)
{
	if (state != NN_SWITCH_UNSET)
		nn_xml_set(nn_xml_add_with(cpu, "feature", "policy",
					   state == NN_SWITCH_ON ? "require" : "disable"),
			   "name", name);
}

static void add_topology(xmlNode *cpu, const struct nn_vm_topology *topology)
{
	xmlNode *node;

	if (!topology->sockets)
		return;
	node = nn_xml_add(cpu, "topology");
	nn_xml_set_number(node, "sockets", topology->sockets);
	nn_xml_set_number(node, "dies", 1);
	nn_xml_set_number(node, "cores", topology->cores);
	nn_xml_set_number(node, "threads", topology->threads);
}

/* migratable=off: else the invariant TSC is hidden from the guest and its clock is another one. */
static void add_cpu(xmlNode *root, const struct nn_vm_settings *vm)
{
	xmlNode *cpu = nn_xml_add(root, "cpu");
	xmlNode *cache;

	nn_xml_set(cpu, "mode", vm->is_emulated ? "maximum" : "host-passthrough");
	nn_xml_set(cpu, "check", "none");
	if (!vm->is_emulated)
		nn_xml_set(cpu, "migratable", "off");
	add_topology(cpu, &vm->topology);
	if (vm->cpu_cache) {
		cache = nn_xml_add_with(cpu, "cache", "mode", vm->cpu_cache);
		if (strcmp(vm->cpu_cache, "emulate") == 0)
			nn_xml_set(cache, "level", "3");
	}
	add_feature(cpu, "topoext", vm->topoext);
	add_feature(cpu, "invtsc", vm->invtsc);
}

static void add_timer(xmlNode *clock, const char *name, const char *is_present)
{
	nn_xml_set(nn_xml_add_with(clock, "timer", "name", name), "present", is_present);
}

void nn_domain_add_processor(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *clock;

	add_features(root, domain->vm);
	add_cpu(root, domain->vm);
	clock = nn_xml_add_with(root, "clock", "offset", "utc");
	add_timer(clock, "hpet", "no");
	if (domain->vm->has_hyperv)
		add_timer(clock, "hypervclock", "yes");
}

static void add_argument(xmlNode *line, const char *value)
{
	nn_xml_set(nn_xml_add(line, "arg"), "value", value); /* in the namespace of its parent */
}

/* libvirt's <poll-control state='off'/> says nothing to QEMU, whose CPU `host` has it switched on.
 */
void nn_domain_add_arguments(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *line;

	if (domain->vm->poll_control != NN_SWITCH_OFF)
		return;
	line = nn_xml_add(root, "commandline");
	xmlSetNs(line, xmlNewNs(root, BAD_CAST NN_DOMAIN_QEMU_URI, BAD_CAST "qemu"));
	add_argument(line, "-global");
	add_argument(line, "host-x86_64-cpu.kvm-poll-control=off");
}
