/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/change.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

/* Of a list such as "always [madvise] never" the one that is chosen. */
static char *chosen(const char *text)
{
	const char *open = strchr(text, '[');
	const char *end = open ? strchr(open, ']') : NULL;

	return end ? nn_strndup(open + 1, (size_t)(end - open - 1)) : nn_strdup(text);
}

static int read_value(const struct nn_sysroot *root, const char *path, char **ret_value,
		      struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = nn_sysfs_read(root, path, &text, err);

	if (!rc)
		*ret_value = chosen(nn_strbuf_str(&text));
	return rc;
}

/* Not what the kernel executes or loads because an attribute says so. */
static bool attribute_is_subject(const char *path)
{
	static const char *const folders[] = {
		"/sys/bus/pci/",        "/sys/class/",
		"/sys/devices/",        "/sys/kernel/iommu_groups/",
		"/sys/kernel/mm/",      "/sys/module/kvm/",
		"/sys/module/kvm_amd/", "/sys/module/kvm_intel/",
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(folders); i++) {
		if (nn_sysfs_is_below(path, folders[i]))
			return true;
	}
	return false;
}

static int attribute_snapshot(const struct nn_sysroot *root, const char *path, json_t **ret_before,
			      struct nn_err *err)
{
	NN_AUTO(free) char *value = NULL;
	int rc = read_value(root, path, &value, err);

	if (!rc)
		*ret_before = json_pack("{s:o}", "value", nn_json_str_or_null(value));
	return rc;
}

/* The kernel may take less than it was asked for (huge pages) and say so nowhere but here. */
static int attribute_apply(const struct nn_sysroot *root, const char *path, const char *wanted,
			   uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *now = NULL;
	NN_AUTO(free) char *after = NULL;
	int rc = read_value(root, path, &now, err);

	if (rc || strcmp(now, wanted) == 0)
		return rc;
	rc = nn_sysfs_write_until(root, path, wanted, deadline_ns, err);
	if (!rc)
		rc = read_value(root, path, &after, err);
	if (rc || strcmp(after, wanted) == 0)
		return rc;
	return nn_err_set(err, -EIO, "wrote '%s' to '%s', which reads '%s' now", wanted, path,
			  after);
}

static int attribute_undo(const struct nn_sysroot *root, const char *path, const json_t *before,
			  uint64_t deadline_ns, struct nn_err *err)
{
	const char *value = nn_json_opt_str(before, "value");

	if (!value)
		return nn_err_set(err, -EPROTO, "the journal does not say what '%s' was", path);
	return attribute_apply(root, path, value, deadline_ns, err);
}

/* Below a PCI function or an IOMMU group, which comes and goes with its functions. */
static bool attribute_is_gone(const struct nn_sysroot *root, const char *path)
{
	static const char *const folders[] = {"/sys/bus/pci/devices", "/sys/kernel/iommu_groups"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(folders); i++) {
		NN_AUTO(free) char *inside = nn_asprintf("%s/", folders[i]);
		NN_AUTO(free) char *name = NULL;

		if (!nn_sysfs_is_below(path, inside))
			continue;
		path += strlen(inside);
		name = nn_strndup(path, strcspn(path, "/"));
		return nn_change_is_away(root, folders[i], name);
	}
	return false;
}

static void attribute_describe(const char *path, const json_t *before, struct nn_strbuf *sb)
{
	const char *value = nn_json_opt_str(before, "value");

	nn_strbuf_addf(sb, "'%s' = '%s'", path, value ? value : "?");
}

const struct nn_change_kind nn_change_attribute = {.name = "attribute",
						   .is_subject = attribute_is_subject,
						   .snapshot = attribute_snapshot,
						   .apply = attribute_apply,
						   .undo = attribute_undo,
						   .is_gone = attribute_is_gone,
						   .describe = attribute_describe};

/* ---- the driver of a platform device ---- */

#define PLATFORM_DEVICES "/sys/bus/platform/devices"
#define PLATFORM_DRIVERS "/sys/bus/platform/drivers"

static char *platform_driver(const struct nn_sysroot *root, const char *name)
{
	NN_AUTO(free) char *path = nn_asprintf(PLATFORM_DEVICES "/%s/driver", name);

	return nn_sysfs_link_name(root, path);
}

static int platform_snapshot(const struct nn_sysroot *root, const char *name, json_t **ret_before,
			     struct nn_err *err NN_UNUSED)
{
	NN_AUTO(free) char *driver = platform_driver(root, name);

	*ret_before = json_pack("{s:o}", "driver", nn_json_str_or_null(driver));
	return 0;
}

static int platform_unbind(const struct nn_sysroot *root, const char *name, uint64_t deadline_ns,
			   struct nn_err *err)
{
	NN_AUTO(free) char *driver = platform_driver(root, name);
	NN_AUTO(free) char *path = NULL;

	if (!driver)
		return 0;
	path = nn_asprintf(PLATFORM_DRIVERS "/%s/unbind", driver);
	return nn_sysfs_write_until(root, path, name, deadline_ns, err);
}

static int platform_apply(const struct nn_sysroot *root, const char *name, const char *wanted,
			  uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *now = platform_driver(root, name);
	NN_AUTO(free) char *path = NULL;
	int rc;

	if (now && strcmp(now, wanted) == 0)
		return 0;
	rc = platform_unbind(root, name, deadline_ns, err);
	if (rc || !wanted[0])
		return rc;
	path = nn_asprintf(PLATFORM_DRIVERS "/%s/bind", wanted);
	return nn_sysfs_write_until(root, path, name, deadline_ns, err);
}

static int platform_undo(const struct nn_sysroot *root, const char *name, const json_t *before,
			 uint64_t deadline_ns, struct nn_err *err)
{
	const char *driver = nn_json_opt_str(before, "driver");

	if (driver && !nn_sysfs_is_name(driver))
		return nn_err_set(err, -EPROTO, "the journal says that '%s' had driver '%s'", name,
				  driver);
	return platform_apply(root, name, driver ? driver : "", deadline_ns, err);
}

static void platform_describe(const char *name, const json_t *before, struct nn_strbuf *sb)
{
	const char *driver = nn_json_opt_str(before, "driver");

	nn_strbuf_addf(sb, "'%s' %s %s", name, driver ? "bound to" : "without",
		       driver ? driver : "driver");
}

const struct nn_change_kind nn_change_platform_driver = {.name = "platform-driver",
							 .is_subject = nn_sysfs_is_name,
							 .snapshot = platform_snapshot,
							 .apply = platform_apply,
							 .undo = platform_undo,
							 .describe = platform_describe};
