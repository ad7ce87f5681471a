/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/doctor/checks.h"

#define MIB                (1ULL << 20)
#define ABOVE_4G           (1ULL << 32)
#define BIG_BAR_BYTES      (256 * MIB)
#define LARGE_WINDOW_BYTES (1024 * MIB) /* more does not fit below 4 GiB in a guest */
#define BASE_CLASS_SCREEN  0x03

/* The finding that a reason of the verdict on the device makes; false when there is none. */
static bool found_reason(const struct nn_patient *patient, enum nn_obstacle obstacle,
			 const char *hint, struct nn_finding *finding)
{
	const struct nn_reason *reason = nn_assignability_reason(&patient->assignability, obstacle);

	if (reason)
		nn_finding_set(finding, reason->forbids ? NN_HEALTH_FAIL : NN_HEALTH_WARN, hint,
			       "%s", reason->text);
	return reason;
}

void nn_look_present(const struct nn_patient *patient, struct nn_finding *finding)
{
	if (!patient->bdf)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "no device was named");
	else
		nn_finding_set(finding, patient->device ? NN_HEALTH_PASS : NN_HEALTH_FAIL,
			       "'nearnative devices' lists what there is", "%s is %s", patient->bdf,
			       patient->device ? "present" : "not present");
}

void nn_look_kind(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device *device = patient->device;

	if (found_reason(patient, NN_OBSTACLE_BRIDGE, "name a function behind it", finding) ||
	    found_reason(patient, NN_OBSTACLE_DENYLIST,
			 "vfio_pci.disable_denylist=1 lifts it, at the risk that a guest hangs "
			 "the machine",
			 finding))
		return;
	nn_finding_set(finding, NN_HEALTH_PASS, NULL, "%04x:%04x of class %06x, driver %s",
		       device->vendor, device->device, device->class_code,
		       device->driver ? device->driver : "none");
}

void nn_look_group(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_assignability *assignability = &patient->assignability;

	if (patient->device->is_bridge)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "it is a bridge");
	else if (!patient->device->iommu_group)
		nn_finding_set(finding, NN_HEALTH_FAIL, "activate the IOMMU",
			       "the device is in no IOMMU group");
	else if (!found_reason(patient, NN_OBSTACLE_SIBLING,
			       "another slot or ACS may separate the group", finding))
		nn_finding_set(finding, assignability->set.nr > 1 ? NN_HEALTH_WARN : NN_HEALTH_PASS,
			       "all of them go to the VM together", "group %s, %zu function%s",
			       patient->device->iommu_group, assignability->set.nr,
			       assignability->set.nr > 1 ? "s" : "");
}

void nn_look_regions(const struct nn_patient *patient, struct nn_finding *finding)
{
	if (!found_reason(patient, NN_OBSTACLE_REGION,
			  "the kernel refuses such devices: look for an option of the firmware "
			  "that uses the device (remote management, legacy USB)",
			  finding))
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "none for its group");
}

void nn_look_unused(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device_user *first = nn_device_users_first(&patient->users, false);

	if (first)
		nn_finding_set(finding, NN_HEALTH_FAIL,
			       "stop what uses it; nearnative never takes it away", "%s%s",
			       first->detail,
			       patient->users.nr > 1 && patient->users.items[1].forbids
				       ? ", and more ('nearnative devices' tells)"
				       : "");
	else if (patient->users.nr_hidden)
		nn_finding_set(finding, NN_HEALTH_WARN, "root sees all",
			       "nothing seen, but %zu processes of others were not looked into",
			       patient->users.nr_hidden);
	else if (patient->users.nr)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "nothing that forbids it: %s",
			       patient->users.items[0].detail);
	else
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "nothing uses it");
}

void nn_look_reset(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device *device = patient->device;

	if (found_reason(patient, NN_OBSTACLE_RESET,
			 "it may not come back clean after a VM; some devices need a module of "
			 "their own (vendor-reset)",
			 finding))
		return;
	nn_finding_set(finding, NN_HEALTH_PASS, NULL, "%s%s",
		       device->reset_methods ? "reset methods: " : "",
		       device->reset_methods ? device->reset_methods
		       : device->can_reset   ? "it can be reset"
					     : "with all functions of its bus");
}

