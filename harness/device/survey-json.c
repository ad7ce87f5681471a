/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness/base/json.h"
#include "harness/device/survey.h"

/* ---- values that may be absent ---- */

static json_t *int_or_null(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

static json_t *bool_or_null(int64_t value)
{
	return value < 0 ? json_null() : json_boolean(value > 0);
}

/* An id as people write it: "1b36". */
static json_t *hex_or_null(int64_t value, int nr_digits)
{
	NN_AUTO(free) char *text = nn_asprintf("%0*llx", nr_digits, (long long)value);

	return value < 0 ? json_null() : json_string(text);
}

/* Addresses need all 64 bits, which JSON's numbers need not have. */
static json_t *address(uint64_t value)
{
	NN_AUTO(free) char *text = nn_asprintf("0x%llx", (unsigned long long)value);

	return json_string(text);
}

static json_t *names_json(const struct nn_name_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->nr; i++)
		(void)json_array_append_new(array, nn_json_str_or_null(list->names[i]));
	return array;
}

/* The words of a text, or null for NULL. */
static json_t *words_json(const char *text)
{
	NN_AUTO(free) char *words = text ? nn_asprintf("%s", text) : NULL;
	json_t *array = words ? json_array() : json_null();
	char *rest = words;

	while (rest) {
		const char *word = strsep(&rest, " ");

		if (word[0])
			(void)json_array_append_new(array, nn_json_str_or_null(word));
	}
	return array;
}

/* ---- parts of a device ---- */

static json_t *link_json(const struct nn_link *link)
{
	if (!link->speed && !link->width && !link->max_speed && !link->max_width)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "speed", nn_json_str_or_null(link->speed), "width",
			 nn_json_str_or_null(link->width), "max_speed",
			 nn_json_str_or_null(link->max_speed), "max_width",
			 nn_json_str_or_null(link->max_width));
}

static json_t *bars_json(const struct nn_device *device)
{
	json_t *array = json_array();

	for (size_t i = 0; i < device->nr_bars; i++) {
		const struct nn_bar *bar = &device->bars[i];
		json_t *sizes = json_array();

		for (unsigned int bit = 0; bit < 44; bit++) {
			if (bar->resizable_mib >> bit & 1)
				(void)json_array_append_new(sizes, json_integer(1LL << bit));
		}
		(void)json_array_append_new(
			array,
			json_pack("{s:i, s:s, s:o, s:I, s:b, s:b, s:o}", "index", (int)bar->index,
				  "kind", bar->is_memory ? "memory" : "io", "start",
				  bar->is_assigned ? address(bar->start) : json_null(), "bytes",
				  (json_int_t)bar->size_bytes, "64bit", bar->is_64bit,
				  "prefetchable", bar->is_prefetchable, "sizes_mib", sizes));
	}
	return array;
}

static json_t *rom_json(const struct nn_device *device)
{
	if (device->rom_bytes < 0 && device->rom_readable < 0)
		return json_null();
	return json_pack("{s:o, s:o}", "bytes", int_or_null(device->rom_bytes), "readable",
			 bool_or_null(device->rom_readable));
}

static json_t *sriov_json(const struct nn_sriov *sriov)
{
	if (sriov->total_vfs < 0)
		return json_null();
	return json_pack("{s:I, s:o, s:o, s:o}", "total", (json_int_t)sriov->total_vfs, "enabled",
			 int_or_null(sriov->nr_vfs), "autoprobe", bool_or_null(sriov->autoprobe),
			 "functions", names_json(&sriov->vfs));
}

static json_t *mdev_types_json(const struct nn_mdev_types *types)
{
	json_t *array = json_array();

	for (size_t i = 0; i < types->nr; i++) {
		const struct nn_mdev_type *type = &types->items[i];

		(void)json_array_append_new(array,
					    json_pack("{s:o, s:o, s:o, s:o}", "id",
						      nn_json_str_or_null(type->id), "name",
						      nn_json_str_or_null(type->name), "api",
						      nn_json_str_or_null(type->api), "available",
						      int_or_null(type->nr_available)));
	}
	return array;
}

static json_t *mdev_parents_json(const struct nn_mdev_parents *parents, const char *only)
{
	json_t *array = json_array();

	for (size_t i = 0; i < parents->nr; i++) {
		const struct nn_mdev_parent *parent = &parents->items[i];

		if (!only || strcmp(parent->name, only) == 0)
			(void)json_array_append_new(
				array,
				json_pack("{s:o, s:o}", "parent", nn_json_str_or_null(parent->name),
					  "types", mdev_types_json(&parent->types)));
	}
	return array;
}

