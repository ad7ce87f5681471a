/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/doctor/doctor.h"

#include <stdarg.h>
#include <string.h>

#include "harness/base/strbuf.h"
#include "harness/device/group.h"
#include "harness/target/kvm-probe.h"

const char *nn_health_name(enum nn_health health)
{
	static const char *const names[] = {[NN_HEALTH_PASS] = "PASS",
					    [NN_HEALTH_WARN] = "WARN",
					    [NN_HEALTH_FAIL] = "FAIL",
					    [NN_HEALTH_SKIP] = "SKIP"};

	return names[health];
}

static void finding_set(struct nn_finding *finding, enum nn_health health, const char *hint,
			const char *fmt, ...) NN_PRINTF(4, 5);

static void finding_set(struct nn_finding *finding, enum nn_health health, const char *hint,
			const char *fmt, ...)
{
	va_list args;

	finding->health = health;
	finding->hint = health == NN_HEALTH_PASS ? NULL : hint;
	va_start(args, fmt);
	(void)vsnprintf(finding->what, sizeof(finding->what), fmt, args);
	va_end(args);
}

static void look_iommu(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(name_list) struct nn_name_list groups = {0};

	(void)nn_sysfs_list(patient->sysroot, "/sys/kernel/iommu_groups", &groups, NULL);
	finding_set(finding, groups.nr ? NN_HEALTH_PASS : NN_HEALTH_FAIL,
		    "enable VT-d or AMD-Vi in the firmware and boot with intel_iommu=on or "
		    "amd_iommu=on",
		    "%zu IOMMU groups", groups.nr);
}

static void look_vfio(const struct nn_patient *patient, struct nn_finding *finding)
{
	bool is_loaded = nn_sysfs_exists(patient->sysroot, "/sys/bus/pci/drivers/vfio-pci");

	finding_set(finding, is_loaded ? NN_HEALTH_PASS : NN_HEALTH_WARN,
		    "modprobe vfio-pci (nearnative loads it when it is needed)", "vfio-pci is %s",
		    is_loaded ? "loaded" : "not loaded");
}

static void look_kvm(const struct nn_patient *patient NN_UNUSED, struct nn_finding *finding)
{
	struct nn_err err = {0};
	int rc = nn_kvm_probe(NN_KVM_PROBE_DEADLINE_NS, &err);

	finding_set(finding, rc ? NN_HEALTH_FAIL : NN_HEALTH_PASS,
		    "enable SVM or VT-x in the firmware and load kvm_amd or kvm_intel", "%s",
		    rc ? err.message : "a guest of one instruction ran");
}

static void look_interrupt_remapping(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(free)
	char *unsafe = nn_sysfs_text(patient->sysroot, "/sys/module/vfio_iommu_type1/parameters/"
						       "allow_unsafe_interrupts");

	if (!unsafe)
		finding_set(finding, NN_HEALTH_SKIP, NULL, "vfio_iommu_type1 is not loaded");
	else
		finding_set(finding, unsafe[0] == 'Y' ? NN_HEALTH_WARN : NN_HEALTH_PASS,
			    "unset allow_unsafe_interrupts: guests could forge interrupts",
			    "unsafe interrupts are %s", unsafe[0] == 'Y' ? "allowed" : "refused");
}

static void look_group(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(device) struct nn_device device = {0};
	NN_AUTO(name_list) struct nn_name_list set = {0};
	struct nn_err err = {0};
	int rc = nn_device_read(patient->sysroot, patient->bdf, &device, &err);

	if (!rc && !device.iommu_group) {
		finding_set(finding, NN_HEALTH_FAIL, "activate the IOMMU",
			    "the device is in no IOMMU group");
		return;
	}
	if (!rc)
		rc = nn_device_passthrough_set(patient->sysroot, &device, NULL, &set, &err);
	if (rc)
		finding_set(finding, NN_HEALTH_FAIL, "another slot or ACS may separate the group",
			    "%s", err.message);
	else
		finding_set(finding, set.nr > 1 ? NN_HEALTH_WARN : NN_HEALTH_PASS,
			    "all of them go to the VM together", "group %s, %zu function%s",
			    device.iommu_group, set.nr, set.nr > 1 ? "s" : "");
}

