/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/resource.h>

#include "harness/base/strbuf.h"
#include "harness/doctor/checks.h"
#include "harness/target/kvm-probe.h"

#define ACPI_TABLES "/sys/firmware/acpi/tables"
#define HUGEPAGES   "/sys/kernel/mm/hugepages"
#define LOCKDOWN    "/sys/kernel/security/lockdown"

/* The tables are there when the firmware offers an IOMMU, whether the kernel uses it or not. */
static const char *iommu_hint(const struct nn_sysroot *root)
{
	if (nn_sysfs_exists(root, ACPI_TABLES "/DMAR"))
		return "the firmware offers VT-d: boot with intel_iommu=on";
	if (nn_sysfs_exists(root, ACPI_TABLES "/IVRS"))
		return "the firmware offers AMD-Vi: boot without amd_iommu=off and iommu=off";
	return "enable VT-d or AMD-Vi in the firmware and boot with intel_iommu=on or "
	       "amd_iommu=on";
}

void nn_look_iommu(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_board *board = &patient->board;

	if (!board->iommu)
		nn_finding_set(finding, NN_HEALTH_FAIL, iommu_hint(patient->sysroot),
			       "there are no IOMMU groups");
	else
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "%s, %zu groups, default domains %s",
			       board->iommu, patient->isolation.nr_groups,
			       board->policy ? board->policy : "not known");
}

void nn_look_interrupts(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_board *board = &patient->board;

	if (board->unsafe_interrupts == 1)
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "unset vfio_iommu_type1.allow_unsafe_interrupts",
			       "VFIO is allowed to go without: guests could forge interrupts");
	else if (board->interrupt_remapping < 0)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "this machine does not say");
	else if (board->interrupt_remapping == 0)
		nn_finding_set(finding, NN_HEALTH_FAIL,
			       "enable it in the firmware (VT-d, x2APIC) and boot without "
			       "intremap=off; VFIO refuses devices otherwise",
			       "interrupts are not remapped");
	else
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "interrupts are remapped");
}

void nn_look_acs(const struct nn_patient *patient, struct nn_finding *finding)
{
	const struct nn_isolation *isolation = &patient->isolation;

	if (patient->board.acs_override)
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "devices of different groups may reach each other; boot without it "
			       "where isolation matters",
			       "pcie_acs_override=%s is in use", patient->board.acs_override);
	else if (!isolation->nr_groups)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL,
			       "without IOMMU groups it is of no use");
	else if (!isolation->is_acs_known)
		nn_finding_set(finding, NN_HEALTH_SKIP, "root may read it",
			       "the ports' ACS cannot be read");
	else if (isolation->split_apart.nr)
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "a quirk of the kernel vouches for them, or a patch does",
			       "%zu functions, '%s' first, are in groups of their own though their "
			       "ports' ACS does not keep them apart",
			       isolation->split_apart.nr, isolation->split_apart.names[0]);
	else if (isolation->open_ports.nr)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL,
			       "%zu port%s without it, '%s' first; what is behind one shares its "
			       "group",
			       isolation->open_ports.nr, isolation->open_ports.nr > 1 ? "s" : "",
			       isolation->open_ports.names[0]);
	else
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "every port has it");
}

void nn_look_vfio(const struct nn_patient *patient, struct nn_finding *finding)
{
	bool is_loaded = nn_sysfs_exists(patient->sysroot, "/sys/bus/pci/drivers/vfio-pci");

	nn_finding_set(finding, is_loaded ? NN_HEALTH_PASS : NN_HEALTH_WARN,
		       "modprobe vfio-pci (nearnative loads it when it is needed)",
		       "vfio-pci is %s", is_loaded ? "loaded" : "not loaded");
}

void nn_look_kvm(const struct nn_patient *patient NN_UNUSED, struct nn_finding *finding)
{
	struct nn_err err = {0};
	int rc = nn_kvm_probe(NN_KVM_PROBE_DEADLINE_NS, &err);

	nn_finding_set(finding, rc ? NN_HEALTH_FAIL : NN_HEALTH_PASS,
		       "enable SVM or VT-x in the firmware and load kvm_amd or kvm_intel", "%s",
		       rc ? err.message : "a guest of one instruction ran");
}

/* "none [integrity] confidentiality": the one in force is in brackets. */
void nn_look_lockdown(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(free) char *text = nn_sysfs_text(patient->sysroot, LOCKDOWN);
	const char *mode = text ? strchr(text, '[') : NULL;

	if (!mode)
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "the kernel does not say");
	else if (strncmp(mode, "[none]", 6) == 0)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "none");
	else
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "VFIO works; unsigned modules, writes to configuration space and "
			       "MSRs do not: disable Secure Boot if a driver needs them",
			       "%.*s", (int)strcspn(mode + 1, "]"), mode + 1);
}

/* libvirt raises the limit of its own QEMU; what else maps memory for a device needs ours. */
void nn_look_locked_memory(const struct nn_patient *patient NN_UNUSED, struct nn_finding *finding)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		nn_finding_set(finding, NN_HEALTH_SKIP, NULL, "the limit cannot be read");
	else if (geteuid() == 0 || limit.rlim_cur == RLIM_INFINITY)
		nn_finding_set(finding, NN_HEALTH_PASS, NULL, "not limited");
	else
		nn_finding_set(finding, NN_HEALTH_WARN,
			       "IOMMU workloads map memory for a device: run as root or raise "
			       "`ulimit -l`; VMs of libvirt are not concerned",
			       "limited to %llu KiB", (unsigned long long)limit.rlim_cur / 1024);
}

static uint64_t hugepages_number(const struct nn_sysroot *root, const char *size, const char *name)
{
	NN_AUTO(free) char *path = nn_asprintf(HUGEPAGES "/%s/%s", size, name);
	uint64_t nr = 0;

	(void)nn_sysfs_read_u64(root, path, &nr, NULL); /* stays 0 */
	return nr;
}

void nn_look_hugepages(const struct nn_patient *patient, struct nn_finding *finding)
{
	NN_AUTO(name_list) struct nn_name_list sizes = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)nn_sysfs_list(patient->sysroot, HUGEPAGES, &sizes, NULL); /* stays empty */
	for (size_t i = 0; i < sizes.nr; i++) {
		const char *size = sizes.names[i];
		uint64_t nr = hugepages_number(patient->sysroot, size, "nr_hugepages");

		if (!nr || strncmp(size, "hugepages-", 10) != 0)
			continue;
		nn_strbuf_addf(&text, "%s%llu of %llu of %s free", text.len ? ", " : "",
			       (unsigned long long)hugepages_number(patient->sysroot, size,
								    "free_hugepages"),
			       (unsigned long long)nr, size + 10);
	}
	nn_finding_set(finding, text.len ? NN_HEALTH_PASS : NN_HEALTH_SKIP, NULL, "%s",
		       text.len ? nn_strbuf_str(&text)
				: "none are reserved; only arms that ask for them need any");
}
