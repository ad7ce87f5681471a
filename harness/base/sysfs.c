/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/units.h"

#define CHILD_POLL_MS 1
#define ATTRIBUTE_CAP 4096 /* a page is the most that the kernel gives of one */

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

/* A file that stands for an attribute would keep the end of a longer value. */
static int write_flags(const struct nn_sysroot *root)
{
	return O_WRONLY | O_CLOEXEC | (root->prefix[0] ? O_TRUNC : 0);
}

int nn_sysfs_write(const struct nn_sysroot *root, const char *path, const char *text,
		   struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(fd) int fd = open(full, write_flags(root));
	ssize_t len = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, (size_t)len) != len)
		return nn_err_errno(err, errno ? errno : EIO, "write '%s' to '%s'", text, full);
	return 0;
}

/* ---- accesses that may hang ---- */

/*
 * In a child of its own: only async-signal-safe calls. It may outlive us in the kernel, so it lets
 * go of our files first: locks and pipes would outlive us too.
 */
static _Noreturn void write_and_exit(const char *path, const char *text, int flags)
{
	size_t len = strlen(text);
	int fd;

	(void)close_range(0, ~0U, 0);
	fd = open(path, flags);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		_exit(errno ? errno : EIO);
	_exit(0);
}

/* The same, but for the pipe that what was read goes into. */
static _Noreturn void read_and_exit(const char *path, int to)
{
	char text[ATTRIBUTE_CAP];
	ssize_t len;
	int fd;

	if (dup2(to, 0) < 0)
		_exit(errno);
	(void)close_range(1, ~0U, 0);
	fd = open(path, O_RDONLY);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (len < 0 || write(0, text, (size_t)len) != len)
		_exit(errno ? errno : EIO);
	_exit(0);
}

/* The kernel's function in which a process sleeps, " in vfio_unregister_group_dev", or "". */
static char *where_it_hangs(pid_t pid)
{
	const struct nn_sysroot live = NN_SYSROOT_LIVE;
	NN_AUTO(free) char *path = nn_asprintf("/proc/%d/wchan", (int)pid);
	NN_AUTO(free) char *function = nn_sysfs_text(&live, path);

	if (!function || strcmp(function, "0") == 0)
		return nn_strdup("");
	return nn_asprintf(" in %s", function);
}

/*
 * Wait for the child until the deadline. One that hangs dies when the kernel lets go of it, and
 * init or our own exit reaps it.
 * @ret_where: of a child that hangs, the caller's.
 */
static int wait_child(pid_t pid, uint64_t deadline_ns, int *ret_errnum, char **ret_where)
{
	NN_AUTO(fd) int pidfd = pidfd_open(pid, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (nn_clock_ns() >= deadline_ns) {
			*ret_where = where_it_hangs(pid);
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, NULL, WNOHANG);
			return -ETIMEDOUT;
		}
		(void)poll(&ended, 1, CHILD_POLL_MS); /* without a descriptor: just a pause */
	}
	*ret_errnum = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return 0;
}

int nn_sysfs_write_until(const struct nn_sysroot *root, const char *path, const char *text,
			 uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(free) char *where = NULL;
	int errnum = 0;
	pid_t pid = fork();

	if (pid < 0)
		return nn_err_errno(err, errno, "start a writer of '%s'", full);
	if (pid == 0)
		write_and_exit(full, text, write_flags(root));
	if (wait_child(pid, deadline_ns, &errnum, &where))
		return nn_err_set(err, -ETIMEDOUT, "write '%s' to '%s': no answer, it hangs%s",
				  text, full, where);
	return errnum ? nn_err_errno(err, errnum, "write '%s' to '%s'", text, full) : 0;
}

/* What the child that has ended left in the pipe. */
static int take_text(int from, struct nn_strbuf *ret_text)
{
	ssize_t len = read(from, nn_strbuf_reserve(ret_text, ATTRIBUTE_CAP), ATTRIBUTE_CAP);

	if (len < 0)
		return -errno;
	nn_strbuf_advance(ret_text, (size_t)len);
	nn_strbuf_rtrim(ret_text);
	return 0;
}

int nn_sysfs_read_until(const struct nn_sysroot *root, const char *path, uint64_t deadline_ns,
			struct nn_strbuf *ret_text, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	NN_AUTO(free) char *where = NULL;
	int ends[2];
	int errnum = 0;
	pid_t pid;
	int rc;

	if (access(full, F_OK) || pipe2(ends, O_CLOEXEC))
		return nn_err_errno(err, errno, "read '%s'", full);
	pid = fork();
	if (pid == 0)
		read_and_exit(full, ends[1]);
	(void)close(ends[1]);
	rc = pid < 0 ? -errno : wait_child(pid, deadline_ns, &errnum, &where);
	if (!rc)
		rc = errnum ? -errnum : take_text(ends[0], ret_text);
	(void)close(ends[0]);
	if (where)
		return nn_err_set(err, -ETIMEDOUT, "read '%s': no answer, it hangs%s", full, where);
	return rc ? nn_err_errno(err, -rc, "read '%s'", full) : 0;
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

bool nn_sysfs_has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		if ((at == text || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	}
	return false;
}

bool nn_sysfs_exists(const struct nn_sysroot *root, const char *path)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);

	return access(full, F_OK) == 0;
}

bool nn_sysfs_is_name(const char *name)
{
	return name[0] && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool nn_sysfs_is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);
	const char *rest = path + len;

	if (strncmp(path, folder, len) != 0 || !rest[0])
		return false;
	for (; *rest; rest += strspn(rest, "/")) {
		size_t name_len = strcspn(rest, "/");

		if (name_len == 2 && rest[0] == '.' && rest[1] == '.')
			return false;
		rest += name_len;
	}
	return true;
}

void nn_name_list_release(struct nn_name_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct nn_name_list){0};
}

bool nn_name_list_has(const struct nn_name_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++) {
		if (strcmp(list->names[i], name) == 0)
			return true;
	}
	return false;
}

bool nn_name_list_add_once(struct nn_name_list *list, const char *name)
{
	if (nn_name_list_has(list, name))
		return false;
	*NN_ARRAY_APPEND(list->names, list->nr, list->cap) = nn_strdup(name);
	return true;
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
