/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey of a machine's devices for people. */
#ifndef NN_CMD_DEVICES_TEXT_H
#define NN_CMD_DEVICES_TEXT_H

#include "harness/base/strbuf.h"
#include "harness/device/survey.h"

/** Append all functions by their groups, then the board's isolation. */
void nn_devices_text(const struct nn_survey *survey, struct nn_strbuf *out);

/** Append everything that is known of one function. */
void nn_devices_text_one(const struct nn_survey *survey, size_t at, struct nn_strbuf *out);

#endif
