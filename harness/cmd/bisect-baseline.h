/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The baseline of a bisection: whether every candidate would end without a verdict because of it is
 * told before anything is measured, as far as that can be known.
 */
#ifndef NN_CMD_BISECT_BASELINE_H
#define NN_CMD_BISECT_BASELINE_H

#include "harness/cmd/command.h"
#include "harness/cmd/contender.h"
#include "reports/cross/bisect.h"

/* Borrowed. */
struct nn_bisect_baseline {
	struct nn_store *store;
	const struct nn_campaign *campaign;
	const struct nn_contender *side; /* of @campaign, as "A" */
	const char *arm;                 /* that is judged, or a ratio of two; NULL: every one */
	uint32_t axes;                   /* that may differ */
};

/**
 * Check figures, arms, settings, machine and build.
 * @plan: that is about to be measured.
 * Return: 0; -EINVAL, -ENOTSUP with what is unfit; -errno.
 */
int nn_bisect_baseline_check(const struct nn_cmd *cmd, const struct nn_bisect_baseline *baseline,
			     const struct nn_plan *plan, const struct nn_bisect_params *params,
			     struct nn_err *err);

/** -ENOTSUP with what differs beyond what is allowed; 0 when nothing does. */
int nn_bisect_baseline_alike(const struct nn_differences *differences, struct nn_err *err);

#endif
