/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/doctor/doctor.h"

#include <stdarg.h>
#include <string.h>

#include "harness/base/strbuf.h"
#include "harness/doctor/checks.h"

const char *nn_health_name(enum nn_health health)
{
	static const char *const names[] = {[NN_HEALTH_PASS] = "PASS",
					    [NN_HEALTH_WARN] = "WARN",
					    [NN_HEALTH_FAIL] = "FAIL",
					    [NN_HEALTH_SKIP] = "SKIP"};

	return names[health];
}

void nn_finding_set(struct nn_finding *finding, enum nn_health health, const char *hint,
		    const char *fmt, ...)
{
	va_list args;

	finding->health = health;
	finding->hint = health == NN_HEALTH_PASS ? NULL : hint;
	va_start(args, fmt);
	(void)vsnprintf(finding->what, sizeof(finding->what), fmt, args);
	va_end(args);
}

void nn_patient_release(struct nn_patient *patient)
{
	nn_board_release(&patient->board);
	nn_devices_release(&patient->devices);
	nn_isolation_release(&patient->isolation);
	nn_device_users_release(&patient->users);
	nn_assignability_release(&patient->assignability);
}

static int read_device(struct nn_patient *patient, struct nn_err *err)
{
	NN_AUTO(open_nodes) struct nn_open_nodes nodes = {0};
	const struct nn_assignability_given given = {.nodes = &nodes, .board = &patient->board};
	int rc;

	for (size_t i = 0; patient->bdf && i < patient->devices.nr; i++) {
		if (strcmp(patient->devices.items[i].bdf, patient->bdf) == 0)
			patient->device = &patient->devices.items[i];
	}
	if (!patient->device)
		return 0;
	rc = nn_open_nodes_scan(patient->sysroot, &nodes, err);
	if (!rc)
		rc = nn_device_users(patient->sysroot, patient->bdf, &nodes, &patient->users, err);
	return rc ? rc
		  : nn_device_assignability(patient->sysroot, patient->device, &given,
					    &patient->assignability, err);
}

int nn_patient_init(struct nn_patient *patient, const struct nn_sysroot *sysroot, const char *bdf,
		    struct nn_err *err)
{
	int rc;

	*patient = (struct nn_patient){.sysroot = sysroot, .bdf = bdf};
	nn_board_read(sysroot, &patient->board);
	rc = nn_devices_read(sysroot, &patient->devices, err);
	if (!rc)
		rc = read_device(patient, err);
	if (rc) {
		nn_patient_release(patient);
		*patient = (struct nn_patient){0};
		return rc;
	}
	nn_isolation_compute(&patient->devices, &patient->isolation);
	return 0;
}

void nn_check_execute(const struct nn_check *check, const struct nn_patient *patient,
		      struct nn_finding *ret_finding)
{
	*ret_finding = (struct nn_finding){.health = NN_HEALTH_SKIP};
	if (check->needs_device && !patient->bdf)
		nn_finding_set(ret_finding, NN_HEALTH_SKIP, NULL, "no device was named");
	else if (check->needs_device && !patient->device)
		nn_finding_set(ret_finding, NN_HEALTH_SKIP, NULL, "there is no such device");
	else
		check->look(patient, ret_finding);
}

const struct nn_check nn_checks[] = {
	{.name = "IOMMU active", .look = nn_look_iommu},
	{.name = "interrupt remapping", .look = nn_look_interrupts},
	{.name = "ACS", .look = nn_look_acs},
	{.name = "vfio-pci", .look = nn_look_vfio},
	{.name = "KVM runs a guest", .look = nn_look_kvm},
	{.name = "kernel lockdown", .look = nn_look_lockdown},
	{.name = "locked memory", .look = nn_look_locked_memory},
	{.name = "hugepages", .look = nn_look_hugepages},
	{.name = "device present", .look = nn_look_present},
	{.name = "kind of device", .needs_device = true, .look = nn_look_kind},
	{.name = "IOMMU group", .needs_device = true, .look = nn_look_group},
	{.name = "reserved memory", .needs_device = true, .look = nn_look_regions},
	{.name = "device unused", .needs_device = true, .look = nn_look_unused},
	{.name = "reset method", .needs_device = true, .look = nn_look_reset},
	{.name = "interrupts", .needs_device = true, .look = nn_look_msi},
	{.name = "BARs", .needs_device = true, .look = nn_look_bars},
	{.name = "ROM", .needs_device = true, .look = nn_look_rom},
	{.name = "virtual functions", .needs_device = true, .look = nn_look_sriov},
	{.name = "NUMA node", .needs_device = true, .look = nn_look_numa},
	{.name = "power", .needs_device = true, .look = nn_look_power},
	{.name = "PCIe link", .needs_device = true, .look = nn_look_link},
};

const size_t nn_nr_checks = NN_ARRAY_SIZE(nn_checks);
