/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/strbuf.h"

/* Who asks whether there is a writer holds the lock for an instant; a writer tries again after it.
 */
#define RETRY_NS (50 * NN_NS_PER_MS)

static char *lock_path(const char *path)
{
	return nn_asprintf("%s.lock", path);
}

static int lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	nn_clock_sleep_ns(RETRY_NS);
	return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
}

/* Is the file that was locked the one of that name, or did its owner remove it meanwhile? */
static bool is_at(int fd, const char *path)
{
	struct stat opened;
	struct stat named;

	return fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

int nn_lock_take(const char *path, int *ret_fd, struct nn_err *err)
{
	NN_AUTO(free) char *name = lock_path(path);

	for (;;) {
		NN_AUTO(fd) int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		int rc;

		if (fd < 0)
			return nn_err_errno(err, errno, "open lock file '%s'", name);
		rc = lock(fd);
		if (rc == -EWOULDBLOCK)
			return nn_err_set(
				err, -EBUSY,
				"database '%s' is being written by another nearnative (lock '%s')",
				path, name);
		if (rc)
			return nn_err_errno(err, -rc, "lock '%s'", name);
		if (is_at(fd, name)) {
			*ret_fd = NN_STEAL_FD(fd);
			return 0;
		}
	}
}

bool nn_lock_is_taken(const char *path)
{
	NN_AUTO(free) char *name = lock_path(path);
	NN_AUTO(fd) int fd = open(name, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

void nn_lock_remove(const char *path)
{
	NN_AUTO(free) char *name = lock_path(path);

	(void)unlink(name); /* an empty file that stays does no harm */
}
