/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How figures are worded for people, the same in every report that people read. */
#ifndef NN_REPORTS_WORDS_H
#define NN_REPORTS_WORDS_H

#include "harness/base/strbuf.h"
#include "reports/comparison.h"

#define NN_EN_DASH "\xe2\x80\x93"

/** Append @value with four significant digits, always with '.'; an en dash when it is NaN. */
void nn_words_number(struct nn_strbuf *sb, double value);

/** Append "0.9512–0.9876", or an en dash when the bounds are unknown. */
void nn_words_interval(struct nn_strbuf *sb, const double bounds[2]);

/** Append @seconds for people: "4 min 31 s". */
void nn_words_seconds(struct nn_strbuf *sb, double seconds);

/** Append "1 boot" or "5 boots" for the @noun "boot". */
void nn_words_count(struct nn_strbuf *sb, uint64_t count, const char *noun);

/** Append all of @strings with @between between them. */
void nn_words_join(struct nn_strbuf *sb, const struct nn_strings *strings, const char *between);

/** Append the unit of @row: "virt. us" where the clock counts instructions. */
void nn_words_unit(struct nn_strbuf *sb, const struct nn_comparison *comparison,
		   const struct nn_report_row *row);

/** Append what a claim's bounds and boots say: "one-sided 95 % bounds 0.95–0.99, …". */
void nn_words_claim(struct nn_strbuf *sb, const struct nn_report_claim *claim);

/** Columns that UTF-8 text takes on a terminal: one for each character (no wide ones are used). */
size_t nn_words_width(const char *text);

#endif
