/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs between two campaigns, told to people and programs. */
#include "reports/cross/likeness.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "reports/words.h"

bool nn_differences_are_allowed(const struct nn_differences *differences)
{
	for (size_t i = 0; i < differences->nr; i++) {
		if (!differences->items[i].is_allowed)
			return false;
	}
	return true;
}

static const char *shown(const char *value)
{
	if (!value)
		return "(not known)";
	return *value ? value : "(empty)";
}

static const char *ruling(const struct nn_difference *difference, uint32_t axes)
{
	if (!difference->is_allowed)
		return ": speaks against comparing";
	return axes >> (difference->axis - nn_axes) & 1 ? "" : ": follows from what was asked for";
}

void nn_differences_text(const struct nn_differences *differences, uint32_t axes,
			 struct nn_strbuf *sb)
{
	const struct nn_axis *axis = NULL;

	for (size_t i = 0; i < differences->nr; i++) {
		const struct nn_difference *difference = &differences->items[i];

		if (difference->axis != axis) {
			axis = difference->axis;
			nn_strbuf_addf(sb, "%s (%s)\n", axis->name,
				       axes >> (axis - nn_axes) & 1 ? "asked for"
								    : "not asked for");
		}
		nn_strbuf_addf(sb, "  %s (", difference->name);
		nn_words_join(sb, &difference->where, ", ");
		nn_strbuf_addf(sb, ")%s\n    A  %s\n    B  %s\n", ruling(difference, axes),
			       shown(difference->a), shown(difference->b));
	}
}

static json_t *strings_json(const struct nn_strings *strings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strings->nr; i++)
		(void)json_array_append_new(array, nn_json_str_or_null(strings->items[i]));
	return array;
}

json_t *nn_differences_json(const struct nn_differences *differences)
{
	json_t *array = json_array();

	for (size_t i = 0; i < differences->nr; i++) {
		const struct nn_difference *difference = &differences->items[i];

		(void)json_array_append_new(array,
					    json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "axis",
						      difference->axis->name, "name",
						      nn_json_str_or_null(difference->name),
						      "where", strings_json(&difference->where),
						      "a", nn_json_str_or_null(difference->a), "b",
						      nn_json_str_or_null(difference->b),
						      "is_allowed", difference->is_allowed));
	}
	return array;
}

static void remark_on(const struct nn_difference *difference, struct nn_comparison *comparison)
{
	if (!difference->is_allowed)
		nn_strings_add(&comparison->remarks,
			       nn_asprintf("not like for like: %s: %s: A: %s; B: %s",
					   difference->axis->name, difference->name,
					   shown(difference->a), shown(difference->b)));
	else if (difference->is_own)
		nn_strings_add(&comparison->remarks,
			       nn_asprintf("what differs: %s: %s: A: %s; B: %s",
					   difference->axis->name, difference->name,
					   shown(difference->a), shown(difference->b)));
}

void nn_differences_remark(const struct nn_differences *differences,
			   struct nn_comparison *comparison)
{
	for (size_t i = 0; i < differences->nr; i++) {
		const struct nn_difference *difference = &differences->items[i];
		const char *subject = difference->axis->subject;

		remark_on(difference, comparison);
		if (subject && difference->is_own)
			nn_strings_add(
				&comparison->remarks,
				nn_asprintf("these two %s are compared, not their models: a claim "
					    "on models needs at least 5 of each",
					    subject));
	}
}
