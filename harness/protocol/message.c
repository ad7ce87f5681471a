/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/protocol/message.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/protocol/wire.h"

#define FACTS_MAX 4096

static const char *const direction_names[] = {
	[NN_HIGHER_IS_BETTER] = "higher",
	[NN_LOWER_IS_BETTER] = "lower",
};

static const char *const metric_kind_names[] = {
	[NN_KIND_RATE] = "rate",
	[NN_KIND_TIME] = "time",
	[NN_KIND_COUNT] = "count",
	[NN_KIND_RATIO] = "ratio",
};

static const char *const severity_names[] = {
	[NN_SEVERITY_INFO] = "info",
	[NN_SEVERITY_WARNING] = "warning",
	[NN_SEVERITY_ERROR] = "error",
};

static const char *const outcome_names[] = {
	[NN_OUTCOME_OK] = "ok",
	[NN_OUTCOME_SKIPPED] = "skipped",
	[NN_OUTCOME_FAILED] = "failed",
	[NN_OUTCOME_BROKEN] = "broken",
};

static const char *const phase_names[] = {
	[NN_PHASE_WARMUP] = "warmup",
	[NN_PHASE_STEADY] = "steady",
};

/* The index of @name, or -EINVAL. */
static int name_index(const char *const *names, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(names[i], name) == 0)
			return (int)i;
	}
	return -EINVAL;
}

const char *nn_direction_name(enum nn_direction direction)
{
	return direction_names[direction];
}

const char *nn_metric_kind_name(enum nn_metric_kind kind)
{
	return metric_kind_names[kind];
}

const char *nn_severity_name(enum nn_severity severity)
{
	return severity_names[severity];
}

const char *nn_outcome_name(enum nn_outcome outcome)
{
	return outcome_names[outcome];
}

const char *nn_phase_name(enum nn_phase phase)
{
	return phase_names[phase];
}

int nn_direction_from(const char *name, enum nn_direction *ret_direction)
{
	int index = name_index(direction_names, NN_ARRAY_SIZE(direction_names), name);

	if (index < 0)
		return index;
	*ret_direction = (enum nn_direction)index;
	return 0;
}

int nn_metric_kind_from(const char *name, enum nn_metric_kind *ret_kind)
{
	int index = name_index(metric_kind_names, NN_ARRAY_SIZE(metric_kind_names), name);

	if (index < 0)
		return index;
	*ret_kind = (enum nn_metric_kind)index;
	return 0;
}

int nn_severity_from(const char *name, enum nn_severity *ret_severity)
{
	int index = name_index(severity_names, NN_ARRAY_SIZE(severity_names), name);

	if (index < 0)
		return index;
	*ret_severity = (enum nn_severity)index;
	return 0;
}

int nn_outcome_from(const char *name, enum nn_outcome *ret_outcome)
{
	int index = name_index(outcome_names, NN_ARRAY_SIZE(outcome_names), name);

	if (index < 0)
		return index;
	*ret_outcome = (enum nn_outcome)index;
	return 0;
}

int nn_phase_from(const char *name, enum nn_phase *ret_phase)
{
	int index = name_index(phase_names, NN_ARRAY_SIZE(phase_names), name);

	if (index < 0)
		return index;
	*ret_phase = (enum nn_phase)index;
	return 0;
}

void nn_pairs_release(struct nn_pairs *pairs)
{
	for (size_t i = 0; i < pairs->nr; i++) {
		free(pairs->items[i].name);
		free(pairs->items[i].value);
	}
	free(pairs->items);
	*pairs = (struct nn_pairs){0};
}

void nn_pairs_add(struct nn_pairs *pairs, const char *name, const char *value)
{
	struct nn_pair *pair = NN_ARRAY_APPEND(pairs->items, pairs->nr, pairs->cap);

	pair->name = nn_strdup(name);
	pair->value = nn_strdup(value ? value : "");
}

const char *nn_pairs_get(const struct nn_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->nr; i++) {
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value;
	}
	return NULL;
}

json_t *nn_wire_pairs(const struct nn_pairs *pairs)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pairs->nr; i++) {
		json_t *pair = json_object();

		(void)json_object_set_new(pair, "name", nn_json_str_or_null(pairs->items[i].name));
		(void)json_object_set_new(pair, "value",
					  nn_json_str_or_null(pairs->items[i].value));
		(void)json_array_append_new(list, pair);
	}
	return list;
}

int nn_wire_get_pairs(const json_t *obj, const char *key, struct nn_pairs *ret_pairs,
		      struct nn_err *err)
{
	NN_AUTO(pairs) struct nn_pairs pairs = {0};
	json_t *list;
	const json_t *item;
	size_t i;
	int rc = nn_wire_get_list(obj, key, FACTS_MAX, &list, err);

	if (rc)
		return rc;
	json_array_foreach (list, i, item) {
		struct nn_pair *pair = NN_ARRAY_APPEND(pairs.items, pairs.nr, pairs.cap);

		rc = nn_wire_get_text(item, "name", NN_WIRE_NAME_MAX, &pair->name, err);
		if (!rc)
			rc = nn_wire_get_text(item, "value", NN_WIRE_TEXT_MAX, &pair->value, err);
		if (rc)
			return nn_err_prefix(err, "%s[%zu]", key, i);
	}
	*ret_pairs = pairs;
	pairs = (struct nn_pairs){0};
	return 0;
}

json_t *nn_facts_encode(const struct nn_pairs *facts)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "facts", nn_wire_pairs(facts));
	return json;
}

int nn_facts_decode(const json_t *json, struct nn_pairs *ret_facts, struct nn_err *err)
{
	return nn_wire_get_pairs(json, "facts", ret_facts, err);
}
