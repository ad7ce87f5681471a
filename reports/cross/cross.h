/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two campaigns side by side as one comparison of source NN_SOURCE_CROSS: for each arm that is
 * asked for a row with base "A:vm" and arm "B:vm", and for the native-to-VM ratio itself, in which
 * drift of the hardware cancels, a row with base "A:vm/native" and arm "B:vm/native" whose cells
 * are the ratios of blocks (unit "ratio", as good or bad as the metric itself). Blocks of two
 * campaigns have nothing in common, so rows are unpaired: Welch's t on logs (reference statistics,
 * §2.9). Rows carry the campaign UUID of B. What speaks against figures in either campaign does so
 * here; no verdict but INVALID is given. A side borrows its store.
 */
#ifndef NN_REPORTS_CROSS_H
#define NN_REPORTS_CROSS_H

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/store/store.h"
#include "reports/comparison.h"

struct nn_cross_side;

/**
 * Gather what is known of a campaign: summary, arms, facts, what speaks against its figures.
 * @label: "A" or "B"; a constant.
 */
int nn_cross_side_new(struct nn_store *store, int64_t campaign, const char *label,
		      struct nn_cross_side **ret_side, struct nn_err *err);
void nn_cross_side_free(struct nn_cross_side *side);
NN_AUTO_DEFINE(cross_side, struct nn_cross_side *, nn_cross_side_free(*p))

/** Summary, arms with facts, events and skips; no rows. Lives as long as the side. */
const struct nn_comparison *nn_cross_side_campaign(const struct nn_cross_side *side);

/** Every arm of either campaign, in the order of A's plan, then B's. */
void nn_cross_arms(const struct nn_cross_side *a, const struct nn_cross_side *b,
		   struct nn_strings *ret_arms);

/** Every ratio of an arm of both campaigns and A's base arm: "vm/native". */
void nn_cross_ratios(const struct nn_cross_side *a, const struct nn_cross_side *b,
		     struct nn_strings *ret_arms);

/**
 * @arms: names of arms, and ratios of two as "vm/native"; each must be in one campaign at least.
 * Return: 0; -EINVAL for an unknown arm; -errno.
 */
int nn_cross_new(const struct nn_cross_side *a, const struct nn_cross_side *b,
		 const struct nn_strings *arms, struct nn_comparison **ret_comparison,
		 struct nn_err *err);

#endif
