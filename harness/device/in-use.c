/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/array.h"

#define PCI_DEVICES       "/sys/bus/pci/devices"
#define BLOCK_CLASS       "/sys/class/block"
#define NET_CLASS         "/sys/class/net"
#define DRM_CLASS         "/sys/class/drm"
#define VT_CLASS          "/sys/class/vtconsole"
#define BASE_CLASS_SCREEN 0x03

/* ---- what of the machine belongs to the function ---- */

static bool list_has(const struct nn_name_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++) {
		if (strcmp(list->names[i], name) == 0)
			return true;
	}
	return false;
}

/* Append @name unless it is there; false when it was. */
static bool list_add_once(struct nn_name_list *list, const char *name)
{
	if (list_has(list, name))
		return false;
	*NN_ARRAY_APPEND(list->names, list->nr, list->cap) = nn_strdup(name);
	return true;
}

/* Does the link /sys/class/…/NAME lead through the function? */
static bool is_below_function(const struct nn_sysroot *root, const char *link, const char *bdf)
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

/* Append the members of a class that the function provides. */
static int class_members(const struct nn_sysroot *root, const char *class, const char *bdf,
			 struct nn_name_list *ret_names, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list all = {0};
	int rc = nn_sysfs_list(root, class, &all, err);

	for (size_t i = 0; !rc && i < all.nr; i++) {
		NN_AUTO(free) char *link = nn_asprintf("%s/%s", class, all.names[i]);

		if (is_below_function(root, link, bdf))
			(void)list_add_once(ret_names, all.names[i]);
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

/* Append the whole and partial block devices of the function. */
static int function_blocks(const struct nn_sysroot *root, const char *bdf,
			   struct nn_name_list *ret_names, struct nn_err *err)
{
	int rc = class_members(root, BLOCK_CLASS, bdf, ret_names, err);

	for (size_t i = 0; !rc && i < ret_names->nr; i++) {
		NN_AUTO(free) char *head = multipath_head(ret_names->names[i]);

		if (head)
			(void)list_add_once(ret_names, head);
	}
	return rc;
}

/* Append what is stacked on the listed devices, on that, and so on: partitions, dm, md, loop. */
static int add_stacked(const struct nn_sysroot *root, struct nn_name_list *names,
		       struct nn_err *err)
{
	for (size_t i = 0; i < names->nr; i++) {
		NN_AUTO(free) char *self = nn_asprintf(BLOCK_CLASS "/%s", names->names[i]);
		NN_AUTO(free) char *holders = nn_asprintf("%s/holders", self);
		NN_AUTO(name_list) struct nn_name_list above = {0};
		NN_AUTO(name_list) struct nn_name_list entries = {0};
		int rc = nn_sysfs_list(root, holders, &above, err);

		if (!rc)
			rc = nn_sysfs_list(root, self, &entries, err);
		if (rc)
			return rc;
		for (size_t j = 0; j < above.nr; j++)
			(void)list_add_once(names, above.names[j]);
		for (size_t j = 0; j < entries.nr; j++) {
			NN_AUTO(free)
			char *mark = nn_asprintf("%s/%s/partition", self, entries.names[j]);

			if (nn_sysfs_exists(root, mark))
				(void)list_add_once(names, entries.names[j]);
		}
	}
	return 0;
}

char *nn_device_block_name(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};

	if (function_blocks(root, bdf, &names, NULL))
		return NULL;
	for (size_t i = 0; i < names.nr; i++) {
		NN_AUTO(free) char *part = nn_asprintf(BLOCK_CLASS "/%s/partition", names.names[i]);
		NN_AUTO(free) char *head = multipath_head(names.names[i]);

		if (!head && !nn_sysfs_exists(root, part))
			return nn_strdup(names.names[i]);
	}
	return NULL;
}

/* ---- storage ---- */

/* The kernel's name of what a mount or swap names: "/dev/mapper/vg-root" is dm-0. */
static char *block_of_source(const struct nn_sysroot *root, const char *source,
			     const struct nn_name_list *blocks)
{
	const char *slash = strrchr(source, '/');
	const char *base = slash ? slash + 1 : source;

	for (size_t i = 0; i < blocks->nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(BLOCK_CLASS "/%s/dm/name", blocks->names[i]);
		NN_AUTO(free) char *mapped = nn_sysfs_text(root, path);

		if (mapped && strcmp(mapped, base) == 0)
			return nn_strdup(blocks->names[i]);
	}
	return list_has(blocks, base) ? nn_strdup(base) : NULL;
}

/* The block device with a number such as "259:1", among @blocks. */
static const char *block_of_number(const struct nn_sysroot *root, const char *number,
				   const struct nn_name_list *blocks)
{
	for (size_t i = 0; i < blocks->nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(BLOCK_CLASS "/%s/dev", blocks->names[i]);
		NN_AUTO(free) char *text = nn_sysfs_text(root, path);

		if (text && strcmp(text, number) == 0)
			return blocks->names[i];
	}
	return NULL;
}

/* The next field of a line, NUL-terminated in place; *@rest moves behind it. NULL at the end. */
static char *take_field(char **rest)
{
	char *field;

	do
		field = strsep(rest, " \t");
	while (field && !field[0]);
	return field;
}

/*
 * One line of mountinfo: "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw". The
 * number finds what goes by another name; the source finds btrfs, whose number is no disk's.
 * Source: proc(5)
 */
static int check_mount(const struct nn_sysroot *root, char *line, const struct nn_name_list *blocks,
		       struct nn_err *err)
{
	char *rest = line;
	NN_AUTO(free) char *named = NULL;
	const char *number = NULL;
	const char *where = NULL;
	const char *field = take_field(&rest);
	const char *block;

	for (int i = 0; field && strcmp(field, "-") != 0; i++) {
		if (i == 2)
			number = field;
		if (i == 4)
			where = field;
		field = take_field(&rest);
	}
	if (!field || !where || !take_field(&rest))
		return 0;
	field = take_field(&rest);
	if (field)
		named = block_of_source(root, field, blocks);
	block = named ? named : block_of_number(root, number, blocks);
	if (!block)
		return 0;
	return nn_err_set(err, -EBUSY, "'%s' is mounted on '%s'", block, where);
}

static int check_swap(const struct nn_sysroot *root, char *line, const struct nn_name_list *blocks,
		      struct nn_err *err)
{
	char *rest = line;
	const char *source = take_field(&rest);
	NN_AUTO(free) char *block = source ? block_of_source(root, source, blocks) : NULL;

	return block ? nn_err_set(err, -EBUSY, "'%s' is swap space", block) : 0;
}

/* Apply a check to every line of a file of /proc; a file that is not there has none. */
static int check_lines(const struct nn_sysroot *root, const char *path,
		       int (*check)(const struct nn_sysroot *root, char *line,
				    const struct nn_name_list *names, struct nn_err *err),
		       const struct nn_name_list *names, struct nn_err *err)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, path);
	char *rest = text;
	int rc = 0;

	while (!rc && rest)
		rc = check(root, strsep(&rest, "\n"), names, err);
	return rc;
}

