/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/facts/hypervisor.h"

#include <cpuid.h>
#include <stdint.h>

#include "collectors/collector.h"
#include "collectors/facts/facts.h"
#include "harness/base/strbuf.h"

#define ECX_IS_GUEST         (1u << 31)
#define SIGNATURE_KVM        "KVMKVMKVM"
#define LEAF_HYPERVISOR      0x40000000u
#define LEAF_HYPERVISOR_NEXT 0x40000100u

#define HINT_DEDICATED (1u << 0)

/* Source: Documentation/virt/kvm/x86/cpuid.rst */
static const struct {
	unsigned int bit;
	const char *name;
} kvm_features[] = {
	{0, "clock"},        {1, "nopiodelay"},       {3, "clock2"},
	{4, "asyncpf"},      {5, "steal-time"},       {6, "pv-eoi"},
	{7, "pv-unhalt"},    {9, "pv-tlb-flush"},     {10, "asyncpf-vmexit"},
	{11, "pv-ipi"},      {12, "poll-control"},    {13, "pv-sched-yield"},
	{14, "asyncpf-int"}, {15, "msi-ext-dest-id"}, {24, "clock-stable"},
};

/* Printable characters only: the bytes are whatever the hypervisor liked to say. */
static void read_signature(unsigned int leaf, char ret_text[13])
{
	uint32_t eax;
	uint32_t words[3];

	__cpuid(leaf, eax, words[0], words[1], words[2]);
	(void)eax; /* the highest leaf; a signature is valid also where it is 0 (old KVM) */
	memcpy(ret_text, words, sizeof(words));
	ret_text[12] = '\0';
	for (char *c = ret_text; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
}

static void read_kvm(unsigned int leaf, struct nn_hypervisor_signs *signs)
{
	uint32_t ebx, ecx;

	__cpuid(leaf + 1, signs->kvm_features, ebx, ecx, signs->kvm_hints);
	(void)ebx;
	(void)ecx;
	signs->has_kvm = true;
}

static void read_cpuid(struct nn_hypervisor_signs *signs)
{
	unsigned int eax, ebx, ecx = 0, edx;

	signs->has_cpuid = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0;
	signs->is_guest = (ecx & ECX_IS_GUEST) != 0;
	if (!signs->is_guest)
		return;
	read_signature(LEAF_HYPERVISOR, signs->signature);
	if (strcmp(signs->signature, "Microsoft Hv") == 0)
		read_signature(LEAF_HYPERVISOR_NEXT, signs->nested);
	if (strcmp(signs->signature, SIGNATURE_KVM) == 0)
		read_kvm(LEAF_HYPERVISOR, signs);
	else if (strcmp(signs->nested, SIGNATURE_KVM) == 0)
		read_kvm(LEAF_HYPERVISOR_NEXT, signs);
}

static bool has_signature(const struct nn_hypervisor_signs *signs, const char *signature)
{
	return strcmp(signs->signature, signature) == 0 || strcmp(signs->nested, signature) == 0;
}

const char *nn_hypervisor_name(const struct nn_hypervisor_signs *signs,
			       char ret_text[NN_HYPERVISOR_TEXT_CAP])
{
	if (!signs->has_cpuid)
		return NULL;
	if (!signs->is_guest)
		return "none";
	if (!signs->signature[0])
		return "unnamed";
	if (has_signature(signs, SIGNATURE_KVM) && signs->nested[0])
		(void)snprintf(ret_text, NN_HYPERVISOR_TEXT_CAP, "%s + %s", signs->signature,
			       signs->nested);
	else
		(void)snprintf(ret_text, NN_HYPERVISOR_TEXT_CAP, "%s", signs->signature);
	return ret_text;
}

void nn_hypervisor_features(const struct nn_hypervisor_signs *signs, struct nn_strbuf *ret_names)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(kvm_features); i++) {
		if (signs->kvm_features >> kvm_features[i].bit & 1)
			nn_strbuf_addf(ret_names, "%s%s", ret_names->len ? " " : "",
				       kvm_features[i].name);
	}
	if (!ret_names->len)
		nn_strbuf_add(ret_names, "none");
}

const char *nn_hypervisor_hints(const struct nn_hypervisor_signs *signs)
{
	return signs->kvm_hints & HINT_DEDICATED ? "dedicated" : "none";
}

static void report_kvm(const struct nn_collect *collect, const struct nn_hypervisor_signs *signs)
{
	NN_AUTO(strbuf) struct nn_strbuf names = NN_STRBUF_INIT;

	if (!signs->has_kvm)
		return;
	nn_hypervisor_features(signs, &names);
	nn_fact(collect, "kvm.features", nn_strbuf_str(&names));
	nn_fact(collect, "kvm.hints", nn_hypervisor_hints(signs));
}

const char *nn_hypervisor_emulation(const struct nn_hypervisor_signs *signs)
{
	if (has_signature(signs, "TCGTCGTCGTCG"))
		return "CPUID says TCG, QEMU's software emulation";
	if (!signs->has_cpuid || has_signature(signs, SIGNATURE_KVM))
		return NULL;
	/* QEMU with its CPUID leaves hidden, or driven by something that is not KVM */
	if (signs->vendor && strcmp(signs->vendor, "QEMU") == 0)
		return "DMI says QEMU and CPUID does not say KVM";
	return NULL;
}

static int facts_hypervisor_sample(struct nn_collect *collect, struct nn_err *err)
{
	NN_AUTO(free)
	char *vendor = nn_sysfs_text(collect->sysroot, "/sys/class/dmi/id/sys_vendor");
	struct nn_hypervisor_signs signs = {.vendor = vendor};
	char text[NN_HYPERVISOR_TEXT_CAP];
	const char *why;

	(void)err;
	/* a recorded tree is of another machine, about which this CPU says nothing */
	if (!collect->sysroot->prefix[0])
		read_cpuid(&signs);
	nn_fact(collect, "hypervisor", nn_hypervisor_name(&signs, text));
	report_kvm(collect, &signs);
	why = nn_hypervisor_emulation(&signs);
	if (why) {
		NN_AUTO(free) char *value = nn_asprintf("yes: %s", why);

		nn_fact(collect, "emulated", value);
	}
	return 0;
}

const struct nn_collector nn_collector_facts_hypervisor = {
	.plugin = {.name = "facts/hypervisor",
		   .summary = "the hypervisor beneath this system, and whether it is emulated"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_BOTH,
	.probe = nn_fact_probe,
	.sample = facts_hypervisor_sample,
};
