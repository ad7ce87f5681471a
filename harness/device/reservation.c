/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/reservation.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "harness/base/array.h"

#define FOLDER "/run/nearnative"

static int make_folder(const struct nn_sysroot *root, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, FOLDER);

	if (mkdir(full, 0755) == 0 || errno == EEXIST)
		return 0;
	return nn_err_errno(err, errno, "make folder '%s'", full);
}

/* Is the file that was locked the one of that name, or did its owner remove it meanwhile? */
static bool is_at(int fd, const char *path)
{
	struct stat opened;
	struct stat named;

	return fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* The database that a file names, the caller's, or NULL. */
static char *owner_of(const char *path)
{
	const struct nn_sysroot live = NN_SYSROOT_LIVE;

	return nn_sysfs_text(&live, path); /* the path has the prefix already */
}

static int refuse_live(const char *name, const char *path, struct nn_err *err)
{
	NN_AUTO(free) char *owner = owner_of(path);

	return nn_err_set(err, -EBUSY, "'%s' is in the hands of another nearnative (database '%s')",
			  name, owner ? owner : "unknown");
}

/* What it says of the database itself, `restore` finds out. */
static bool is_readable(const char *database)
{
	struct stat st;

	return stat(database, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	       access(database, R_OK) == 0;
}

/* A journal that is gone can give nothing back any more: it stands in nobody's way. */
static int refuse_changed(const char *name, const char *path, const char *owner, struct nn_err *err)
{
	NN_AUTO(free) char *before = owner_of(path);

	if (!before || strcmp(before, owner) == 0 || access(before, F_OK))
		return 0;
	if (!is_readable(before))
		return nn_err_set(err, -EBUSY,
				  "'%s' was left changed by a campaign of database '%s', which is "
				  "empty or cannot be read: see that it is as it should "
				  "be, then remove '%s'",
				  name, before, path);
	return nn_err_set(err, -EBUSY,
			  "'%s' was left changed by a campaign of database '%s': run `nearnative "
			  "restore` first",
			  name, before);
}

static int write_owner(int fd, const char *path, const char *owner, struct nn_err *err)
{
	size_t len = strlen(owner);

	if (ftruncate(fd, 0) || pwrite(fd, owner, len, 0) != (ssize_t)len)
		return nn_err_errno(err, errno ? errno : EIO, "write '%s'", path);
	return 0;
}

static int open_locked(const char *name, const char *path, int *ret_fd, struct nn_err *err)
{
	for (;;) {
		NN_AUTO(fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0)
			return nn_err_errno(err, errno, "open '%s'", path);
		if (flock(fd, LOCK_EX | LOCK_NB))
			return errno == EWOULDBLOCK ? refuse_live(name, path, err)
						    : nn_err_errno(err, errno, "lock '%s'", path);
		if (is_at(fd, path)) {
			*ret_fd = NN_STEAL_FD(fd);
			return 0;
		}
	}
}

static int take_one(const struct nn_sysroot *root, const char *name, const char *owner,
		    struct nn_reservations *reservations, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("%s" FOLDER "/%s", root->prefix, name);
	NN_AUTO(fd) int fd = -1;
	int rc = open_locked(name, path, &fd, err);

	if (!rc)
		rc = refuse_changed(name, path, owner, err);
	if (!rc)
		rc = write_owner(fd, path, owner, err);
	if (rc)
		return rc;
	*NN_ARRAY_APPEND(reservations->items, reservations->nr, reservations->cap) =
		(struct nn_reservation){.path = NN_STEAL(path), .fd = NN_STEAL_FD(fd)};
	return 0;
}

int nn_reservations_take(const struct nn_sysroot *root, const struct nn_name_list *names,
			 const char *owner, struct nn_reservations *ret_reservations,
			 struct nn_err *err)
{
	struct nn_reservations taken = {0};
	int rc = names->nr ? make_folder(root, err) : 0;

	for (size_t i = 0; !rc && i < names->nr; i++)
		rc = take_one(root, names->names[i], owner, &taken, err);
	if (rc) {
		nn_reservations_give_back(&taken, false);
		return rc;
	}
	*ret_reservations = taken;
	return 0;
}

void nn_reservations_give_back(struct nn_reservations *reservations, bool is_changed)
{
	for (size_t i = 0; i < reservations->nr; i++) {
		struct nn_reservation *item = &reservations->items[i];

		if (!is_changed)
			(void)unlink(
				item->path); /* one that stays names a journal without entries */
		(void)close(item->fd);
		free(item->path);
	}
	free(reservations->items);
	*reservations = (struct nn_reservations){0};
}

void nn_reservations_forget(const struct nn_sysroot *root, const char *owner)
{
	NN_AUTO(name_list) struct nn_name_list files = {0};

	if (nn_sysfs_list(root, FOLDER, &files, NULL))
		return; /* what cannot be seen leads at worst to a journal without entries */
	for (size_t i = 0; i < files.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf("%s" FOLDER "/%s", root->prefix, files.names[i]);
		NN_AUTO(free) char *named = owner_of(path);
		NN_AUTO(fd) int fd = open(path, O_RDWR | O_CLOEXEC);

		if (named && strcmp(named, owner) == 0 && fd >= 0 &&
		    flock(fd, LOCK_EX | LOCK_NB) == 0)
			(void)unlink(path);
	}
}

int nn_reservation_owners(const struct nn_sysroot *root, struct nn_name_list *ret_paths,
			  struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list files = {0};
	int rc = nn_sysfs_list(root, FOLDER, &files, err);

	for (size_t i = 0; !rc && i < files.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf("%s" FOLDER "/%s", root->prefix, files.names[i]);
		NN_AUTO(free) char *owner = owner_of(path);
		bool is_known = !owner;

		for (size_t k = 0; !is_known && k < ret_paths->nr; k++)
			is_known = strcmp(ret_paths->names[k], owner) == 0;
		if (!is_known)
			*NN_ARRAY_APPEND(ret_paths->names, ret_paths->nr, ret_paths->cap) =
				NN_STEAL(owner);
	}
	return rc;
}

char *nn_reservation_files(const struct nn_sysroot *root, const char *owner)
{
	NN_AUTO(name_list) struct nn_name_list files = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	if (nn_sysfs_list(root, FOLDER, &files, NULL))
		return NULL; /* it only helps who reads the message */
	for (size_t i = 0; i < files.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf("%s" FOLDER "/%s", root->prefix, files.names[i]);
		NN_AUTO(free) char *named = owner_of(path);

		if (named && strcmp(named, owner) == 0)
			nn_strbuf_addf(&text, "%s'%s'", text.len ? ", " : "", path);
	}
	return text.len ? nn_strbuf_detach(&text) : NULL;
}
