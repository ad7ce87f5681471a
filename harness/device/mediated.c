/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/mediated.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

void nn_mdev_types_release(struct nn_mdev_types *types)
{
	for (size_t i = 0; i < types->nr; i++) {
		free(types->items[i].id);
		free(types->items[i].name);
		free(types->items[i].api);
	}
	free(types->items);
	*types = (struct nn_mdev_types){0};
}

/* Source: Documentation/driver-api/vfio-mediated-device.rst */
static void read_type(const struct nn_sysroot *root, const char *folder, const char *id,
		      struct nn_mdev_type *ret_type)
{
	NN_AUTO(free) char *name = nn_asprintf("%s/%s/name", folder, id);
	NN_AUTO(free) char *api = nn_asprintf("%s/%s/device_api", folder, id);
	NN_AUTO(free) char *available = nn_asprintf("%s/%s/available_instances", folder, id);
	uint64_t nr;
	bool is_known = nn_sysfs_read_u64(root, available, &nr, NULL) == 0 && nr <= INT64_MAX;

	*ret_type = (struct nn_mdev_type){.id = nn_strdup(id),
					  .name = nn_sysfs_text(root, name),
					  .api = nn_sysfs_text(root, api),
					  .nr_available = is_known ? (int64_t)nr : -1};
}

void nn_mdev_types_read(const struct nn_sysroot *root, const char *parent,
			struct nn_mdev_types *ret_types)
{
	NN_AUTO(free)
	char *folder = nn_asprintf(NN_MDEV_PARENTS "/%s/mdev_supported_types", parent);
	NN_AUTO(name_list) struct nn_name_list ids = {0};

	*ret_types = (struct nn_mdev_types){0};
	if (nn_sysfs_list(root, folder, &ids, NULL) || !ids.nr)
		return;
	ret_types->items = nn_calloc(ids.nr, sizeof(*ret_types->items));
	for (size_t i = 0; i < ids.nr; i++)
		read_type(root, folder, ids.names[i], &ret_types->items[ret_types->nr++]);
}

const struct nn_mdev_type *nn_mdev_types_find(const struct nn_mdev_types *types, const char *id)
{
	for (size_t i = 0; i < types->nr; i++) {
		if (strcmp(types->items[i].id, id) == 0)
			return &types->items[i];
	}
	return NULL;
}

void nn_mdev_parents_release(struct nn_mdev_parents *parents)
{
	for (size_t i = 0; i < parents->nr; i++) {
		free(parents->items[i].name);
		nn_mdev_types_release(&parents->items[i].types);
	}
	free(parents->items);
	*parents = (struct nn_mdev_parents){0};
}

int nn_mdev_parents_read(const struct nn_sysroot *root, struct nn_mdev_parents *ret_parents,
			 struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(mdev_parents) struct nn_mdev_parents parents = {0};
	int rc = nn_sysfs_list(root, NN_MDEV_PARENTS, &names, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < names.nr; i++) {
		struct nn_mdev_parent *parent =
			NN_ARRAY_APPEND(parents.items, parents.nr, parents.cap);

		parent->name = nn_strdup(names.names[i]);
		nn_mdev_types_read(root, parent->name, &parent->types);
	}
	*ret_parents = parents;
	parents = (struct nn_mdev_parents){0};
	return 0;
}
