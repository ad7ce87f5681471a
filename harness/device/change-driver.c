/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/change.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"
#include "harness/base/clock.h"
#include "harness/base/subprocess.h"

#define PCI_DEVICES     "/sys/bus/pci/devices"
#define PCI_DRIVERS     "/sys/bus/pci/drivers"
#define DRIVERS_PROBE   "/sys/bus/pci/drivers_probe"
#define POLL_NS         (5 * NN_NS_PER_MS)
#define NO_OVERRIDE     "\n" /* an empty line clears driver_override */
#define MODPROBE_MAX_NS (30 * NN_NS_PER_S)
#define SNAPSHOT_MAX_NS (10 * NN_NS_PER_S) /* long enough for a probe that is under way */

/* What a function is bound to; both are NULL where there is none. */
struct driver_state {
	char *driver;
	char *override;
};

static void driver_state_release(struct driver_state *state)
{
	free(state->driver);
	free(state->override);
}

NN_AUTO_DEFINE(driver_state, struct driver_state, driver_state_release(p))

static char *bound_driver(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver", bdf);

	return nn_sysfs_link_name(root, path);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The kernel reads and writes the override under the lock that a hanging unbind holds. */
static int read_driver(const struct nn_sysroot *root, const char *bdf, uint64_t deadline_ns,
		       struct driver_state *ret_state, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver_override", bdf);
	NN_AUTO(strbuf) struct nn_strbuf override = NN_STRBUF_INIT;
	int rc = nn_sysfs_read_until(root, path, deadline_ns, &override, err);

	if (rc == -ENOENT)
		return nn_err_set(err, -ENODEV, "there is no PCI device '%s'", bdf);
	if (rc)
		return rc;
	ret_state->driver = bound_driver(root, bdf);
	/* "(null)" is how the kernel prints that none is set. */
	if (override.len && strcmp(override.data, "(null)") != 0)
		ret_state->override = nn_strbuf_detach(&override);
	return 0;
}

/* ---- steps ---- */

static int set_override(const struct nn_sysroot *root, const char *bdf, const char *override,
			uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver_override", bdf);

	return nn_sysfs_write_until(root, path, override ? override : NO_OVERRIDE, deadline_ns,
				    err);
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

/* vfio-pci, nvidia and others wait here until nobody uses the device. */
static int unbind(const struct nn_sysroot *root, const char *bdf, uint64_t deadline_ns,
		  struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/driver/unbind", bdf);
	NN_AUTO(free) char *driver = bound_driver(root, bdf);
	int rc;

	if (!driver)
		return 0;
	rc = nn_sysfs_write_until(root, path, bdf, deadline_ns, err);
	if (rc == -ETIMEDOUT)
		return nn_err_prefix(err, "%s does not let go of it, something still uses it",
				     driver);
	return rc ? rc : wait_for_driver(root, bdf, NULL, deadline_ns, err);
}

/* From whatever is bound to @driver; leaves driver_override set to it. */
static int rebind(const struct nn_sysroot *root, const char *bdf, const char *driver,
		  uint64_t deadline_ns, struct nn_err *err)
{
	int rc = set_override(root, bdf, driver, deadline_ns, err);

	if (!rc)
		rc = unbind(root, bdf, deadline_ns, err);
	/* A probe that fails says so nowhere but in the kernel log and in the missing link. */
	if (!rc)
		rc = nn_sysfs_write_until(root, DRIVERS_PROBE, bdf, deadline_ns, err);
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

/* ---- the kind ---- */

static bool driver_is_subject(const char *bdf)
{
	char normal[NN_BDF_CAP];

	return nn_bdf_parse(bdf, normal, NULL) == 0;
}

static int driver_snapshot(const struct nn_sysroot *root, const char *bdf, json_t **ret_before,
			   struct nn_err *err)
{
	NN_AUTO(driver_state) struct driver_state state = {0};
	int rc = read_driver(root, bdf, nn_clock_ns() + SNAPSHOT_MAX_NS, &state, err);

	if (rc)
		return rc;
	*ret_before = json_pack("{s:o, s:o}", "driver", nn_json_str_or_null(state.driver),
				"driver_override", nn_json_str_or_null(state.override));
	return 0;
}

static int driver_apply(const struct nn_sysroot *root, const char *bdf, const char *wanted,
			uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *now = bound_driver(root, bdf);
	int rc = 0;

	if (!wanted[0])
		rc = unbind(root, bdf, deadline_ns, err);
	else if (!same_text(now, wanted))
		rc = load_driver(root, wanted, err);
	if (!rc && wanted[0] && !same_text(now, wanted))
		rc = rebind(root, bdf, wanted, deadline_ns, err);
	if (!rc)
		return 0;
	return wanted[0] ? nn_err_prefix(err, "bind '%s' to %s", bdf, wanted)
			 : nn_err_prefix(err, "unbind '%s'", bdf);
}

/*
 * The driver comes first and by name, so that no other that matches the device gets it; the
 * override that this takes gives way to the one before at last.
 */
static int undo_steps(const struct nn_sysroot *root, const char *bdf, const json_t *before,
		      uint64_t deadline_ns, struct nn_err *err)
{
	const char *driver = nn_json_opt_str(before, "driver");
	const char *override = nn_json_opt_str(before, "driver_override");
	NN_AUTO(driver_state) struct driver_state now = {0};
	int rc = read_driver(root, bdf, deadline_ns, &now, err);
	bool is_bound_anew = !rc && !same_text(now.driver, driver);

	if (rc)
		return rc;
	if (is_bound_anew && driver) {
		rc = load_driver(root, driver, err);
		if (!rc)
			rc = rebind(root, bdf, driver, deadline_ns, err);
	} else if (is_bound_anew) {
		rc = unbind(root, bdf, deadline_ns, err);
	}
	if (rc || (!is_bound_anew && same_text(now.override, override)))
		return rc;
	return set_override(root, bdf, override, deadline_ns, err);
}

static int driver_undo(const struct nn_sysroot *root, const char *bdf, const json_t *before,
		       uint64_t deadline_ns, struct nn_err *err)
{
	const char *driver = nn_json_opt_str(before, "driver");
	int rc;

	if (driver && !nn_sysfs_is_name(driver))
		return nn_err_set(err, -EPROTO, "the journal says that '%s' had driver '%s'", bdf,
				  driver);
	rc = undo_steps(root, bdf, before, deadline_ns, err);
	if (!rc)
		return 0;
	return nn_err_prefix(err, "bring '%s' back to %s", bdf, driver ? driver : "no driver");
}

static void driver_describe(const char *bdf, const json_t *before, struct nn_strbuf *sb)
{
	const char *driver = nn_json_opt_str(before, "driver");

	nn_strbuf_addf(sb, "'%s' %s %s", bdf, driver ? "bound to" : "without",
		       driver ? driver : "driver");
}

const struct nn_change_kind nn_change_driver = {.name = "driver",
						.is_subject = driver_is_subject,
						.snapshot = driver_snapshot,
						.apply = driver_apply,
						.undo = driver_undo,
						.is_gone = nn_change_function_is_gone,
						.describe = driver_describe};
