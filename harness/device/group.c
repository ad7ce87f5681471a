/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/group.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/device/attribute.h"

#define CLASS_BRIDGE 0x06
#define CLASS_IOMMU  0x0806

void nn_iommu_group_release(struct nn_iommu_group *group)
{
	free(group->id);
	free(group->type);
	nn_name_list_release(&group->members);
	for (size_t i = 0; i < group->nr_regions; i++)
		free(group->regions[i].type);
	free(group->regions);
	*group = (struct nn_iommu_group){0};
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = UINT64_MAX;
	uint64_t y = UINT64_MAX;

	(void)nn_parse_u64(*(const char *const *)a, &x, NULL); /* no number: last */
	(void)nn_parse_u64(*(const char *const *)b, &y, NULL);
	return (x > y) - (x < y);
}

int nn_iommu_group_list(const struct nn_sysroot *root, struct nn_name_list *ret_ids,
			struct nn_err *err)
{
	int rc = nn_sysfs_list(root, NN_IOMMU_GROUPS, ret_ids, err);

	if (!rc && ret_ids->nr)
		qsort(ret_ids->names, ret_ids->nr, sizeof(*ret_ids->names), compare_ids);
	return rc;
}

/* "0x00000000fee00000 0x00000000feefffff msi" */
static void take_region(char *line, struct nn_iommu_group *group)
{
	char *rest = line;
	const char *start = strsep(&rest, " ");
	const char *end = strsep(&rest, " ");
	struct nn_reserved_region region = {0};

	if (!rest || nn_parse_u64(start, &region.start, NULL) ||
	    nn_parse_u64(end, &region.end, NULL))
		return;
	region.type = nn_strdup(rest);
	*NN_ARRAY_APPEND(group->regions, group->nr_regions, group->cap_regions) = region;
}

int nn_iommu_group_read(const struct nn_sysroot *root, const char *id,
			struct nn_iommu_group *ret_group, struct nn_err *err)
{
	NN_AUTO(iommu_group) struct nn_iommu_group group = {.id = nn_strdup(id)};
	NN_AUTO(free) char *self = nn_asprintf(NN_IOMMU_GROUPS "/%s", id);
	NN_AUTO(free) char *type = nn_asprintf("%s/type", self);
	NN_AUTO(free) char *reserved = nn_asprintf("%s/reserved_regions", self);
	NN_AUTO(free) char *members = nn_asprintf("%s/devices", self);
	NN_AUTO(free) char *regions = nn_sysfs_text(root, reserved);
	char *rest = regions;
	int rc;

	if (!nn_sysfs_exists(root, self))
		return nn_err_set(err, -ENOENT, "there is no IOMMU group '%s'", id);
	group.type = nn_sysfs_text(root, type);
	while (rest)
		take_region(strsep(&rest, "\n"), &group);
	rc = nn_sysfs_list(root, members, &group.members, err);
	if (rc)
		return rc;
	*ret_group = group;
	group = (struct nn_iommu_group){0};
	return 0;
}

/* ---- siblings ---- */

void nn_group_extra_release(struct nn_group_extra *extra)
{
	nn_name_list_release(&extra->bdfs);
	*extra = (struct nn_group_extra){0};
}

int nn_group_extra_parse(const char *text, struct nn_group_extra *ret_extra, struct nn_err *err)
{
	NN_AUTO(group_extra) struct nn_group_extra extra = {0};
	NN_AUTO(free) char *words = nn_strdup(text);
	char *rest = words;

	extra.is_whole_group = strcmp(text, "group") == 0;
	while (rest && !extra.is_whole_group) {
		const char *word = strsep(&rest, ", ");
		char bdf[NN_BDF_CAP];
		int rc;

		if (!word[0])
			continue;
		rc = nn_bdf_parse(word, bdf, err);
		if (rc)
			return nn_err_prefix(err, "expected 'group' or addresses");
		(void)nn_name_list_add_once(&extra.bdfs, bdf);
	}
	if (!extra.is_whole_group && !extra.bdfs.nr)
		return nn_err_set(err, -EINVAL, "expected 'group' or addresses, got '%s'", text);
	*ret_extra = extra;
	extra = (struct nn_group_extra){0};
	return 0;
}

