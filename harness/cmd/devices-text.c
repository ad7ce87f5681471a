/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/devices-text.h"

#include <string.h>

#include "harness/cmd/devices-rows.h"

/* "yes", "no, because …", with all reasons of the weight that decided. */
static char *verdict_text(const struct nn_assignability *assignability)
{
	struct nn_strbuf text = NN_STRBUF_INIT;
	bool is_no = assignability->verdict == NN_ASSIGNABLE_NO;
	bool is_first = true;

	nn_strbuf_add(&text, is_no ? "no, because " : "yes");
	if (!is_no && assignability->nr)
		nn_strbuf_add(&text, ", but ");
	for (size_t i = 0; i < assignability->nr; i++) {
		if (assignability->reasons[i].forbids != is_no)
			continue;
		nn_strbuf_addf(&text, "%s%s", is_first ? "" : "; ", assignability->reasons[i].text);
		is_first = false;
	}
	return nn_strbuf_detach(&text);
}

static void put_endpoint(const struct nn_survey *survey, size_t at, struct nn_strbuf *out)
{
	const struct nn_device *device = &survey->devices.items[at];
	NN_AUTO(free) char *name = nn_devices_name(device);
	NN_AUTO(free) char *reset = nn_devices_reset(survey, at);
	NN_AUTO(free) char *why = verdict_text(&survey->assignabilities[at]);
	NN_AUTO(free) char *verdict = nn_asprintf("can be assigned: %s", why);
	NN_AUTO(free)
	char *link = nn_devices_has_link(&device->link) ? nn_devices_link(&device->link) : NULL;
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_devices_row(out, 2, NN_DEVICES_ADDRESS, device->bdf, name);
	nn_devices_part(&line, "%s", device->class_name ? device->class_name : "class unknown");
	if (device->sriov.pf)
		nn_devices_part(&line, "virtual function of %s", device->sriov.pf);
	if (device->sriov.total_vfs > 0)
		nn_devices_part(&line, "%lld of %lld virtual functions",
				(long long)device->sriov.nr_vfs,
				(long long)device->sriov.total_vfs);
	nn_devices_row(out, 2, NN_DEVICES_ADDRESS, "", nn_strbuf_str(&line));
	nn_strbuf_clear(&line);
	nn_devices_part(&line, "%s%s", device->driver ? "driver " : "no driver",
			device->driver ? device->driver : "");
	if (link)
		nn_devices_part(&line, "link %s", link);
	nn_devices_part(&line, "%s", reset);
	if (device->numa_node >= 0)
		nn_devices_part(&line, "NUMA node %lld", (long long)device->numa_node);
	nn_devices_row(out, 2, NN_DEVICES_ADDRESS, "", nn_strbuf_str(&line));
	nn_devices_row(out, 2, NN_DEVICES_ADDRESS, "", verdict);
}

static void put_bridge(const struct nn_device *device, struct nn_strbuf *out)
{
	NN_AUTO(free) char *name = nn_devices_name(device);
	NN_AUTO(free)
	char *text = nn_asprintf("%s (%s, %s)", name,
				 device->config.header_type == 1 ? "bridge" : "board",
				 device->driver ? device->driver : "no driver");

	nn_devices_row(out, 2, NN_DEVICES_ADDRESS, device->bdf, text);
}

/* The members of a group, or of none for NULL. */
static void put_members(const struct nn_survey *survey, const char *group, struct nn_strbuf *out)
{
	for (size_t i = 0; i < survey->devices.nr; i++) {
		const struct nn_device *device = &survey->devices.items[i];
		bool is_member =
			group ? device->iommu_group && strcmp(device->iommu_group, group) == 0
			      : !device->iommu_group;

		if (is_member && device->is_bridge)
			put_bridge(device, out);
		else if (is_member)
			put_endpoint(survey, i, out);
	}
}

static void put_group(const struct nn_survey *survey, const struct nn_iommu_group *group,
		      struct nn_strbuf *out)
{
	nn_strbuf_addf(out, "IOMMU group %s", group->id);
	if (group->type)
		nn_strbuf_addf(out, ", %s", group->type);
	for (size_t i = 0; i < group->nr_regions; i++) {
		if (strcmp(group->regions[i].type, "direct") == 0)
			nn_strbuf_addf(out, ", 0x%llx-0x%llx reserved by the firmware",
				       (unsigned long long)group->regions[i].start,
				       (unsigned long long)group->regions[i].end);
	}
	nn_strbuf_addc(out, '\n');
	put_members(survey, group->id, out);
}

static bool has_ungrouped(const struct nn_survey *survey)
{
	for (size_t i = 0; i < survey->devices.nr; i++) {
		if (!survey->devices.items[i].iommu_group)
			return true;
	}
	return false;
}

/* ---- mediated devices ---- */

static void put_mdev_type(const char *parent, const struct nn_mdev_type *type,
			  struct nn_strbuf *out)
{
	NN_AUTO(free) char *available = nn_devices_available(type);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_devices_part(&line, "%s", type->id);
	if (type->name)
		nn_devices_part(&line, "%s", type->name);
	nn_devices_part(&line, "%s", available);
	if (type->api && strcmp(type->api, NN_MDEV_API) != 0)
		nn_devices_part(&line, "no PCI device: %s", type->api);
	nn_devices_row(out, 2, NN_DEVICES_ADDRESS, parent, nn_strbuf_str(&line));
}

