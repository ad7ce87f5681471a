/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/survey-compare.h"

#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"

#define CLASS_DIGITS 4 /* of the class code: class and subclass */

static bool same_id(const struct nn_card *a, const struct nn_card *b)
{
	return strcmp(a->id, b->id) == 0 && strcmp(a->class_code, b->class_code) == 0;
}

static bool same_kind(const struct nn_card *a, const struct nn_card *b)
{
	return strncmp(a->class_code, b->class_code, CLASS_DIGITS) == 0;
}

/* For every card of A that has none yet, the first of B that is free and alike; nr: none. */
static void pair_up(const struct nn_boards *boards, size_t *partners, bool *is_taken,
		    bool (*alike)(const struct nn_card *a, const struct nn_card *b))
{
	for (size_t i = 0; i < boards->a->nr; i++) {
		for (size_t j = 0; j < boards->b->nr && partners[i] == boards->b->nr; j++) {
			if (is_taken[j] || !alike(&boards->a->cards[i], &boards->b->cards[j]))
				continue;
			partners[i] = j;
			is_taken[j] = true;
		}
	}
}

void nn_boards_compare(const struct nn_board_side *a, const struct nn_board_side *b,
		       struct nn_boards *ret_boards)
{
	struct nn_boards boards = {.a = a, .b = b};
	NN_AUTO(free) size_t *partners = nn_calloc(a->nr + 1, sizeof(*partners));
	NN_AUTO(free) bool *is_taken = nn_calloc(b->nr + 1, sizeof(*is_taken));

	boards.pairs = nn_calloc(a->nr + 1, sizeof(*boards.pairs));
	boards.only_a = nn_calloc(a->nr + 1, sizeof(*boards.only_a));
	boards.only_b = nn_calloc(b->nr + 1, sizeof(*boards.only_b));
	for (size_t i = 0; i < a->nr; i++)
		partners[i] = b->nr;
	pair_up(&boards, partners, is_taken, same_id);
	pair_up(&boards, partners, is_taken, same_kind);
	for (size_t i = 0; i < a->nr; i++) {
		if (partners[i] == b->nr)
			boards.only_a[boards.nr_only_a++] = i;
		else
			boards.pairs[boards.nr_pairs++] =
				(struct nn_card_pair){.a = i, .b = partners[i]};
	}
	for (size_t j = 0; j < b->nr; j++) {
		if (!is_taken[j])
			boards.only_b[boards.nr_only_b++] = j;
	}
	*ret_boards = boards;
}

void nn_boards_release(struct nn_boards *boards)
{
	free(boards->pairs);
	free(boards->only_a);
	free(boards->only_b);
	*boards = (struct nn_boards){0};
}

/* ---- JSON ---- */

static json_t *card_json(const struct nn_card *card)
{
	json_t *with = json_array();

	for (size_t i = 0; i < card->with.nr; i++)
		(void)json_array_append_new(with, nn_json_str_or_null(card->with.names[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "bdf",
			 nn_json_str_or_null(card->bdf), "name", nn_json_str_or_null(card->name),
			 "id", nn_json_str_or_null(card->id), "class",
			 nn_json_str_or_null(card->class_code), "iommu_group",
			 nn_json_str_or_null(card->group), "alone", card->is_alone, "with", with);
}

static json_t *side_json(const struct nn_board_side *side)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "fingerprint", nn_json_str_or_null(side->fingerprint));
	for (int i = 0; i < NN_NR_LINES; i++)
		(void)json_object_set_new(object, nn_board_line_key((enum nn_board_line)i),
					  nn_json_str_or_null(side->lines[i]));
	(void)json_object_set_new(object, "cards", json_integer((json_int_t)side->nr_cards));
	(void)json_object_set_new(object, "cards_alone",
				  json_integer((json_int_t)side->nr_cards_alone));
	return object;
}

static json_t *only_json(const struct nn_board_side *side, const size_t *only, size_t nr)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nr; i++)
		(void)json_array_append_new(array, card_json(&side->cards[only[i]]));
	return array;
}

json_t *nn_boards_json(const struct nn_boards *boards)
{
	json_t *pairs = json_array();

	for (size_t i = 0; i < boards->nr_pairs; i++) {
		const struct nn_card *a = &boards->a->cards[boards->pairs[i].a];
		const struct nn_card *b = &boards->b->cards[boards->pairs[i].b];

		(void)json_array_append_new(pairs,
					    json_pack("{s:o, s:o, s:b}", "a", card_json(a), "b",
						      card_json(b), "same_device", same_id(a, b)));
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "schema", NN_BOARDS_SCHEMA, "a",
			 side_json(boards->a), "b", side_json(boards->b), "pairs", pairs, "only_a",
			 only_json(boards->a, boards->only_a, boards->nr_only_a), "only_b",
			 only_json(boards->b, boards->only_b, boards->nr_only_b));
}
