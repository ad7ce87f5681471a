/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/device.h"

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/cmd/command.h"
#include "harness/device/names.h"

struct devices_options {
	bool is_json;
};

static const struct nn_option devices_options[] = {
	NN_OPTION("json", NN_OPTION_FLAG, struct devices_options, is_json, NULL, "write JSON"),
	NN_OPTION_END,
};

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void devices_text(const struct nn_device *device, struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "%s  %04x:%04x  group %-4s %-8s  %-12s  %-16s  %s %s\n", device->bdf,
		       device->vendor, device->device, or_dash(device->iommu_group),
		       or_dash(device->iommu_type), or_dash(device->driver),
		       or_dash(device->reset_methods), or_dash(device->vendor_name),
		       or_dash(device->device_name));
}

static json_t *devices_json(const struct nn_device *device)
{
	json_t *members = json_array();
	json_t *object = json_pack("{s:s, s:i, s:i, s:i, s:b}", "bdf", device->bdf, "vendor",
				   (int)device->vendor, "device", (int)device->device, "class",
				   (int)device->class_code, "bridge", device->is_bridge);
	const struct {
		const char *key;
		const char *value;
	} texts[] = {
		{"vendor_name", device->vendor_name},
		{"device_name", device->device_name},
		{"driver", device->driver},
		{"iommu_group", device->iommu_group},
		{"iommu_type", device->iommu_type},
		{"link_speed", device->link.speed},
		{"link_width", device->link.width},
		{"max_link_speed", device->link.max_speed},
		{"max_link_width", device->link.max_width},
		{"reset_methods", device->reset_methods},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++)
		(void)json_object_set_new(object, texts[i].key,
					  nn_json_str_or_null(texts[i].value));
	for (size_t i = 0; i < device->group_members.nr; i++)
		(void)json_array_append_new(members, json_string(device->group_members.names[i]));
	(void)json_object_set_new(object, "group_members", members);
	return object;
}

/* All functions of the machine; @ret_devices has room for every name in @bdfs. */
static int devices_read(const struct nn_cmd *cmd, const struct nn_name_list *bdfs,
			struct nn_device *ret_devices, struct nn_err *err)
{
	for (size_t i = 0; i < bdfs->nr; i++) {
		int rc = nn_device_read(&cmd->sysroot, bdfs->names[i], &ret_devices[i], err);

		if (rc)
			return rc;
	}
	nn_device_names_lookup(ret_devices, bdfs->nr);
	return 0;
}

static int devices_print(const struct nn_cmd *cmd, const struct nn_device *devices, size_t nr,
			 bool is_json)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *array = json_array();
	NN_AUTO(free) char *text = NULL;

	if (!is_json && nr)
		nn_strbuf_addf(&sb, "%-12s  %-9s  %-19s  %-12s  %-16s  %s\n", "address", "id",
			       "IOMMU group, type", "driver", "reset methods", "name");
	for (size_t i = 0; i < nr; i++) {
		if (is_json)
			(void)json_array_append_new(array, devices_json(&devices[i]));
		else
			devices_text(&devices[i], &sb);
	}
	if (is_json) {
		text = nn_json_pretty(array);
		nn_strbuf_add(&sb, text);
	} else if (!nr) {
		nn_log_line(&cmd->log, NN_LOG_INFO, "this machine shows no PCI functions");
	}
	return nn_command_print(cmd, &sb);
}

static int devices_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_devices = {
	.name = "devices",
	.operands = "",
	.summary = "List PCI functions with IOMMU groups, drivers and reset methods",
	.options = devices_options,
	.execute = devices_execute,
};

static int devices_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(name_list) struct nn_name_list bdfs = {0};
	NN_AUTO(free) struct nn_device *devices = NULL;
	struct devices_options options = {0};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_devices, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (rc)
		return rc;
	if (nn_device_list(&cmd->sysroot, &bdfs, &err))
		return nn_command_fail(cmd, &err);
	devices = nn_calloc(bdfs.nr + 1, sizeof(*devices));
	rc = devices_read(cmd, &bdfs, devices, &err);
	rc = rc ? nn_command_fail(cmd, &err)
		: devices_print(cmd, devices, bdfs.nr, options.is_json);
	for (size_t i = 0; i < bdfs.nr; i++)
		nn_device_release(&devices[i]);
	return rc;
}
