/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/doctor/doctor.h"

#define NVME "0000:01:00.0"

static const struct nn_check *check_named(const char *name)
{
	for (size_t i = 0; i < nn_nr_checks; i++) {
		if (strcmp(nn_checks[i].name, name) == 0)
			return &nn_checks[i];
	}
	fail_msg("there is no check '%s'", name);
	return NULL;
}

/* One change of a recorded board, and what a check makes of it. */
struct row {
	const char *board;
	const char *bdf;
	const char *path; /* of a file to write, NULL: none */
	const char *text;
	const char *check;
	const char *expected; /* "FAIL what", the beginning */
};

static void expect_row(const struct row *row)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(patient) struct nn_patient patient = {0};
	NN_AUTO(free) char *seen = NULL;
	struct nn_finding finding;
	struct nn_err err = {0};

	tree_init(&tree);
	board_play(&tree, row->board);
	if (row->path)
		tree_file(&tree, row->path, row->text);
	if (nn_patient_init(&patient, &tree.root, row->bdf, &err))
		fail_msg("%s", err.message);
	nn_check_execute(check_named(row->check), &patient, &finding);
	seen = nn_asprintf("%s %s", nn_health_name(finding.health), finding.what);
	if (strncmp(seen, row->expected, strlen(row->expected)) != 0)
		fail_msg("%s: '%s', wanted '%s'", row->check, seen, row->expected);
	if (finding.health == NN_HEALTH_FAIL || finding.health == NN_HEALTH_WARN)
		assert_non_null(finding.hint);
	else if (finding.health == NN_HEALTH_PASS)
		assert_null(finding.hint);
}

#define FUNCTION "/sys/devices/pci0000:00/0000:00:04.0/" NVME

