/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small machine in a folder: /sys and /proc as nn_sysroot reads them. Functions lie where the
 * kernel puts them, below /sys/devices/pci0000:00, and the classes link there. Included by tests
 * only, so the failures of its own are assertions.
 */
#ifndef NN_TESTS_DEVICE_TREE_H
#define NN_TESTS_DEVICE_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/cleanup.h"
#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"
#include "harness/base/sysfs.h"

struct tree {
	char *folder;
	struct nn_sysroot root;
};

/* NULL members are left out. */
struct tree_function {
	const char *bdf;
	const char *class_code; /* "0x010802" */
	const char *vendor;
	const char *device;
	const char *driver;
	const char *group;
};

static inline void tree_init(struct tree *tree)
{
	assert_int_equal(nn_scratch_new(&tree->folder, NULL), 0);
	tree->root.prefix = tree->folder;
}

static inline void tree_release(struct tree *tree)
{
	nn_scratch_remove(tree->folder);
	free(tree->folder);
}

NN_AUTO_DEFINE(tree, struct tree, tree_release(p))

/* Make the folders that lead to @path. */
static inline void tree_parents(const struct tree *tree, const char *path)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", tree->folder, path);

	for (char *c = full + strlen(tree->folder) + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(full, 0755); /* most are there already */
		*c = '/';
	}
}

static inline void tree_folder(const struct tree *tree, const char *path)
{
	NN_AUTO(free) char *inside = nn_asprintf("%s/", path);

	tree_parents(tree, inside);
}

static inline void tree_file(const struct tree *tree, const char *path, const char *text)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", tree->folder, path);
	FILE *file;

	tree_parents(tree, path);
	file = fopen(full, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline void tree_link(const struct tree *tree, const char *path, const char *target)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", tree->folder, path);

	tree_parents(tree, path);
	(void)unlink(full); /* a link that is to change */
	assert_int_equal(symlink(target, full), 0);
}

static inline void tree_attribute(const struct tree *tree, const char *bdf, const char *name,
				  const char *text)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/devices/pci0000:00/%s/%s", bdf, name);

	tree_file(tree, path, text);
}

static inline void tree_add_driver(const struct tree *tree, const char *driver)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/bus/pci/drivers/%s", driver);

	tree_folder(tree, path);
}

static inline void tree_bind(const struct tree *tree, const char *bdf, const char *driver)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/devices/pci0000:00/%s/driver", bdf);
	NN_AUTO(free) char *target = nn_asprintf("../../../bus/pci/drivers/%s", driver);

	tree_add_driver(tree, driver);
	tree_link(tree, path, target);
}

static inline void tree_join_group(const struct tree *tree, const char *bdf, const char *group)
{
	NN_AUTO(free) char *own = nn_asprintf("/sys/devices/pci0000:00/%s/iommu_group", bdf);
	NN_AUTO(free) char *target = nn_asprintf("../../../kernel/iommu_groups/%s", group);
	NN_AUTO(free) char *type = nn_asprintf("/sys/kernel/iommu_groups/%s/type", group);
	NN_AUTO(free)
	char *member = nn_asprintf("/sys/kernel/iommu_groups/%s/devices/%s", group, bdf);
	NN_AUTO(free) char *back = nn_asprintf("../../../../devices/pci0000:00/%s", bdf);

	tree_file(tree, type, "DMA-FQ\n");
	tree_link(tree, own, target);
	tree_link(tree, member, back);
}

static inline void tree_add_function(const struct tree *tree, const struct tree_function *function)
{
	NN_AUTO(free) char *link = nn_asprintf("/sys/bus/pci/devices/%s", function->bdf);
	NN_AUTO(free) char *target = nn_asprintf("../../../devices/pci0000:00/%s", function->bdf);

	tree_attribute(tree, function->bdf, "vendor", function->vendor);
	tree_attribute(tree, function->bdf, "device", function->device);
	tree_attribute(tree, function->bdf, "class", function->class_code);
	tree_attribute(tree, function->bdf, "driver_override", "(null)\n");
	tree_link(tree, link, target);
	if (function->driver)
		tree_bind(tree, function->bdf, function->driver);
	if (function->group)
		tree_join_group(tree, function->bdf, function->group);
}

/* A member of a class ("block", "net", "drm") that a function provides; @below: "nvme/nvme0". */
static inline void tree_add_member(const struct tree *tree, const char *class, const char *bdf,
				   const char *below, const char *name)
{
	NN_AUTO(free)
	char *folder = nn_asprintf("/sys/devices/pci0000:00/%s/%s/%s", bdf, below, name);
	NN_AUTO(free) char *link = nn_asprintf("/sys/class/%s/%s", class, strrchr(folder, '/') + 1);
	NN_AUTO(free)
	char *target = nn_asprintf("../../devices/pci0000:00/%s/%s/%s", bdf, below, name);

	tree_folder(tree, folder);
	tree_link(tree, link, target);
}

/* A block device that hangs on no function: dm-0, md0. */
static inline void tree_add_virtual_block(const struct tree *tree, const char *name)
{
	NN_AUTO(free) char *folder = nn_asprintf("/sys/devices/virtual/block/%s", name);
	NN_AUTO(free) char *link = nn_asprintf("/sys/class/block/%s", name);
	NN_AUTO(free) char *target = nn_asprintf("../../devices/virtual/block/%s", name);

	tree_folder(tree, folder);
	tree_link(tree, link, target);
}

/* An NVMe at 0000:01:00.0, alone in group 7, with nvme0n1 (259:0) and its partition (259:1). */
static inline void tree_add_nvme(const struct tree *tree)
{
	const struct tree_function nvme = {.bdf = "0000:01:00.0",
					   .class_code = "0x010802\n",
					   .vendor = "0x1b36\n",
					   .device = "0x0010\n",
					   .driver = "nvme",
					   .group = "7"};

	tree_add_function(tree, &nvme);
	tree_add_member(tree, "block", nvme.bdf, "nvme/nvme0", "nvme0n1");
	tree_add_member(tree, "block", nvme.bdf, "nvme/nvme0/nvme0n1", "nvme0n1p1");
	tree_attribute(tree, nvme.bdf, "nvme/nvme0/nvme0n1/dev", "259:0\n");
	tree_attribute(tree, nvme.bdf, "nvme/nvme0/nvme0n1/nvme0n1p1/dev", "259:1\n");
	tree_attribute(tree, nvme.bdf, "nvme/nvme0/nvme0n1/nvme0n1p1/partition", "1\n");
}

#endif
