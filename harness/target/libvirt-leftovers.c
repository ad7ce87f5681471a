/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/libvirt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/base/sysfs.h"
#include "harness/base/units.h"
#include "harness/target/domain-xml.h"
#include "harness/target/libvirt-calls.h"

#define CALL_MAX_NS (30 * NN_NS_PER_S)
#define POLL_NS     (50 * NN_NS_PER_MS)
#define KILL_MAX_MS 10000

/* The boot that a domain's name stands for, or NULL. */
static const char *boot_of_name(const char *name)
{
	size_t len = strlen(NN_DOMAIN_PREFIX);

	return name && strncmp(name, NN_DOMAIN_PREFIX, len) == 0 ? name + len : NULL;
}

/*
 * Destroy it when it is ours and still there, be it only because it is being torn down at this
 * moment. Both marks are needed: a name alone could be somebody's else.
 */
static int destroy_if_ours(virDomainPtr domain, const struct nn_boot_filter *filter,
			   unsigned int *nr, struct nn_err *err)
{
	const char *boot = boot_of_name(virDomainGetName(domain));
	int rc;

	if (!boot || !filter->has(filter->user, boot))
		return 0;
	rc = nn_virt_check_mark(domain, NN_DOMAIN_METADATA_URI, CALL_MAX_NS, err);
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	++*nr;
	return nn_virt_destroy(domain, CALL_MAX_NS, err);
}

/* Destroy what there is now. @ret_nr: how many were seen. */
static int destroy_round(virConnectPtr connection, const struct nn_boot_filter *filter,
			 unsigned int *ret_nr, struct nn_err *err)
{
	virDomainPtr *domains = NULL;
	size_t nr = 0;
	int rc = nn_virt_list(connection, CALL_MAX_NS, &domains, &nr, err);

	*ret_nr = 0;
	for (size_t i = 0; i < nr; i++) {
		if (!rc)
			rc = destroy_if_ours(domains[i], filter, ret_nr, err);
		if (rc != -ETIMEDOUT) /* the call that was left behind still uses it */
			(void)virDomainFree(domains[i]);
	}
	free(domains);
	return rc;
}

/*
 * Until none is left: a domain whose owner has just died is being destroyed by libvirt itself, and
 * its devices are back only when it is gone.
 */
static int destroy_all(virConnectPtr connection, const struct nn_boot_filter *filter,
		       unsigned int *ret_nr, struct nn_err *err)
{
	uint64_t until_ns = nn_clock_ns() + CALL_MAX_NS;
	unsigned int nr_most = 0;

	for (;;) {
		unsigned int nr;
		int rc = destroy_round(connection, filter, &nr, err);

		if (rc)
			return rc;
		nr_most = nr > nr_most ? nr : nr_most;
		if (nr == 0)
			break;
		if (nn_clock_ns() >= until_ns)
			return nn_err_set(err, -EIO,
					  "%u domains '" NN_DOMAIN_PREFIX "…' do not end", nr);
		nn_clock_sleep_ns(POLL_NS);
	}
	*ret_nr = nr_most;
	return 0;
}

/* ---- processes that libvirt does not know ---- */

/* The argument that follows @option in a command line of @len bytes, or NULL. */
static const char *argument_after(const char *cmdline, size_t len, const char *option)
{
	const char *end = cmdline + len;

	for (const char *at = cmdline; at < end; at += strlen(at) + 1) {
		const char *next = at + strlen(at) + 1;

		if (strcmp(at, option) == 0 && next < end)
			return next;
	}
	return NULL;
}

/* "-name guest=nearnative-UUID,debug-threads=on … -uuid UUID": both must say the same. */
static bool is_our_machine(const char *cmdline, size_t len, const struct nn_boot_filter *filter)
{
	const char *name = argument_after(cmdline, len, "-name");
	const char *uuid = argument_after(cmdline, len, "-uuid");
	const char *boot;

	if (!name || !uuid || strncmp(name, "guest=", 6) != 0)
		return false;
	boot = boot_of_name(name + 6);
	return boot && strncmp(boot, uuid, strlen(uuid)) == 0 && strchr(",", boot[strlen(uuid)]) &&
	       filter->has(filter->user, uuid);
}

/* A descriptor, so that no other process can be meant when the number is used again. */
static int end_process(int pidfd, const char *pid, struct nn_err *err)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) && errno != ESRCH)
		return nn_err_errno(err, errno, "kill QEMU process %s", pid);
	if (poll(&ended, 1, KILL_MAX_MS) != 1)
		return nn_err_set(err, -EIO, "QEMU process %s was killed and does not end", pid);
	return 0;
}

static int end_if_ours(const char *pid, const struct nn_boot_filter *filter, unsigned int *nr,
		       struct nn_err *err)
{
	const struct nn_sysroot live = NN_SYSROOT_LIVE;
	NN_AUTO(free) char *path = nn_asprintf("/proc/%s/cmdline", pid);
	NN_AUTO(strbuf) struct nn_strbuf cmdline = NN_STRBUF_INIT;
	NN_AUTO(fd) int pidfd = -1;
	uint64_t number;

	if (nn_parse_u64(pid, &number, NULL))
		return 0; /* no process: /proc/self, /proc/meminfo … */
	pidfd = pidfd_open((pid_t)number, 0);
	if (pidfd < 0 || nn_sysfs_read(&live, path, &cmdline, NULL) ||
	    !is_our_machine(nn_strbuf_str(&cmdline), cmdline.len, filter))
		return 0; /* gone, or not ours to look at */
	++*nr;
	return end_process(pidfd, pid, err);
}

int nn_libvirt_end_processes(const struct nn_boot_filter *filter, unsigned int *nr,
			     struct nn_err *err)
{
	const struct nn_sysroot live = NN_SYSROOT_LIVE;
	NN_AUTO(name_list) struct nn_name_list pids = {0};
	int rc = nn_sysfs_list(&live, "/proc", &pids, err);

	for (size_t i = 0; !rc && i < pids.nr; i++)
		rc = end_if_ours(pids.names[i], filter, nr, err);
	return rc;
}

int nn_libvirt_destroy_leftovers(const char *uri, const struct nn_boot_filter *filter,
				 unsigned int *ret_nr, struct nn_err *err)
{
	virConnectPtr connection = NULL;
	unsigned int nr = 0;
	int rc = 0;

	/* Where nobody answers, or no longer, the processes remain to be asked. */
	if (nn_virt_open(uri ? uri : NN_LIBVIRT_DEFAULT_URI, CALL_MAX_NS, &connection, NULL) == 0)
		rc = destroy_all(connection, filter, &nr, err);
	if (rc != -ETIMEDOUT)
		nn_virt_close(connection, NULL);
	if (!rc || rc == -ETIMEDOUT)
		rc = nn_libvirt_end_processes(filter, &nr, err);
	if (ret_nr)
		*ret_nr = nr;
	return rc;
}
