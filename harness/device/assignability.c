/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/assignability.h"

#include <stdarg.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/device/attribute.h"

#define VENDOR_INTEL     0x8086
#define DISABLE_DENYLIST "/sys/module/vfio_pci/parameters/disable_denylist"

/* What is being judged. */
struct judging {
	const struct nn_sysroot *root;
	const struct nn_device *device;
	const struct nn_group_extra *extra;
	const struct nn_open_nodes *nodes;
	const struct nn_board *board;
	struct nn_assignability *result;
};

const char *nn_assignable_name(enum nn_assignable verdict)
{
	static const char *const names[] = {
		[NN_ASSIGNABLE_YES] = "yes",
		[NN_ASSIGNABLE_WITH_WARNINGS] = "with warnings",
		[NN_ASSIGNABLE_NO] = "no",
	};

	return names[verdict];
}

const char *nn_obstacle_name(enum nn_obstacle obstacle)
{
	static const char *const names[NN_NR_OBSTACLES] = {
		[NN_OBSTACLE_BRIDGE] = "bridge",     [NN_OBSTACLE_IOMMU] = "iommu",
		[NN_OBSTACLE_GROUP] = "group",       [NN_OBSTACLE_REGION] = "region",
		[NN_OBSTACLE_DENYLIST] = "denylist", [NN_OBSTACLE_INTERRUPTS] = "interrupts",
		[NN_OBSTACLE_USER] = "user",         [NN_OBSTACLE_SIBLING] = "sibling",
		[NN_OBSTACLE_RESET] = "reset",       [NN_OBSTACLE_LINK] = "link",
	};

	return names[obstacle];
}

void nn_assignability_release(struct nn_assignability *assignability)
{
	for (size_t i = 0; i < assignability->nr; i++) {
		free(assignability->reasons[i].object);
		free(assignability->reasons[i].text);
	}
	free(assignability->reasons);
	nn_name_list_release(&assignability->set);
	*assignability = (struct nn_assignability){0};
}

static void add_reason(struct judging *judging, enum nn_obstacle obstacle, bool forbids,
		       const char *object, char *take_text)
{
	struct nn_assignability *result = judging->result;

	*NN_ARRAY_APPEND(result->reasons, result->nr, result->cap) =
		(struct nn_reason){.obstacle = obstacle,
				   .forbids = forbids,
				   .object = nn_strdup(object),
				   .text = take_text};
	if (forbids)
		result->verdict = NN_ASSIGNABLE_NO;
	else if (result->verdict == NN_ASSIGNABLE_YES)
		result->verdict = NN_ASSIGNABLE_WITH_WARNINGS;
}

/* ---- what forbids ---- */

/* QuickAssist engines that a guest could hang the platform with. Source:
 * drivers/vfio/pci/vfio_pci.c
 */
static bool is_denied(const struct nn_sysroot *root, const struct nn_device *device)
{
	static const unsigned int denied[] = {0x0435, 0x0443, 0x19e2, 0x19e3,
					      0x37c8, 0x37c9, 0x0b25, 0x0cfe};
	NN_AUTO(free) char *disabled = nn_sysfs_text(root, DISABLE_DENYLIST);

	if (device->vendor != VENDOR_INTEL || (disabled && disabled[0] == 'Y'))
		return false;
	for (size_t i = 0; i < NN_ARRAY_SIZE(denied); i++) {
		if (device->device == denied[i])
			return true;
	}
	return false;
}

static int judge_regions(struct judging *judging, struct nn_err *err)
{
	NN_AUTO(iommu_group) struct nn_iommu_group group = {0};
	int rc = nn_iommu_group_read(judging->root, judging->device->iommu_group, &group, err);

	for (size_t i = 0; !rc && i < group.nr_regions; i++) {
		const struct nn_reserved_region *region = &group.regions[i];
		NN_AUTO(free) char *object = NULL;

		if (strcmp(region->type, "direct") != 0)
			continue;
		object = nn_asprintf("0x%llx-0x%llx", (unsigned long long)region->start,
				     (unsigned long long)region->end);
		add_reason(judging, NN_OBSTACLE_REGION, true, object,
			   nn_asprintf("the firmware reserved %s for devices of its group (RMRR)",
				       object));
	}
	return rc;
}

