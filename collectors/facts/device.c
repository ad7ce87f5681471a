/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include <inttypes.h>

#include "collectors/facts/facts.h"
#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/device/device.h"

#define ROM_RESOURCE 6 /* behind the six BARs */

static void add_word(struct nn_strbuf *list, const char *word)
{
	nn_strbuf_addf(list, "%s%s", list->len ? " " : "", word);
}

static void report_names(const struct nn_collect *collect, const char *name,
			 const struct nn_name_list *list)
{
	NN_AUTO(strbuf) struct nn_strbuf joined = NN_STRBUF_INIT;

	for (size_t i = 0; i < list->nr; i++)
		add_word(&joined, list->names[i]);
	nn_fact(collect, name, nn_strbuf_str(&joined));
}

static void report_iommus(const struct nn_collect *collect)
{
	NN_AUTO(name_list) struct nn_name_list list = {0};

	if (nn_sysfs_list(collect->sysroot, "/sys/class/iommu", &list, NULL))
		return;
	if (list.nr)
		report_names(collect, "iommu", &list);
	else
		nn_fact(collect, "iommu", "none");
}

static bool has_word(const struct nn_strbuf *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = nn_strbuf_str(list); at && *at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strcspn(at, " ") == len && strncmp(at, word, len) == 0)
			return true;
	}
	return false;
}

/*
 * The default policy is no attribute; it shows in the types of the groups. DMA-FQ is lazy
 * invalidation, DMA strict, identity passthrough.
 * Source: Documentation/ABI/testing/sysfs-kernel-iommu_groups
 */
static void report_domain_types(const struct nn_collect *collect)
{
	NN_AUTO(name_list) struct nn_name_list groups = {0};
	NN_AUTO(strbuf) struct nn_strbuf types = NN_STRBUF_INIT;

	if (nn_sysfs_list(collect->sysroot, "/sys/kernel/iommu_groups", &groups, NULL))
		return;
	for (size_t i = 0; i < groups.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf("/sys/kernel/iommu_groups/%s/type", groups.names[i]);
		NN_AUTO(free) char *type = nn_sysfs_text(collect->sysroot, path);

		if (type && !has_word(&types, type))
			add_word(&types, type);
	}
	nn_fact(collect, "iommu.domains", nn_strbuf_str(&types));
}

static void report_identity(const struct nn_collect *collect, const struct nn_device *device)
{
	NN_AUTO(free) char *id = nn_asprintf("%04x:%04x", device->vendor, device->device);
	NN_AUTO(free) char *class_code = nn_asprintf("%06x", device->class_code);

	nn_fact(collect, "device", device->bdf);
	nn_fact(collect, "device.id", id);
	nn_fact(collect, "device.class", class_code);
	nn_fact(collect, "device.vendor", device->vendor_name);
	nn_fact(collect, "device.name", device->device_name);
	nn_fact(collect, "device.driver", device->driver ? device->driver : "none");
	nn_fact(collect, "device.reset_methods", device->reset_methods);
	if (device->numa_node >= 0) {
		NN_AUTO(free) char *node = nn_asprintf("%lld", (long long)device->numa_node);

		nn_fact(collect, "device.numa_node", node);
	}
}

static void report_group_and_link(const struct nn_collect *collect, const struct nn_device *device)
{
	nn_fact(collect, "device.iommu.group", device->iommu_group);
	nn_fact(collect, "device.iommu.type", device->iommu_type);
	report_names(collect, "device.iommu.members", &device->group_members);
	nn_fact(collect, "device.link.speed", device->link.speed);
	nn_fact(collect, "device.link.speed_max", device->link.max_speed);
	nn_fact(collect, "device.link.width", device->link.width);
	nn_fact(collect, "device.link.width_max", device->link.max_width);
}

/*
 * The size of the option ROM, by the seventh line of what the function decodes; a function without
 * one has zeroes there. Source: Documentation/PCI/sysfs-pci.rst
 */
static void report_rom(const struct nn_collect *collect, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/bus/pci/devices/%s/resource", bdf);
	NN_AUTO(free) char *text = nn_sysfs_text(collect->sysroot, path);
	const char *line = text;
	uint64_t first, last;

	for (int i = 0; line && i < ROM_RESOURCE; i++) {
		line = strchr(line, '\n');
		line += line != NULL;
	}
	if (line && sscanf(line, "%" SCNx64 " %" SCNx64, &first, &last) == 2 && last > first) {
		NN_AUTO(free) char *bytes = nn_asprintf("%" PRIu64, last - first + 1);

		nn_fact(collect, "device.rom", bytes);
	}
}

static void report_nvme(const struct nn_collect *collect, const char *bdf)
{
	NN_AUTO(free) char *folder = nn_asprintf("/sys/bus/pci/devices/%s/nvme", bdf);
	NN_AUTO(name_list) struct nn_name_list controllers = {0};
	NN_AUTO(free) char *model = NULL;
	NN_AUTO(free) char *firmware = NULL;

	/* bound to another driver (vfio-pci) it has no controller to ask */
	if (nn_sysfs_list(collect->sysroot, folder, &controllers, NULL) || !controllers.nr)
		return;
	model = nn_asprintf("/sys/class/nvme/%s/model", controllers.names[0]);
	firmware = nn_asprintf("/sys/class/nvme/%s/firmware_rev", controllers.names[0]);
	nn_fact_file(collect, "nvme.model", model);
	nn_fact_file(collect, "nvme.firmware", firmware);
}

static int facts_device_sample(struct nn_collect *collect, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc;

	report_iommus(collect);
	report_domain_types(collect);
	if (!collect->bdf || !collect->bdf[0])
		return 0;
	rc = nn_device_read(collect->sysroot, collect->bdf, &device, err);
	if (rc)
		return rc;
	report_identity(collect, &device);
	report_group_and_link(collect, &device);
	report_rom(collect, device.bdf);
	report_nvme(collect, device.bdf);
	return 0;
}

const struct nn_collector nn_collector_facts_device = {
	.plugin = {.name = "facts/device",
		   .summary = "the device under test: driver, IOMMU group, link, resets, firmware"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_BOTH,
	.probe = nn_fact_probe,
	.sample = facts_device_sample,
};
