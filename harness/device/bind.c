/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/subprocess.h"

#define PCI_DEVICES     "/sys/bus/pci/devices"
#define PCI_DRIVERS     "/sys/bus/pci/drivers"
#define DRIVERS_PROBE   "/sys/bus/pci/drivers_probe"
#define POLL_NS         (5 * NN_NS_PER_MS)
#define NO_OVERRIDE     "\n" /* an empty line clears driver_override */
#define MODPROBE_MAX_NS (30 * NN_NS_PER_S)

void nn_bind_entry_release(struct nn_bind_entry *entry)
{
	free(entry->bdf);
	free(entry->driver);
	free(entry->driver_override);
	*entry = (struct nn_bind_entry){0};
}

static char *bound_driver(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver", bdf);

	return nn_sysfs_link_name(root, path);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int nn_bind_snapshot(const struct nn_sysroot *root, const char *bdf,
		     struct nn_bind_entry *ret_entry, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver_override", bdf);
	NN_AUTO(strbuf) struct nn_strbuf override = NN_STRBUF_INIT;
	int rc = nn_sysfs_read(root, path, &override, err);

	if (rc == -ENOENT)
		return nn_err_set(err, -ENODEV, "there is no PCI device '%s'", bdf);
	if (rc)
		return rc;
	*ret_entry =
		(struct nn_bind_entry){.bdf = nn_strdup(bdf), .driver = bound_driver(root, bdf)};
	/* "(null)" is how the kernel prints that none is set. */
	if (override.len && strcmp(override.data, "(null)") != 0)
		ret_entry->driver_override = nn_strbuf_detach(&override);
	return 0;
}

/* ---- steps ---- */

/* In a child of its own: only async-signal-safe calls. */
static _Noreturn void write_and_exit(const char *path, const char *text, int flags)
{
	int fd = open(path, flags);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		_exit(errno ? errno : EIO);
	_exit(0);
}

static int wait_writer(pid_t pid, uint64_t deadline_ns, int *ret_errnum)
{
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (nn_clock_ns() >= deadline_ns) {
			(void)kill(pid, SIGKILL); /* takes effect when the kernel lets go of it */
			(void)waitpid(pid, NULL, WNOHANG);
			return -ETIMEDOUT;
		}
		nn_clock_sleep_ns(POLL_NS / 5);
	}
	*ret_errnum = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return 0;
}

/*
 * Write an attribute whose write may take for ever: a driver's unbind waits until nobody uses the
 * device (vfio-pci, nvidia). A child waits in our place, so that we keep our deadline.
 */
static int write_until(const struct nn_sysroot *root, const char *path, const char *text,
		       uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	int flags = O_WRONLY | O_CLOEXEC | (root->prefix[0] ? O_TRUNC : 0);
	int errnum = 0;
	pid_t pid = fork();

	if (pid < 0)
		return nn_err_errno(err, errno, "start a writer of '%s'", full);
	if (pid == 0)
		write_and_exit(full, text, flags);
	if (wait_writer(pid, deadline_ns, &errnum))
		return nn_err_set(err, -ETIMEDOUT,
				  "write '%s' to '%s': no answer, something still uses the device",
				  text, full);
	return errnum ? nn_err_errno(err, errnum, "write '%s' to '%s'", text, full) : 0;
}

static int set_override(const struct nn_sysroot *root, const char *bdf, const char *override,
			struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver_override", bdf);

	return nn_sysfs_write(root, path, override ? override : NO_OVERRIDE, err);
}

/* Wait until the driver link says @driver (NULL: until there is none). */
static int wait_for_driver(const struct nn_sysroot *root, const char *bdf, const char *driver,
			   uint64_t deadline_ns, struct nn_err *err)
{
	for (;;) {
		NN_AUTO(free) char *now = bound_driver(root, bdf);

		if (same_text(now, driver))
			return 0;
		if (nn_clock_ns() >= deadline_ns)
			return nn_err_set(err, -ETIMEDOUT, "driver of '%s' is %s, expected %s", bdf,
					  now ? now : "none", driver ? driver : "none");
		nn_clock_sleep_ns(POLL_NS);
	}
}

static int unbind(const struct nn_sysroot *root, const char *bdf, uint64_t deadline_ns,
		  struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver/unbind", bdf);
	NN_AUTO(free) char *driver = bound_driver(root, bdf);
	int rc;

	if (!driver)
		return 0;
	rc = write_until(root, path, bdf, deadline_ns, err);
	return rc ? rc : wait_for_driver(root, bdf, NULL, deadline_ns, err);
}