bool nn_driver_leaves_dma_alone(const struct nn_sysroot *root, const char *bdf, const char *driver)
{
	NN_AUTO(free) char *folder = nn_pci_path(bdf, "vfio-dev");

	return !driver || strstr(driver, "vfio") || strcmp(driver, "pci-stub") == 0 ||
	       strcmp(driver, "pcieport") == 0 || nn_sysfs_exists(root, folder);
}

static bool is_allowed(const struct nn_group_extra *extra, const char *bdf)
{
	return extra && (extra->is_whole_group || nn_name_list_has(&extra->bdfs, bdf));
}

enum nn_sibling_fate nn_sibling_fate(const struct nn_sysroot *root, const char *bdf,
				     const struct nn_group_extra *extra, char **ret_driver)
{
	NN_AUTO(free) char *driver = nn_pci_link(root, bdf, "driver");
	int64_t class_code = nn_pci_number(root, bdf, "class");
	bool stays = class_code >> 16 == CLASS_BRIDGE || class_code >> 8 == CLASS_IOMMU;
	bool is_idle = nn_driver_leaves_dma_alone(root, bdf, driver);

	if (ret_driver)
		*ret_driver = NN_STEAL(driver);
	if (stays)
		return is_idle ? NN_SIBLING_STAYS : NN_SIBLING_STUCK;
	return is_idle || is_allowed(extra, bdf) ? NN_SIBLING_GOES : NN_SIBLING_REFUSED;
}

char *nn_sibling_complaint(const char *bdf, const char *driver, enum nn_sibling_fate fate)
{
	if (fate == NN_SIBLING_STUCK)
		return nn_asprintf("bridge '%s' has driver %s, which keeps the whole group here; "
				   "unbind it, or use a device of another group",
				   bdf, driver);
	return nn_asprintf("'%s' of the same group has driver %s; let it go along with the arm's "
			   "setting extra: \"%s\" (or extra: group), or unbind it",
			   bdf, driver, bdf);
}

/* What would not go along unasked must be named in the device's own group, or it is a mistake. */
static int check_extra(const struct nn_device *device, const struct nn_group_extra *extra,
		       struct nn_err *err)
{
	for (size_t i = 0; extra && i < extra->bdfs.nr; i++) {
		if (!nn_name_list_has(&device->group_members, extra->bdfs.names[i]))
			return nn_err_set(err, -EINVAL,
					  "extra '%s' is not in IOMMU group %s of '%s'",
					  extra->bdfs.names[i], device->iommu_group, device->bdf);
	}
	return 0;
}

static int take_member(const struct nn_sysroot *root, const struct nn_device *device,
		       const char *bdf, const struct nn_group_extra *extra,
		       struct nn_name_list *bdfs, struct nn_err *err)
{
	bool is_itself = strcmp(bdf, device->bdf) == 0;
	NN_AUTO(free) char *driver = NULL;
	enum nn_sibling_fate fate = nn_sibling_fate(root, bdf, extra, &driver);
	int rc;

	if (!is_itself && fate == NN_SIBLING_STAYS)
		return 0;
	if (!is_itself && fate != NN_SIBLING_GOES) {
		NN_AUTO(free) char *complaint = nn_sibling_complaint(bdf, driver, fate);

		return nn_err_set(err, -EBUSY, "%s", complaint);
	}
	rc = nn_device_check_unused(root, bdf, extra && extra->is_forced, err);
	if (!rc)
		(void)nn_name_list_add_once(bdfs, bdf);
	return rc;
}

int nn_device_passthrough_set(const struct nn_sysroot *root, const struct nn_device *device,
			      const struct nn_group_extra *extra, struct nn_name_list *ret_bdfs,
			      struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	int rc = check_extra(device, extra, err);

	for (size_t i = 0; !rc && i < device->group_members.nr; i++)
		rc = take_member(root, device, device->group_members.names[i], extra, &bdfs, err);
	if (rc)
		return rc == -EINVAL ? rc
				     : nn_err_prefix(err, "IOMMU group %s", device->iommu_group);
	*ret_bdfs = bdfs;
	bdfs = (struct nn_name_list){0};
	return 0;
}
