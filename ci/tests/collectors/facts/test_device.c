/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/collectors/recorded.h"

#define BDF    "0000:01:00.0"
#define DEVICE "/sys/bus/pci/devices/" BDF

extern const struct nn_collector nn_collector_facts_device;

static void record_nvme(const struct recorded *recorded)
{
	recorded_write(recorded, DEVICE "/vendor", "0x1b36\n");
	recorded_write(recorded, DEVICE "/device", "0x0010\n");
	recorded_write(recorded, DEVICE "/class", "0x010802\n");
	recorded_write(recorded, DEVICE "/numa_node", "-1\n");
	recorded_write(recorded, DEVICE "/current_link_speed", "2.5 GT/s PCIe\n");
	recorded_write(recorded, DEVICE "/current_link_width", "1\n");
	recorded_write(recorded, DEVICE "/max_link_speed", "16.0 GT/s PCIe\n");
	recorded_write(recorded, DEVICE "/max_link_width", "4\n");
	recorded_write(recorded, DEVICE "/reset_method", "flr bus\n");
	recorded_link(recorded, DEVICE "/driver", "../../../../bus/pci/drivers/nvme");
	recorded_link(recorded, DEVICE "/iommu_group", "../../../../kernel/iommu_groups/3");
	recorded_write(recorded, DEVICE "/nvme/nvme0/state", "live\n");
	recorded_write(recorded, "/sys/class/nvme/nvme0/model", "QEMU NVMe Ctrl            \n");
	recorded_write(recorded, "/sys/class/nvme/nvme0/firmware_rev", "7.2.22\n");
	recorded_write(recorded, "/sys/class/nvme/nvme0/serial", "SECRET\n");
	recorded_write(recorded, "/sys/kernel/iommu_groups/3/type", "DMA-FQ\n");
	recorded_write(recorded, "/sys/kernel/iommu_groups/3/devices/" BDF, "");
	recorded_write(recorded, "/sys/kernel/iommu_groups/4/type", "identity\n");
	recorded_write(recorded, "/sys/kernel/iommu_groups/5/type", "DMA-FQ\n");
	recorded_write(recorded, "/sys/kernel/iommu_groups/6/type", "DMA\n");
	recorded_write(recorded, "/sys/class/iommu/dmar0/name", "");
}

static void device_and_its_group_become_facts(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	record_nvme(recorded);
	recorded->collect.bdf = BDF;
	assert_int_equal(nn_collector_facts_device.sample(&recorded->collect, &err), 0);
	assert_fact(recorded, "device", BDF);
	assert_fact(recorded, "device.id", "1b36:0010");
	assert_fact(recorded, "device.class", "010802");
	assert_fact(recorded, "device.driver", "nvme");
	assert_fact(recorded, "device.numa_node", NULL);
	assert_fact(recorded, "device.reset_methods", "flr bus");
	assert_fact(recorded, "device.iommu.group", "3");
	assert_fact(recorded, "device.iommu.type", "DMA-FQ");
	assert_fact(recorded, "device.iommu.members", BDF);
	assert_fact(recorded, "device.link.speed", "2.5 GT/s PCIe");
	assert_fact(recorded, "device.link.speed_max", "16.0 GT/s PCIe");
	assert_fact(recorded, "device.link.width", "1");
	assert_fact(recorded, "device.link.width_max", "4");
	assert_fact(recorded, "nvme.model", "QEMU NVMe Ctrl");
	assert_fact(recorded, "nvme.firmware", "7.2.22");
	assert_fact(recorded, "iommu", "dmar0");
	assert_fact(recorded, "iommu.domains", "DMA-FQ identity DMA");
}

static void a_rom_is_told_by_its_size(void **state)
{
	static const char bars[] = "0x0 0x0 0x0\n0xfe000000 0xfe003fff 0x40200\n0x0 0x0 0x0\n"
				   "0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n";
	NN_AUTO(free)
	char *with_rom = nn_asprintf("%s0x00000000feb40000 0x00000000feb4ffff 0x46200\n", bars);
	NN_AUTO(free) char *without = nn_asprintf("%s0x0 0x0 0x0\n", bars);
	struct recorded *recorded = *state;

	record_nvme(recorded);
	recorded->collect.bdf = BDF;
	recorded_write(recorded, DEVICE "/resource", bars);
	assert_int_equal(nn_collector_facts_device.sample(&recorded->collect, NULL), 0);
	assert_fact(recorded, "device.rom", NULL);
	recorded_write(recorded, DEVICE "/resource", without);
	assert_int_equal(nn_collector_facts_device.sample(&recorded->collect, NULL), 0);
	assert_fact(recorded, "device.rom", NULL);
	recorded_write(recorded, DEVICE "/resource", with_rom);
	assert_int_equal(nn_collector_facts_device.sample(&recorded->collect, NULL), 0);
	assert_fact(recorded, "device.rom", "65536");
}

static void machine_without_iommu_says_none(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	assert_int_equal(nn_collector_facts_device.sample(&recorded->collect, &err), 0);
	assert_fact(recorded, "iommu", "none");
	assert_fact(recorded, "iommu.domains", NULL);
	assert_fact(recorded, "device", NULL);
}

static void missing_device_is_an_error_that_names_it(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	recorded->collect.bdf = "0000:09:00.0";
	assert_int_equal(nn_collector_facts_device.sample(&recorded->collect, &err), -ENODEV);
	assert_non_null(strstr(err.message, "0000:09:00.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(device_and_its_group_become_facts, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(a_rom_is_told_by_its_size, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(machine_without_iommu_says_none, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(missing_device_is_an_error_that_names_it,
						recorded_setup, recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