/* From whatever is bound to @driver; leaves driver_override set to it. */
static int rebind(const struct nn_sysroot *root, const char *bdf, const char *driver,
		  uint64_t deadline_ns, struct nn_err *err)
{
	int rc = set_override(root, bdf, driver, err);

	if (!rc)
		rc = unbind(root, bdf, deadline_ns, err);
	/* A probe that fails says so nowhere but in the kernel log and in the missing link. */
	if (!rc)
		rc = write_until(root, DRIVERS_PROBE, bdf, deadline_ns, err);
	return rc ? rc : wait_for_driver(root, bdf, driver, deadline_ns, err);
}

/* Changes no device, so it needs no journal. */
static int load_driver(const struct nn_sysroot *root, const char *driver, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DRIVERS "/%s", driver);
	const char *const argv[] = {"modprobe", "--", driver, NULL};
	struct nn_subprocess_spec spec = {.argv = argv, .deadline_ns = MODPROBE_MAX_NS};
	int rc;

	if (nn_sysfs_exists(root, path))
		return 0;
	if (root->prefix[0])
		return nn_err_set(err, -ENOENT, "driver '%s' is not loaded", driver);
	rc = nn_subprocess_check(&spec, NULL, err);
	if (rc)
		return nn_err_prefix(err, "load driver '%s'", driver);
	if (!nn_sysfs_exists(root, path))
		return nn_err_set(err, -ENOENT, "module '%s' offers no PCI driver of that name",
				  driver);
	return 0;
}

/* ---- public ---- */

/* After a failure: bring the function back and close its entry; @err gains what failed here. */
static void roll_back(const struct nn_sysroot *root, const struct nn_bind_entry *entry,
		      const struct nn_journal *journal, uint64_t id, uint64_t deadline_ns,
		      struct nn_err *err)
{
	struct nn_err why = {0};
	int rc = nn_bind_undo(root, entry, deadline_ns, &why);

	if (!rc)
		rc = journal->close(journal->user, id, &why);
	if (rc)
		(void)nn_err_prefix(err, "not brought back (%s) after", why.message);
}

static int bind_journalled(const struct nn_sysroot *root, const struct nn_bind_entry *entry,
			   const char *driver, uint64_t deadline_ns, struct nn_err *err)
{
	if (same_text(entry->driver, driver))
		return 0;
	return rebind(root, entry->bdf, driver, nn_clock_ns() + deadline_ns, err);
}

int nn_bind_driver(const struct nn_sysroot *root, const char *bdf, const char *driver,
		   const struct nn_journal *journal, uint64_t deadline_ns, uint64_t *ret_id,
		   struct nn_err *err)
{
	NN_AUTO(bind_entry) struct nn_bind_entry entry = {0};
	uint64_t id = 0;
	int rc = load_driver(root, driver, err);

	if (!rc)
		rc = nn_bind_snapshot(root, bdf, &entry, err);
	if (!rc)
		rc = journal->record(journal->user, &entry, &id, err);
	if (rc)
		return nn_err_prefix(err, "bind '%s' to %s", bdf, driver);
	rc = bind_journalled(root, &entry, driver, deadline_ns, err);
	if (rc) {
		roll_back(root, &entry, journal, id, deadline_ns, err);
		(void)nn_err_prefix(err, "bind '%s' to %s", bdf, driver);
		return rc;
	}
	*ret_id = id;
	return 0;
}

/*
 * The driver comes first and by name, so that no other that matches the device gets it; the
 * override that this takes gives way to the entry's at last.
 */
static int undo_steps(const struct nn_sysroot *root, const struct nn_bind_entry *entry,
		      uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(bind_entry) struct nn_bind_entry now = {0};
	int rc = nn_bind_snapshot(root, entry->bdf, &now, err);

	if (rc)
		return rc;
	if (!same_text(now.driver, entry->driver)) {
		rc = entry->driver ? load_driver(root, entry->driver, err) : 0;
		if (rc)
			return rc;
		rc = entry->driver ? rebind(root, entry->bdf, entry->driver, deadline_ns, err)
				   : unbind(root, entry->bdf, deadline_ns, err);
		nn_bind_entry_release(&now);
		if (!rc)
			rc = nn_bind_snapshot(root, entry->bdf, &now, err);
		if (rc)
			return rc;
	}
	if (same_text(now.driver_override, entry->driver_override))
		return 0;
	return set_override(root, entry->bdf, entry->driver_override, err);
}

int nn_bind_undo(const struct nn_sysroot *root, const struct nn_bind_entry *entry,
		 uint64_t deadline_ns, struct nn_err *err)
{
	int rc = undo_steps(root, entry, nn_clock_ns() + deadline_ns, err);

	if (!rc)
		return 0;
	(void)nn_err_prefix(err, "bring '%s' back to %s", entry->bdf,
			    entry->driver ? entry->driver : "no driver");
	return rc;
}
