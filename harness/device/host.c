/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/host.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/device/device.h"

#define POLICIES  "/sys/devices/system/cpu/cpufreq"
#define HALT_POLL "/sys/module/kvm/parameters/halt_poll_ns"
#define ALL_PAGES "/sys/kernel/mm/hugepages"
#define NODES     "/sys/devices/system/node"
#define GROUPS    "/sys/kernel/iommu_groups"

/* ---- governors ---- */

static int plan_policy(struct nn_binding *binding, const char *policy, const char *governor,
		       struct nn_err *err)
{
	NN_AUTO(free)
	char *list = nn_asprintf(POLICIES "/%s/scaling_available_governors", policy);
	NN_AUTO(free) char *path = nn_asprintf(POLICIES "/%s/scaling_governor", policy);
	NN_AUTO(free) char *known = nn_sysfs_text(binding->root, list);

	if (known && !nn_sysfs_has_word(known, governor))
		return nn_err_set(err, -ENOTSUP, "this host has no governor '%s', it has %s",
				  governor, known);
	nn_binding_add_attribute(binding, path, governor);
	return 0;
}

int nn_host_plan_governor(struct nn_binding *binding, const char *governor, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list policies = {0};
	int rc = nn_sysfs_list(binding->root, POLICIES, &policies, err);
	size_t nr = 0;

	for (size_t i = 0; !rc && i < policies.nr; i++) {
		if (strncmp(policies.names[i], "policy", 6) != 0)
			continue;
		rc = plan_policy(binding, policies.names[i], governor, err);
		nr++;
	}
	if (!rc && !nr)
		return nn_err_set(err, -ENOTSUP,
				  "this host cannot govern the frequency of its CPUs: it has no "
				  "cpufreq driver");
	return rc;
}

int nn_host_governors(const struct nn_sysroot *root, struct nn_name_list *ret_governors,
		      struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list policies = {0};
	int rc = nn_sysfs_list(root, POLICIES, &policies, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < policies.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf(POLICIES "/%s/scaling_governor", policies.names[i]);
		NN_AUTO(free) char *governor = nn_sysfs_text(root, path);

		if (governor) /* a policy whose CPUs are all offline does not answer */
			(void)nn_name_list_add_once(ret_governors, governor);
	}
	return ret_governors->nr
		       ? 0
		       : nn_err_set(err, -ENODATA, "no CPU of this host tells its governor");
}

/* ---- huge pages ---- */

int nn_host_plan_hugepages(struct nn_binding *binding, int node, uint64_t page_bytes, uint64_t nr,
			   struct nn_err *err)
{
	NN_AUTO(free)
	char *folder =
		node < 0 ? nn_asprintf(ALL_PAGES "/hugepages-%" PRIu64 "kB", page_bytes / 1024)
			 : nn_asprintf(NODES "/node%d/hugepages/hugepages-%" PRIu64 "kB", node,
				       page_bytes / 1024);
	NN_AUTO(free) char *all_path = nn_asprintf("%s/nr_hugepages", folder);
	NN_AUTO(free) char *free_path = nn_asprintf("%s/free_hugepages", folder);
	NN_AUTO(free) char *wanted = NULL;
	uint64_t nr_all;
	uint64_t nr_free;

	if (nn_sysfs_read_u64(binding->root, all_path, &nr_all, NULL) ||
	    nn_sysfs_read_u64(binding->root, free_path, &nr_free, NULL))
		return nn_err_set(err, -ENOTSUP, "this host has no huge pages of %" PRIu64 " KiB%s",
				  page_bytes / 1024, node < 0 ? "" : " on that node");
	if (nr_free >= nr)
		return 0;
	wanted = nn_asprintf("%" PRIu64, nr_all + nr - nr_free);
	nn_binding_add(binding, &nn_change_attribute, all_path, wanted);
	return 0;
}

/* ---- halt polling ---- */

int nn_host_plan_halt_poll(struct nn_binding *binding, uint64_t ns, struct nn_err *err)
{
	NN_AUTO(free) char *wanted = nn_asprintf("%" PRIu64, ns);
	uint64_t now;

	if (nn_sysfs_read_u64(binding->root, HALT_POLL, &now, NULL))
		return nn_err_set(err, -ENOTSUP, "KVM is not loaded: '%s' is not there", HALT_POLL);
	if (now != ns)
		nn_binding_add(binding, &nn_change_attribute, HALT_POLL, wanted);
	return 0;
}

