/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How figures are worded for people, the same in every report that people read; sentences about
 * rows and claims are in sentences.h.
 */
#ifndef NN_REPORTS_WORDS_H
#define NN_REPORTS_WORDS_H

#include "harness/base/strbuf.h"
#include "reports/comparison.h"

#define NN_EN_DASH "\xe2\x80\x93"
#define NN_MINUS   "\xe2\x88\x92"

/** Append @value with four significant digits, always with '.'; an en dash when it is NaN. */
void nn_words_number(struct nn_strbuf *sb, double value);

/** Append @value with @decimals digits behind '.'; an en dash when it is not finite. */
void nn_words_fixed(struct nn_strbuf *sb, double value, int decimals);

/** Append "0.9512–0.9876", or an en dash when the bounds are unknown. */
void nn_words_interval(struct nn_strbuf *sb, const double bounds[2]);

/**
 * Append @ratio with as many decimals as its interval makes sense of: two digits of half its
 * width, at least 1 and at most 4; four significant digits when the bounds are unknown.
 */
void nn_words_ratio(struct nn_strbuf *sb, double ratio, const double bounds[2]);

/** Append "0.994–1.002" with the decimals of nn_words_ratio(); an en dash when unknown. */
void nn_words_ratio_interval(struct nn_strbuf *sb, const double bounds[2]);

/** Append "0.65 %": two significant digits, whole from 10 on, at most "> 999 %"; NaN: en dash. */
void nn_words_pct(struct nn_strbuf *sb, double pct);

/** Append "p = 0.0312" or "p < 0.0001"; nothing when it is NaN. */
void nn_words_p(struct nn_strbuf *sb, double p_value);

/** Append @seconds for people: "4 min 31 s". */
void nn_words_seconds(struct nn_strbuf *sb, double seconds);

/** Append "1 boot" or "5 boots" for the @noun "boot". */
void nn_words_count(struct nn_strbuf *sb, uint64_t count, const char *noun);

/** Append all of @strings with @between between them. */
void nn_words_join(struct nn_strbuf *sb, const struct nn_strings *strings, const char *between);

/** Append the unit of @row: "virt. us" where the clock counts instructions. */
void nn_words_unit(struct nn_strbuf *sb, const struct nn_comparison *comparison,
		   const struct nn_report_row *row);

/** Append "PROVEN", "INCONCLUSIVE (7 more boots)", or an en dash for NULL. */
void nn_words_verdict(struct nn_strbuf *sb, const char *verdict, uint64_t boots_needed);

/** Append a block's number as people count: the stored number is text and counts from 0. */
void nn_words_block(struct nn_strbuf *sb, const char *stored_block);

/**
 * Order names as people read them: numbers in them count by their size, with the unit behind
 * ("map-4KiB" < "map-64KiB" < "map-1MiB", "p50" < "p99"). A total order.
 * Return: below, equal to or above 0, as strcmp().
 */
int nn_words_compare(const char *a, const char *b);

/** Columns that UTF-8 text takes on a terminal: one for each character (no wide ones are used). */
size_t nn_words_width(const char *text);

#endif
