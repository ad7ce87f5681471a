/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of text about devices, at most 96 columns wide, and the words that they are made of. */
#ifndef NN_CMD_DEVICES_ROWS_H
#define NN_CMD_DEVICES_ROWS_H

#include "harness/base/strbuf.h"
#include "harness/device/survey.h"

#define NN_DEVICES_COLUMNS 96
#define NN_DEVICES_LABEL   20 /* columns of the labels of rows */
#define NN_DEVICES_ADDRESS 14 /* and of addresses */

/**
 * Append a line: @indent blanks, @head in at least @columns columns, then @text, which goes on
 * below itself when it is too long. Text may be foreign.
 */
void nn_devices_row(struct nn_strbuf *out, size_t indent, size_t columns, const char *head,
		    const char *text);

/** Append a part to a line that is being made, with a comma before it unless it is the first. */
void nn_devices_part(struct nn_strbuf *line, const char *fmt, ...) NN_PRINTF(2, 3);

/** A row whose text is @line, which is empty afterwards; none when there is nothing to say. */
void nn_devices_flush(struct nn_strbuf *out, const char *label, struct nn_strbuf *line);

/** The names with commas between them, of the caller's. */
char *nn_devices_joined(const struct nn_name_list *list);

/** "Red Hat, Inc. QEMU NVM Express Controller", or "1b36:0010" without names; of the caller's. */
char *nn_devices_name(const struct nn_device *device);

const char *nn_devices_or_unknown(const char *text);

bool nn_devices_has_link(const struct nn_link *link);
/** "8.0 GT/s x4 of at most 16.0 GT/s x4", of the caller's. */
char *nn_devices_link(const struct nn_link *link);

/** "24 available", of the caller's. */
char *nn_devices_available(const struct nn_mdev_type *type);

/** "reset by flr bus", "no reset" …, of the caller's. */
char *nn_devices_reset(const struct nn_survey *survey, size_t at);

#endif
