/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"

char *nn_sysfs_path(const struct nn_sysroot *root, const char *path)
{
	return nn_asprintf("%s%s", root->prefix, path);
}

int nn_sysfs_read(const struct nn_sysroot *root, const char *path, struct nn_strbuf *ret_text,
		  struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(fd) int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return nn_err_errno(err, errno, "read '%s'", full);
	for (;;) {
		char *to = nn_strbuf_reserve(ret_text, 4096);
		ssize_t len = read(fd, to, 4096);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return nn_err_errno(err, errno, "read '%s'", full);
		if (len == 0)
			break;
		nn_strbuf_advance(ret_text, (size_t)len);
	}
	nn_strbuf_rtrim(ret_text);
	return 0;
}

char *nn_sysfs_text(const struct nn_sysroot *root, const char *path)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	if (nn_sysfs_read(root, path, &text, NULL) || !text.len)
		return NULL;
	return nn_strbuf_detach(&text);
}

int nn_sysfs_read_u64(const struct nn_sysroot *root, const char *path, uint64_t *ret_value,
		      struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = nn_sysfs_read(root, path, &text, err);

	if (rc)
		return rc;
	rc = nn_parse_u64(nn_strbuf_str(&text), ret_value, err);
	return rc ? nn_err_prefix(err, "read '%s'", path) : 0;
}

int nn_sysfs_write(const struct nn_sysroot *root, const char *path, const char *text,
		   struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(fd) int fd = open(full, O_WRONLY | O_CLOEXEC | (root->prefix[0] ? O_TRUNC : 0));
	ssize_t len = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)len) != len)
		return nn_err_errno(err, errno ? errno : EIO, "write '%s' to '%s'", text, full);
	return 0;
}

char *nn_sysfs_link_name(const struct nn_sysroot *root, const char *path)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	char target[PATH_MAX];
	ssize_t len = readlink(full, target, sizeof(target) - 1);
	const char *slash;

	if (len <= 0)
		return NULL;
	target[len] = '\0';
	slash = strrchr(target, '/');
	return nn_strdup(slash ? slash + 1 : target);
}

bool nn_sysfs_exists(const struct nn_sysroot *root, const char *path)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);

	return access(full, F_OK) == 0;
}

void nn_name_list_release(struct nn_name_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct nn_name_list){0};
}

static int sysfs_name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int nn_sysfs_list(const struct nn_sysroot *root, const char *path, struct nn_name_list *ret_list,
		  struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(dir) DIR *dir = opendir(full);

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return nn_err_errno(err, errno, "list '%s'", full);
	for (;;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			*NN_ARRAY_APPEND(ret_list->names, ret_list->nr, ret_list->cap) =
				nn_strdup(entry->d_name);
	}
	if (errno)
		return nn_err_errno(err, errno, "list '%s'", full);
	if (ret_list->nr)
		qsort(ret_list->names, ret_list->nr, sizeof(char *), sysfs_name_compare);
	return 0;
}
