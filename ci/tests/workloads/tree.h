/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a small /sys and /dev below a scratch folder, one function at a time, for workloads that
 * look for a device. Link targets are relative, so that they stay inside.
 */
#ifndef NN_TESTS_WORKLOADS_TREE_H
#define NN_TESTS_WORKLOADS_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"

/* The folder @path below @root and all above it. */
static inline void tree_folder(const char *root, const char *path)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", root, path);

	for (char *at = full + strlen(root) + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		(void)mkdir(full, 0755); /* may be there */
		*at = '/';
	}
	(void)mkdir(full, 0755);
}

static inline void tree_file(const char *root, const char *path, const char *text)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", root, path);
	NN_AUTO(file) FILE *file = fopen(full, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
}

static inline void tree_link(const char *root, const char *path, const char *target)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", root, path);

	assert_int_equal(symlink(target, full), 0);
}

/* An NVMe at 0000:01:00.0 in group 7; @driver may be NULL. */
static inline void tree_function(const char *root, const char *driver)
{
	const char *device = "/sys/bus/pci/devices/0000:01:00.0";
	NN_AUTO(free) char *target = nn_asprintf("../../drivers/%s", driver ? driver : "none");
	NN_AUTO(free) char *link = nn_asprintf("%s/driver", device);
	NN_AUTO(free) char *group = nn_asprintf("%s/iommu_group", device);
	static const char *const files[][2] = {
		{"vendor", "0x1b36\n"}, {"device", "0x0010\n"}, {"class", "0x010802\n"}};

	tree_folder(root, device);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		NN_AUTO(free) char *path = nn_asprintf("%s/%s", device, files[i][0]);

		tree_file(root, path, files[i][1]);
	}
	if (driver)
		tree_link(root, link, target);
	tree_folder(root, "/sys/kernel/iommu_groups/7/devices/0000:01:00.0");
	tree_link(root, group, "../../../../kernel/iommu_groups/7");
}

/* Its block device. */
static inline void tree_block(const char *root)
{
	tree_folder(root, "/sys/bus/pci/devices/0000:01:00.0/nvme/nvme0/nvme0n1");
	tree_folder(root, "/sys/class/block");
	tree_link(root, "/sys/class/block/nvme0n1",
		  "../../bus/pci/devices/0000:01:00.0/nvme/nvme0/nvme0n1");
	tree_folder(root, "/dev");
}

#endif