static void the_machine_is_checked(void **unused)
{
	static const struct row rows[] = {
		{"lab-board", NULL, NULL, NULL, "IOMMU active",
		 "PASS Intel VT-d, 16 groups, default domains lazy"},
		{"lab-board", NULL, NULL, NULL, "interrupt remapping",
		 "PASS interrupts are remapped"},
		{"lab-board", NULL, "/proc/interrupts", " 24: 5 PCI-MSI 0-edge nvme\n",
		 "interrupt remapping", "FAIL interrupts are not remapped"},
		{"lab-board", NULL, "/proc/interrupts", " 24: 5 GICv3 0-edge nvme\n",
		 "interrupt remapping", "SKIP this machine does not say"},
		{"lab-board", NULL,
		 "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n",
		 "interrupt remapping", "WARN VFIO is allowed to go without"},
		{"lab-board", NULL, NULL, NULL, "ACS",
		 "PASS 3 ports without it, '0000:00:06.0' first"},
		{"lab-sriov", NULL, NULL, NULL, "ACS", "PASS every port has it"},
		{"lab-board", NULL, "/proc/cmdline", "pcie_acs_override=downstream\n", "ACS",
		 "WARN pcie_acs_override=downstream is in use"},
		{"lab-board", NULL, NULL, NULL, "vfio-pci", "WARN vfio-pci is not loaded"},
		{"lab-board", NULL, "/sys/bus/pci/drivers/vfio-pci/module", "", "vfio-pci",
		 "PASS vfio-pci is loaded"},
		{"lab-board", NULL, NULL, NULL, "kernel lockdown", "SKIP the kernel does not say"},
		{"lab-board", NULL, "/sys/kernel/security/lockdown",
		 "[none] integrity confidentiality\n", "kernel lockdown", "PASS none"},
		{"lab-board", NULL, "/sys/kernel/security/lockdown",
		 "none [integrity] confidentiality\n", "kernel lockdown", "WARN integrity"},
		{"lab-board", NULL, NULL, NULL, "hugepages", "SKIP none are reserved"},
		{"lab-board", NULL, NULL, NULL, "device present", "SKIP no device was named"},
		{"lab-board", NULL, NULL, NULL, "reset method", "SKIP no device was named"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++)
		expect_row(&rows[i]);
}

static void the_device_is_checked(void **unused)
{
	static const struct row rows[] = {
		{"lab-board", NVME, NULL, NULL, "device present", "PASS " NVME " is present"},
		{"lab-board", "0000:09:00.0", NULL, NULL, "device present",
		 "FAIL 0000:09:00.0 is not present"},
		{"lab-board", "0000:09:00.0", NULL, NULL, "BARs", "SKIP there is no such device"},
		{"lab-board", NVME, NULL, NULL, "kind of device",
		 "PASS 1b36:0010 of class 010802, driver nvme"},
		{"lab-board", "0000:00:04.0", NULL, NULL, "kind of device", "FAIL it is a bridge"},
		{"lab-board", NVME, NULL, NULL, "IOMMU group", "PASS group 11, 1 function"},
		{"lab-board", "0000:08:01.0", NULL, NULL, "IOMMU group",
		 "WARN group 15, 2 functions"},
		{"lab-group", "0000:02:00.0", NULL, NULL, "IOMMU group",
		 "FAIL '0000:02:00.1' of the same group has driver e1000e"},
		{"lab-board", NVME, NULL, NULL, "reserved memory", "PASS none for its group"},
		{"lab-board", NVME, "/sys/kernel/iommu_groups/11/reserved_regions",
		 "0x000000007d000000 0x000000007f7fffff direct\n", "reserved memory",
		 "FAIL the firmware reserved 0x7d000000-0x7f7fffff"},
		{"lab-board", NVME, NULL, NULL, "device unused", "PASS nothing uses it"},
		{"lab-sriov", NVME, NULL, NULL, "device unused",
		 "FAIL it has 2 virtual functions enabled"},
		{"lab-board", NVME, NULL, NULL, "reset method", "PASS reset methods: flr bus"},
		{"lab-board", "0000:00:05.0", NULL, NULL, "reset method",
		 "WARN it cannot be reset"},
		{"lab-board", "0000:08:02.0", NULL, NULL, "reset method",
		 "PASS with all functions of its bus"},
		{"lab-board", NVME, NULL, NULL, "interrupts", "PASS MSI-X, 65 vectors"},
		{"lab-board", "0000:00:05.0", NULL, NULL, "interrupts", "PASS MSI, 1 vectors"},
		{"lab-board", "0000:06:00.0", NULL, NULL, "interrupts",
		 "WARN neither MSI nor MSI-X"},
		{"lab-board", NVME, NULL, NULL, "BARs", "PASS 16 KiB of memory windows"},
		{"lab-board", "0000:06:00.0", NULL, NULL, "BARs", "WARN "},
		{"lab-board", NVME, FUNCTION "/resource",
		 "0x0000000000000000 0x000000000fffffff 0x2014220c\n", "BARs",
		 "FAIL BAR 0 got no address"},
		{"lab-board", NVME, FUNCTION "/resource",
		 "0x00000000a0000000 0x00000000afffffff 0x14220c\n", "BARs",
		 "WARN BAR 0 is below 4 GiB and cannot grow"},
		{"lab-board", NVME, NULL, NULL, "ROM", "SKIP it is no display"},
		{"lab-board", NVME, FUNCTION "/class", "0x030000\n", "ROM",
		 "WARN it offers no ROM"},
		{"lab-board", NVME, NULL, NULL, "virtual functions", "SKIP it offers none"},
		{"lab-sriov", NVME, NULL, NULL, "virtual functions", "FAIL 2 of 2 are enabled"},
		{"lab-sriov", "0000:01:00.1", NULL, NULL, "virtual functions",
		 "PASS it is one, of " NVME},
		{"lab-board", NVME, NULL, NULL, "NUMA node", "SKIP this machine has one node"},
		{"lab-board", NVME, "/sys/devices/system/node/node1/cpulist", "2-3\n", "NUMA node",
		 "WARN the firmware does not say"},
		{"lab-board", NVME, FUNCTION "/numa_node", "1\n", "NUMA node", "PASS node 1"},
		{"lab-board", NVME, NULL, NULL, "power", "PASS power state D0, active"},
		{"lab-board", NVME, FUNCTION "/power_state", "D3cold\n", "power",
		 "WARN power state D3cold"},
		{"lab-board", NVME, NULL, NULL, "PCIe link", "PASS 2.5 GT/s PCIe x1"},
		{"lab-board", NVME, FUNCTION "/max_link_width", "4\n", "PCIe link",
		 "WARN its link runs at 2.5 GT/s x1, could be 2.5 GT/s x4"},
		{"lab-board", "0000:00:05.0", NULL, NULL, "PCIe link",
		 "SKIP the function has no PCIe link"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++)
		expect_row(&rows[i]);
}

static void a_machine_without_an_iommu_is_told_what_to_do(void **unused)
{
	const struct {
		const char *table; /* of the firmware */
		const char *hint;
	} rows[] = {
		{NULL, "enable VT-d or AMD-Vi in the firmware"},
		{"/sys/firmware/acpi/tables/DMAR", "boot with intel_iommu=on"},
		{"/sys/firmware/acpi/tables/IVRS", "boot without amd_iommu=off"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(patient) struct nn_patient patient = {0};
		struct nn_finding finding;

		tree_init(&tree);
		if (rows[i].table)
			tree_file(&tree, rows[i].table, "");
		assert_int_equal(nn_patient_init(&patient, &tree.root, NULL, NULL), 0);
		nn_check_execute(check_named("IOMMU active"), &patient, &finding);
		assert_int_equal(finding.health, NN_HEALTH_FAIL);
		assert_string_equal(finding.what, "there are no IOMMU groups");
		assert_non_null(strstr(finding.hint, rows[i].hint));
		nn_check_execute(check_named("ACS"), &patient, &finding);
		assert_int_equal(finding.health, NN_HEALTH_SKIP);
	}
}

static void free_hugepages_are_counted(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(patient) struct nn_patient patient = {0};
	struct nn_finding finding;

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "0\n");
	tree_file(&tree, "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
	tree_file(&tree, "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "500\n");
	assert_int_equal(nn_patient_init(&patient, &tree.root, NULL, NULL), 0);
	nn_check_execute(check_named("hugepages"), &patient, &finding);
	assert_int_equal(finding.health, NN_HEALTH_PASS);
	assert_string_equal(finding.what, "500 of 512 of 2048kB free");
}

static void every_check_has_a_name_of_its_own(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < nn_nr_checks; i++) {
		assert_non_null(nn_checks[i].look);
		assert_true(strlen(nn_checks[i].name) <= 20); /* the column of `doctor` */
		assert_ptr_equal(check_named(nn_checks[i].name), &nn_checks[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_machine_is_checked),
		cmocka_unit_test(the_device_is_checked),
		cmocka_unit_test(a_machine_without_an_iommu_is_told_what_to_do),
		cmocka_unit_test(free_hugepages_are_counted),
		cmocka_unit_test(every_check_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