static json_t *acs_bits(int bits)
{
	static const char *const names[] = {
		"source validation",     "translation blocking", "request redirect",
		"completion redirect",   "upstream forwarding",  "egress control",
		"direct translated p2p",
	};
	json_t *array = json_array();

	for (size_t i = 0; bits > 0 && i < NN_ARRAY_SIZE(names); i++) {
		if (bits >> i & 1)
			(void)json_array_append_new(array, json_string(names[i]));
	}
	return array;
}

static json_t *acs_json(const struct nn_device *device)
{
	if (!device->config.has_capabilities)
		return json_null();
	return json_pack("{s:o, s:o, s:b}", "supported", acs_bits(device->config.acs_capability),
			 "enabled", acs_bits(device->config.acs_control), "isolates",
			 nn_device_isolates(device));
}

static json_t *users_json(const struct nn_device_users *users)
{
	json_t *array = json_array();

	for (size_t i = 0; i < users->nr; i++) {
		const struct nn_device_user *user = &users->items[i];

		(void)json_array_append_new(array,
					    json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "kind",
						      nn_user_kind_name(user->kind), "what",
						      nn_json_str_or_null(user->what), "detail",
						      nn_json_str_or_null(user->detail), "pid",
						      int_or_null(user->pid), "comm",
						      nn_json_str_or_null(user->comm), "forbids",
						      user->forbids));
	}
	return array;
}

static json_t *assignability_json(const struct nn_assignability *assignability)
{
	json_t *reasons = json_array();

	for (size_t i = 0; i < assignability->nr; i++) {
		const struct nn_reason *reason = &assignability->reasons[i];

		(void)json_array_append_new(reasons,
					    json_pack("{s:s, s:b, s:o, s:o}", "kind",
						      nn_obstacle_name(reason->obstacle), "forbids",
						      reason->forbids, "object",
						      nn_json_str_or_null(reason->object), "text",
						      nn_json_str_or_null(reason->text)));
	}
	return json_pack("{s:s, s:o, s:o}", "verdict", nn_assignable_name(assignability->verdict),
			 "reasons", reasons, "set", names_json(&assignability->set));
}

/* ---- one device ---- */

static void set(json_t *object, const char *key, json_t *take_value)
{
	(void)json_object_set_new(object, key, take_value);
}

static void add_identity(json_t *object, const struct nn_device *device)
{
	set(object, "bdf", json_string(device->bdf));
	set(object, "vendor", hex_or_null(device->vendor, 4));
	set(object, "device", hex_or_null(device->device, 4));
	set(object, "class", hex_or_null(device->class_code, 6));
	set(object, "subsystem_vendor", hex_or_null(device->subsystem_vendor, 4));
	set(object, "subsystem_device", hex_or_null(device->subsystem_device, 4));
	set(object, "revision", hex_or_null(device->revision, 2));
	set(object, "vendor_name", nn_json_str_or_null(device->vendor_name));
	set(object, "device_name", nn_json_str_or_null(device->device_name));
	set(object, "class_name", nn_json_str_or_null(device->class_name));
	set(object, "bridge", json_boolean(device->is_bridge));
	set(object, "header_type", int_or_null(device->config.header_type));
	set(object, "multifunction", bool_or_null(device->config.is_multifunction));
	set(object, "pcie_type", nn_json_str_or_null(nn_pcie_type_name(device->config.pcie_type)));
	set(object, "driver", nn_json_str_or_null(device->driver));
	set(object, "driver_override", nn_json_str_or_null(device->driver_override));
	set(object, "path", names_json(&device->path));
	set(object, "iommu_group", nn_json_str_or_null(device->iommu_group));
}

static void add_hardware(json_t *object, const struct nn_device *device)
{
	set(object, "link", link_json(&device->link));
	set(object, "port_link", link_json(&device->uplink));
	set(object, "bars", bars_json(device));
	set(object, "rom", rom_json(device));
	set(object, "reset",
	    json_pack("{s:b, s:o}", "own", device->can_reset, "methods",
		      words_json(device->reset_methods)));
	set(object, "flr", bool_or_null(device->config.has_flr));
	set(object, "msi", int_or_null(device->config.msi_vectors));
	set(object, "msix", int_or_null(device->config.msix_vectors));
	set(object, "acs", acs_json(device));
	set(object, "sriov", sriov_json(&device->sriov));
	set(object, "physical_function", nn_json_str_or_null(device->sriov.pf));
	set(object, "mdev_types", mdev_types_json(&device->mdev_types));
	set(object, "numa_node", int_or_null(device->numa_node));
	set(object, "local_cpus", nn_json_str_or_null(device->local_cpus));
	set(object, "power_state", nn_json_str_or_null(device->power_state));
	set(object, "runtime_status", nn_json_str_or_null(device->runtime_status));
	set(object, "d3cold_allowed", bool_or_null(device->d3cold_allowed));
	set(object, "boot_vga", bool_or_null(device->boot_vga));
}

