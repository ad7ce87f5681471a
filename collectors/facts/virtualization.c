/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include "collectors/facts/facts.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/compat.h"
#include "harness/base/subprocess.h"

/* A program that only prints its version has no reason to take longer, even under emulation. */
#define VERSION_DEADLINE_NS (20 * NN_NS_PER_S)

static const struct nn_file_fact parameters[] = {
	{"kvm.amd.nested", "/sys/module/kvm_amd/parameters/nested"},
	{"kvm.amd.avic", "/sys/module/kvm_amd/parameters/avic"},
	{"kvm.amd.npt", "/sys/module/kvm_amd/parameters/npt"},
	{"kvm.intel.nested", "/sys/module/kvm_intel/parameters/nested"},
	{"kvm.intel.ept", "/sys/module/kvm_intel/parameters/ept"},
	{"kvm.intel.apicv", "/sys/module/kvm_intel/parameters/enable_apicv"},
	{"kvm.halt_poll_ns", "/sys/module/kvm/parameters/halt_poll_ns"},
	{"vfio.idle_d3_disabled", "/sys/module/vfio_pci/parameters/disable_idle_d3"},
};

/* The first line of what `program --version` prints; a missing program is an absent fact. */
static void report_version(const struct nn_collect *collect, const char *name, const char *program)
{
	const char *const argv[] = {program, "--version", NULL};
	const struct nn_subprocess_spec spec = {.argv = argv, .deadline_ns = VERSION_DEADLINE_NS};
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	NN_AUTO(free) char *line = NULL;

	if (nn_subprocess_check(&spec, &out, NULL))
		return;
	line = nn_strndup(nn_strbuf_str(&out), strcspn(nn_strbuf_str(&out), "\n"));
	nn_fact(collect, name, line);
}

static int facts_virtualization_sample(struct nn_collect *collect, struct nn_err *err)
{
	(void)err;
	nn_fact_files(collect, parameters, NN_ARRAY_SIZE(parameters));
	/* programs belong to the running machine, not to a recorded tree */
	if (collect->sysroot->prefix[0])
		return 0;
	nn_fact(collect, "qemu.program", collect->vmm);
	report_version(collect, "qemu", collect->vmm ? collect->vmm : "qemu-system-x86_64");
	report_version(collect, "libvirt", "libvirtd");
	return 0;
}

const struct nn_collector nn_collector_facts_virtualization = {
	.plugin = {.name = "facts/virtualization",
		   .summary = "QEMU, libvirt and KVM of the machine that runs the VMs"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_HOST,
	.probe = nn_fact_probe,
	.sample = facts_virtualization_sample,
};
