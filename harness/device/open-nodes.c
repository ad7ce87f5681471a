/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/units.h"
#include "harness/device/users.h"

#define SCAN_MAX_NS (10 * NN_NS_PER_S)

void nn_open_nodes_release(struct nn_open_nodes *nodes)
{
	for (size_t i = 0; i < nodes->nr; i++) {
		free(nodes->items[i].path);
		free(nodes->items[i].comm);
	}
	free(nodes->items);
	*nodes = (struct nn_open_nodes){0};
}

/* /dev/null, terminals and the like, which everybody has open: no PCI function's. */
static bool is_everybodys(unsigned int class)
{
	return class == 1 || class == 5 || (class >= 136 && class <= 143);
}

/*
 * Is it the node of a device, and which? Its path says little: a container, or a VM of libvirt, has
 * a /dev of its own. What is known without asking a server will do: that of a dead one would keep
 * us for ever. On a recorded tree there is no device to ask.
 */
static bool identify(const struct nn_sysroot *root, int fds, const char *fd,
		     struct nn_open_node *node)
{
	struct statx st;

	if (strstr(node->path, "/sys/devices/") && strstr(node->path, "/resource"))
		return true; /* a BAR, to be mapped */
	if (root->prefix[0])
		return strncmp(node->path, "/dev/", strlen("/dev/")) == 0;
	if (statx(fds, fd, AT_STATX_DONT_SYNC, STATX_TYPE, &st))
		return false;
	node->is_block = S_ISBLK(st.stx_mode);
	node->number = makedev(st.stx_rdev_major, st.stx_rdev_minor);
	return node->is_block || (S_ISCHR(st.stx_mode) && !is_everybodys(st.stx_rdev_major));
}

static void take_fd(const struct nn_sysroot *root, DIR *fds, const char *fd, int64_t pid,
		    struct nn_open_nodes *nodes)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(dirfd(fds), fd, target, sizeof(target) - 1);
	struct nn_open_node node = {.path = target, .pid = pid};

	if (len <= 0 || target[0] != '/')
		return;
	target[len] = '\0';
	if (!identify(root, dirfd(fds), fd, &node))
		return;
	for (size_t i = nodes->nr; i > 0 && nodes->items[i - 1].pid == pid; i--) {
		if (strcmp(nodes->items[i - 1].path, target) == 0)
			return; /* open twice */
	}
	node.path = nn_strdup(target);
	*NN_ARRAY_APPEND(nodes->items, nodes->nr, nodes->cap) = node;
}

/* A process that ends while it is looked at has no files any more. */
static void take_process(const struct nn_sysroot *root, int64_t pid, struct nn_open_nodes *nodes)
{
	NN_AUTO(free) char *folder = nn_asprintf("/proc/%lld", (long long)pid);
	NN_AUTO(free) char *comm = nn_asprintf("%s/comm", folder);
	NN_AUTO(free) char *full = nn_asprintf("%s%s/fd", root->prefix, folder);
	NN_AUTO(dir) DIR *fds = opendir(full);
	size_t nr_before = nodes->nr;
	const struct dirent *entry;

	if (!fds)
		nodes->nr_hidden += errno == EACCES || errno == EPERM;
	while (fds && (entry = readdir(fds))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			take_fd(root, fds, entry->d_name, pid, nodes);
	}
	for (size_t i = nr_before; i < nodes->nr; i++)
		nodes->items[i].comm = nn_sysfs_text(root, comm);
}

int nn_open_nodes_scan(const struct nn_sysroot *root, struct nn_open_nodes *ret_nodes,
		       struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list processes = {0};
	NN_AUTO(open_nodes) struct nn_open_nodes nodes = {0};
	uint64_t deadline_ns = nn_clock_ns() + SCAN_MAX_NS;
	int64_t self = root->prefix[0] ? -1 : getpid();
	int rc = nn_sysfs_list(root, "/proc", &processes, err);

	for (size_t i = 0; !rc && i < processes.nr; i++) {
		uint64_t pid;

		if (nn_parse_u64(processes.names[i], &pid, NULL) || pid > INT_MAX ||
		    (int64_t)pid == self)
			continue;
		if (nn_clock_ns() > deadline_ns)
			return nn_err_set(err, -ETIMEDOUT,
					  "look for open device nodes: too many processes");
		take_process(root, (int64_t)pid, &nodes);
	}
	if (rc)
		return rc;
	*ret_nodes = nodes;
	nodes = (struct nn_open_nodes){0};
	return 0;
}