static void put_mdev_parents(const struct nn_mdev_parents *parents, struct nn_strbuf *out)
{
	if (parents->nr)
		nn_strbuf_add(out, "mediated devices that can be made\n");
	for (size_t i = 0; i < parents->nr; i++) {
		const struct nn_mdev_types *types = &parents->items[i].types;

		for (size_t t = 0; t < types->nr; t++)
			put_mdev_type(t ? "" : parents->items[i].name, &types->items[t], out);
		if (!types->nr)
			nn_devices_row(out, 2, NN_DEVICES_ADDRESS, parents->items[i].name,
				       "no type");
	}
}

/* ---- the board ---- */

static double share_pct(size_t part_nr, size_t whole)
{
	return whole ? 100.0 * (double)part_nr / (double)whole : 0.0;
}

static void put_counts(const struct nn_isolation *isolation, struct nn_strbuf *out)
{
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_strbuf_addf(&line, "%zu in %zu groups; endpoints %zu, bridges %zu",
		       isolation->nr_functions, isolation->nr_groups, isolation->nr_endpoints,
		       isolation->nr_bridges);
	nn_devices_flush(out, "functions", &line);
	nn_strbuf_addf(&line, "%zu of %zu share no group with another card (%.0f %%)",
		       isolation->nr_cards_alone, isolation->nr_cards,
		       share_pct(isolation->nr_cards_alone, isolation->nr_cards));
	nn_devices_flush(out, "isolated cards", &line);
	nn_strbuf_addf(&line, "%zu of %zu", isolation->nr_alone, isolation->nr_endpoints);
	if (isolation->largest)
		nn_devices_part(&line, "most are in group %s: %zu", isolation->largest,
				isolation->nr_largest);
	if (isolation->nr_ungrouped)
		nn_devices_part(&line, "%zu in no group", isolation->nr_ungrouped);
	nn_devices_flush(out, "endpoints alone", &line);
}

static void put_acs(const struct nn_survey *survey, struct nn_strbuf *out)
{
	const struct nn_isolation *isolation = &survey->isolation;
	NN_AUTO(free) char *ports = nn_devices_joined(&isolation->open_ports);
	NN_AUTO(free) char *split = nn_devices_joined(&isolation->split_apart);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	if (!isolation->nr_groups)
		return; /* nothing follows from it */
	if (!isolation->is_acs_known)
		nn_strbuf_add(&line, "not known: only root may read so much of each function");
	else
		nn_strbuf_add(&line, isolation->open_ports.nr ? ports : "none");
	nn_devices_flush(out, "ports without ACS", &line);
	if (survey->board.acs_override)
		nn_strbuf_addf(&line, "yes, pcie_acs_override=%s: functions may reach each other",
			       survey->board.acs_override);
	else if (isolation->is_acs_known && isolation->split_apart.nr)
		nn_strbuf_addf(&line,
			       "not asked for, yet these have groups of their own though their "
			       "ports' ACS does not keep them apart (a quirk of the kernel?): %s",
			       split);
	else if (isolation->is_acs_known)
		nn_strbuf_add(&line, "no: the groups are what the ports' ACS allows");
	else
		nn_strbuf_add(&line, "not asked for");
	nn_devices_flush(out, "ACS override", &line);
}

static void put_board(const struct nn_survey *survey, struct nn_strbuf *out)
{
	static const char *const remapping[] = {"not known", "off", "on"};
	const struct nn_board *board = &survey->board;
	NN_AUTO(free) char *options = nn_devices_joined(&board->options);
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_strbuf_add(out, "Board isolation\n");
	put_counts(&survey->isolation, out);
	nn_devices_part(&line, "%s", board->iommu ? board->iommu : "none is active");
	if (board->policy)
		nn_devices_part(&line, "default domains %s", board->policy);
	nn_devices_flush(out, "IOMMU", &line);
	nn_devices_part(&line, "%s", remapping[board->interrupt_remapping + 1]);
	if (board->unsafe_interrupts == 1)
		nn_devices_part(&line, "VFIO is allowed to go without");
	nn_devices_flush(out, "interrupt remapping", &line);
	put_acs(survey, out);
	nn_devices_part(&line, "%s", nn_devices_or_unknown(board->kernel));
	if (board->options.nr)
		nn_devices_part(&line, "with %s", options);
	nn_devices_flush(out, "kernel", &line);
	if (survey->nr_hidden)
		nn_strbuf_addf(&line,
			       "%zu processes of others were not looked into: root sees more",
			       survey->nr_hidden);
	nn_devices_flush(out, "not seen", &line);
}

void nn_devices_text(const struct nn_survey *survey, struct nn_strbuf *out)
{
	for (size_t i = 0; i < survey->nr_groups; i++)
		put_group(survey, &survey->groups[i], out);
	if (has_ungrouped(survey)) {
		nn_strbuf_add(out, "in no IOMMU group\n");
		put_members(survey, NULL, out);
	}
	put_mdev_parents(&survey->mdev_parents, out);
	nn_strbuf_addc(out, '\n');
	put_board(survey, out);
}
