/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/device/classes.h"
#include "harness/device/proc-lines.h"
#include "harness/device/users-kinds.h"

#define MOUNTS         "/proc/self/mountinfo"
#define VIRTIO_DEVICES "/sys/bus/virtio/devices"

/* The kernel's name of what a mount or swap names: "/dev/mapper/vg-root" is dm-0. */
static char *block_of_source(const struct nn_sysroot *root, const char *source,
			     const struct nn_name_list *blocks)
{
	const char *slash = strrchr(source, '/');
	const char *base = slash ? slash + 1 : source;

	for (size_t i = 0; i < blocks->nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf(NN_BLOCK_CLASS "/%s/dm/name", blocks->names[i]);
		NN_AUTO(free) char *mapped = nn_sysfs_text(root, path);

		if (mapped && strcmp(mapped, base) == 0)
			return nn_strdup(blocks->names[i]);
	}
	return nn_name_list_has(blocks, base) ? nn_strdup(base) : NULL;
}

/* The block device with a number such as "259:1", among @blocks. */
static const char *block_of_number(const struct nn_sysroot *root, const char *number,
				   const struct nn_name_list *blocks)
{
	for (size_t i = 0; i < blocks->nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(NN_BLOCK_CLASS "/%s/dev", blocks->names[i]);
		NN_AUTO(free) char *text = nn_sysfs_text(root, path);

		if (text && strcmp(text, number) == 0)
			return blocks->names[i];
	}
	return NULL;
}

/*
 * One line of mountinfo: "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". The
 * number finds what goes by another name; the source finds btrfs, whose number is no disk's.
 * Source: proc(5)
 */
static void look_at_mount(const struct nn_user_search *search, char *line,
			  const struct nn_name_list *blocks)
{
	char *rest = line;
	NN_AUTO(free) char *named = NULL;
	const char *number = nn_skip_fields(&rest, 2);
	const char *where = nn_skip_fields(&rest, 1);
	const char *field = nn_take_field(&rest);
	const char *block;

	while (field && strcmp(field, "-") != 0)
		field = nn_take_field(&rest);
	field = field ? nn_skip_fields(&rest, 1) : NULL;
	if (!field)
		return;
	named = block_of_source(search->root, field, blocks);
	block = named ? named : block_of_number(search->root, number, blocks);
	/* One mount says it; a disk of containers may have hundreds. */
	if (block && !nn_user_is_listed(search, NN_USER_STORAGE, block))
		nn_user_add(search, NN_USER_STORAGE, true, block, "'%s' is mounted on '%s'", block,
			    where);
}

static void look_at_swap(const struct nn_user_search *search, char *line,
			 const struct nn_name_list *blocks)
{
	char *rest = line;
	const char *source = nn_take_field(&rest);
	NN_AUTO(free)
	char *block = source ? block_of_source(search->root, source, blocks) : NULL;

	if (block)
		nn_user_add(search, NN_USER_STORAGE, true, block, "'%s' is swap space", block);
}

static void each_line(const struct nn_user_search *search, const char *path,
		      void (*look)(const struct nn_user_search *search, char *line,
				   const struct nn_name_list *blocks),
		      const struct nn_name_list *blocks)
{
	NN_AUTO(free) char *text = nn_sysfs_text(search->root, path);
	char *rest = text;

	while (rest)
		look(search, strsep(&rest, "\n"), blocks);
}

/*
 * Whoever uses a block device in earnest (a file system, dm, md, ZFS, another mount namespace)
 * holds it exclusively; so the kernel itself says what no list of ours knows.
 */
static void look_for_holders(const struct nn_user_search *search, const struct nn_name_list *blocks)
{
	for (size_t i = 0; i < blocks->nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf("/dev/%s", blocks->names[i]);
		NN_AUTO(fd) int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);

		if (fd < 0 && errno == EBUSY)
			nn_user_add(search, NN_USER_STORAGE, true, blocks->names[i],
				    "'%s' is held by the kernel", path);
	}
}

/* A folder of the hypervisor's that is mounted by its tag, "root /root 9p": no block device. */
static void look_at_tagged(const struct nn_user_search *search, char *line,
			   const struct nn_name_list *tags)
{
	char *rest = line;
	const char *where = nn_skip_fields(&rest, 4);
	const char *field = nn_take_field(&rest);
	const char *tag;

	while (field && strcmp(field, "-") != 0)
		field = nn_take_field(&rest);
	field = nn_take_field(&rest);
	tag = nn_take_field(&rest);
	if (field && tag && strcmp(field, "9p") == 0 && nn_name_list_has(tags, tag) &&
	    !nn_user_is_listed(search, NN_USER_STORAGE, tag))
		nn_user_add(search, NN_USER_STORAGE, true, tag, "'%s' is mounted on '%s'", tag,
			    where);
}

static int look_for_tags(const struct nn_user_search *search, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(name_list) struct nn_name_list tags = {0};
	int rc = nn_class_members(search->root, VIRTIO_DEVICES, search->bdf, &names, err);

	for (size_t i = 0; i < names.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf(VIRTIO_DEVICES "/%s/mount_tag", names.names[i]);
		NN_AUTO(free) char *tag = nn_sysfs_text(search->root, path);

		if (tag)
			(void)nn_name_list_add_once(&tags, tag);
	}
	if (tags.nr)
		each_line(search, MOUNTS, look_at_tagged, &tags);
	return rc;
}

int nn_users_storage(const struct nn_user_search *search, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list blocks = {0};
	int rc = look_for_tags(search, err);

	if (!rc)
		rc = nn_function_blocks(search->root, search->bdf, &blocks, err);
	if (rc || !blocks.nr)
		return rc;
	each_line(search, MOUNTS, look_at_mount, &blocks);
	each_line(search, "/proc/swaps", look_at_swap, &blocks);
	if (!search->users->nr && !search->root->prefix[0])
		look_for_holders(search, &blocks);
	return 0;
}
