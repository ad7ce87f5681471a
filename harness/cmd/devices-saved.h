/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Surveys of `nearnative devices` that are kept: in the database, or in files that --json wrote. */
#ifndef NN_CMD_DEVICES_SAVED_H
#define NN_CMD_DEVICES_SAVED_H

#include "harness/cmd/command.h"
#include "harness/device/survey.h"

/** Keep a survey in the database @db (NULL: the default), which is made when there is none. */
int nn_devices_save(const struct nn_cmd *cmd, const char *db, const struct nn_survey *survey,
		    struct nn_err *err);

/** Print the surveys that a database has. Return: enum nn_exit. */
int nn_devices_list_saved(const struct nn_cmd *cmd, const char *db, bool is_json);

/** Print two boards side by side. Return: enum nn_exit. */
int nn_devices_compare(const struct nn_cmd *cmd, const char *db, const char *const which[2],
		       bool is_json);

#endif