static void judge_interrupts(struct judging *judging)
{
	bool is_allowed = judging->board->unsafe_interrupts == 1;

	if (judging->board->interrupt_remapping != 0)
		return;
	add_reason(judging, NN_OBSTACLE_INTERRUPTS, !is_allowed, "interrupt remapping",
		   nn_asprintf("interrupts are not remapped%s",
			       is_allowed ? ": a VM could forge them"
					  : ", and vfio_iommu_type1 does not allow that "
					    "(allow_unsafe_interrupts)"));
}

static int judge_users(struct judging *judging, const char *bdf, struct nn_err *err)
{
	NN_AUTO(device_users) struct nn_device_users users = {0};
	bool is_itself = strcmp(bdf, judging->device->bdf) == 0;
	int rc = nn_device_users(judging->root, bdf, judging->nodes, &users, err);

	for (size_t i = 0; !rc && i < users.nr && users.items[i].forbids; i++)
		add_reason(judging, NN_OBSTACLE_USER, true, users.items[i].what,
			   is_itself ? nn_strdup(users.items[i].detail)
				     : nn_asprintf("its neighbour '%s' is in use: %s", bdf,
						   users.items[i].detail));
	return rc;
}

static int judge_members(struct judging *judging, struct nn_err *err)
{
	const struct nn_device *device = judging->device;
	int rc = judge_users(judging, device->bdf, err);

	(void)nn_name_list_add_once(&judging->result->set, device->bdf);
	for (size_t i = 0; !rc && i < device->group_members.nr; i++) {
		const char *bdf = device->group_members.names[i];
		NN_AUTO(free) char *driver = NULL;
		enum nn_sibling_fate fate =
			nn_sibling_fate(judging->root, bdf, judging->extra, &driver);

		if (fate == NN_SIBLING_STAYS || strcmp(bdf, device->bdf) == 0)
			continue;
		if (fate == NN_SIBLING_GOES) {
			rc = judge_users(judging, bdf, err);
			(void)nn_name_list_add_once(&judging->result->set, bdf);
		} else {
			add_reason(judging, NN_OBSTACLE_SIBLING, true, bdf,
				   nn_sibling_complaint(bdf, driver, fate));
		}
	}
	return rc;
}

/* ---- what warns ---- */

bool nn_device_bus_reset(const struct nn_sysroot *root, const struct nn_device *device,
			 const struct nn_name_list *set)
{
	NN_AUTO(name_list) struct nn_name_list all = {0};
	const char *colon = strrchr(device->bdf, ':');

	if (!nn_device_port(device) || nn_device_list(root, &all, NULL))
		return false;
	for (size_t i = 0; i < all.nr; i++) {
		if (strncmp(all.names[i], device->bdf, (size_t)(colon - device->bdf) + 1) == 0 &&
		    !nn_name_list_has(set, all.names[i]))
			return false;
	}
	return true;
}

static void judge_reset(struct judging *judging)
{
	if (!judging->device->can_reset &&
	    !nn_device_bus_reset(judging->root, judging->device, &judging->result->set))
		add_reason(judging, NN_OBSTACLE_RESET, false, judging->device->bdf,
			   nn_strdup("it cannot be reset: a second start of a VM with it may "
				     "fail"));
}

/* The number that "16.0 GT/s PCIe" or "4" begins with; 0 for "Unknown". */
static double number_of(const char *text)
{
	NN_AUTO(free) char *number = text ? nn_strndup(text, strspn(text, "0123456789.")) : NULL;
	double value = 0;

	if (number)
		(void)nn_parse_double(number, &value, NULL); /* stays 0 */
	return value;
}

/* What both ends can; an end that does not say does not limit. */
static double both_can(const char *own, const char *port)
{
	double a = number_of(own);
	double b = number_of(port);

	if (a <= 0 || b <= 0)
		return a > 0 ? a : b;
	return a < b ? a : b;
}

