/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that exist only while somebody wants them: virtual functions and mediated devices. */
#include "harness/device/change.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"
#include "harness/base/clock.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/device/mediated.h"
#include "harness/device/sriov.h"
#include "harness/protocol/wire.h"

#define PCI_DEVICES     "/sys/bus/pci/devices"
#define SNAPSHOT_MAX_NS (10 * NN_NS_PER_S)

/* ---- virtual functions ---- */

static char *function_attribute(const char *bdf, const char *name)
{
	return nn_asprintf(PCI_DEVICES "/%s/%s", bdf, name);
}

static bool functions_is_subject(const char *bdf)
{
	char normal[NN_BDF_CAP];

	return nn_bdf_parse(bdf, normal, NULL) == 0;
}

/* Between two numbers lies 0: the kernel refuses to change one that is not. */
static int set_number(const struct nn_sysroot *root, const char *bdf, uint64_t nr,
		      uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *path = function_attribute(bdf, "sriov_numvfs");
	NN_AUTO(free) char *text = nn_asprintf("%llu", (unsigned long long)nr);
	uint64_t now;
	int rc = nn_sriov_number(root, bdf, deadline_ns, &now, err);

	if (rc || now == nr)
		return rc;
	if (now)
		rc = nn_sysfs_write_until(root, path, "0", deadline_ns, err);
	if (!rc && nr)
		rc = nn_sysfs_write_until(root, path, text, deadline_ns, err);
	return rc;
}

/* Not every kernel has the switch; without it every function is probed. */
static int set_autoprobe(const struct nn_sysroot *root, const char *bdf, const char *value,
			 struct nn_err *err)
{
	NN_AUTO(free) char *path = function_attribute(bdf, "sriov_drivers_autoprobe");

	return nn_sysfs_exists(root, path) ? nn_sysfs_write(root, path, value, err) : 0;
}

static int functions_snapshot(const struct nn_sysroot *root, const char *bdf, json_t **ret_before,
			      struct nn_err *err)
{
	NN_AUTO(free) char *path = function_attribute(bdf, "sriov_drivers_autoprobe");
	NN_AUTO(free) char *autoprobe = nn_sysfs_text(root, path);
	uint64_t nr = 0;
	int rc = nn_sriov_number(root, bdf, nn_clock_ns() + SNAPSHOT_MAX_NS, &nr, err);

	if (!rc)
		*ret_before = json_pack("{s:I, s:o}", "number", (json_int_t)nr, "autoprobe",
					nn_json_str_or_null(autoprobe));
	return rc;
}

static int functions_apply(const struct nn_sysroot *root, const char *bdf, const char *wanted,
			   uint64_t deadline_ns, struct nn_err *err)
{
	const char *blank = strchr(wanted, ' ');
	NN_AUTO(free)
	char *number = nn_strndup(wanted, blank ? (size_t)(blank - wanted) : strlen(wanted));
	uint64_t nr;
	uint64_t now;
	int rc = nn_parse_u64(number, &nr, err);

	if (!rc)
		rc = nn_sriov_number(root, bdf, deadline_ns, &now, err);
	if (rc || now == nr)
		return rc;
	if (now)
		return nn_err_set(err, -EBUSY,
				  "'%s' has %llu virtual functions already, which are not ours",
				  bdf, (unsigned long long)now);
	rc = set_autoprobe(root, bdf, blank ? "1" : "0", err);
	if (!rc)
		rc = set_number(root, bdf, nr, deadline_ns, err);
	return rc ? nn_err_prefix(err, "enable %s virtual functions of '%s'", number, bdf) : 0;
}

static int functions_undo(const struct nn_sysroot *root, const char *bdf, const json_t *before,
			  uint64_t deadline_ns, struct nn_err *err)
{
	const char *autoprobe = nn_json_opt_str(before, "autoprobe");
	uint64_t nr = 0;
	int rc = nn_json_get_u64(before, "number", &nr, err);

	if (!rc)
		rc = set_number(root, bdf, nr, deadline_ns, err);
	if (!rc && autoprobe)
		rc = set_autoprobe(root, bdf, autoprobe, err);
	return rc ? nn_err_prefix(err, "bring '%s' back to %llu virtual functions", bdf,
				  (unsigned long long)nr)
		  : 0;
}

static void functions_describe(const char *bdf, const json_t *before, struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "'%s' with %lld virtual functions", bdf,
		       (long long)json_integer_value(json_object_get(before, "number")));
}

const struct nn_change_kind nn_change_virtual_functions = {.name = "virtual-functions",
							   .is_subject = functions_is_subject,
							   .snapshot = functions_snapshot,
							   .apply = functions_apply,
							   .undo = functions_undo,
							   .is_gone = nn_change_function_is_gone,
							   .describe = functions_describe};

/* ---- mediated devices ---- */

static bool mediated_exists(const struct nn_sysroot *root, const char *uuid)
{
	NN_AUTO(free) char *path = nn_asprintf(NN_MDEV_DEVICES "/%s", uuid);

	return nn_sysfs_exists(root, path);
}

static int mediated_snapshot(const struct nn_sysroot *root, const char *uuid, json_t **ret_before,
			     struct nn_err *err)
{
	if (mediated_exists(root, uuid))
		return nn_err_set(err, -EEXIST, "mediated device '%s' exists already", uuid);
	*ret_before = json_object();
	return 0;
}

static int mediated_apply(const struct nn_sysroot *root, const char *uuid, const char *wanted,
			  uint64_t deadline_ns, struct nn_err *err)
{
	const char *blank = strchr(wanted, ' ');
	NN_AUTO(free) char *path = NULL;
	int rc;

	if (!blank)
		return nn_err_set(err, -EINVAL, "'%s' is no parent and type", wanted);
	path = nn_asprintf(NN_MDEV_PARENTS "/%.*s/mdev_supported_types/%s/create",
			   (int)(blank - wanted), wanted, blank + 1);
	rc = nn_sysfs_write_until(root, path, uuid, deadline_ns, err);
	return rc ? nn_err_prefix(err, "create mediated device of type '%s' on '%.*s'", blank + 1,
				  (int)(blank - wanted), wanted)
		  : 0;
}

static int mediated_undo(const struct nn_sysroot *root, const char *uuid,
			 const json_t *before NN_UNUSED, uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(NN_MDEV_DEVICES "/%s/remove", uuid);

	if (!mediated_exists(root, uuid))
		return 0;
	return nn_sysfs_write_until(root, path, "1", deadline_ns, err);
}

static void mediated_describe(const char *uuid, const json_t *before NN_UNUSED,
			      struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "mediated device '%s' removed", uuid);
}

const struct nn_change_kind nn_change_mediated_device = {.name = "mediated-device",
							 .is_subject = nn_wire_is_uuid,
							 .snapshot = mediated_snapshot,
							 .apply = mediated_apply,
							 .undo = mediated_undo,
							 .describe = mediated_describe};
