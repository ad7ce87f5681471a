/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness/base/units.h"
#include "harness/cmd/devices-rows.h"
#include "harness/cmd/devices-text.h"

static void one_identity(const struct nn_device *device, struct nn_strbuf *out)
{
	NN_AUTO(free) char *path = nn_devices_joined(&device->path);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;
	const char *type = nn_pcie_type_name(device->config.pcie_type);

	nn_devices_part(&line, "%04x:%04x", device->vendor, device->device);
	if (device->subsystem_vendor >= 0 && device->subsystem_device >= 0)
		nn_devices_part(&line, "subsystem %04llx:%04llx",
				(long long)device->subsystem_vendor,
				(long long)device->subsystem_device);
	if (device->revision >= 0)
		nn_devices_part(&line, "revision %02llx", (long long)device->revision);
	nn_devices_flush(out, "id", &line);
	nn_strbuf_addf(&line, "%06x %s", device->class_code,
		       device->class_name ? device->class_name : "");
	if (type)
		nn_devices_part(&line, "PCI Express %s", type);
	if (device->config.is_multifunction == 1)
		nn_devices_part(&line, "one of several functions");
	nn_devices_flush(out, "class", &line);
	nn_devices_part(&line, "%s", device->driver ? device->driver : "none");
	if (device->driver_override)
		nn_devices_part(&line, "driver_override %s", device->driver_override);
	nn_devices_flush(out, "driver", &line);
	nn_devices_part(&line, "%s", device->path.nr ? path : "none, it is on the root bus");
	nn_devices_flush(out, "ports above it", &line);
}

static void one_group(const struct nn_device *device, struct nn_strbuf *out)
{
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_devices_part(&line, "%s", device->iommu_group ? device->iommu_group : "none");
	if (device->iommu_type)
		nn_devices_part(&line, "%s", device->iommu_type);
	for (size_t i = 0; i < device->group_members.nr; i++) {
		if (strcmp(device->group_members.names[i], device->bdf) != 0)
			nn_devices_part(&line, "with %s", device->group_members.names[i]);
	}
	nn_devices_flush(out, "IOMMU group", &line);
}

static void one_bar(const struct nn_bar *bar, struct nn_strbuf *out)
{
	NN_AUTO(free) char *label = nn_asprintf("BAR %u", bar->index);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_strbuf_add_bytes(&line, bar->size_bytes);
	nn_strbuf_addf(&line, " of %s", bar->is_memory ? "memory" : "I/O ports");
	if (bar->is_64bit)
		nn_devices_part(&line, "64-bit");
	if (bar->is_prefetchable)
		nn_devices_part(&line, "prefetchable");
	if (bar->is_assigned)
		nn_devices_part(&line, "at 0x%llx", (unsigned long long)bar->start);
	else
		nn_devices_part(&line, "without an address");
	for (unsigned int bit = 0; bit < 44; bit++) {
		if (bar->resizable_mib >> bit & 1) {
			nn_devices_part(&line, "can be ");
			nn_strbuf_add_bytes(&line, 1ULL << (bit + 20));
		}
	}
	nn_devices_flush(out, label, &line);
}

static void one_hardware(const struct nn_survey *survey, size_t at, struct nn_strbuf *out)
{
	const struct nn_device *device = &survey->devices.items[at];
	NN_AUTO(free) char *reset = nn_devices_reset(survey, at);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	if (nn_devices_has_link(&device->link)) {
		NN_AUTO(free) char *text = nn_devices_link(&device->link);

		nn_devices_part(&line, "%s", text);
	}
	nn_devices_flush(out, "link", &line);
	if (nn_devices_has_link(&device->uplink)) {
		NN_AUTO(free) char *text = nn_devices_link(&device->uplink);

		nn_devices_part(&line, "%s", text);
	}
	nn_devices_flush(out, "link of its port", &line);
	for (size_t i = 0; i < device->nr_bars; i++)
		one_bar(&device->bars[i], out);
	if (device->rom_bytes >= 0)
		nn_strbuf_add_bytes(&line, (uint64_t)device->rom_bytes);
	if (device->rom_readable >= 0)
		nn_devices_part(&line, "%s", device->rom_readable ? "readable" : "not readable");
	nn_devices_flush(out, "ROM", &line);
	nn_devices_part(&line, "%s", reset);
	if (device->config.has_flr >= 0)
		nn_devices_part(&line, "%s",
				device->config.has_flr ? "FLR offered" : "FLR not offered");
	nn_devices_flush(out, "reset", &line);
}