void nn_look_msi(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_pci_config *config = &patient->device->config;

	if (!config->has_capabilities)
		nn_finding_set(finding, NN_HEALTH_SKIP, "root may read them",
			       "its capabilities cannot be read");
	else if (config->msix_vectors > 0)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "MSI-X, %d vectors",
			       config->msix_vectors);
	else if (config->msi_vectors > 0)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "MSI, %d vectors",
			       config->msi_vectors);
	else
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "its line must not be shared with a device of the host",
			       "neither MSI nor MSI-X");
}

/* The windows of memory, in what matters for a guest that must find room for them. */
static uint64_t sum_of_windows(const struct nn_device *device, const struct nn_bar **ret_low,
			       const struct nn_bar **ret_lost)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < device->nr_bars; i++) {
		const struct nn_bar *bar = &device->bars[i];

		if (!bar->is_assigned)
			*ret_lost = bar;
		else if (bar->is_64bit && bar->size_bytes >= BIG_BAR_BYTES && bar->start < ABOVE_4G)
			*ret_low = bar;
		bytes += bar->is_memory ? bar->size_bytes : 0;
	}
	return bytes;
}

void nn_look_bars(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(strbuf) struct nn_strbuf size = NN_STRBUF_INIT;
	const struct nn_bar *low = NULL;
	const struct nn_bar *lost = NULL;
	uint64_t bytes = sum_of_windows(patient->device, &low, &lost);

	nn_strbuf_add_bytes(&size, bytes);
	if (lost)
		nn_finding_set(finding, NN_HEALTH_FAIL,
			       "allow decoding above 4 GiB in the firmware, or boot with "
			       "pci=realloc",
			       "BAR %u got no address", lost->index);
	else if (low)
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "allow decoding above 4 GiB and resizable BARs in the firmware",
			       "BAR %u is below 4 GiB and cannot grow", low->index);
	else if (bytes > LARGE_WINDOW_BYTES)
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "the guest needs UEFI firmware with a large 64-bit window and the "
			       "host's physical address bits",
			       "%s of memory windows", nn_strbuf_str(&size));
	else
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "%s of memory windows",
			       nn_strbuf_str(&size));
}

void nn_look_rom(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device *device = patient->device;

	if (device->class_code >> 16 != BASE_CLASS_SCREEN)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "it is no display");
	else if (device->rom_readable != 1)
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "a guest that must show its firmware on it needs a ROM file",
			       "it offers no ROM to read");
	else
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "it offers one");
}

void nn_look_sriov(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_sriov *sriov = &patient->device->sriov;

	if (sriov->pf)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "it is one, of %s", sriov->pf);
	else if (sriov->total_vfs <= 0)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "it offers none");
	else
		nn_finding_set(finding, sriov->nr_vfs > 0 ? NN_HEALTH_FAIL : NN_HEALTH_PASS,
			       "pass a virtual function, or write 0 to sriov_numvfs",
			       "%lld of %lld are enabled", (long long)sriov->nr_vfs,
			       (long long)sriov->total_vfs);
}

static bool has_several_nodes(const struct nn_sysroot *root)
{
	return nn_sysfs_exists(root, "/sys/devices/system/node/node1");
}

void nn_look_numa(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device *device = patient->device;

	if (device->numa_node >= 0)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "node %lld, near CPUs %s",
			       (long long)device->numa_node,
			       device->local_cpus ? device->local_cpus : "not known");
	else if (has_several_nodes(patient->sysroot))
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "pin both arms to the same CPUs: which are near it is not known",
			       "the firmware does not say to which node it belongs");
	else
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "this machine has one node");
}

void nn_look_power(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device *device = patient->device;
	const char *state = device->power_state ? device->power_state : "not known";
	bool is_cold = strcmp(state, "D3cold") == 0;

	nn_finding_set(finding, is_cold ? NN_HEALTH_WARN : NN_HEALTH_PASS,
		       "it sleeps, and some never wake up for a VM: write 0 to d3cold_allowed",
		       "power state %s%s%s", state, device->runtime_status ? ", " : "",
		       device->runtime_status ? device->runtime_status : "");
}

void nn_look_link(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_device *device = patient->device;

	if (!device->link.speed || !device->link.width || !device->link.max_width)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "the function has no PCIe link");
	else if (!found_reason(patient, NN_OBSTACLE_LINK,
			       "look again under load; then try another slot or riser", finding))
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "%s x%s, the device can %s x%s",
			       device->link.speed, device->link.width,
			       device->link.max_speed ? device->link.max_speed : "?",
			       device->link.max_width);
}