static void look_unused(const struct nn_patient *patient, struct nn_finding *finding)
{
	struct nn_err err = {0};
	int rc = nn_device_check_unused(patient->sysroot, patient->bdf, &err);

	finding_set(finding, rc ? NN_HEALTH_FAIL : NN_HEALTH_PASS,
		    "stop what uses it; nearnative never takes it away", "%s",
		    rc ? err.message : "nothing uses it");
}

static void look_reset(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(device) struct nn_device device = {0};
	struct nn_err err = {0};

	if (nn_device_read(patient->sysroot, patient->bdf, &device, &err))
		finding_set(finding, NN_HEALTH_FAIL, NULL, "%s", err.message);
	else
		finding_set(finding, device.reset_methods ? NN_HEALTH_PASS : NN_HEALTH_WARN,
			    "it may not come back clean after a VM", "reset methods: %s",
			    device.reset_methods ? device.reset_methods : "none");
}

static void look_link(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(device) struct nn_device device = {0};
	struct nn_err err = {0};
	bool is_full;

	if (nn_device_read(patient->sysroot, patient->bdf, &device, &err)) {
		finding_set(finding, NN_HEALTH_FAIL, NULL, "%s", err.message);
		return;
	}
	if (!device.link.speed || !device.link.width || !device.link.max_width) {
		finding_set(finding, NN_HEALTH_SKIP, NULL, "the function has no PCIe link");
		return;
	}
	is_full = strcmp(device.link.width, device.link.max_width) == 0;
	finding_set(finding, is_full ? NN_HEALTH_PASS : NN_HEALTH_WARN,
		    "another slot may have more lanes", "%s x%s, the device can x%s",
		    device.link.speed, device.link.width, device.link.max_width);
}

static bool is_present(const struct nn_patient *patient)
{
	NN_AUTO(device) struct nn_device device = {0};

	return nn_device_read(patient->sysroot, patient->bdf, &device, NULL) == 0;
}

static void look_present(const struct nn_patient *patient, struct nn_finding *finding)
{
	bool is_there = !patient->bdf || is_present(patient);

	finding_set(finding, is_there ? NN_HEALTH_PASS : NN_HEALTH_FAIL,
		    "'nearnative devices' lists what there is", "%s is %s",
		    patient->bdf ? patient->bdf : "no device",
		    is_there ? "present" : "not present");
	if (!patient->bdf)
		finding_set(finding, NN_HEALTH_SKIP, NULL, "no device was named");
}

void nn_check_execute(const struct nn_check *check, const struct nn_patient *patient,
		      struct nn_finding *ret_finding)
{
	*ret_finding = (struct nn_finding){.health = NN_HEALTH_SKIP};
	if (check->needs_device && !patient->bdf)
		finding_set(ret_finding, NN_HEALTH_SKIP, NULL, "no device was named");
	else if (check->needs_device && !is_present(patient))
		finding_set(ret_finding, NN_HEALTH_SKIP, NULL, "there is no such device");
	else
		check->look(patient, ret_finding);
}

const struct nn_check nn_checks[] = {
	{.name = "IOMMU active", .look = look_iommu},
	{.name = "vfio-pci", .look = look_vfio},
	{.name = "interrupt isolation", .look = look_interrupt_remapping},
	{.name = "KVM runs a guest", .look = look_kvm},
	{.name = "device present", .look = look_present},
	{.name = "IOMMU group", .needs_device = true, .look = look_group},
	{.name = "device unused", .needs_device = true, .look = look_unused},
	{.name = "reset method", .needs_device = true, .look = look_reset},
	{.name = "PCIe link", .needs_device = true, .look = look_link},
};

const size_t nn_nr_checks = NN_ARRAY_SIZE(nn_checks);