static void one_abilities(const struct nn_device *device, struct nn_strbuf *out)
{
	NN_AUTO(free) char *vfs = nn_devices_joined(&device->sriov.vfs);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	if (!device->config.has_capabilities)
		nn_devices_part(&line, "not known (%s)",
				device->power_state && strcmp(device->power_state, "D3cold") == 0
					? "it sleeps in D3cold"
					: "root may read more");
	if (device->config.msix_vectors > 0)
		nn_devices_part(&line, "MSI-X with %d vectors", device->config.msix_vectors);
	if (device->config.msi_vectors > 0)
		nn_devices_part(&line, "MSI with %d vectors", device->config.msi_vectors);
	if (!line.len)
		nn_devices_part(&line, "neither MSI nor MSI-X");
	nn_devices_flush(out, "interrupts", &line);
	if (device->config.has_capabilities)
		nn_devices_part(&line, "%s",
				nn_device_isolates(device) ? "keeps others apart"
							   : "does not keep others apart");
	nn_devices_flush(out, "ACS", &line);
	if (device->sriov.pf)
		nn_devices_part(&line, "it is one, of %s", device->sriov.pf);
	if (device->sriov.total_vfs > 0)
		nn_devices_part(&line, "%lld of %lld enabled", (long long)device->sriov.nr_vfs,
				(long long)device->sriov.total_vfs);
	if (device->sriov.vfs.nr)
		nn_devices_part(&line, "%s", vfs);
	nn_devices_flush(out, "virtual functions", &line);
	for (size_t i = 0; i < device->mdev_types.nr; i++) {
		NN_AUTO(free) char *nr = nn_devices_available(&device->mdev_types.items[i]);

		nn_devices_part(&line, "%s (%s)", device->mdev_types.items[i].id, nr);
	}
	nn_devices_flush(out, "mediated devices", &line);
}

static void one_place(const struct nn_device *device, struct nn_strbuf *out)
{
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	if (device->numa_node >= 0)
		nn_devices_part(&line, "node %lld", (long long)device->numa_node);
	if (device->local_cpus)
		nn_devices_part(&line, "near CPUs %s", device->local_cpus);
	nn_devices_flush(out, "NUMA", &line);
	if (device->power_state)
		nn_devices_part(&line, "%s", device->power_state);
	if (device->runtime_status)
		nn_devices_part(&line, "%s", device->runtime_status);
	if (device->d3cold_allowed >= 0)
		nn_devices_part(&line, "%s",
				device->d3cold_allowed ? "D3cold allowed" : "D3cold not allowed");
	nn_devices_flush(out, "power", &line);
}

static void one_verdict(const struct nn_survey *survey, size_t at, struct nn_strbuf *out)
{
	const struct nn_device_users *users = &survey->users[at];
	const struct nn_assignability *assignability = &survey->assignabilities[at];
	NN_AUTO(free) char *set = nn_devices_joined(&assignability->set);
	const char *label = "used by";

	for (size_t i = 0; i < users->nr; i++) {
		nn_devices_row(out, 2, NN_DEVICES_LABEL, label, users->items[i].detail);
		label = "";
	}
	if (!users->nr)
		nn_devices_row(out, 2, NN_DEVICES_LABEL, label, "nothing that was seen");
	nn_devices_row(out, 2, NN_DEVICES_LABEL, "can be assigned",
		       nn_assignable_name(assignability->verdict));
	for (size_t i = 0; i < assignability->nr; i++)
		nn_devices_row(out, 2, NN_DEVICES_LABEL,
			       assignability->reasons[i].forbids ? "  no, because" : "  but",
			       assignability->reasons[i].text);
	if (assignability->set.nr > 1)
		nn_devices_row(out, 2, NN_DEVICES_LABEL, "  together", set);
}

void nn_devices_text_one(const struct nn_survey *survey, size_t at, struct nn_strbuf *out)
{
	const struct nn_device *device = &survey->devices.items[at];
	NN_AUTO(free) char *name = nn_devices_name(device);

	nn_devices_row(out, 0, NN_DEVICES_ADDRESS, device->bdf, name);
	one_identity(device, out);
	one_group(device, out);
	one_hardware(survey, at, out);
	one_abilities(device, out);
	one_place(device, out);
	one_verdict(survey, at, out);
}
