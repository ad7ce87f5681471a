/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of two campaigns that are set side by side: what is known of it before there are rows, and
 * what of it goes into the comparison beside them. Private to this folder.
 */
#ifndef NN_REPORTS_CROSS_SIDE_H
#define NN_REPORTS_CROSS_SIDE_H

#include "reports/build.h"
#include "reports/cross/cross.h"

struct nn_cross_side {
	const char *label;
	struct nn_build build;
};

/** Append what both sides say once, and the rest with the side's label in front. */
void nn_cross_join_texts(const struct nn_cross_side *const sides[2],
			 const struct nn_strings texts[2], struct nn_strings *ret_joined);

/** Fill everything of @out but rows: title, banner, arms, events, skips, remarks. */
void nn_cross_describe(const struct nn_cross_side *const sides[2], struct nn_comparison *out);

#endif
