/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/survey-compare.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/device/device.h"
#include "harness/device/survey.h"

static const struct {
	const char *key; /* in JSON */
	const char *title;
} line_names[NN_NR_LINES] = {
	[NN_LINE_MACHINE] = {"machine", "machine"},
	[NN_LINE_KERNEL] = {"kernel", "kernel"},
	[NN_LINE_IOMMU] = {"iommu", "IOMMU"},
	[NN_LINE_REMAPPING] = {"interrupt_remapping", "interrupt remapping"},
	[NN_LINE_FUNCTIONS] = {"functions", "functions"},
	[NN_LINE_CARDS] = {"isolated_cards", "isolated cards"},
	[NN_LINE_ENDPOINTS] = {"endpoints_alone", "endpoints alone"},
	[NN_LINE_LARGEST] = {"largest_group", "largest group"},
	[NN_LINE_PORTS] = {"ports_without_acs", "ports without ACS"},
	[NN_LINE_OVERRIDE] = {"acs_override", "ACS override"},
};

const char *nn_board_line_name(enum nn_board_line line)
{
	return line_names[line].title;
}

const char *nn_board_line_key(enum nn_board_line line)
{
	return line_names[line].key;
}

static void card_release(struct nn_card *card)
{
	free(card->bdf);
	free(card->name);
	free(card->class_code);
	free(card->id);
	free(card->group);
	nn_name_list_release(&card->functions);
	nn_name_list_release(&card->with);
}

void nn_board_side_release(struct nn_board_side *side)
{
	free(side->fingerprint);
	for (size_t i = 0; i < NN_NR_LINES; i++)
		free(side->lines[i]);
	for (size_t i = 0; i < side->nr; i++)
		card_release(&side->cards[i]);
	free(side->cards);
	*side = (struct nn_board_side){0};
}

/* A member of a survey's device that must be there. */
struct told {
	const char *bdf;
	const char *vendor;
	const char *device;
	const char *class_code;
	const char *group; /* or NULL */
	bool is_bridge;
	bool is_virtual;
};

static int told_read(const json_t *device, struct told *ret_told, struct nn_err *err)
{
	char normal[NN_BDF_CAP];
	int rc = nn_json_get_str(device, "bdf", &ret_told->bdf, err);

	if (!rc)
		rc = nn_json_get_str(device, "vendor", &ret_told->vendor, err);
	if (!rc)
		rc = nn_json_get_str(device, "device", &ret_told->device, err);
	if (!rc)
		rc = nn_json_get_str(device, "class", &ret_told->class_code, err);
	if (!rc && nn_bdf_parse(ret_told->bdf, normal, NULL))
		rc = nn_err_set(err, -EBADMSG, "'%s' is no PCI address", ret_told->bdf);
	if (rc)
		return rc;
	ret_told->group = nn_json_opt_str(device, "iommu_group");
	ret_told->is_bridge = json_is_true(json_object_get(device, "bridge"));
	ret_told->is_virtual = nn_json_opt_str(device, "physical_function");
	return 0;
}

static char *device_name(const json_t *device, const struct told *told)
{
	const char *vendor = nn_json_opt_str(device, "vendor_name");
	const char *name = nn_json_opt_str(device, "device_name");

	if (vendor && name)
		return nn_asprintf("%s %s", vendor, name);
	return nn_asprintf("%s:%s", told->vendor, told->device);
}

static struct nn_card *card_of(struct nn_board_side *side, const char *bdf)
{
	for (size_t i = 0; i < side->nr; i++) {
		if (nn_name_list_has(&side->cards[i].functions, bdf))
			return &side->cards[i];
	}
	return NULL;
}

/* The card of another function of the slot, which virtual functions have none of. */
static struct nn_card *card_of_slot(struct nn_board_side *side, const struct told *told)
{
	for (size_t i = 0; !told->is_virtual && i < side->nr; i++) {
		if (nn_device_same_slot(side->cards[i].bdf, told->bdf))
			return &side->cards[i];
	}
	return NULL;
}

static int take_device(struct nn_board_side *side, const json_t *device, struct nn_err *err)
{
	struct told told;
	struct nn_card *card;
	int rc = told_read(device, &told, err);

	if (rc || told.is_bridge)
		return rc;
	card = card_of_slot(side, &told);
	if (!card) {
		card = NN_ARRAY_APPEND(side->cards, side->nr, side->cap);
		*card = (struct nn_card){.bdf = nn_strdup(told.bdf),
					 .name = device_name(device, &told),
					 .class_code = nn_strdup(told.class_code),
					 .id = nn_asprintf("%s:%s", told.vendor, told.device),
					 .group = nn_strdup(told.group),
					 .is_alone = told.group};
	}
	(void)nn_name_list_add_once(&card->functions, told.bdf);
	return 0;
}

/* Every two members of a group that are of different cards share it. */
static int take_group(struct nn_board_side *side, const json_t *group, struct nn_err *err)
{
	json_t *members = NULL;
	json_t *member;
	json_t *other;
	size_t i;
	size_t j;
	int rc = nn_json_get_array(group, "members", &members, err);

	if (rc)
		return rc;
	json_array_foreach (members, i, member) {
		const char *bdf = json_string_value(member);
		struct nn_card *card = bdf ? card_of(side, bdf) : NULL;

		json_array_foreach (members, j, other) {
			const char *with = json_string_value(other);
			const struct nn_card *stranger = with ? card_of(side, with) : NULL;
			NN_AUTO(free) char *text = NULL;

			if (!card || !stranger || stranger == card)
				continue;
			text = nn_asprintf("%s %s", stranger->bdf, stranger->name);
			(void)nn_name_list_add_once(&card->with, text);
			card->is_alone = false;
		}
	}
	return 0;
}

