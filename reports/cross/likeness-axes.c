/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The axes: which facts belong to which, and which follow from which. */
#include "reports/cross/likeness.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/compat.h"

#define GLOBS(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

/* What a guest sees of its machine is made by the hypervisor as the plan wants it. */
#define OF_A_GUEST                                                                                \
	"guest:bios.*", "guest:board.*", "guest:product.*", "guest:cpu.*", "guest:clocksource.*", \
		"guest:memory.total", "guest:device", "guest:device.link.*",                      \
		"guest:device.numa_node", "guest:device.reset_methods", "guest:iommu",            \
		"guest:iommu.*"

/* What `auto` made of a plan. */
#define OF_PLACEMENT                                                                    \
	"*:requested.*pin", "*:effective.*pin", "*:requested.numa", "*:effective.numa", \
		"*:requested.cpus", "*:effective.cpus"

/* How a function hangs in its machine, not what it is. */
#define OF_A_SLOT                                                                         \
	"*:device", "*:device.link.*", "*:device.numa_node", "*:device.iommu.*",          \
		"*:device.reset_methods", "*:iommu", "*:iommu.*", "campaign:plan.device", \
		"campaign:plan.spare"

const struct nn_axis nn_axes[] = {
	{
		.name = "kernel",
		.summary = "release, build and command line of the kernel",
		.own = GLOBS("*:kernel.*", "*:requested.kernel", "*:effective.kernel"),
		.follows =
			GLOBS("*:cpu.mitigations", "*:cpu.governor", "*:cpu.smt", "*:cpu.online",
			      "*:cpu.count", "*:cpu.isolated", "*:clocksource.*", "*:iommu",
			      "*:iommu.*", "*:device.iommu.*", "*:device.reset_methods",
			      "*:memory.*", "*:hugepages.*", "*:kvm.*", "*:vfio.*", "*:module.*"),
	},
	{
		.name = "driver",
		.summary = "driver of the device and the libraries that come with it",
		.own = GLOBS("*:device.driver", "*:driver.*", "*:*.driver", "*:*.driver.*",
			     "*:*.driver_version", "*:nvidia.*", "*:mesa.*", "*:opencl.*",
			     "*:vulkan.*", "*:egl.*"),
		.follows = GLOBS("*:device.reset_methods", "*:device.link.speed"),
	},
	{
		.name = "hypervisor",
		.summary = "QEMU, libvirt and what they show their guests",
		.own = GLOBS("machine:qemu", "machine:qemu.*", "machine:libvirt",
			     "machine:libvirt.*", "machine:ovmf*", "machine:vm.machine",
			     "guest:hypervisor", "guest:kvm.*", "guest:emulated"),
		.follows = GLOBS(OF_A_GUEST),
	},
	{
		.name = "device",
		.summary = "the device under test and its link",
		.own = GLOBS("*:device.id", "*:device.class", "*:device.vendor", "*:device.name",
			     "*:device.absent", "*:device.rom", "*:device.link.*", "*:nvme.model",
			     "*:gpu.*", "machine:device", "campaign:plan.device"),
		.follows = GLOBS(OF_A_SLOT, "*:device.driver", "*:driver.*", "*:*.driver",
				 "*:*.driver_version", "*:nvme.firmware", "*:*.firmware",
				 "*:*.vbios*"),
		.subject = "devices",
	},
	{
		.name = "board",
		.summary = "mainboard or make of the machine",
		.own = GLOBS("machine:board.*", "machine:product.*", "machine:hypervisor",
			     "machine:emulated", "machine:fingerprint"),
		.follows = GLOBS(OF_A_SLOT, OF_A_GUEST, OF_PLACEMENT, "machine:bios.*",
				 "machine:cpu.microcode", "*:cpu.mitigations", "*:memory.total",
				 "*:clocksource.*"),
		.subject = "machines",
	},
	{
		.name = "cpu",
		.summary = "model of the CPU",
		.own = GLOBS("machine:cpu.model", "machine:cpu.caches", "machine:cpu.invtsc",
			     "machine:cpu.topoext"),
		.follows = GLOBS(OF_A_GUEST, OF_PLACEMENT, "*:cpu.*", "*:kvm.*", "*:iommu",
				 "*:iommu.*", "*:device.iommu.*", "*:device.numa_node",
				 "*:clocksource.*", "*:memory.total"),
		.subject = "machines",
	},
	{
		.name = "memory",
		.summary = "how much memory the machine has, and which",
		.own = GLOBS("machine:memory.total", "machine:memory.nodes", "machine:memory.dimm*",
			     "machine:memory.speed"),
		.follows = GLOBS(NULL),
		.subject = "machines",
	},
	{
		.name = "firmware",
		.summary = "BIOS, microcode and firmware of the device",
		.own = GLOBS("machine:bios.*", "machine:firmware*", "machine:cpu.microcode",
			     "*:nvme.firmware", "*:*.firmware", "*:*.vbios*"),
		.follows = GLOBS(OF_A_SLOT, OF_A_GUEST, "*:cpu.mitigations", "*:cpu.smt",
				 "*:cpu.online", "*:cpu.count", "*:memory.total", "*:clocksource.*",
				 "*:kvm.*"),
	},
	{
		.name = "settings",
		.summary =
			"how the machine is set up: governor, SMT, IOMMU mode, huge pages, clock "
			"source",
		.own = GLOBS("*:cpu.governor", "*:cpu.smt", "*:cpu.online", "*:cpu.count",
			     "*:cpu.topology", "*:cpu.isolated", "*:cpu.mitigations",
			     "*:clocksource.*", "*:iommu", "*:iommu.*", "*:device.iommu.*",
			     "*:device.reset_methods", "*:device.numa_node", "*:memory.thp",
			     "*:hugepages.*", "*:kvm.*", "*:vfio.*", "*:module.*"),
		.follows = GLOBS("machine:memory.total", "guest:cpu.*"),
	},
	{
		.name = "plan",
		.summary = "settings of arms and workloads",
		.own = GLOBS("campaign:plan.*", "*:block.images", "*:requested.*", "*:effective.*",
			     "*:unproved.*"),
		.follows = GLOBS(OF_A_GUEST, "guest:memory.thp", "guest:memory.nodes",
				 "guest:hypervisor", "guest:kvm.*", "guest:firmware*",
				 "guest:device.rom", "machine:vm.*"),
	},
	{
		.name = "os",
		.summary = "C library and distribution",
		.own = GLOBS("*:libc", "*:os", "*:os.*"),
		.follows = GLOBS(NULL),
	},
	{
		.name = "harness",
		.summary = "build of nearnative and its agent",
		.own = GLOBS("*:build"),
		.follows = GLOBS(NULL),
	},
	{
		.name = "clock",
		.summary = "real time or instructions counted",
		.own = GLOBS("*:clock.kind"),
		.follows = GLOBS(NULL),
	},
	{
		.name = "other",
		.summary = "whatever no other axis knows",
		.own = GLOBS("*"), /* after all others have been asked */
		.follows = GLOBS(NULL),
	},
};

