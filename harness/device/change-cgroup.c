/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/change.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"

#define CGROUPS "/sys/fs/cgroup"
#define POLL_NS (5 * NN_NS_PER_MS)

/* ---- what a group hands on ---- */

static char *subtree_path(const char *folder)
{
	return nn_asprintf("%s/cgroup.subtree_control", folder);
}

static bool hands_on(const struct nn_sysroot *root, const char *folder, const char *controller)
{
	NN_AUTO(free) char *path = subtree_path(folder);
	NN_AUTO(free) char *text = nn_sysfs_text(root, path);

	return text && nn_sysfs_has_word(text, controller);
}

/* Subject: "FOLDER CONTROLLER", for a group may hand on several. */
static int controller_split(const char *subject, char **ret_folder, const char **ret_controller,
			    struct nn_err *err)
{
	const char *blank = strrchr(subject, ' ');

	if (!blank)
		return nn_err_set(err, -EINVAL, "'%s' names no controller", subject);
	*ret_folder = nn_strndup(subject, (size_t)(blank - subject));
	*ret_controller = blank + 1;
	return 0;
}

static bool controller_is_subject(const char *subject)
{
	NN_AUTO(free) char *folder = NULL;
	const char *controller = NULL;

	if (controller_split(subject, &folder, &controller, NULL) || !nn_sysfs_is_name(controller))
		return false;
	return strcmp(folder, CGROUPS) == 0 || nn_sysfs_is_below(folder, CGROUPS "/");
}

static int controller_snapshot(const struct nn_sysroot *root, const char *subject,
			       json_t **ret_before, struct nn_err *err)
{
	NN_AUTO(free) char *folder = NULL;
	const char *controller = NULL;
	int rc = controller_split(subject, &folder, &controller, err);

	if (!rc)
		*ret_before = json_pack("{s:b}", "on", (int)hands_on(root, folder, controller));
	return rc;
}

static int controller_set(const struct nn_sysroot *root, const char *subject, bool is_on,
			  uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *folder = NULL;
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *text = NULL;
	const char *controller = NULL;
	int rc = controller_split(subject, &folder, &controller, err);

	if (rc || hands_on(root, folder, controller) == is_on)
		return rc;
	path = subtree_path(folder);
	text = nn_asprintf("%c%s", is_on ? '+' : '-', controller);
	rc = nn_sysfs_write_until(root, path, text, deadline_ns, err);
	return rc ? nn_err_prefix(err, "control group '%s'", folder) : 0;
}

static int controller_apply(const struct nn_sysroot *root, const char *subject,
			    const char *wanted NN_UNUSED, uint64_t deadline_ns, struct nn_err *err)
{
	return controller_set(root, subject, true, deadline_ns, err);
}

static int controller_undo(const struct nn_sysroot *root, const char *subject, const json_t *before,
			   uint64_t deadline_ns, struct nn_err *err)
{
	return controller_set(root, subject, json_is_true(json_object_get(before, "on")),
			      deadline_ns, err);
}

static void controller_describe(const char *subject, const json_t *before, struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "control group '%s' %s", subject,
		       json_is_true(json_object_get(before, "on")) ? "handed on" : "not handed on");
}

const struct nn_change_kind nn_change_cgroup_controller = {.name = "cgroup-controller",
							   .is_subject = controller_is_subject,
							   .snapshot = controller_snapshot,
							   .apply = controller_apply,
							   .undo = controller_undo,
							   .describe = controller_describe};

/* ---- a group of our own ---- */

/* Undoing it ends whoever is in it: no group but one of ours. */
static bool cgroup_is_subject(const char *folder)
{
	const char *slash = strrchr(folder, '/');

	return nn_sysfs_is_below(folder, CGROUPS "/") && strncmp(slash + 1, "nearnative", 10) == 0;
}

static int cgroup_snapshot(const struct nn_sysroot *root, const char *folder, json_t **ret_before,
			   struct nn_err *err)
{
	if (nn_sysfs_exists(root, folder))
		return nn_err_set(err, -EEXIST, "control group '%s' exists already", folder);
	*ret_before = json_object();
	return 0;
}

/* "cpuset.cpus 0-3" */
static int cgroup_write(const struct nn_sysroot *root, const char *folder, const char *line,
			uint64_t deadline_ns, struct nn_err *err)
{
	const char *blank = strchr(line, ' ');
	NN_AUTO(free) char *path = NULL;

	if (!blank)
		return nn_err_set(err, -EINVAL, "'%s' is no file and value", line);
	path = nn_asprintf("%s/%.*s", folder, (int)(blank - line), line);
	return nn_sysfs_write_until(root, path, blank + 1, deadline_ns, err);
}

static int cgroup_apply(const struct nn_sysroot *root, const char *folder, const char *wanted,
			uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, folder);
	NN_AUTO(free) char *lines = nn_strdup(wanted);
	char *rest = lines;
	int rc = 0;

	if (mkdir(full, 0755))
		return nn_err_errno(err, errno, "make control group '%s'", full);
	while (!rc && rest && rest[0])
		rc = cgroup_write(root, folder, strsep(&rest, "\n"), deadline_ns, err);
	return rc ? nn_err_prefix(err, "control group '%s'", folder) : 0;
}

/* A group goes only when nobody is in it; cgroup.kill (Linux 5.14) sees to that. */
static int cgroup_undo(const struct nn_sysroot *root, const char *folder,
		       const json_t *before NN_UNUSED, uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, folder);
	NN_AUTO(free) char *kill_path = nn_asprintf("%s/cgroup.kill", folder);

	(void)nn_sysfs_write_until(root, kill_path, "1", deadline_ns, NULL); /* rmdir tells */
	while (rmdir(full)) {
		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY || nn_clock_ns() >= deadline_ns)
			return nn_err_errno(err, errno, "remove control group '%s'", full);
		nn_clock_sleep_ns(POLL_NS);
	}
	return 0;
}

static void cgroup_describe(const char *folder, const json_t *before NN_UNUSED,
			    struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "control group '%s' removed", folder);
}

const struct nn_change_kind nn_change_cgroup = {.name = "cgroup",
						.is_subject = cgroup_is_subject,
						.snapshot = cgroup_snapshot,
						.apply = cgroup_apply,
						.undo = cgroup_undo,
						.describe = cgroup_describe};
