/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/sysmacros.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/device/attribute.h"
#include "harness/device/classes.h"
#include "harness/device/users-kinds.h"

#define CHAR_NODES   "/sys/dev/char"
#define BLOCK_NODES  "/sys/dev/block"
#define VFIO_GROUPS  "/sys/devices/virtual/vfio"
#define NVIDIA_GPUS  "/proc/driver/nvidia/gpus"
#define NVIDIA_MAJOR 195

/* A device node that belongs to the function. */
struct own_node {
	char *path;
	bool is_block;
	uint64_t number; /* 0: not known */
};

struct own_nodes {
	struct own_node *items;
	size_t nr;
	size_t cap;
};

static void own_nodes_release(struct own_nodes *nodes)
{
	for (size_t i = 0; i < nodes->nr; i++)
		free(nodes->items[i].path);
	free(nodes->items);
}

NN_AUTO_DEFINE(own_nodes, struct own_nodes, own_nodes_release(p))

/* @number: "226:0", or NULL. */
static void add_node(struct own_nodes *nodes, char *take_path, bool is_block, const char *number)
{
	char *colon = number ? strchr(number, ':') : NULL;
	NN_AUTO(free) char *first = colon ? nn_strndup(number, (size_t)(colon - number)) : NULL;
	uint64_t major_number;
	uint64_t minor_number;
	uint64_t value = 0;

	if (first && nn_parse_u64(first, &major_number, NULL) == 0 &&
	    nn_parse_u64(colon + 1, &minor_number, NULL) == 0)
		value = makedev((unsigned int)major_number, (unsigned int)minor_number);
	*NN_ARRAY_APPEND(nodes->items, nodes->nr, nodes->cap) =
		(struct own_node){.path = take_path, .is_block = is_block, .number = value};
}

/* The name below /dev that the kernel proposes: a line "DEVNAME=dri/card0" of uevent. */
static char *node_path(const struct nn_sysroot *root, const char *folder, const char *number)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/%s/uevent", folder, number);
	NN_AUTO(free) char *uevent = nn_sysfs_text(root, path);
	const char *name = uevent ? strstr(uevent, "DEVNAME=") : NULL;

	name = name ? name + strlen("DEVNAME=") : number;
	return nn_asprintf("/dev/%.*s", (int)strcspn(name, "\n"), name);
}

static int add_numbered(const struct nn_user_search *search, const char *folder, bool is_block,
			struct own_nodes *nodes, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list numbers = {0};
	int rc = nn_class_members(search->root, folder, search->bdf, &numbers, err);

	for (size_t i = 0; i < numbers.nr; i++)
		add_node(nodes, node_path(search->root, folder, numbers.names[i]), is_block,
			 numbers.names[i]);
	return rc;
}

/* Disks that are stacked on the function's hang on no function. */
static int add_blocks(const struct nn_user_search *search, struct own_nodes *nodes,
		      struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list blocks = {0};
	int rc = nn_function_blocks(search->root, search->bdf, &blocks, err);

	for (size_t i = 0; i < blocks.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(NN_BLOCK_CLASS "/%s/dev", blocks.names[i]);
		NN_AUTO(free) char *number = nn_sysfs_text(search->root, path);

		add_node(nodes, nn_asprintf("/dev/%s", blocks.names[i]), true, number);
	}
	return rc;
}

/* Who has the group open may use every member of it. */
static void add_vfio(const struct nn_user_search *search, struct own_nodes *nodes)
{
	NN_AUTO(free) char *group = nn_pci_link(search->root, search->bdf, "iommu_group");
	NN_AUTO(free) char *path = group ? nn_asprintf(VFIO_GROUPS "/%s/dev", group) : NULL;
	NN_AUTO(free) char *number = path ? nn_sysfs_text(search->root, path) : NULL;

	if (number)
		add_node(nodes, nn_asprintf("/dev/vfio/%s", group), false, number);
}

/* NVIDIA's driver registers its nodes with no class: only its own file tells the number. */
static void add_nvidia(const struct nn_user_search *search, struct own_nodes *nodes)
{
	NN_AUTO(free) char *path = nn_asprintf(NVIDIA_GPUS "/%s/information", search->bdf);
	NN_AUTO(free) char *text = nn_sysfs_text(search->root, path);
	const char *line = text ? strstr(text, "Device Minor:") : NULL;
	NN_AUTO(free) char *number = NULL;
	unsigned int minor_number;

	if (!line || sscanf(line, "Device Minor: %u", &minor_number) != 1)
		return;
	number = nn_asprintf("%d:%u", NVIDIA_MAJOR, minor_number);
	add_node(nodes, nn_asprintf("/dev/nvidia%u", minor_number), false, number);
}

static int find_nodes(const struct nn_user_search *search, struct own_nodes *nodes,
		      struct nn_err *err)
{
	int rc = add_numbered(search, CHAR_NODES, false, nodes, err);

	if (!rc)
		rc = add_numbered(search, BLOCK_NODES, true, nodes, err);
	if (!rc)
		rc = add_blocks(search, nodes, err);
	add_vfio(search, nodes);
	add_nvidia(search, nodes);
	return rc;
}

static bool is_same(const struct own_node *own, const struct nn_open_node *open)
{
	if (open->number)
		return own->number == open->number && own->is_block == open->is_block;
	return strcmp(own->path, open->path) == 0;
}

/* The BARs of the function, which a process maps from sysfs. */
static bool is_own_bar(const struct nn_open_node *open, const char *bdf)
{
	NN_AUTO(free) char *step = nn_asprintf("/%s/resource", bdf);

	return strstr(open->path, step);
}

/* What of the function a process has open, or NULL. */
static const char *what_is_open(const struct nn_user_search *search, const struct own_nodes *nodes,
				const struct nn_open_node *open)
{
	for (size_t i = 0; i < nodes->nr; i++) {
		if (is_same(&nodes->items[i], open))
			return nodes->items[i].path;
	}
	return is_own_bar(open, search->bdf) ? open->path : NULL;
}

/* Mixers watch the control nodes of all sound cards and let go when a card leaves. */
static bool is_mixer(const char *path)
{
	return strstr(path, "/snd/controlC");
}

int nn_users_process(const struct nn_user_search *search, struct nn_err *err)
{
	NN_AUTO(own_nodes) struct own_nodes nodes = {0};
	int rc = search->nodes->nr ? find_nodes(search, &nodes, err) : 0;

	for (size_t i = 0; !rc && i < search->nodes->nr; i++) {
		const struct nn_open_node *open = &search->nodes->items[i];
		const char *what = what_is_open(search, &nodes, open);
		struct nn_device_user *user;

		if (!what)
			continue;
		nn_user_add(search, NN_USER_PROCESS, !is_mixer(what), what,
			    "'%s' is open in %s (process %lld)", what,
			    open->comm ? open->comm : "a process", (long long)open->pid);
		user = &search->users->items[search->users->nr - 1];
		user->pid = open->pid;
		user->comm = nn_strdup(open->comm);
	}
	return rc;
}
