/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/local-settings.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"

#define CGROUPS "/sys/fs/cgroup"

const struct nn_setting nn_local_setting_table[] = {
	{"iommu", NN_SETTING_STRING, NULL,
	 "how the host's IOMMU treats the device meanwhile: passthrough, lazy or strict; or off, "
	 "where the host was booted so"},
	{"memory", NN_SETTING_BYTES, NULL,
	 "how much memory the workloads may use (default: all), to match a VM's"},
	{"governor", NN_SETTING_STRING, NULL,
	 "frequency governor of the host's CPUs meanwhile, such as performance"},
	{.name = NULL},
};

static int read_iommu(const char *text, struct nn_local_settings *settings, struct nn_err *err)
{
	if (!text)
		return 0;
	settings->has_iommu = true;
	return nn_iommu_mode_parse(text, &settings->iommu, err)
		       ? nn_err_prefix(err, "setting 'iommu'")
		       : 0;
}

static int read_memory(const char *text, struct nn_local_settings *settings, struct nn_err *err)
{
	if (!text)
		return 0;
	return nn_target_parse_memory(text, &settings->memory_bytes, err)
		       ? nn_err_prefix(err, "setting 'memory'")
		       : 0;
}

int nn_local_settings_read(const struct nn_plan_arm *arm, struct nn_local_settings *ret_settings,
			   struct nn_err *err)
{
	struct nn_local_settings settings = {.governor = nn_pairs_get(&arm->settings, "governor")};
	int rc = read_iommu(nn_pairs_get(&arm->settings, "iommu"), &settings, err);

	if (!rc)
		rc = read_memory(nn_pairs_get(&arm->settings, "memory"), &settings, err);
	if (rc)
		return nn_err_prefix(err, "arm '%s'", arm->name);
	*ret_settings = settings;
	return 0;
}

/* ---- resources ---- */

/* Version 2 alone can limit all that we want; a hybrid set-up has its controllers elsewhere. */
static int check_controller(const struct nn_sysroot *root, const char *controller,
			    struct nn_err *err)
{
	NN_AUTO(free) char *known = nn_sysfs_text(root, CGROUPS "/cgroup.controllers");

	if (known && nn_sysfs_has_word(known, controller))
		return 0;
	return nn_err_set(err, -ENOTSUP,
			  "this host's control groups (version 2, '" CGROUPS "') cannot limit '%s'",
			  controller);
}

static int plan_group(const struct nn_local_settings *settings, const char *boot,
		      struct nn_binding *binding, char **ret_cgroup, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf limits = NN_STRBUF_INIT;
	NN_AUTO(free) char *folder = nn_asprintf(CGROUPS "/nearnative-%s", boot);
	int rc = 0;

	if (settings->memory_bytes) {
		rc = check_controller(binding->root, "memory", err);
		nn_binding_add(binding, &nn_change_cgroup_controller, CGROUPS " memory", "on");
		/* Swapping would be a way around the limit that a VM does not have. */
		nn_strbuf_addf(&limits, "memory.max %" PRIu64 "\nmemory.swap.max 0",
			       settings->memory_bytes);
	}
	if (rc || !limits.len)
		return rc;
	nn_binding_add(binding, &nn_change_cgroup, folder, nn_strbuf_str(&limits));
	*ret_cgroup = NN_STEAL(folder);
	return 0;
}

static int plan_iommu(const struct nn_local_settings *settings, const char *bdf,
		      struct nn_binding *binding, struct nn_err *err)
{
	if (!settings->has_iommu)
		return 0;
	if (!bdf[0])
		return nn_err_set(err, -ENOTSUP,
				  "setting 'iommu' is about the plan's device, and it has none");
	return nn_host_plan_iommu(binding, bdf, settings->iommu, err);
}

int nn_local_settings_plan(const struct nn_local_settings *settings, const char *bdf,
			   const char *boot, struct nn_binding *binding, char **ret_cgroup,
			   struct nn_err *err)
{
	int rc = plan_iommu(settings, bdf, binding, err);

	if (!rc && settings->governor)
		rc = nn_host_plan_governor(binding, settings->governor, err);
	return rc ? rc : plan_group(settings, boot, binding, ret_cgroup, err);
}