/*
 * Whoever uses a block device in earnest (a file system, dm, md, ZFS, another mount namespace)
 * holds it exclusively; so the kernel itself says what no list of ours knows.
 */
static int check_exclusive(const struct nn_sysroot *root, const struct nn_name_list *blocks,
			   struct nn_err *err)
{
	if (root->prefix[0])
		return 0; /* a recorded tree has no devices */
	for (size_t i = 0; i < blocks->nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf("/dev/%s", blocks->names[i]);
		NN_AUTO(fd) int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);

		if (fd < 0 && errno == EBUSY)
			return nn_err_set(err, -EBUSY, "'%s' is held by the kernel", path);
	}
	return 0;
}

static int check_storage(const struct nn_sysroot *root, const char *bdf, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list blocks = {0};
	int rc = function_blocks(root, bdf, &blocks, err);

	if (rc || !blocks.nr)
		return rc;
	rc = add_stacked(root, &blocks, err);
	if (!rc)
		rc = check_lines(root, "/proc/self/mountinfo", check_mount, &blocks, err);
	if (!rc)
		rc = check_lines(root, "/proc/swaps", check_swap, &blocks, err);
	return rc ? rc : check_exclusive(root, &blocks, err);
}

/* ---- network ---- */

/* Append the bridges, bonds and VLANs above the listed interfaces, and those above them. */
static int add_upper(const struct nn_sysroot *root, struct nn_name_list *names, struct nn_err *err)
{
	for (size_t i = 0; i < names->nr; i++) {
		NN_AUTO(free) char *self = nn_asprintf(NET_CLASS "/%s", names->names[i]);
		NN_AUTO(name_list) struct nn_name_list entries = {0};
		int rc = nn_sysfs_list(root, self, &entries, err);

		if (rc)
			return rc;
		for (size_t j = 0; j < entries.nr; j++) {
			if (strncmp(entries.names[j], "upper_", 6) == 0)
				(void)list_add_once(names, entries.names[j] + 6);
		}
	}
	return 0;
}

/* "eth0 00000000 0102A8C0 0003 0 0 100 00000000 …": destination and mask 0 are the default. */
static int check_route4(const struct nn_sysroot *root NN_UNUSED, char *line,
			const struct nn_name_list *names, struct nn_err *err)
{
	char *rest = line;
	const char *interface = take_field(&rest);
	const char *destination = take_field(&rest);
	const char *mask = NULL;

	for (int i = 2; i <= 7; i++)
		mask = take_field(&rest);
	if (!mask || strcmp(destination, "00000000") != 0 || strcmp(mask, "00000000") != 0 ||
	    !list_has(names, interface))
		return 0;
	return nn_err_set(err, -EBUSY, "the default route leads through '%s'", interface);
}

