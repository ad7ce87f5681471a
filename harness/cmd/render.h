/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands that end in a report share: finding the format, writing what was rendered. */
#ifndef NN_CMD_RENDER_H
#define NN_CMD_RENDER_H

#include "harness/base/strbuf.h"
#include "harness/cmd/command.h"
#include "reports/comparison.h"
#include "reports/report.h"

/** The renderer called @format; -EINVAL. */
int nn_render_find(const char *format, const struct nn_report **ret_report, struct nn_err *err);

/** Write @text to the file @path, or to the standard output for NULL. Return: enum nn_exit. */
int nn_render_write(const struct nn_cmd *cmd, const char *path, const struct nn_strbuf *text);

/** Render and write; in colour where the standard output is a terminal. Return: enum nn_exit. */
int nn_render_comparison(const struct nn_cmd *cmd, const struct nn_report *report,
			 const struct nn_comparison *comparison, const char *path);

#endif
