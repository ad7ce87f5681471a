/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeping a survey of this machine's devices in a database. */
#ifndef NN_RUNNER_SURVEY_H
#define NN_RUNNER_SURVEY_H

#include "harness/device/survey.h"
#include "harness/runner/machine.h"
#include "harness/store/store.h"

/** @machine as the survey's JSON tells it; borrows its strings. */
struct nn_survey_machine nn_survey_machine(const struct nn_machine *machine);

/** Store a survey. @campaign: the one that begins with it, or 0. */
int nn_survey_save(struct nn_store *store, const struct nn_survey *survey,
		   const struct nn_machine *machine, int64_t campaign, int64_t *ret_id,
		   struct nn_err *err);

/**
 * Survey the machine at the start of a campaign. What cannot be read becomes an event of the
 * campaign and stops nobody.
 * Return: 0; -errno of the database.
 */
int nn_survey_campaign(struct nn_store *store, const struct nn_sysroot *root,
		       const struct nn_machine *machine, int64_t campaign, struct nn_err *err);

#endif
