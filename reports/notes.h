/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes that stand once below tables and are referred to by number. Equal texts share a number;
 * finding it takes the logarithm of their count. Zero-initialised storage is an empty list.
 */
#ifndef NN_REPORTS_NOTES_H
#define NN_REPORTS_NOTES_H

#include <stddef.h>

#include "harness/base/cleanup.h"
#include "harness/base/strbuf.h"
#include "reports/comparison.h"

struct nn_notes {
	char **texts; /* in the order of their numbers */
	size_t nr;
	size_t cap;
	void *tree; /* of tsearch() */
};

void nn_notes_release(struct nn_notes *notes);
NN_AUTO_DEFINE(notes, struct nn_notes, nn_notes_release(p))

/** The number of @text, which counts from 1. */
size_t nn_notes_number(struct nn_notes *notes, const char *text);

/**
 * Note the reasons, flags and boot-mode guard of @row, but for @shared ones, and append their
 * numbers in rising order: "[1,3]", or nothing.
 */
void nn_notes_add_row(struct nn_notes *notes, const struct nn_report_row *row,
		      const struct nn_strings *shared, struct nn_strbuf *sb);

#endif
