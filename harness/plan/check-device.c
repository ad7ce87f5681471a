/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/check.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"
#include "harness/base/units.h"

#define MAX_VF    65535 /* 16 bits: TotalVFs of the SR-IOV capability */
#define KEYS_HINT "expected an address, {pf: ADDRESS, vf: NUMBER} or {parent: NAME, mdev: TYPE}"

/* A mapping under `device`, and where to point at when something is wrong with it. */
struct place {
	const char *path;
	const struct nn_lines *lines;
	const struct nn_lines_node *mapping;
};

static const char *known_keys[] = {"pf", "vf", "parent", "mdev"};

static int check_keys(const struct place *place, struct nn_err *err)
{
	const struct nn_lines_node *node;

	for (size_t i = place->mapping->first_child; i; i = node->next) {
		bool is_known = false;

		node = &place->lines->nodes[i];
		for (size_t k = 0; k < NN_ARRAY_SIZE(known_keys); k++)
			is_known |= strcmp(known_keys[k], node->key) == 0;
		if (!is_known)
			return nn_err_set(err, -EINVAL, "%s:%u: device has no key '%s', " KEYS_HINT,
					  place->path, node->line, node->key);
		if (node->kind != NN_LINES_SCALAR)
			return nn_err_set(err, -EINVAL,
					  "%s:%u: device.%s is no single value, " KEYS_HINT,
					  place->path, node->line, node->key);
	}
	return 0;
}

/* The text under @key, or NULL. */
static const struct nn_lines_node *member(const struct place *place, const char *key)
{
	return nn_lines_member(place->lines, place->mapping, key);
}

static int parse_address(const char *path, const struct nn_lines_node *node, const char *name,
			 char **ret_bdf, struct nn_err *err)
{
	char bdf[NN_BDF_CAP];

	if (nn_bdf_parse(node->text, bdf, err)) {
		(void)nn_err_prefix(err, "%s", name);
		return nn_err_prefix(err, "%s:%u", path, node->line);
	}
	*ret_bdf = nn_strdup(bdf);
	return 0;
}

static int parse_virtual_function(const struct place *place, struct nn_plan_device *device,
				  struct nn_err *err)
{
	const struct nn_lines_node *pf = member(place, "pf");
	const struct nn_lines_node *vf = member(place, "vf");

	if (!pf || !vf)
		return nn_err_set(err, -EINVAL, "%s:%u: device has '%s' without '%s', " KEYS_HINT,
				  place->path, place->mapping->line, pf ? "pf" : "vf",
				  pf ? "vf" : "pf");
	if (nn_parse_u64(vf->text, &device->vf, NULL) || device->vf > MAX_VF)
		return nn_err_set(err, -EINVAL,
				  "%s:%u: device.vf is '%s', expected a whole number from 0 to %d",
				  place->path, vf->line, vf->text, MAX_VF);
	device->kind = NN_PLAN_VIRTUAL_FUNCTION;
	return parse_address(place->path, pf, "device.pf", &device->name, err);
}

/* Both become parts of a path below /sys. */
static bool is_file_name(const char *text)
{
	return text[0] && text[0] != '.' && !strchr(text, '/') && !strchr(text, ' ');
}

static int parse_mediated(const struct place *place, struct nn_plan_device *device,
			  struct nn_err *err)
{
	const struct nn_lines_node *parent = member(place, "parent");
	const struct nn_lines_node *type = member(place, "mdev");

	if (!parent || !type)
		return nn_err_set(err, -EINVAL, "%s:%u: device has '%s' without '%s', " KEYS_HINT,
				  place->path, place->mapping->line, parent ? "parent" : "mdev",
				  parent ? "mdev" : "parent");
	if (!is_file_name(parent->text) || !is_file_name(type->text))
		return nn_err_set(err, -EINVAL,
				  "%s:%u: '%s' of '%s' is no mediated device, expected names that "
				  "'nearnative devices' shows",
				  place->path, type->line, type->text, parent->text);
	device->kind = NN_PLAN_MEDIATED;
	device->name = nn_strdup(parent->text);
	device->type = nn_strdup(type->text);
	return 0;
}

static int parse_mapping(const struct place *place, struct nn_plan_device *device,
			 struct nn_err *err)
{
	bool is_virtual = member(place, "pf") || member(place, "vf");
	bool is_mediated = member(place, "parent") || member(place, "mdev");
	int rc = check_keys(place, err);

	if (rc)
		return rc;
	if (is_virtual && is_mediated)
		return nn_err_set(err, -EINVAL,
				  "%s:%u: device is a virtual function and a mediated device at "
				  "once, " KEYS_HINT,
				  place->path, place->mapping->line);
	if (!is_virtual && !is_mediated)
		return nn_err_set(err, -EINVAL, "%s:%u: device is empty, " KEYS_HINT, place->path,
				  place->mapping->line);
	return is_virtual ? parse_virtual_function(place, device, err)
			  : parse_mediated(place, device, err);
}

int nn_check_plan_device(const char *path, const struct nn_lines *lines,
			 struct nn_plan_device *device, struct nn_err *err)
{
	const struct nn_lines_node *node = nn_lines_member(lines, &lines->nodes[0], "device");
	const struct place place = {.path = path, .lines = lines, .mapping = node};

	if (!node)
		return 0;
	if (node->kind == NN_LINES_MAPPING)
		return parse_mapping(&place, device, err);
	if (node->kind == NN_LINES_SEQUENCE)
		return nn_err_set(err, -EINVAL, "%s:%u: device is a list, " KEYS_HINT, path,
				  node->line);
	device->kind = NN_PLAN_FUNCTION;
	return parse_address(path, node, "device", &device->name, err);
}
