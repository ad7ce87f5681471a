/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/local-settings.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/vm-pin.h"

const struct nn_setting nn_local_setting_table[] = {
	{"iommu", NN_SETTING_STRING, NULL,
	 "how the host's IOMMU treats the device meanwhile: passthrough, lazy or strict; or off, "
	 "where the host was booted so"},
	{"cpus", NN_SETTING_U64, NULL,
	 "how many CPUs the workloads may use (default: all), to match a VM's: those that pin: "
	 "auto chooses for as many vCPUs"},
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

static int read_cpus(const char *text, struct nn_local_settings *settings, struct nn_err *err)
{
	if (!text)
		return 0;
	if (nn_parse_u64(text, &settings->nr_cpus, err))
		return nn_err_prefix(err, "setting 'cpus'");
	return settings->nr_cpus
		       ? 0
		       : nn_err_set(err, -EINVAL, "setting 'cpus': 0, expected at least 1");
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
		rc = read_cpus(nn_pairs_get(&arm->settings, "cpus"), &settings, err);
	if (!rc)
		rc = read_memory(nn_pairs_get(&arm->settings, "memory"), &settings, err);
	if (rc)
		return nn_err_prefix(err, "arm '%s'", arm->name);
	*ret_settings = settings;
	return 0;
}

/* ---- resources ---- */

void nn_local_limits_release(struct nn_local_limits *limits)
{
	free(limits->cpus);
	free(limits->cgroup);
	*limits = (struct nn_local_limits){0};
}

/* Version 2 alone can limit all that we want; a hybrid set-up has its controllers elsewhere. */
static int plan_controller(struct nn_binding *binding, const char *controller, struct nn_err *err)
{
	NN_AUTO(free) char *known = nn_sysfs_text(binding->root, NN_CGROUPS "/cgroup.controllers");
	NN_AUTO(free) char *subject = nn_asprintf(NN_CGROUPS " %s", controller);

	if (!known || !nn_sysfs_has_word(known, controller))
		return nn_err_set(err, -ENOTSUP,
				  "this host's control groups (version 2, '" NN_CGROUPS
				  "') cannot limit '%s'",
				  controller);
	nn_binding_add(binding, &nn_change_cgroup_controller, subject, "on");
	return 0;
}

/* As many of a VM are the same, so that neither arm has the better ones. */
static int choose_cpus(const struct nn_sysroot *root, uint64_t nr, const char *bdf, char **ret_cpus,
		       struct nn_err *err)
{
	NN_AUTO(free) char *near = bdf[0] ? nn_cpus_near(root, bdf) : NULL;
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	NN_AUTO(strbuf) struct nn_strbuf list = NN_STRBUF_INIT;
	const struct nn_pin_wish wish = {.near = near, .nr_vcpus = nr, .threads = 1};
	int rc = nn_vm_pins_choose(&wish, &pins, err);

	for (size_t i = 0; i < pins.vcpus.nr; i++)
		nn_strbuf_addf(&list, "%s%s", i ? "," : "", pins.vcpus.names[i]);
	if (!rc)
		rc = nn_cpu_list_normal(nn_strbuf_str(&list), ret_cpus, err);
	return rc ? nn_err_prefix(err, "setting 'cpus'") : 0;
}

static int plan_group(const struct nn_local_settings *settings,
		      const struct nn_local_session *session, struct nn_binding *binding,
		      struct nn_local_limits *ret_limits, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf lines = NN_STRBUF_INIT;
	NN_AUTO(local_limits) struct nn_local_limits limits = {0};
	int rc = 0;

	if (settings->nr_cpus) {
		rc = choose_cpus(binding->root, settings->nr_cpus, session->bdf, &limits.cpus, err);
		if (rc)
			return rc;
		rc = plan_controller(binding, "cpuset", err);
		nn_strbuf_addf(&lines, "cpuset.cpus %s", limits.cpus);
	}
	if (!rc && settings->memory_bytes) {
		rc = plan_controller(binding, "memory", err);
		/* Swapping would be a way around the limit that a VM does not have. */
		nn_strbuf_addf(&lines, "%smemory.max %" PRIu64 "\nmemory.swap.max 0",
			       lines.len ? "\n" : "", settings->memory_bytes);
	}
	if (rc || !lines.len)
		return rc;
	limits.cgroup = nn_asprintf(NN_CGROUPS "/nearnative-%s", session->boot);
	nn_binding_add(binding, &nn_change_cgroup, limits.cgroup, nn_strbuf_str(&lines));
	*ret_limits = limits;
	limits = (struct nn_local_limits){0};
	return 0;
}

static int plan_iommu(const struct nn_local_settings *settings,
		      const struct nn_local_session *session, struct nn_binding *binding,
		      struct nn_err *err)
{
	if (!settings->has_iommu)
		return 0;
	if (!session->bdf[0])
		return nn_err_set(err, -ENOTSUP,
				  "setting 'iommu' is about the plan's device, and it has none");
	return nn_host_plan_iommu(binding, session->bdf, settings->iommu, session->is_forced, err);
}

int nn_local_settings_plan(const struct nn_local_settings *settings,
			   const struct nn_local_session *session, struct nn_binding *binding,
			   struct nn_local_limits *ret_limits, struct nn_err *err)
{
	int rc = plan_iommu(settings, session, binding, err);

	if (!rc && settings->governor)
		rc = nn_host_plan_governor(binding, settings->governor, err);
	return rc ? rc : plan_group(settings, session, binding, ret_limits, err);
}
