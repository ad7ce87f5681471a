/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Campaigns and baselines that the user names. One that is not there is a bad command line
 * (-EINVAL, hence NN_EXIT_USAGE) for every command, and no fault of the machine.
 */
#ifndef NN_CMD_NAMED_H
#define NN_CMD_NAMED_H

#include "harness/base/err.h"
#include "harness/store/store.h"

/** @which: a UUID, the beginning of one, or a name; NULL: the latest. -EINVAL: there is none. */
int nn_named_campaign(struct nn_store *store, const char *which, struct nn_campaign *ret_campaign,
		      struct nn_err *err);

/** @name: of a baseline; with "campaign:" in front what nn_named_campaign() takes. -EINVAL. */
int nn_named_baseline(struct nn_store *store, const char *name, struct nn_campaign *ret_campaign,
		      struct nn_err *err);

#endif