static int take_cards(struct nn_board_side *side, const json_t *json, struct nn_err *err)
{
	json_t *devices = NULL;
	json_t *groups = NULL;
	json_t *item;
	size_t i;
	int rc = nn_json_get_array(json, "devices", &devices, err);

	if (!rc)
		rc = nn_json_get_array(json, "groups", &groups, err);
	json_array_foreach (devices, i, item) {
		if (!rc)
			rc = take_device(side, item, err);
	}
	json_array_foreach (groups, i, item) {
		if (!rc)
			rc = take_group(side, item, err);
	}
	return rc;
}

static char *yes_or_no(const json_t *value, const char *yes, const char *no)
{
	return json_is_boolean(value) ? nn_strdup(json_is_true(value) ? yes : no) : NULL;
}

static void take_board(struct nn_board_side *side, const json_t *board)
{
	const char *iommu = nn_json_opt_str(board, "iommu");
	const char *policy = nn_json_opt_str(board, "policy");
	const char *override = nn_json_opt_str(board, "acs_override");

	side->lines[NN_LINE_KERNEL] = nn_strdup(nn_json_opt_str(board, "kernel"));
	side->lines[NN_LINE_IOMMU] = nn_asprintf("%s%s%s", iommu ? iommu : "none",
						 policy ? ", " : "", policy ? policy : "");
	side->lines[NN_LINE_REMAPPING] =
		yes_or_no(json_object_get(board, "interrupt_remapping"), "on", "off");
	side->lines[NN_LINE_OVERRIDE] = nn_strdup(override);
}

static char *count_of_list(const json_t *list)
{
	return json_is_array(list) ? nn_asprintf("%zu", json_array_size(list)) : NULL;
}

static int take_isolation(struct nn_board_side *side, const json_t *isolation, struct nn_err *err)
{
	static const char *const keys[] = {"functions",        "groups",    "cards",
					   "cards_alone",      "endpoints", "endpoints_alone",
					   "largest_endpoints"};
	enum { FUNCTIONS, GROUPS, CARDS, CARDS_ALONE, ENDPOINTS, ENDPOINTS_ALONE, LARGEST };
	const json_t *split = json_object_get(isolation, "split_against_acs");
	uint64_t n[NN_ARRAY_SIZE(keys)];

	for (size_t i = 0; i < NN_ARRAY_SIZE(keys); i++) {
		int rc = nn_json_get_u64(isolation, keys[i], &n[i], err);

		if (rc)
			return rc;
	}
	side->nr_cards = n[CARDS];
	side->nr_cards_alone = n[CARDS_ALONE];
	side->lines[NN_LINE_FUNCTIONS] =
		nn_asprintf("%llu in %llu groups", (unsigned long long)n[FUNCTIONS],
			    (unsigned long long)n[GROUPS]);
	side->lines[NN_LINE_CARDS] =
		nn_asprintf("%llu of %llu (%.0f %%)", (unsigned long long)n[CARDS_ALONE],
			    (unsigned long long)n[CARDS],
			    n[CARDS] ? 100.0 * (double)n[CARDS_ALONE] / (double)n[CARDS] : 0.0);
	side->lines[NN_LINE_ENDPOINTS] =
		nn_asprintf("%llu of %llu", (unsigned long long)n[ENDPOINTS_ALONE],
			    (unsigned long long)n[ENDPOINTS]);
	side->lines[NN_LINE_LARGEST] =
		nn_asprintf("%llu endpoints", (unsigned long long)n[LARGEST]);
	side->lines[NN_LINE_PORTS] = count_of_list(json_object_get(isolation, "ports_without_acs"));
	if (!side->lines[NN_LINE_OVERRIDE] && json_is_array(split))
		side->lines[NN_LINE_OVERRIDE] = nn_strdup(
			json_array_size(split) ? "not asked for, but groups are finer" : "no");
	return 0;
}

static int side_read(const json_t *json, struct nn_board_side *side, struct nn_err *err)
{
	const char *schema = NULL;
	json_t *machine = NULL;
	json_t *board = NULL;
	json_t *isolation = NULL;
	int rc = nn_json_get_str(json, "schema", &schema, err);

	if (!rc && strcmp(schema, NN_SURVEY_SCHEMA) != 0)
		rc = nn_err_set(err, -EBADMSG, "its schema is '%s', expected '%s'", schema,
				NN_SURVEY_SCHEMA);
	if (!rc)
		rc = nn_json_get_object(json, "machine", &machine, err);
	if (!rc)
		rc = nn_json_get_object(json, "board", &board, err);
	if (!rc)
		rc = nn_json_get_object(json, "isolation", &isolation, err);
	if (rc)
		return rc;
	side->fingerprint = nn_strdup(nn_json_opt_str(machine, "fingerprint"));
	side->lines[NN_LINE_MACHINE] = nn_strdup(nn_json_opt_str(machine, "description"));
	take_board(side, board);
	rc = take_isolation(side, isolation, err);
	return rc ? rc : take_cards(side, json, err);
}

int nn_board_side_read(const json_t *json, struct nn_board_side *ret_side, struct nn_err *err)
{
	NN_AUTO(board_side) struct nn_board_side side = {0};
	int rc = side_read(json, &side, err);

	if (rc)
		return nn_err_prefix(err, "no survey of devices");
	*ret_side = side;
	side = (struct nn_board_side){0};
	return 0;
}