/* "DESTINATION(32) LEN SOURCE(32) LEN NEXT(32) METRIC REFCNT USE FLAGS INTERFACE" */
static int check_route6(const struct nn_sysroot *root NN_UNUSED, char *line,
			const struct nn_name_list *names, struct nn_err *err)
{
	char *rest = line;
	const char *destination = take_field(&rest);
	const char *prefix_len = take_field(&rest);
	const char *interface = NULL;

	for (int i = 2; i <= 9; i++)
		interface = take_field(&rest);
	if (!interface || strspn(destination, "0") != 32 || strcmp(prefix_len, "00") != 0 ||
	    !list_has(names, interface))
		return 0;
	return nn_err_set(err, -EBUSY, "the IPv6 default route leads through '%s'", interface);
}

static int check_network(const struct nn_sysroot *root, const char *bdf, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	int rc = class_members(root, NET_CLASS, bdf, &names, err);

	if (rc || !names.nr)
		return rc;
	rc = add_upper(root, &names, err);
	if (!rc)
		rc = check_lines(root, "/proc/net/route", check_route4, &names, err);
	return rc ? rc : check_lines(root, "/proc/net/ipv6_route", check_route6, &names, err);
}

/* ---- display ---- */

static bool text_is(const struct nn_sysroot *root, const char *path, const char *wanted)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, path);

	return text && strcmp(text, wanted) == 0;
}

/* Is a text console drawn on some frame buffer? */
static bool console_is_on_screen(const struct nn_sysroot *root)
{
	NN_AUTO(name_list) struct nn_name_list consoles = {0};

	if (nn_sysfs_list(root, VT_CLASS, &consoles, NULL))
		return false;
	for (size_t i = 0; i < consoles.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(VT_CLASS "/%s/name", consoles.names[i]);
		NN_AUTO(free) char *bind = nn_asprintf(VT_CLASS "/%s/bind", consoles.names[i]);
		NN_AUTO(free) char *name = nn_sysfs_text(root, path);

		if (name && strstr(name, "frame buffer") && text_is(root, bind, "1"))
			return true;
	}
	return false;
}

/* Is every connected screen connected to this function, and is there one? */
static bool has_only_screen(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(name_list) struct nn_name_list all = {0};
	bool has_screen = false;

	if (nn_sysfs_list(root, DRM_CLASS, &all, NULL))
		return false;
	for (size_t i = 0; i < all.nr; i++) {
		NN_AUTO(free) char *link = nn_asprintf(DRM_CLASS "/%s", all.names[i]);
		NN_AUTO(free) char *status = nn_asprintf("%s/status", link);

		if (!text_is(root, status, "connected"))
			continue;
		if (!is_below_function(root, link, bdf))
			return false;
		has_screen = true;
	}
	return has_screen;
}

static int check_display(const struct nn_sysroot *root, const char *bdf, struct nn_err *err)
{
	NN_AUTO(free) char *class_path = nn_asprintf(PCI_DEVICES "/%s/class", bdf);
	NN_AUTO(free) char *boot_vga = nn_asprintf(PCI_DEVICES "/%s/boot_vga", bdf);
	uint64_t class_code;

	if (nn_sysfs_read_u64(root, class_path, &class_code, NULL) ||
	    class_code >> 16 != BASE_CLASS_SCREEN)
		return 0;
	if (text_is(root, boot_vga, "1"))
		return nn_err_set(err, -EBUSY, "it is the display that the firmware booted on");
	if (console_is_on_screen(root) && has_only_screen(root, bdf))
		return nn_err_set(err, -EBUSY, "it is the only display and shows the console");
	return 0;
}

/* ---- all together ---- */

static int check_virtual_functions(const struct nn_sysroot *root, const char *bdf,
				   struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/sriov_numvfs", bdf);
	uint64_t nr;

	if (nn_sysfs_read_u64(root, path, &nr, NULL) || nr == 0)
		return 0;
	return nn_err_set(err, -EBUSY, "it has %llu virtual functions enabled",
			  (unsigned long long)nr);
}

int nn_device_check_unused(const struct nn_sysroot *root, const char *bdf, struct nn_err *err)
{
	int rc = check_storage(root, bdf, err);

	if (!rc)
		rc = check_network(root, bdf, err);
	if (!rc)
		rc = check_display(root, bdf, err);
	if (!rc)
		rc = check_virtual_functions(root, bdf, err);
	return rc ? nn_err_prefix(err, "device '%s' is in use", bdf) : 0;
}
