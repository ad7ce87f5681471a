/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/users.h"

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

static void a_disk_is_listed_once_however_often_it_is_mounted(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_file(&tree, "/proc/self/mountinfo",
		  "29 1 259:0 / /data rw - xfs /dev/nvme0n1 rw\n"
		  "30 1 259:0 /a /var/lib/a rw - xfs /dev/nvme0n1 rw\n"
		  "31 1 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw\n");
	tree_file(&tree, "/proc/swaps", "Filename Type\n/dev/nvme0n1p1 partition\n");
	assert_users(&tree, NVME,
		     "!storage nvme0n1: 'nvme0n1' is mounted on '/data'\n"
		     "!storage nvme0n1p1: 'nvme0n1p1' is mounted on '/boot'\n"
		     "!storage nvme0n1p1: 'nvme0n1p1' is swap space\n");
}

static void a_folder_of_the_hypervisor_is_found_by_its_tag(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function share = {"0000:05:00.0", "0x000200",   "0x1af4",
					    "0x1009",       "virtio-pci", "5"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &share);
	tree_attribute(&tree, share.bdf, "virtio0/mount_tag", "root");
	tree_link(&tree, "/sys/bus/virtio/devices/virtio0",
		  "../../../devices/pci0000:00/0000:05:00.0/virtio0");
	tree_file(&tree, "/proc/self/mountinfo", "29 1 0:20 / /lower rw - 9p other rw\n");
	expect(&tree, share.bdf, NULL);
	tree_file(&tree, "/proc/self/mountinfo", "29 1 0:20 / /lower rw - 9p root rw\n");
	expect(&tree, share.bdf, "'root' is mounted on '/lower'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storage_that_is_mounted_or_swap_is_in_use),
		cmocka_unit_test(a_multipath_disk_is_found_under_its_other_name),
		cmocka_unit_test(a_disk_of_another_function_is_none_of_ours),
		cmocka_unit_test(a_disk_is_listed_once_however_often_it_is_mounted),
		cmocka_unit_test(a_folder_of_the_hypervisor_is_found_by_its_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