/* ---- modes of the IOMMU ---- */

static const struct {
	const char *name;
	const char *type; /* as the kernel calls it */
} modes[] = {
	[NN_IOMMU_OFF] = {"off", NULL},
	[NN_IOMMU_PASSTHROUGH] = {"passthrough", "identity"},
	[NN_IOMMU_LAZY] = {"lazy", "DMA-FQ"},
	[NN_IOMMU_STRICT] = {"strict", "DMA"},
};

int nn_iommu_mode_parse(const char *text, enum nn_iommu_mode *ret_mode, struct nn_err *err)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(modes); i++) {
		if (strcmp(modes[i].name, text) == 0) {
			*ret_mode = (enum nn_iommu_mode)i;
			return 0;
		}
	}
	return nn_err_set(err, -EINVAL, "'%s', expected off, passthrough, lazy or strict", text);
}

const char *nn_iommu_mode_name(enum nn_iommu_mode mode)
{
	return modes[mode].name;
}

static int mode_of_type(const char *type, enum nn_iommu_mode *ret_mode)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(modes); i++) {
		if (modes[i].type && type && strcmp(modes[i].type, type) == 0) {
			*ret_mode = (enum nn_iommu_mode)i;
			return 0;
		}
	}
	return -ENODATA;
}

int nn_iommu_mode_of(const struct nn_sysroot *root, const char *bdf, enum nn_iommu_mode *ret_mode,
		     struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = nn_device_read(root, bdf, &device, err);

	if (rc)
		return rc;
	if (!nn_iommu_is_active(root)) {
		*ret_mode = NN_IOMMU_OFF;
		return 0;
	}
	if (mode_of_type(device.iommu_type, ret_mode))
		return nn_err_set(err, -ENODATA, "the kernel does not say how '%s' is translated",
				  bdf);
	return 0;
}

/* Off and on are settled at boot; what a group's type can be is settled by who is in it. */
static int check_change(const struct nn_device *device, enum nn_iommu_mode now,
			enum nn_iommu_mode wanted, struct nn_err *err)
{
	if (wanted == NN_IOMMU_OFF)
		return nn_err_set(
			err, -ENOTSUP,
			"'iommu: off' takes a reboot with intel_iommu=off or amd_iommu=off, "
			"which this target cannot do; boot the host so, or leave the arm "
			"to a target that can");
	if (now == NN_IOMMU_OFF)
		return nn_err_set(err, -ENOTSUP,
				  "'iommu: %s' needs an IOMMU, and this host runs without one",
				  modes[wanted].name);
	if (device->group_members.nr != 1)
		return nn_err_set(err, -ENOTSUP,
				  "'iommu: %s' of '%s': its IOMMU group has %zu functions, and the "
				  "kernel changes only groups of one; boot with iommu.passthrough= "
				  "or iommu.strict=",
				  modes[wanted].name, device->bdf, device->group_members.nr);
	return 0;
}

static void plan_type(struct nn_binding *binding, const struct nn_device *device,
		      enum nn_iommu_mode mode)
{
	NN_AUTO(free) char *path = nn_asprintf(GROUPS "/%s/type", device->iommu_group);

	nn_binding_add(binding, &nn_change_driver, device->bdf, "");
	nn_binding_add(binding, &nn_change_attribute, path, modes[mode].type);
	if (device->driver)
		nn_binding_add(binding, &nn_change_driver, device->bdf, device->driver);
}

int nn_host_plan_iommu(struct nn_binding *binding, const char *bdf, enum nn_iommu_mode mode,
		       bool is_forced, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	enum nn_iommu_mode now;
	int rc = nn_iommu_mode_of(binding->root, bdf, &now, err);

	if (rc || now == mode)
		return rc;
	rc = nn_device_read(binding->root, bdf, &device, err);
	if (!rc)
		rc = check_change(&device, now, mode, err);
	if (!rc) /* for it loses its driver meanwhile */
		rc = nn_device_check_unused(binding->root, bdf, is_forced, err);
	if (!rc)
		plan_type(binding, &device, mode);
	return rc;
}