static json_t *device_json(const struct nn_survey *survey, size_t at)
{
	json_t *object = json_object();

	add_identity(object, &survey->devices.items[at]);
	add_hardware(object, &survey->devices.items[at]);
	set(object, "users", users_json(&survey->users[at]));
	set(object, "assignable", assignability_json(&survey->assignabilities[at]));
	return object;
}

/* ---- the machine ---- */

static json_t *group_json(const struct nn_iommu_group *group)
{
	json_t *regions = json_array();

	for (size_t i = 0; i < group->nr_regions; i++)
		(void)json_array_append_new(regions,
					    json_pack("{s:o, s:o, s:o}", "start",
						      address(group->regions[i].start), "end",
						      address(group->regions[i].end), "type",
						      nn_json_str_or_null(group->regions[i].type)));
	return json_pack("{s:o, s:o, s:o, s:o}", "id", nn_json_str_or_null(group->id), "type",
			 nn_json_str_or_null(group->type), "members", names_json(&group->members),
			 "reserved", regions);
}

static json_t *board_json(const struct nn_board *board)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kernel", nn_json_str_or_null(board->kernel),
		"iommu", nn_json_str_or_null(board->iommu), "policy",
		nn_json_str_or_null(board->policy), "interrupt_remapping",
		bool_or_null(board->interrupt_remapping), "unsafe_interrupts",
		bool_or_null(board->unsafe_interrupts), "acs_override",
		nn_json_str_or_null(board->acs_override), "options", names_json(&board->options));
}

static json_t *isolation_json(const struct nn_isolation *isolation)
{
	json_t *object = json_object();
	const struct {
		const char *key;
		size_t value;
	} counts[] = {
		{"functions", isolation->nr_functions},
		{"bridges", isolation->nr_bridges},
		{"endpoints", isolation->nr_endpoints},
		{"endpoints_alone", isolation->nr_alone},
		{"endpoints_ungrouped", isolation->nr_ungrouped},
		{"groups", isolation->nr_groups},
		{"cards", isolation->nr_cards},
		{"cards_alone", isolation->nr_cards_alone},
		{"largest_endpoints", isolation->nr_largest},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(counts); i++)
		set(object, counts[i].key, json_integer((json_int_t)counts[i].value));
	set(object, "largest_group", nn_json_str_or_null(isolation->largest));
	set(object, "ports_without_acs",
	    isolation->is_acs_known ? names_json(&isolation->open_ports) : json_null());
	set(object, "split_against_acs",
	    isolation->is_acs_known ? names_json(&isolation->split_apart) : json_null());
	return object;
}

static bool is_wanted(const struct nn_survey *survey, size_t at, const char *only)
{
	return !only || strcmp(survey->devices.items[at].bdf, only) == 0;
}

json_t *nn_survey_json(const struct nn_survey *survey, const struct nn_survey_machine *machine,
		       const char *only)
{
	json_t *groups = json_array();
	json_t *devices = json_array();

	for (size_t i = 0; i < survey->nr_groups; i++) {
		if (!only || nn_name_list_has(&survey->groups[i].members, only))
			(void)json_array_append_new(groups, group_json(&survey->groups[i]));
	}
	for (size_t i = 0; i < survey->devices.nr; i++) {
		if (is_wanted(survey, i, only))
			(void)json_array_append_new(devices, device_json(survey, i));
	}
	return json_pack("{s:s, s:{s:o, s:o, s:b}, s:o, s:o, s:I, s:o, s:o, s:o}", "schema",
			 NN_SURVEY_SCHEMA, "machine", "fingerprint",
			 nn_json_str_or_null(machine->fingerprint), "description",
			 nn_json_str_or_null(machine->description), "emulated",
			 machine->is_emulated, "board", board_json(&survey->board), "isolation",
			 isolation_json(&survey->isolation), "hidden_processes",
			 (json_int_t)survey->nr_hidden, "groups", groups, "devices", devices,
			 "mdev_parents", mdev_parents_json(&survey->mdev_parents, only));
}
