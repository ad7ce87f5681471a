/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/device/device.h"

#define NVME "0000:01:00.0"
#define GPU  "0000:02:00.0"
#define NIC  "0000:03:00.0"

#define ROUTE4_HEAD "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n"
#define ZEROES      "00000000000000000000000000000000"

static const struct tree_function gpu = {GPU, "0x030000", "0x10de", "0x2684", "nvidia", "8"};
static const struct tree_function nic = {NIC, "0x020000", "0x8086", "0x10d3", "e1000e", "9"};

/* A row of the machine that makes a function busy, or not. */
struct row {
	const char *path;
	const char *text;
	const char *why; /* the end of the message; NULL: free */
};

static void expect(const struct tree *tree, const char *bdf, const char *why)
{
	NN_AUTO(free) char *message = nn_asprintf("device '%s' is in use: %s", bdf, why ? why : "");
	struct nn_err err = {0};
	int rc = nn_device_check_unused(&tree->root, bdf, &err);

	if (!why) {
		assert_string_equal(err.message, "");
		assert_int_equal(rc, 0);
		return;
	}
	assert_string_equal(err.message, message);
	assert_int_equal(rc, -EBUSY);
	assert_int_equal(err.code, -EBUSY);
}

static void storage_that_is_mounted_or_swap_is_in_use(void **unused)
{
	const struct row rows[] = {
		{"/proc/self/mountinfo", "30 1 8:1 / / rw - ext4 /dev/sda1 rw\n", NULL},
		{"/proc/self/mountinfo",
		 "30 1 259:0 / /data rw,noatime shared:1 - xfs /dev/nvme0n1 rw\n",
		 "'nvme0n1' is mounted on '/data'"},
		{"/proc/self/mountinfo",
		 "29 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 1 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw\n",
		 "'nvme0n1p1' is mounted on '/boot'"},
		{"/proc/self/mountinfo", "30 1 259:1 / / rw - ext4 /dev/root rw\n",
		 "'nvme0n1p1' is mounted on '/'"},
		{"/proc/self/mountinfo", "30 1 0:45 /@ /mnt rw - btrfs /dev/nvme0n1p1 rw\n",
		 "'nvme0n1p1' is mounted on '/mnt'"},
		{"/proc/self/mountinfo", "30 1 254:0 / /lv rw - ext4 /dev/mapper/vg-root rw\n",
		 "'dm-0' is mounted on '/lv'"},
		{"/proc/self/mountinfo", "30 1 9:0 / /raid rw - ext4 /dev/md0 rw\n",
		 "'md0' is mounted on '/raid'"},
		{"/proc/self/mountinfo", "truncated 1 259:0\n", NULL},
		{"/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n",
		 NULL},
		{"/proc/swaps",
		 "Filename Type Size Used Priority\n/dev/nvme0n1p1   partition\t1024\t0\t-2\n",
		 "'nvme0n1p1' is swap space"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};

		tree_init(&tree);
		tree_add_nvme(&tree);
		/* LVM on the partition, RAID on LVM. */
		tree_add_virtual_block(&tree, "dm-0");
		tree_add_virtual_block(&tree, "md0");
		tree_attribute(&tree, NVME, "nvme/nvme0/nvme0n1/nvme0n1p1/holders/dm-0", "");
		tree_file(&tree, "/sys/devices/virtual/block/dm-0/dm/name", "vg-root\n");
		tree_file(&tree, "/sys/devices/virtual/block/dm-0/dev", "254:0\n");
		tree_file(&tree, "/sys/devices/virtual/block/dm-0/holders/md0", "");
		tree_file(&tree, rows[i].path, rows[i].text);
		expect(&tree, NVME, rows[i].why);
	}
}

static void a_multipath_disk_is_found_under_its_other_name(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function nvme = {NVME, "0x010802", "0x144d", "0xa80a", "nvme", "7"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &nvme);
	tree_add_member(&tree, "block", NVME, "nvme/nvme0", "nvme0c0n1");
	tree_add_virtual_block(&tree, "nvme0n1");
	expect(&tree, NVME, NULL);
	tree_file(&tree, "/proc/self/mountinfo", "30 1 259:0 / /data rw - xfs /dev/nvme0n1 rw\n");
	expect(&tree, NVME, "'nvme0n1' is mounted on '/data'");
}

