/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/change.h"

#include <string.h>

#include "harness/base/array.h"
#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"

/* ---- folders of short-lived files ---- */

/* Whether it is a folder of ours is for nn_scratch_remove() to see. */
static bool scratch_is_subject(const char *path)
{
	return path[0] == '/';
}

static int scratch_snapshot(const struct nn_sysroot *root NN_UNUSED, const char *subject NN_UNUSED,
			    json_t **ret_before, struct nn_err *err NN_UNUSED)
{
	*ret_before = json_object();
	return 0;
}

static int scratch_apply(const struct nn_sysroot *root NN_UNUSED, const char *subject NN_UNUSED,
			 const char *wanted NN_UNUSED, uint64_t deadline_ns NN_UNUSED,
			 struct nn_err *err NN_UNUSED)
{
	return 0;
}

static int scratch_undo(const struct nn_sysroot *root NN_UNUSED, const char *subject,
			const json_t *before NN_UNUSED, uint64_t deadline_ns NN_UNUSED,
			struct nn_err *err NN_UNUSED)
{
	nn_scratch_remove(subject);
	return 0;
}

static void scratch_describe(const char *subject, const json_t *before NN_UNUSED,
			     struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "folder '%s' removed", subject);
}

const struct nn_change_kind nn_change_scratch = {.name = "scratch",
						 .outlives_reboot = true,
						 .is_subject = scratch_is_subject,
						 .snapshot = scratch_snapshot,
						 .apply = scratch_apply,
						 .undo = scratch_undo,
						 .describe = scratch_describe};

/* ---- what is gone ---- */

bool nn_change_is_away(const struct nn_sysroot *root, const char *folder, const char *name)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/%s", folder, name);

	return nn_sysfs_exists(root, folder) && !nn_sysfs_exists(root, path);
}

bool nn_change_function_is_gone(const struct nn_sysroot *root, const char *bdf)
{
	return nn_change_is_away(root, "/sys/bus/pci/devices", bdf);
}

/* ---- all kinds ---- */

static const struct nn_change_kind *const kinds[] = {
	&nn_change_driver,          &nn_change_attribute, &nn_change_virtual_functions,
	&nn_change_platform_driver, &nn_change_cgroup,    &nn_change_cgroup_controller,
	&nn_change_mediated_device, &nn_change_scratch,
};

const struct nn_change_kind *nn_change_kind_find(const char *name)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	}
	return NULL;
}
