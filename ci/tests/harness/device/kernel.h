/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stand-in for what the kernel does when somebody writes to `unbind` and `drivers_probe`: a
 * thread that reads both from FIFOs in a tree and moves the function's driver link, as
 * driver_override says. It counts what it is asked, so that tests see what was written and when.
 */
#ifndef NN_TESTS_DEVICE_KERNEL_H
#define NN_TESTS_DEVICE_KERNEL_H

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "ci/tests/harness/device/tree.h"

#define KERNEL_BDF     "0000:01:00.0"
#define KERNEL_NATURAL "nvme" /* the driver that matches the function */
#define KERNEL_NR      3

struct kernel {
	const struct tree *tree;
	const char *refused; /* a driver whose probe fails, or NULL */
	pthread_t thread;
	int fds[KERNEL_NR]; /* unbind of nvme, unbind of vfio-pci, drivers_probe */
	int stop_fds[2];
	atomic_int nr_requests;
};

static inline void kernel_unbind(struct kernel *kernel)
{
	NN_AUTO(free)
	char *link =
		nn_asprintf("%s/sys/bus/pci/devices/" KERNEL_BDF "/driver", kernel->tree->folder);

	(void)unlink(link); /* no link, no driver: nothing to do */
}

static inline void kernel_probe(struct kernel *kernel)
{
	NN_AUTO(free)
	char *override = nn_sysfs_text(&kernel->tree->root,
				       "/sys/bus/pci/devices/" KERNEL_BDF "/driver_override");
	const char *driver = override && override[0] != '(' ? override : KERNEL_NATURAL;
	NN_AUTO(free)
	char *link =
		nn_asprintf("%s/sys/bus/pci/devices/" KERNEL_BDF "/driver", kernel->tree->folder);
	NN_AUTO(free) char *target = nn_asprintf("../../../bus/pci/drivers/%s", driver);

	if (!kernel->refused || strcmp(kernel->refused, driver) != 0)
		(void)!symlink(target, link); /* bound already: the kernel does nothing either */
}

static inline void *kernel_main(void *arg)
{
	struct kernel *kernel = arg;
	struct pollfd ready[KERNEL_NR + 1];
	char text[64];

	for (int i = 0; i <= KERNEL_NR; i++)
		ready[i] =
			(struct pollfd){.fd = i < KERNEL_NR ? kernel->fds[i] : kernel->stop_fds[0],
					.events = POLLIN};
	while (poll(ready, KERNEL_NR + 1, -1) > 0 && !ready[KERNEL_NR].revents) {
		for (int i = 0; i < KERNEL_NR; i++) {
			if (!ready[i].revents || read(ready[i].fd, text, sizeof(text)) <= 0)
				continue;
			(void)atomic_fetch_add(&kernel->nr_requests, 1);
			if (i == KERNEL_NR - 1)
				kernel_probe(kernel);
			else
				kernel_unbind(kernel);
		}
	}
	return NULL;
}

/* A FIFO whose writers never wait, because we hold its other end. */
static inline int kernel_fifo(const struct tree *tree, const char *path)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", tree->folder, path);
	int fd;

	tree_parents(tree, path);
	assert_int_equal(mkfifo(full, 0600), 0);
	fd = open(full, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* The tree must hold KERNEL_BDF. */
static inline void kernel_start(struct kernel *kernel, const struct tree *tree)
{
	kernel->tree = tree;
	kernel->fds[0] = kernel_fifo(tree, "/sys/bus/pci/drivers/nvme/unbind");
	kernel->fds[1] = kernel_fifo(tree, "/sys/bus/pci/drivers/vfio-pci/unbind");
	kernel->fds[2] = kernel_fifo(tree, "/sys/bus/pci/drivers_probe");
	assert_int_equal(pipe(kernel->stop_fds), 0);
	assert_int_equal(pthread_create(&kernel->thread, NULL, kernel_main, kernel), 0);
}

static inline void kernel_stop(struct kernel *kernel)
{
	assert_int_equal(write(kernel->stop_fds[1], "x", 1), 1);
	assert_int_equal(pthread_join(kernel->thread, NULL), 0);
	for (int i = 0; i < KERNEL_NR; i++)
		(void)close(kernel->fds[i]);
	(void)close(kernel->stop_fds[0]);
	(void)close(kernel->stop_fds[1]);
}

NN_AUTO_DEFINE(kernel, struct kernel, kernel_stop(p))

#endif