static void a_disk_of_another_function_is_none_of_ours(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function other = {"0000:04:00.0", "0x010802", "0x144d",
					    "0xa80a",       "nvme",     "8"};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_add_function(&tree, &other);
	tree_file(&tree, "/proc/self/mountinfo", "30 1 259:0 / / rw - xfs /dev/nvme0n1 rw\n");
	expect(&tree, other.bdf, NULL);
}

static void the_default_route_is_followed_through_bridges(void **unused)
{
	const struct row rows[] = {
		{"/proc/net/route", ROUTE4_HEAD "eth0\t0002A8C0\t0\t0001\t0\t0\t0\t00FFFFFF\t0\n",
		 NULL},
		{"/proc/net/route", ROUTE4_HEAD "eth1\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n",
		 NULL},
		{"/proc/net/route", ROUTE4_HEAD "eth0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n",
		 "the default route leads through 'eth0'"},
		{"/proc/net/route", ROUTE4_HEAD "br0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\n",
		 "the default route leads through 'br0'"},
		{"/proc/net/ipv6_route",
		 ZEROES " 00 " ZEROES " 00 " ZEROES
			" ffffffff 00000001 00000000 00200200       lo\n",
		 NULL},
		{"/proc/net/ipv6_route",
		 ZEROES " 00 " ZEROES " 00 fe800000000000000000000000000001 00000400 00000001 "
			"00000000 00000003     eth0\n",
		 "the IPv6 default route leads through 'eth0'"},
		{"/proc/net/ipv6_route",
		 "fe800000000000000000000000000000 40 " ZEROES " 00 " ZEROES
		 " 00000100 00000001 00000000 00000001     eth0\n",
		 NULL},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};

		tree_init(&tree);
		tree_add_function(&tree, &nic);
		tree_add_member(&tree, "net", NIC, "net", "eth0");
		tree_attribute(&tree, NIC, "net/eth0/upper_br0", "");
		tree_folder(&tree, "/sys/class/net/br0");
		tree_file(&tree, rows[i].path, rows[i].text);
		expect(&tree, NIC, rows[i].why);
	}
}

static void the_display_of_the_firmware_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_attribute(&tree, GPU, "boot_vga", "0\n");
	expect(&tree, GPU, NULL);
	tree_attribute(&tree, GPU, "boot_vga", "1\n");
	expect(&tree, GPU, "it is the display that the firmware booted on");
}

static void the_only_screen_with_a_console_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_add_member(&tree, "drm", GPU, "drm/card0", "card0-HDMI-A-1");
	tree_attribute(&tree, GPU, "drm/card0/card0-HDMI-A-1/status", "connected\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon0/bind", "1\n");
	expect(&tree, GPU, NULL);
	tree_file(&tree, "/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon1/bind", "1\n");
	expect(&tree, GPU, "it is the only display and shows the console");
	/* A second screen elsewhere can show it. */
	tree_add_function(&tree, &nic);
	tree_add_member(&tree, "drm", NIC, "drm/card1", "card1-VGA-1");
	tree_attribute(&tree, NIC, "drm/card1/card1-VGA-1/status", "connected\n");
	expect(&tree, GPU, NULL);
}

static void a_function_with_virtual_functions_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &nic);
	tree_attribute(&tree, NIC, "sriov_numvfs", "0\n");
	expect(&tree, NIC, NULL);
	tree_attribute(&tree, NIC, "sriov_numvfs", "4\n");
	expect(&tree, NIC, "it has 4 virtual functions enabled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storage_that_is_mounted_or_swap_is_in_use),
		cmocka_unit_test(a_multipath_disk_is_found_under_its_other_name),
		cmocka_unit_test(a_disk_of_another_function_is_none_of_ours),
		cmocka_unit_test(the_default_route_is_followed_through_bridges),
		cmocka_unit_test(the_display_of_the_firmware_is_in_use),
		cmocka_unit_test(the_only_screen_with_a_console_is_in_use),
		cmocka_unit_test(a_function_with_virtual_functions_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
