/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/board.h"

#include "harness/device/config.h"

static void put16(unsigned char *bytes, size_t at, unsigned int value)
{
	bytes[at] = (unsigned char)value;
	bytes[at + 1] = (unsigned char)(value >> 8);
}

/* A multifunction root port: MSI with 4 vectors, MSI-X with 65, PCI Express; ACS behind AER. */
static void make_port(unsigned char *bytes)
{
	memset(bytes, 0, NN_PCI_CONFIG_BYTES);
	put16(bytes, 0x00, 0x8086);
	put16(bytes, 0x06, 0x0010); /* has capabilities */
	bytes[0x0e] = 0x81;
	bytes[0x34] = 0x40;
	put16(bytes, 0x40, 0x5005); /* MSI, next at 0x50 */
	put16(bytes, 0x42, 0x0004);
	put16(bytes, 0x50, 0x6011); /* MSI-X */
	put16(bytes, 0x52, 64);
	put16(bytes, 0x60, 0x0010); /* PCI Express, the last */
	put16(bytes, 0x62, 0x0042);
	bytes[0x67] = 0x10;          /* FLR, bit 28 of the device capabilities */
	put16(bytes, 0x100, 0x0001); /* AER, next at 0x148 */
	put16(bytes, 0x102, 0x1481);
	put16(bytes, 0x148, 0x000d); /* ACS, the last */
	put16(bytes, 0x14a, 0x0001);
	put16(bytes, 0x14c, 0x001f);
	put16(bytes, 0x14e, 0x001d);
}

static void a_whole_space_is_taken_apart(void **unused)
{
	unsigned char bytes[NN_PCI_CONFIG_BYTES];
	struct nn_pci_config config;

	(void)unused;
	make_port(bytes);
	nn_pci_config_parse(bytes, sizeof(bytes), &config);
	assert_true(config.has_capabilities);
	assert_int_equal(config.header_type, 1);
	assert_int_equal(config.is_multifunction, 1);
	assert_int_equal(config.pcie_type, NN_PCIE_ROOT_PORT);
	assert_int_equal(config.msi_vectors, 4);
	assert_int_equal(config.msix_vectors, 65);
	assert_int_equal(config.has_flr, 1);
	assert_int_equal(config.acs_capability, 0x1f);
	assert_int_equal(config.acs_control, 0x1d);
}

/* 64 bytes are what anybody may read, 256 what conventional PCI has. */
static void what_was_not_read_is_not_known(void **unused)
{
	unsigned char bytes[NN_PCI_CONFIG_BYTES];
	struct nn_pci_config config;

	(void)unused;
	make_port(bytes);
	nn_pci_config_parse(bytes, 64, &config);
	assert_false(config.has_capabilities);
	assert_int_equal(config.header_type, 1);
	assert_int_equal(config.pcie_type, -1);
	assert_int_equal(config.msi_vectors, -1);
	assert_int_equal(config.has_flr, -1);
	nn_pci_config_parse(bytes, 256, &config);
	assert_true(config.has_capabilities);
	assert_int_equal(config.msi_vectors, 4);
	assert_int_equal(config.acs_capability, -1);
	nn_pci_config_parse(bytes, 0, &config);
	assert_int_equal(config.header_type, -1);
	assert_int_equal(config.is_multifunction, -1);
	put16(bytes, 0x00, 0xffff); /* as virtual functions have it */
	nn_pci_config_parse(bytes, sizeof(bytes), &config);
	assert_int_equal(config.msi_vectors, 4);
	memset(bytes, 0xff, sizeof(bytes)); /* off the bus */
	nn_pci_config_parse(bytes, sizeof(bytes), &config);
	assert_int_equal(config.header_type, -1);
	assert_false(config.has_capabilities);
}

static void absent_capabilities_are_absent(void **unused)
{
	unsigned char bytes[NN_PCI_CONFIG_BYTES];
	struct nn_pci_config config;

	(void)unused;
	make_port(bytes);
	put16(bytes, 0x06, 0); /* no list, whatever the pointer says */
	put16(bytes, 0x100, 0);
	put16(bytes, 0x102, 0);
	nn_pci_config_parse(bytes, sizeof(bytes), &config);
	assert_true(config.has_capabilities);
	assert_int_equal(config.msi_vectors, 0);
	assert_int_equal(config.msix_vectors, 0);
	assert_int_equal(config.has_flr, 0);
	assert_int_equal(config.pcie_type, -1);
	assert_int_equal(config.acs_capability, -1);
}

static void chains_that_lead_astray_end(void **unused)
{
	const unsigned int nexts[] = {0x40, 0x00, 0x3c, 0xfc, 0xff, 0x50};
	unsigned char bytes[NN_PCI_CONFIG_BYTES];
	struct nn_pci_config config;

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(nexts); i++) {
		make_port(bytes);
		bytes[0x61] = (unsigned char)nexts[i];
		put16(bytes, 0x14a, 0x1001); /* AER again: a loop */
		put16(bytes, 0x148, 0x0099);
		nn_pci_config_parse(bytes, sizeof(bytes), &config);
		assert_int_equal(config.pcie_type, NN_PCIE_ROOT_PORT);
		assert_int_equal(config.acs_capability, -1);
		put16(bytes, 0x14a, 0xffc1); /* to the very end */
		put16(bytes, 0xffe, 0xffff);
		nn_pci_config_parse(bytes, sizeof(bytes), &config);
		assert_int_equal(config.acs_capability, -1);
	}
}

/* A linear congruential generator's bytes: nothing may be read outside, which ASan sees. */
static void any_bytes_are_survived(void **unused)
{
	unsigned char bytes[NN_PCI_CONFIG_BYTES];
	uint32_t state = 1;

	(void)unused;
	for (int round = 0; round < 2000; round++) {
		struct nn_pci_config config;
		size_t len;
		NN_AUTO(free) unsigned char *exact = NULL;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			state = state * 1664525 + 1013904223;
			bytes[i] = (unsigned char)(state >> 24);
		}
		bytes[0x06] |= 0x10;
		len = state % (sizeof(bytes) + 1);
		exact = malloc(len + 1); /* one more: malloc(0) may be NULL */
		assert_non_null(exact);
		memcpy(exact, bytes, len);
		nn_pci_config_parse(exact, len, &config);
		assert_true(config.header_type < 128);
	}
}

/* The kernel wakes a function for whoever reads its space, and it may not wake up. */
static void a_function_in_d3cold_is_left_asleep(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_pci_config config;

	(void)unused;
	tree_init(&tree);
	board_play(&tree, "lab-sriov");
	nn_pci_config_read(&tree.root, "0000:01:00.0", &config);
	assert_int_equal(config.msix_vectors, 63);
	tree_file(&tree, "/sys/bus/pci/devices/0000:01:00.0/power_state", "D3cold\n");
	nn_pci_config_read(&tree.root, "0000:01:00.0", &config);
	assert_int_equal(config.msix_vectors, -1);
	assert_int_equal(config.header_type, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_space_is_taken_apart),
		cmocka_unit_test(what_was_not_read_is_not_known),
		cmocka_unit_test(absent_capabilities_are_absent),
		cmocka_unit_test(chains_that_lead_astray_end),
		cmocka_unit_test(any_bytes_are_survived),
		cmocka_unit_test(a_function_in_d3cold_is_left_asleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