const size_t nn_nr_axes = NN_ARRAY_SIZE(nn_axes);

/* Other words for axes, and one for several. */
static const struct {
	const char *name;
	const char *axes;
} aliases[] = {
	{"gpu", "device"},
	{"qemu", "hypervisor"},
	{"machine", "board,cpu,memory,firmware"},
};

uint32_t nn_axes_of_gate(void)
{
	uint32_t axes = 0;

	(void)nn_axes_parse("kernel,driver,hypervisor", &axes, NULL); /* names of the table */
	return axes;
}

static int unknown_axis(const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	for (size_t i = 0; i < nn_nr_axes; i++)
		nn_strbuf_addf(&known, "%s%s", i ? ", " : "", nn_axes[i].name);
	for (size_t i = 0; i < NN_ARRAY_SIZE(aliases); i++)
		nn_strbuf_addf(&known, ", %s", aliases[i].name);
	return nn_err_set(err, -EINVAL, "unknown axis '%s', expected one of %s", name,
			  nn_strbuf_str(&known));
}

static int parse_one(const char *name, uint32_t *axes, struct nn_err *err)
{
	for (size_t i = 0; i < nn_nr_axes; i++) {
		if (strcmp(nn_axes[i].name, name) == 0) {
			*axes |= UINT32_C(1) << i;
			return 0;
		}
	}
	for (size_t i = 0; i < NN_ARRAY_SIZE(aliases); i++) {
		if (strcmp(aliases[i].name, name) == 0)
			return nn_axes_parse(aliases[i].axes, axes, err);
	}
	return unknown_axis(name, err);
}

int nn_axes_parse(const char *list, uint32_t *axes, struct nn_err *err)
{
	uint32_t parsed = *axes;

	for (;;) {
		size_t len = strcspn(list, ",");
		NN_AUTO(free) char *name = nn_strndup(list, len);
		int rc = parse_one(name, &parsed, err);

		if (rc)
			return rc;
		if (!list[len])
			break;
		list += len + 1;
	}
	*axes = parsed;
	return 0;
}

void nn_axes_name(uint32_t axes, struct nn_strbuf *sb)
{
	bool is_first = true;

	for (size_t i = 0; i < nn_nr_axes; i++) {
		if (!(axes >> i & 1))
			continue;
		nn_strbuf_addf(sb, "%s%s", is_first ? "" : ", ", nn_axes[i].name);
		is_first = false;
	}
	if (is_first)
		nn_strbuf_add(sb, "none");
}

json_t *nn_axes_json(uint32_t axes)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nn_nr_axes; i++) {
		if (axes >> i & 1)
			(void)json_array_append_new(array, json_string(nn_axes[i].name));
	}
	return array;
}

static void explain_globs(struct nn_strbuf *sb, const char *label, const char *const *globs)
{
	if (!*globs)
		return;
	nn_strbuf_addf(sb, "%-12s%s", "", label);
	for (; *globs; globs++)
		nn_strbuf_addf(sb, " %s", *globs);
	nn_strbuf_addc(sb, '\n');
}

void nn_axes_explain(struct nn_strbuf *sb)
{
	for (size_t i = 0; i < nn_nr_axes; i++) {
		nn_strbuf_addf(sb, "%-12s%s\n", nn_axes[i].name, nn_axes[i].summary);
		explain_globs(sb, "facts:", nn_axes[i].own);
		explain_globs(sb, "what follows:", nn_axes[i].follows);
	}
	for (size_t i = 0; i < NN_ARRAY_SIZE(aliases); i++)
		nn_strbuf_addf(sb, "%-12sshort for %s\n", aliases[i].name, aliases[i].axes);
}
