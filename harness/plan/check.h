/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a plan's values mean: the text that the schema let through becomes numbers, times, addresses
 * and names that are known, or an error with the line that it stands in.
 */
#ifndef NN_PLAN_CHECK_H
#define NN_PLAN_CHECK_H

#include "harness/plan/lines.h"
#include "harness/plan/plan.h"
#include "harness/plan/schema.h"

/**
 * Fill @plan, whose path is set and all else zero, from @raw.
 * Return: 0, or -EINVAL with "PATH:LINE: what is wrong, what was expected"; @plan is then half
 * filled and for nn_plan_free().
 */
int nn_check_plan(const struct nn_raw_plan *raw, const struct nn_lines *lines,
		  const struct nn_plan_catalog *catalog, struct nn_plan *plan, struct nn_err *err);

/** The part of it that is about `device`, which may be a text or a mapping. */
int nn_check_plan_device(const char *path, const struct nn_lines *lines,
			 struct nn_plan_device *device, struct nn_err *err);

/** Free an array of arms and what is in it. */
void nn_plan_arms_free(struct nn_plan_arm *arms, size_t nr);

#endif
