/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attributes of /sys, /proc and the like, read below a root prefix, so that tests give a recorded
 * tree and collectors never know. Paths are absolute as on a machine ("/sys/bus/pci/devices/…").
 * Values come without the newline at the end. Writes go to the real tree or a test's copy alike.
 */
#ifndef NN_BASE_SYSFS_H
#define NN_BASE_SYSFS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"

struct nn_sysroot {
	const char *prefix; /* "" for the running machine */
};

#define NN_SYSROOT_LIVE ((struct nn_sysroot){.prefix = ""})

/** The text of @path, appended to an empty @ret_text. -ENOENT is an ordinary answer. */
int nn_sysfs_read(const struct nn_sysroot *root, const char *path, struct nn_strbuf *ret_text,
		  struct nn_err *err);

/** The text as a string of the caller's, or NULL when it cannot be read or is empty. */
char *nn_sysfs_text(const struct nn_sysroot *root, const char *path);

/** A number (decimal or 0x…). */
int nn_sysfs_read_u64(const struct nn_sysroot *root, const char *path, uint64_t *ret_value,
		      struct nn_err *err);

/** Write @text in one write(2), as attributes want it; the file must exist. */
int nn_sysfs_write(const struct nn_sysroot *root, const char *path, const char *text,
		   struct nn_err *err);

/**
 * The same for an attribute whose write may take for ever, as a driver's unbind does while somebody
 * uses the device, or any access to a function that does not wake up from D3cold. A child writes in
 * our place, so that we keep our deadline.
 * @deadline_ns: when to give up (an instant of nn_clock_ns()).
 * Return: 0, or the write's -errno, or -ETIMEDOUT; then the write may still take effect later, and
 * @err says where in the kernel it hangs.
 */
int nn_sysfs_write_until(const struct nn_sysroot *root, const char *path, const char *text,
			 uint64_t deadline_ns, struct nn_err *err);

/**
 * nn_sysfs_read() with such a deadline, for attributes that the kernel reads under the lock of
 * their device, which an unbind that takes for ever holds for ever. A child reads in our place, and
 * tells at most a page. Return: as nn_sysfs_read(), or -ETIMEDOUT, and @err says where in the
 * kernel it hangs.
 */
int nn_sysfs_read_until(const struct nn_sysroot *root, const char *path, uint64_t deadline_ns,
			struct nn_strbuf *ret_text, struct nn_err *err);

/** The last component of what the link @path points to (a driver's or group's name), or NULL. */
char *nn_sysfs_link_name(const struct nn_sysroot *root, const char *path);

/** Is @word one of the words of @text, which blanks part, as in lists of what a kernel offers? */
bool nn_sysfs_has_word(const char *text, const char *word);

bool nn_sysfs_exists(const struct nn_sysroot *root, const char *path);

/** Is it the name of one entry of a folder: not empty, no '/', neither "." nor ".."? */
bool nn_sysfs_is_name(const char *name);

/** Does @path begin with @folder, which ends in '/', and go on without ".."? */
bool nn_sysfs_is_below(const char *path, const char *folder);

struct nn_name_list {
	char **names;
	size_t nr;
	size_t cap;
};

void nn_name_list_release(struct nn_name_list *list);
NN_AUTO_DEFINE(name_list, struct nn_name_list, nn_name_list_release(p))

bool nn_name_list_has(const struct nn_name_list *list, const char *name);
/** Append a copy of @name unless it is there; false when it was. */
bool nn_name_list_add_once(struct nn_name_list *list, const char *name);

/** The names in a folder, sorted, without "." and ".."; a missing folder is an empty list. */
int nn_sysfs_list(const struct nn_sysroot *root, const char *path, struct nn_name_list *ret_list,
		  struct nn_err *err);

/** @path below the prefix, of the caller's, for files that are opened directly. */
char *nn_sysfs_path(const struct nn_sysroot *root, const char *path);

#endif
