/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/facts/hypervisor.h"

#include <cpuid.h>
#include <stdint.h>

#include "collectors/collector.h"
#include "collectors/facts/facts.h"
#include "harness/base/strbuf.h"

#define ECX_IS_GUEST         (1u << 31)
#define LEAF_HYPERVISOR      0x40000000u
#define LEAF_HYPERVISOR_NEXT 0x40000100u

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
	if (has_signature(signs, "KVMKVMKVM") && signs->nested[0])
		(void)snprintf(ret_text, NN_HYPERVISOR_TEXT_CAP, "%s + %s", signs->signature,
			       signs->nested);
	else
		(void)snprintf(ret_text, NN_HYPERVISOR_TEXT_CAP, "%s", signs->signature);
	return ret_text;
}

const char *nn_hypervisor_emulation(const struct nn_hypervisor_signs *signs)
{
	if (has_signature(signs, "TCGTCGTCGTCG"))
		return "CPUID says TCG, QEMU's software emulation";
	if (!signs->has_cpuid || has_signature(signs, "KVMKVMKVM"))
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
