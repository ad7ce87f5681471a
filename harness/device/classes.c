/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/classes.h"

#include <limits.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/device/device.h"

bool nn_is_below_function(const struct nn_sysroot *root, const char *link, const char *bdf)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, link);
	NN_AUTO(free) char *step = nn_asprintf("/%s/", bdf);
	char target[PATH_MAX];
	ssize_t len = readlink(full, target, sizeof(target) - 1);

	if (len <= 0)
		return false;
	target[len] = '\0';
	return strstr(target, step);
}

int nn_class_members(const struct nn_sysroot *root, const char *class, const char *bdf,
		     struct nn_name_list *ret_names, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list all = {0};
	int rc = nn_sysfs_list(root, class, &all, err);

	for (size_t i = 0; !rc && i < all.nr; i++) {
		NN_AUTO(free) char *link = nn_asprintf("%s/%s", class, all.names[i]);

		if (nn_is_below_function(root, link, bdf))
			(void)nn_name_list_add_once(ret_names, all.names[i]);
	}
	return rc;
}

/*
 * With native NVMe multipathing the controller owns only a hidden path, "nvme0c1n2"; what is
 * mounted is the subsystem's "nvme0n2", which hangs on no controller.
 * Source: drivers/nvme/host/multipath.c, nvme_mpath_set_disk_name()
 */
static char *multipath_head(const char *name)
{
	unsigned int subsystem;
	unsigned int controller;
	unsigned int space;
	int end = 0;

	if (sscanf(name, "nvme%uc%un%u%n", &subsystem, &controller, &space, &end) != 3 ||
	    name[end] != '\0')
		return NULL;
	return nn_asprintf("nvme%un%u", subsystem, space);
}

/* Those of the function itself. */
static int own_blocks(const struct nn_sysroot *root, const char *bdf,
		      struct nn_name_list *ret_names, struct nn_err *err)
{
	int rc = nn_class_members(root, NN_BLOCK_CLASS, bdf, ret_names, err);

	for (size_t i = 0; !rc && i < ret_names->nr; i++) {
		NN_AUTO(free) char *head = multipath_head(ret_names->names[i]);

		if (head)
			(void)nn_name_list_add_once(ret_names, head);
	}
	return rc;
}

/* Append what is stacked on the listed devices, on that, and so on: partitions, dm, md, loop. */
static int add_stacked(const struct nn_sysroot *root, struct nn_name_list *names,
		       struct nn_err *err)
{
	for (size_t i = 0; i < names->nr; i++) {
		NN_AUTO(free) char *self = nn_asprintf(NN_BLOCK_CLASS "/%s", names->names[i]);
		NN_AUTO(free) char *holders = nn_asprintf("%s/holders", self);
		NN_AUTO(name_list) struct nn_name_list above = {0};
		NN_AUTO(name_list) struct nn_name_list entries = {0};
		int rc = nn_sysfs_list(root, holders, &above, err);

		if (!rc)
			rc = nn_sysfs_list(root, self, &entries, err);
		if (rc)
			return rc;
		for (size_t j = 0; j < above.nr; j++)
			(void)nn_name_list_add_once(names, above.names[j]);
		for (size_t j = 0; j < entries.nr; j++) {
			NN_AUTO(free)
			char *mark = nn_asprintf("%s/%s/partition", self, entries.names[j]);

			if (nn_sysfs_exists(root, mark))
				(void)nn_name_list_add_once(names, entries.names[j]);
		}
	}
	return 0;
}

int nn_function_blocks(const struct nn_sysroot *root, const char *bdf,
		       struct nn_name_list *ret_names, struct nn_err *err)
{
	int rc = own_blocks(root, bdf, ret_names, err);

	return rc ? rc : add_stacked(root, ret_names, err);
}

char *nn_device_block_name(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};

	if (own_blocks(root, bdf, &names, NULL))
		return NULL;
	for (size_t i = 0; i < names.nr; i++) {
		NN_AUTO(free)
		char *part = nn_asprintf(NN_BLOCK_CLASS "/%s/partition", names.names[i]);
		NN_AUTO(free) char *head = multipath_head(names.names[i]);

		if (!head && !nn_sysfs_exists(root, part))
			return nn_strdup(names.names[i]);
	}
	return NULL;
}
