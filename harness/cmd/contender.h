/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `compare` and `gate` share: a campaign as one side of a comparison, with its plan. */
#ifndef NN_CMD_CONTENDER_H
#define NN_CMD_CONTENDER_H

#include "harness/cmd/command.h"
#include "harness/store/store.h"
#include "reports/cross/cross.h"
#include "reports/cross/likeness.h"

struct nn_contender {
	struct nn_cross_side *cross;
	struct nn_pairs plan; /* what arms and workloads are set to */
	bool has_plan;        /* this build understands it */
};

/** @label: "A" or "B". */
int nn_contender_open(struct nn_store *store, const struct nn_campaign *campaign, const char *label,
		      struct nn_contender *ret_contender, struct nn_err *err);
void nn_contender_release(struct nn_contender *contender);

/** What differs between two sides; arms that @arms name as ratios count with both their arms. */
void nn_contender_differences(const struct nn_contender *a, const struct nn_contender *b,
			      const struct nn_strings *arms, uint32_t axes,
			      struct nn_differences *ret_differences);

/** Add the axes of every entry of @list. */
int nn_contender_axes(const struct nn_option_list *list, uint32_t *axes, struct nn_err *err);

/** "A" and "B" as "name (UUID)" for messages; the caller frees. */
char *nn_contender_name(const struct nn_campaign *campaign);

#endif
