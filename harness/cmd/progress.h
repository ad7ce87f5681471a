/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Progress on stderr: one line that is written over on a terminal, a plain line for each change of
 * phase otherwise. Warnings go above the line.
 */
#ifndef NN_CMD_PROGRESS_H
#define NN_CMD_PROGRESS_H

#include "harness/base/log.h"
#include "harness/runner/runner.h"

struct nn_progress_view {
	const struct nn_log *log;
	bool is_quiet;
	bool is_terminal;
	bool has_line; /* something stands on the terminal's present line */
	char last[160];
};

void nn_progress_view_init(struct nn_progress_view *view, const struct nn_log *log, bool is_quiet);

/* For struct nn_runner_params; @user is the view. */
void nn_progress_view_show(void *user, const struct nn_progress *progress);
void nn_progress_view_warn(void *user, const char *message);

/** Leave the terminal's line clean. */
void nn_progress_view_end(struct nn_progress_view *view);

#endif