bool nn_device_link_is_short(const struct nn_device *device, char **ret_text)
{
	double speed = number_of(device->link.speed);
	double width = number_of(device->link.width);
	double max_speed = both_can(device->link.max_speed, device->uplink.max_speed);
	double max_width = both_can(device->link.max_width, device->uplink.max_width);
	bool is_short = speed > 0 && width > 0 && (speed < max_speed || width < max_width);

	if (is_short && ret_text)
		*ret_text = nn_asprintf("%.4g GT/s x%.0f, could be %.4g GT/s x%.0f", speed, width,
					max_speed, max_width);
	return is_short;
}

static void judge_link(struct judging *judging)
{
	NN_AUTO(free) char *text = NULL;

	if (nn_device_link_is_short(judging->device, &text))
		add_reason(judging, NN_OBSTACLE_LINK, false, judging->device->bdf,
			   nn_asprintf("its link runs at %s (some rest when idle)", text));
}

/* ---- all together ---- */

static int judge_group(struct judging *judging, struct nn_err *err)
{
	const struct nn_device *device = judging->device;
	int rc;

	if (!judging->board->iommu) {
		add_reason(judging, NN_OBSTACLE_IOMMU, true, "iommu",
			   nn_strdup("no IOMMU is active on this machine"));
		return judge_members(judging, err);
	}
	judge_interrupts(judging);
	if (!device->iommu_group) {
		add_reason(judging, NN_OBSTACLE_GROUP, true, device->bdf,
			   nn_strdup("it is in no IOMMU group"));
		return judge_members(judging, err);
	}
	rc = judge_regions(judging, err);
	return rc ? rc : judge_members(judging, err);
}

static int judge(struct judging *judging, struct nn_err *err)
{
	const struct nn_device *device = judging->device;
	int rc;

	if (device->is_bridge) {
		add_reason(judging, NN_OBSTACLE_BRIDGE, true, device->bdf,
			   nn_strdup("it is a bridge"));
		return 0;
	}
	rc = judge_group(judging, err);
	if (rc)
		return rc;
	if (is_denied(judging->root, device))
		add_reason(judging, NN_OBSTACLE_DENYLIST, true, device->bdf,
			   nn_asprintf("vfio-pci refuses %04x:%04x (its denylist)", device->vendor,
				       device->device));
	judge_reset(judging);
	judge_link(judging);
	return 0;
}

static int compare_reasons(const void *a, const void *b)
{
	const struct nn_reason *x = a;
	const struct nn_reason *y = b;

	if (x->forbids != y->forbids)
		return x->forbids ? -1 : 1;
	if (x->obstacle != y->obstacle)
		return x->obstacle < y->obstacle ? -1 : 1;
	return strcmp(x->text, y->text);
}

int nn_device_assignability(const struct nn_sysroot *root, const struct nn_device *device,
			    const struct nn_assignability_given *given,
			    struct nn_assignability *ret_assignability, struct nn_err *err)
{
	NN_AUTO(assignability) struct nn_assignability result = {.verdict = NN_ASSIGNABLE_YES};
	NN_AUTO(board) struct nn_board board = {0};
	struct judging judging = {.root = root,
				  .device = device,
				  .extra = given ? given->extra : NULL,
				  .nodes = given ? given->nodes : NULL,
				  .board = given ? given->board : NULL,
				  .result = &result};
	int rc;

	if (!judging.board) {
		nn_board_read(root, &board);
		judging.board = &board;
	}
	rc = judge(&judging, err);
	if (rc)
		return nn_err_prefix(err, "device '%s'", device->bdf);
	if (result.nr)
		qsort(result.reasons, result.nr, sizeof(*result.reasons), compare_reasons);
	*ret_assignability = result;
	result = (struct nn_assignability){0};
	return 0;
}

const struct nn_reason *nn_assignability_reason(const struct nn_assignability *assignability,
						enum nn_obstacle obstacle)
{
	for (size_t i = 0; i < assignability->nr; i++) {
		if (assignability->reasons[i].obstacle == obstacle)
			return &assignability->reasons[i];
	}
	return NULL;
}
