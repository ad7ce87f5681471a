/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two boards side by side, from the JSON of their surveys, which may come from another machine and
 * is checked like any foreign input. Cards (all functions of one slot) are paired: equal devices
 * first, then those of one kind (class and subclass), each in the order of their addresses.
 */
#ifndef NN_DEVICE_SURVEY_COMPARE_H
#define NN_DEVICE_SURVEY_COMPARE_H

#include <jansson.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/sysfs.h"

#define NN_BOARDS_SCHEMA "nearnative.boards/1"

struct nn_card {
	char *bdf;        /* of its first function */
	char *name;       /* for people */
	char *class_code; /* "010802" */
	char *id;         /* "1b36:0010" */
	char *group;      /* of its first function, or NULL */
	bool is_alone;    /* it shares no group with another card */
	struct nn_name_list functions;
	struct nn_name_list with; /* the cards it shares a group with: "0000:02:00.0 NAME" */
};

/* What is told of a board in one line each; NULL: not known. */
enum nn_board_line {
	NN_LINE_MACHINE,
	NN_LINE_KERNEL,
	NN_LINE_IOMMU,
	NN_LINE_REMAPPING,
	NN_LINE_FUNCTIONS,
	NN_LINE_CARDS, /* the isolation score */
	NN_LINE_ENDPOINTS,
	NN_LINE_LARGEST,
	NN_LINE_PORTS,
	NN_LINE_OVERRIDE,
	NN_NR_LINES,
};

const char *nn_board_line_name(enum nn_board_line line); /* "isolated cards" … */
const char *nn_board_line_key(enum nn_board_line line);  /* in JSON: "isolated_cards" … */

struct nn_board_side {
	char *fingerprint; /* or NULL */
	char *lines[NN_NR_LINES];
	uint64_t nr_cards;
	uint64_t nr_cards_alone;
	struct nn_card *cards;
	size_t nr;
	size_t cap;
};

void nn_board_side_release(struct nn_board_side *side);
NN_AUTO_DEFINE(board_side, struct nn_board_side, nn_board_side_release(p))

/** Take a survey's JSON; -EBADMSG names what is wrong with it. */
int nn_board_side_read(const json_t *json, struct nn_board_side *ret_side, struct nn_err *err);

/* Cards by number in their sides. */
struct nn_card_pair {
	size_t a;
	size_t b;
};

struct nn_boards {
	const struct nn_board_side *a;
	const struct nn_board_side *b;
	struct nn_card_pair *pairs; /* in the order of A */
	size_t nr_pairs;
	size_t *only_a;
	size_t nr_only_a;
	size_t *only_b;
	size_t nr_only_b;
};

void nn_boards_compare(const struct nn_board_side *a, const struct nn_board_side *b,
		       struct nn_boards *ret_boards);
void nn_boards_release(struct nn_boards *boards);
NN_AUTO_DEFINE(boards, struct nn_boards, nn_boards_release(p))

/** nearnative.boards/1, a new reference. */
json_t *nn_boards_json(const struct nn_boards *boards);

#endif
